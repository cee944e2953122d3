"""What every route of the simulated portal works on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import Surroundings
from ueapi_hexnode.simulator.state import DeviceRow, GroupRow, Store

if TYPE_CHECKING:
    from ueapi_hexnode.simulator.delivery import Delivery

SILENT_FOR_DAYS: Final = 7
"""Guess: after how many days without contact a device counts as inactive."""


class Touch(Protocol):
    """Notes which device records a request acts on."""

    def __call__(self, request: Request, *native_ids: str) -> None:
        """Note them."""


@define(kw_only=True)
class Portal:
    """One customer's portal: rows, switches of the console, and the way to the phones."""

    around: Surroundings
    touch: Touch
    api_key: str = field(repr=False)
    store: Store = field(factory=Store)
    takes_accounts: bool = False
    """Whether the console has set up account-driven enrollment."""
    location_linked: bool = False
    delivery: Delivery = field(init=False)

    def now(self) -> datetime:
        """The virtual time."""
        return self.around.clock.now()

    def touch_devices(self, request: Request, *devices: DeviceRow) -> None:
        """Note that the request acts on these devices."""
        self.touch(request, *(str(d.id) for d in devices))

    def open(self) -> None:
        """Fill in what every portal has from its first day.

        Source: a live portal brings the Default User and eight device groups with the ids 1 to 8. Guess: their names.
        """
        self.store.add_user("Default User", None)
        self._built_in("Demo Device Group", None)
        for name, rule in self._rules():
            self._built_in(name, rule)

    def _built_in(self, name: str, rule: Callable[[DeviceRow], bool] | None) -> None:
        row = GroupRow(
            id=self.store.next_id("devicegroup"),
            name=name,
            description="",
            created=self.now(),
            modified=self.now(),
            rule=rule,
        )
        self.store.devicegroups[row.id] = row

    def _rules(self) -> tuple[tuple[str, Callable[[DeviceRow], bool]], ...]:
        return (
            ("Android Devices", _nobody),
            ("Inactive Devices", self._is_silent),
            ("iOS Devices", _everybody),
            ("macOS Devices", _nobody),
            ("Non-compliant Devices", lambda d: not d.compliant),
            ("tvOS Devices", _nobody),
            ("Windows Devices", _nobody),
        )

    def _is_silent(self, device: DeviceRow) -> bool:
        return (self.now() - device.last_reported).days >= SILENT_FOR_DAYS


def _nobody(_: DeviceRow) -> bool:
    return False


def _everybody(_: DeviceRow) -> bool:
    return True


Act = Callable[[Portal, Request], Awaitable[Response]]
"""A handler before it is given its portal."""

Route = tuple[str, str, Act, bool]
"""Method, path below the base, handler, and whether it changes something."""
