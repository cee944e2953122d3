"""The proof of the abstraction: a product shows the fleet as it is, but for losses declared with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from ueapi.contract import Level
from ueapi.testing.facts import ABSENT, facts, taken, truth
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

USERS: Final = 40
SEED: Final = 11
"""A fleet with every kind of odd record."""
MOST_SHOWN: Final = 5
"""Differences a message names; one is mostly like the other."""

MATTERS: Final = (
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


class EqualityConformance:
    """One fleet, whatever the product: equal facts."""

    facet = "equality"

    @promise(
        "equality.facts.as-in-the-fleet",
        Topic.EQUALITY,
        fix="Read the fact the product has; if it has none, declare it in `losses` of quality.yaml with the reason.",
    )
    def test_what_is_shown_is_the_fleet(self, harness: Harness) -> None:
        """Every fact of the fleet is shown as it is, and nothing else is, but for declared losses."""
        losses = [loss.path for loss in harness.quality.losses]
        undeclared = {p: v for p, v in differences(harness).items() if not _matches(p, losses)}

        shown = "; ".join(
            f"{path} is {found!r} and should be {wanted!r}"
            for path, (found, wanted) in list(undeclared.items())[:MOST_SHOWN]
        )
        assert not undeclared, f"{len(undeclared)} facts differ: {shown}"

    @promise(
        "equality.losses.still-there",
        Topic.EQUALITY,
        fix="Take the loss out of quality.yaml: it is none.",
    )
    def test_every_declared_loss_is_one(self, harness: Harness) -> None:
        """A declared loss that is none would hide the next one."""
        found = differences(harness)
        declared = [loss.path for loss in harness.quality.losses]
        idle = [path for path in declared if not any(fnmatchcase(each, path) for each in found)]

        assert not idle, f"nothing differs at {', '.join(idle)}"

    @promise(
        "equality.losses.in-the-sheet",
        Topic.EQUALITY,
        fix="Make the row that `capability` names partial, with the loss, or read the fact.",
    )
    def test_a_loss_of_what_matters_is_in_the_sheet(self, harness: Harness) -> None:
        """Who plans a move reads the sheet, so what matters for a move is named there."""
        for loss in harness.quality.losses:
            row = harness.tenant.sheet[loss.capability]
            if any(fnmatchcase(loss.path, m) or fnmatchcase(m, loss.path) for m in MATTERS):
                assert row.level is not Level.NATIVE, (
                    f"{loss.path}: {loss.capability.value} is native"
                )


def differences(harness: Harness) -> Mapping[str, tuple[object, object]]:
    """Facts that differ, each with what is shown and what is true."""
    other = harness.another(users=USERS, seed=SEED)
    found, wanted = facts(taken(other.tenant)), truth(other.fleet)
    return {
        path: (found.get(path, ABSENT), wanted.get(path, ABSENT))
        for path in sorted({*found, *wanted})
        if found.get(path, ABSENT) != wanted.get(path, ABSENT)
    }


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
