"""The proof of the abstraction: one fleet, two products, equal snapshots but for declared losses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from ueapi import migration
from ueapi.contract import Capability, Level
from ueapi.plugins import Registry
from ueapi.rehearsal.world import World
from ueapi.testing.facts import Facts, facts

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

ABSENT = "<absent>"


def snapshot_of(backend: str) -> Facts:
    registry = Registry.installed()
    world = World.empty(users=40, seed=11)
    place = world.open_installed(registry, backend, "source")
    world.settle(place)
    return facts(migration.snapshot(world.tenant(registry, place, backend)))


@pytest.fixture(scope="module")
def differences() -> Mapping[str, tuple[object, object]]:
    jamf, hexnode = snapshot_of("jamf"), snapshot_of("hexnode")
    assert len(jamf) > 300
    return {
        path: (jamf.get(path, ABSENT), hexnode.get(path, ABSENT))
        for path in sorted({*jamf, *hexnode})
        if jamf.get(path, ABSENT) != hexnode.get(path, ABSENT)
    }


def test_the_snapshots_are_equal_but_for_the_declared_losses(
    differences: Mapping[str, tuple[object, object]],
) -> None:
    undeclared = {
        path: values
        for path, values in differences.items()
        if not any(fnmatchcase(path, loss["path"]) for loss in LOSSES)
    }

    assert undeclared == {}


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss["path"])
def test_every_declared_loss_is_still_one(
    loss: Mapping[str, str], differences: Mapping[str, tuple[object, object]]
) -> None:
    assert any(fnmatchcase(path, loss["path"]) for path in differences)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss["path"])
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
