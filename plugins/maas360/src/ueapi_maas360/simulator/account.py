"""What every route of the simulated account works on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from attrs import define, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import Surroundings
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.access import Access
from ueapi_maas360.simulator.state import (
    AuditRow,
    DeviceRow,
    EventRow,
    GroupRow,
    PolicyRow,
    Store,
    UserRow,
)

if TYPE_CHECKING:
    from ueapi_maas360.simulator.delivery import Delivery

SILENT_FOR_DAYS: Final = 7
"""Guess: after how many days without contact a device counts as inactive."""
FIRST_USER: Final = 4711
FIRST_GROUP: Final = 5501
FIRST_POLICY: Final = 3001
FIRST_ACTION: Final = 128_400_001


class Touch(Protocol):
    """Notes which device records a request acts on."""

    def __call__(self, request: Request, *native_ids: str) -> None:
        """Note them."""


@define(kw_only=True)
class Account:
    """One customer's account: rows, switches of the portal, and the way to the phones."""

    around: Surroundings
    touch: Touch
    access: Access
    store: Store = field(factory=Store)
    takes_accounts: bool = False
    """Whether signing in with a Managed Apple ID is set up in the portal."""
    location_linked: bool = False
    email_is_account: bool = True
    """The account's setting that a user's e-mail address is their Managed Apple ID. Source: IBM, User Enrollment."""
    serves_user_alias: bool = False
    """Whether users are searched at a second path, which one tool calls."""
    delivery: Delivery = field(init=False)

    def now(self) -> datetime:
        """The virtual time."""
        return self.around.clock.now()

    def touch_devices(self, request: Request, *devices: DeviceRow) -> None:
        """Note that the request acts on these devices."""
        self.touch(request, *(d.key for d in devices))

    def note_event(self, device: DeviceRow, what: str) -> None:
        """Note a compliance event."""
        self.store.events.append(EventRow(at=self.now(), device=device.key, what=what))

    def note_login(self) -> None:
        """Note a sign-in for the audit."""
        self.store.audit.append(AuditRow(at=self.now(), what="Login", is_login=True))

    def note_change(self, operation: str) -> None:
        """Note a call for the audit."""
        self.store.audit.append(AuditRow(at=self.now(), what=operation, is_login=False))

    # -- making rows -------------------------------------------------------------------------------

    def make_user(
        self, username: str, domain: str, *, name: str, email: str, account: str | None
    ) -> UserRow:
        """Make a user."""
        now = self.now()
        row = UserRow(
            id=self.store.next_id("user", FIRST_USER),
            username=username,
            domain=domain,
            name=name,
            email=email,
            account=account,
            created=now,
            updated=now,
        )
        self.store.add_user(row)
        return row

    def make_group(
        self,
        name: str,
        kind: int,
        *,
        description: str = "",
        rule: Callable[[DeviceRow], bool] | None = None,
    ) -> GroupRow:
        """Make a group."""
        row = GroupRow(
            id=self.store.next_id("group", FIRST_GROUP),
            name=name,
            kind=kind,
            description=description,
            rule=rule,
        )
        self.store.groups[row.id] = row
        return row

    def make_policy(self, name: str, *parts: bytes) -> PolicyRow:
        """Make a policy."""
        row = PolicyRow(id=self.store.next_id("policy", FIRST_POLICY), name=name, parts=parts)
        self.store.policies[row.id] = row
        return row

    def new_key(self) -> str:
        """A fresh device key. Under User Enrollment it tells nothing about the hardware."""
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
        return assumed.KEY_PREFIX + "".join(self.around.rng.choices(letters, k=12))

    def open(self) -> None:
        """Fill in what every account has from its first day. Guess: one policy, and three groups of devices."""
        self.make_policy(assumed.DEFAULT_POLICY).is_default = True
        rules = (_everything, _everything, self._is_silent)
        for name, rule in zip(assumed.BUILT_IN_GROUPS, rules, strict=True):
            self.make_group(name, assumed.SYSTEM_GROUP, rule=rule)

    def default_policy(self) -> PolicyRow:
        """What a device has that no other policy is meant for."""
        return next(p for p in self.store.policies.values() if p.is_default)

    def _is_silent(self, device: DeviceRow) -> bool:
        return not device.is_active or (self.now() - device.last_reported).days >= SILENT_FOR_DAYS


def _everything(_: DeviceRow) -> bool:
    return True


Act = Callable[[Account, Request], Awaitable[Response]]
"""A handler before it is given its account."""


@frozen
class Route:
    """One service: method, path without a last slash, handler, whether it changes something, and its root element."""

    method: str
    path: str
    act: Act
    changes: bool
    root: str
