"""The product's own API, for what the neutral one has no word for.

Every method is a flow, and a tenant runs it: `tenant.run(tenant.native_as(Maas360Api), Maas360Api.lock, device_id)`.
Those that do what a row of the sheet is about name its capability.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from attrs import frozen

from ueapi.contract import Accepted, Capability, needs
from ueapi.errors import CapabilityUnsupported, NotFound
from ueapi.flow import Call, Effect, Flow, ask
from ueapi.model import CommandState
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account, taken
from ueapi_maas360.mapping.commands import state_of
from ueapi_maas360.mapping.wiping import is_surely_whole
from ueapi_maas360.wire.reading import Record, document, read

_ACTION: Final = "/device-apis/devices/1.0/{action}/{billing}"
_DEVICE: Final = "/device-apis/devices/2.0/search/customer/{billing}"
_ALLOWED: Final = "/device-apis/devices/1.0/deviceActions/{billing}"
_STATE: Final = "/device-apis/devices/1.0/checkActionStatus/{billing}"

FORBIDDEN: Final[Mapping[str, str]] = {
    "wipeDevice": "EraseDevice",
    "resetDevicePasscode": "ClearPasscode",
}
"""Actions that Apple forbids under User Enrollment, with Apple's command behind each."""


@frozen
class DeviceAction:
    """An action the product offers for a device now; one that is missing is not permitted."""

    id: str
    name: str
    type: str | None


@frozen(kw_only=True)
class Maas360Api:
    """Device actions by the product's own names, and reading what no facet reads."""

    _account: Account
    _user_enrollment_mode: str | None = None

    def actions(self, device_id: str) -> Flow[tuple[DeviceAction, ...]]:
        """Ask which actions are permitted for a device: one call. The surest way to know before ordering one."""
        query = {"deviceId": device_id}
        reply = yield from ask(self._account.reading("native.actions", _ALLOWED, query=query))
        rows = read(reply, "deviceActions", of="permitted actions").records("deviceAction")
        return tuple(_action_from(row) for row in rows)

    @needs(Capability.COMMANDS_STATUS)
    def state(self, device_id: str, action_id: str) -> Flow[CommandState]:
        """Ask what became of an ordered action: one call, whose form is assumed."""
        query = {"deviceId": device_id, assumed.ACTION_PARAMETER: action_id}
        reply = yield from ask(self._account.reading("native.state", _STATE, query=query))
        return state_of(read(reply, assumed.ACTION_STATE, of="an action").needed("status"))

    def lock(self, device_id: str) -> Flow[Accepted]:
        """Lock the screen: one call. Apple allows it under User Enrollment."""
        return (yield from self._order("lockDevice", device_id))

    @needs(Capability.COMMANDS_SEND)
    def refresh(self, device_id: str) -> Flow[Accepted]:
        """Ask the device to report: one call."""
        return (yield from self._order("refreshDeviceInformation", device_id))

    def message(self, device_id: str, *, title: str, text: str) -> Flow[Accepted]:
        """Show the person a message: one call. On iPhones this is taken to need the product's app."""
        fields = {"messageTitle": title, "message": text}
        return (yield from self._order("sendMessage", device_id, fields, effect=Effect.BLIND))

    def selective_wipe(self, device_id: str) -> Flow[Accepted]:
        """Take the work data off a device that stays under control: one call. Can be revoked for a time unknown."""
        return (yield from self._order("selectiveWipeDevice", device_id))

    def revoke_selective_wipe(self, device_id: str) -> Flow[Accepted]:
        """Bring the work data back, or call off a wipe under way: one call."""
        return (yield from self._order("revokeSelectiveWipe", device_id))

    @needs(Capability.DEVICES_UNENROLL)
    def remove_control(self, device_id: str) -> Flow[Accepted]:
        """End the enrollment: one call. Irreversible."""
        return (yield from self._order("removeDevice", device_id))

    @needs(Capability.DEVICES_FORGET)
    def hide(self, device_id: str) -> Flow[Accepted]:
        """Take the record out of the portal's lists: one call, whatever the state of the device."""
        return (yield from self._order("hideDevice", device_id))

    def wipe(self, device_id: str) -> Flow[Accepted]:
        """Erase a whole device: one call to look at it, and one to order. Irreversible.

        Raises:
            CapabilityUnsupported: the device is under User Enrollment, or its row doesn't prove that it isn't. The
                order was not sent.
            NotFound: no device has that id.
        """
        return (yield from self._forbidden("wipeDevice", device_id))

    def reset_passcode(self, device_id: str) -> Flow[Accepted]:
        """Remove a whole device's passcode: one call to look at it, and one to order; errors as for `wipe`."""
        return (yield from self._forbidden("resetDevicePasscode", device_id))

    def read(
        self,
        path: str,
        *,
        at: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Flow[Mapping[str, object]]:
        """Get what is at a path such as `/device-apis/devices/1.0/summary/{billing}`; `at` fills its other places.

        All leaves are text. A list is one only where it has more than one row.

        Raises:
            CapabilityUnsupported: the path names an action that Apple forbids under User Enrollment.
        """
        call = self._account.reading("native.read", path, at=at, query=query)
        _refuse_forbidden(call)
        return document((yield from ask(call))).plain()

    def _order(
        self,
        action: str,
        device_id: str,
        fields: Mapping[str, str] | None = None,
        *,
        effect: Effect = Effect.IDEMPOTENT,
    ) -> Flow[Accepted]:
        call = self._account.form(
            f"native.{action}",
            _ACTION.replace("{action}", action),
            {"deviceId": device_id, **(fields or {})},
            effect=effect,
        )
        return taken((yield from ask(call)))

    def _forbidden(self, action: str, device_id: str) -> Flow[Accepted]:
        """Order what a personal phone must never get, for a device that surely is none."""
        row = yield from self._device(f"native.{action}", device_id)
        if not is_surely_whole(row, user_enrollment_mode=self._user_enrollment_mode):
            raise _refused(action)
        return (yield from self._order(action, device_id, effect=Effect.READABLE))

    def _device(self, operation: str, device_id: str) -> Flow[Record]:
        query = {"maas360DeviceId": device_id, "match": "1", "pageSize": "25", "pageNumber": "1"}
        reply = yield from ask(self._account.reading(operation, _DEVICE, query=query))
        rows = read(reply, "devices", of="a device").records("device")
        same = [row for row in rows if row.text("maas360DeviceID") == device_id]
        if len(same) != 1:
            raise NotFound(
                "no single device has that id.",
                remedy="Take ids from what this tenant lists; nothing was ordered.",
                operation=operation,
            )
        return same[0]


def _action_from(row: Record) -> DeviceAction:
    return DeviceAction(row.needed("actionId"), row.needed("actionName"), row.text("actionType"))


def _refuse_forbidden(call: Call) -> None:
    """A wipe must not leave by the back door of reading, however the path is spelled."""
    path = call.target
    while (plain := unquote(path)) != path:
        path = plain
    for action in FORBIDDEN:
        if action.lower() in path.lower():
            raise _refused(action)


def _refused(action: str) -> CapabilityUnsupported:
    return CapabilityUnsupported(
        f"{FORBIDDEN[action]} is a command that Apple forbids under User Enrollment, and nothing proves that this"
        " device is managed as a whole.",
        remedy="Take the work data off with a selective wipe, or end the enrollment; nothing was ordered.",
        operation=f"native.{action}",
    )
