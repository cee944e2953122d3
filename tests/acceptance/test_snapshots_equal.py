"""The proof of the abstraction: one fleet, three products, equal snapshots but for declared losses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from ueapi import migration
from ueapi.contract import Capability, Level
from ueapi.plugins import Registry
from ueapi.rehearsal.world import World
from ueapi.testing.facts import ABSENT, Facts, facts

LOSSES = tomllib.loads(
    Path(__file__).with_name("snapshot_losses.toml").read_text(encoding="utf-8")
)["loss"]
PROTECTED = (
    "users/*/email",
    "users/*/managed_apple_id",
    "devices/*/model",
    "devices/*/os_version",
    "devices/*/state",
    "devices/*/is_user_enrollment",
    "groups/*/members",
    "profiles/*",
    "apps/*/bundle_id",
    "apps/*/store_id",
)
"""What may differ only where the sheet names the gap."""

BACKENDS = ("jamf", "hexnode", "maas360")
REFERENCE = "jamf"
"""Loses nothing that another product shows, so a loss of the others is one against it."""


def name_of(loss: Mapping[str, str]) -> str:
    return f"{loss['backend']}-{loss['path']}"


@cache
def snapshot_of(backend: str) -> Facts:
    registry = Registry.installed()
    world = World.empty(users=40, seed=11)
    place = world.open_installed(registry, backend, "source")
    world.settle(place)
    return facts(migration.snapshot(world.tenant(registry, place, backend)))


@cache
def differences(left: str, right: str) -> Mapping[str, tuple[object, object]]:
    """Facts that two products show differently, with what each shows."""
    one, other = snapshot_of(left), snapshot_of(right)
    assert min(len(one), len(other)) > 300
    return {
        path: (one.get(path, ABSENT), other.get(path, ABSENT))
        for path in sorted({*one, *other})
        if one.get(path, ABSENT) != other.get(path, ABSENT)
    }


@pytest.mark.parametrize(("left", "right"), tuple(combinations(BACKENDS, 2)))
def test_the_snapshots_are_equal_but_for_the_declared_losses_of_the_two(
    left: str, right: str
) -> None:
    declared = [loss["path"] for loss in LOSSES if loss["backend"] in (left, right)]

    undeclared = {
        path: values
        for path, values in differences(left, right).items()
        if not any(fnmatchcase(path, pattern) for pattern in declared)
    }

    assert undeclared == {}


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_every_declared_loss_is_still_one(loss: Mapping[str, str]) -> None:
    found = differences(REFERENCE, loss["backend"])

    assert any(fnmatchcase(path, loss["path"]) for path in found)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_a_loss_of_what_matters_is_named_by_the_sheet(loss: Mapping[str, str]) -> None:
    row = Registry.installed().sheet(loss["backend"])[Capability(loss["capability"])]
    matters = any(
        fnmatchcase(loss["path"], pattern) or fnmatchcase(pattern, loss["path"])
        for pattern in PROTECTED
    )

    assert loss["reason"]
    if matters:
        assert row.level is not Level.NATIVE
        assert row.loss or row.why
