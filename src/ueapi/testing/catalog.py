"""All suites of the kit and all their tests, in the order an author makes them green."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ueapi.testing.apps import AppsConformance
from ueapi.testing.commands import CommandsConformance, EventsConformance
from ueapi.testing.connection import ConnectionConformance
from ueapi.testing.costs import CostConformance
from ueapi.testing.devices import DevicesConformance
from ueapi.testing.equality import EqualityConformance
from ueapi.testing.faults import FaultsConformance
from ueapi.testing.licenses import EnrollmentsConformance, LicensesConformance
from ueapi.testing.manual import ManualConformance
from ueapi.testing.moves import MovesConformance
from ueapi.testing.people import GroupsConformance, UsersConformance
from ueapi.testing.privacy import PrivacyConformance
from ueapi.testing.profiles import ProfilesConformance
from ueapi.testing.promises import Promise, promise_of
from ueapi.testing.sheet import SheetConformance
from ueapi.testing.tiers import Tier
from ueapi.testing.values import ValuesConformance

SUITES: Final = (
    SheetConformance,
    ConnectionConformance,
    UsersConformance,
    DevicesConformance,
    GroupsConformance,
    ProfilesConformance,
    AppsConformance,
    LicensesConformance,
    EnrollmentsConformance,
    CommandsConformance,
    EventsConformance,
    ValuesConformance,
    PrivacyConformance,
    CostConformance,
    FaultsConformance,
    EqualityConformance,
    MovesConformance,
    ManualConformance,
)
"""Every suite; a plugin's test module subclasses them, one line each."""


@frozen
class KitTest:
    """One test: the suite it is in, its method's name, and what it promises."""

    suite: type
    method: str
    promise: Promise


def all_tests() -> tuple[KitTest, ...]:
    """Every test, by tier and then in the order of the suites: the first one that fails is the next to work on.

    Raises:
        ValueError: two tests have the same id; the kit's maintainer renames the younger one.
    """
    found = [test for suite in SUITES for test in _tests_of(suite)]
    ids = [test.promise.id for test in found]
    doubled = sorted({each for each in ids if ids.count(each) > 1})
    if doubled:
        raise ValueError(f"several tests have the id {', '.join(doubled)}")
    order = list(Tier)
    return tuple(sorted(found, key=lambda test: order.index(test.promise.tier)))


def _tests_of(suite: type) -> Iterator[KitTest]:
    seen: set[str] = set()
    for kind in suite.__mro__:
        for name in vars(kind):
            marked = promise_of(getattr(suite, name))
            if name.startswith("test_") and name not in seen and marked is not None:
                seen.add(name)
                yield KitTest(suite, name, marked)
