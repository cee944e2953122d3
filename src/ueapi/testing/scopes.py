"""Laws of assigning: what it shows, that it can be taken back, and whom a product takes at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from unittest import SkipTest

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.model import Scope
from ueapi.testing.harness import Harness
from ueapi.testing.subjects import groups, people, phones

KINDS: Final = ("users", "user_groups", "devices", "device_groups")
"""Fields of `Scope` that hold ids."""

Assign = Callable[[Tenant, Scope], object]
Shown = Callable[[Tenant], Scope | None]


def targets(harness: Harness, capability: Capability) -> Iterator[Scope]:
    """One scope of each kind the sheet says the capability takes, as far as the backend lists such things."""
    row = harness.tenant.sheet[capability]
    ids = {
        "users": [user.id for user in people(harness)],
        "user_groups": [g.id for g in groups(harness) if g.of == "users" and not g.is_built_in],
        "devices": [device.id for device in phones(harness)],
        "device_groups": [g.id for g in groups(harness) if g.of == "devices" and not g.is_built_in],
    }
    for kind in KINDS:
        if ids[kind] and (row.to is None or kind in row.to):
            yield Scope.model_validate({kind: (ids[kind][-1],)})


def one_target(harness: Harness, capability: Capability) -> Scope:
    """Somebody to assign to; a user nobody knows where there is none."""
    return next(targets(harness, capability), Scope(users=("1",)))


def accepted_for_each_kind(harness: Harness, capability: Capability, assign: Assign) -> None:
    """See that an order is taken for each kind of target the sheet names, or refused before a request."""
    if not harness.can(capability):
        harness.both_ways(capability, lambda t: assign(t, Scope(users=("1",))))
        return
    for to in targets(harness, capability):
        assign(harness.tenant, to)


def restores(
    harness: Harness, capability: Capability, assign: Assign, unassign: Assign, shown: Shown
) -> None:
    """See that assigning shows, that taking back restores what was before, and that doing either twice is as once."""
    for to in targets(harness, capability):
        before = _plain(shown(harness.tenant))
        if before is None:
            raise SkipTest("the backend shows no scope to compare")
        if _within(to, before):
            unassign(harness.tenant, to)
            before = _plain(shown(harness.tenant)) or {}
        assign(harness.tenant, to)
        assign(harness.tenant, to)
        during = _plain(shown(harness.tenant)) or {}
        assert _within(to, during), f"{capability.value}: what was assigned isn't in the scope"
        assert {k: v - during[k] for k, v in before.items()} == {k: set() for k in before}, (
            f"{capability.value}: assigning to one took others out of the scope"
        )

        unassign(harness.tenant, to)
        unassign(harness.tenant, to)

        after = _plain(shown(harness.tenant))
        assert after == before, f"{capability.value}: taking back doesn't restore the scope"


def _plain(scope: Scope | None) -> dict[str, set[str]] | None:
    return None if scope is None else {kind: set(getattr(scope, kind)) for kind in KINDS}


def _within(to: Scope, scope: dict[str, set[str]]) -> bool:
    return all(set(getattr(to, kind)) <= scope.get(kind, set()) for kind in KINDS)
