"""What a furnished product has to act on, as far as the backend lists it; and laws every facet shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar
from unittest import SkipTest

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.errors import Conflict, NotFound, Rejected, UeapiError
from ueapi.model import App, AppKind, Device, EnrollmentState, Group, Profile, Thing, User
from ueapi.testing.harness import Harness, plain

T = TypeVar("T", bound=Thing)

UNKNOWN: Final = "999999999"
"""An id nothing has; a number, since most products accept nothing else there."""
SIZES: Final = (4, 5, 11)
"""Rows of a page: the fleet then has several, and the last one is short in one case or the other."""
PAGES: Final = 2.4
"""Pages of the fleet where a product's smallest page is larger than those."""


def _listed(
    harness: Harness, capability: Capability, rows: Callable[[Tenant], Iterable[T]]
) -> list[T]:
    return list(rows(harness.tenant)) if harness.can(capability) else []


def people(harness: Harness) -> list[User]:
    """Users who are persons; none where the backend lists no users."""
    found = _listed(harness, Capability.USERS_LIST, lambda t: t.users.list())
    return [user for user in found if not user.built_in]


def groups(harness: Harness) -> list[Group]:
    """All groups."""
    return _listed(harness, Capability.GROUPS_LIST, lambda t: t.groups.list())


def phones(harness: Harness) -> list[Device]:
    """Devices that are under User Enrollment now."""
    found = _listed(harness, Capability.DEVICES_LIST, lambda t: t.devices.list())
    return [
        device
        for device in found
        if device.enrollment.kind.is_user_enrollment
        and device.enrollment.state is EnrollmentState.ENROLLED
    ]


def profiles(harness: Harness) -> list[Profile]:
    """All profiles."""
    return _listed(harness, Capability.PROFILES_LIST, lambda t: t.profiles.list())


def store_apps(harness: Harness) -> list[App]:
    """Apps of the store."""
    found = _listed(harness, Capability.APPS_LIST, lambda t: t.apps.list())
    return [app for app in found if app.kind is AppKind.STORE]


def first_id(things: Iterable[Thing]) -> str:
    """The id of the first one, or one that nothing has, for operations that are refused anyway."""
    return next((thing.id for thing in things), UNKNOWN)


def need(things: list[T], what: str) -> list[T]:
    """The things, of which there has to be one.

    Raises:
        SkipTest: the backend lists none, so there is nothing to try with.
    """
    if not things:
        raise SkipTest(f"the backend lists no {what} to try it with")
    return things


def same_at_any_page_size(
    harness: Harness, capability: Capability, rows: Callable[[Tenant], Iterable[Thing]]
) -> None:
    """See that a listing doesn't depend on how it is cut into pages."""
    calm = harness.both_ways(capability, lambda t: plain(rows(t)))
    if calm is None:
        return
    if not harness.simulator.page_setting:
        raise SkipTest("the simulator names no setting for small pages (`page_setting`)")
    paged, sizes = with_pages(harness, SIZES)
    if paged is not harness:
        calm = plain(rows(paged.tenant))
    for size in sizes:
        found = plain(rows(paged.connect(page_rows=size)))
        assert len(found) == len(calm), (
            f"{capability.value}: {len(found)} rows in pages of {size}, and {len(calm)} in pages of the usual size"
        )
        assert found == calm, (
            f"{capability.value}: other rows, or another order, in pages of {size}"
        )


def with_pages(harness: Harness, sizes: tuple[int, ...]) -> tuple[Harness, tuple[int, ...]]:
    """The harness and sizes with which its listings have several pages; one with more people where pages are large."""
    coarse = harness.simulator.page_sizes
    if not coarse or coarse[0] <= max(sizes):
        return harness, sizes
    larger = harness.another(users=int(PAGES * coarse[0]), seed=harness.seed)
    return larger, coarse[: len(sizes)]


def require_not_found(
    harness: Harness, capability: Capability, act: Callable[[Tenant], object]
) -> None:
    """See that reading something unknown is told as `NotFound`."""
    _require_raised(harness, capability, act, (NotFound,))


def require_refused(
    harness: Harness, capability: Capability, act: Callable[[Tenant], object]
) -> None:
    """See that an order about something unknown is refused, in whichever way the product says so."""
    _require_raised(harness, capability, act, (NotFound, Rejected, Conflict))


def _require_raised(
    harness: Harness,
    capability: Capability,
    act: Callable[[Tenant], object],
    errors: tuple[type[UeapiError], ...],
) -> None:
    if not harness.can(capability):
        harness.both_ways(capability, act)
        return
    before = len(harness.simulator.log.changing())
    try:
        act(harness.tenant)
    except errors as problem:
        name = type(problem).__name__
        assert problem.remedy, f"{capability.value}: {name} has no remedy"
        assert len(harness.simulator.log.changing()) == before, f"{capability.value} changed things"
        return
    raise AssertionError(f"{capability.value} was done for an id that nothing has")
