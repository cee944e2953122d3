"""Actions on one device, and what became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, answer, json_body, number_in, parameters, stamp
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import ACTION, device_named, in_numbers, refuse, viewed_device
from ueapi_maas360.simulator.paging import Page, listing
from ueapi_maas360.simulator.state import ActionRow, DeviceRow, Managed, Wiped

Found = Mapping[str, str]
Do = Callable[[Account, DeviceRow, Found], ActionRow | str]
"""Carries an action out; a text says why not."""

WIPE: Final = "Wipe"
NOT_UNDER_CONTROL: Final = "The device is not under control."
HISTORY: Final = "actionHistory"
STATUS: Final = "actionStatusResponse"
NEVER_PERSONAL: Final = frozenset({"wipeDevice", "resetDevicePasscode"})
"""Source: IBM's page on User Enrollment."""


async def act(name: str, do: Do, account: Account, request: Request) -> Response:
    """Source: published clients: form or query. Guess: what is refused, that it is a 200, and the words.

    Nothing reaches a phone whose control is gone, or is about to go.
    """
    found = await parameters(request)
    device = device_named(account, found)
    if device is None:
        return in_numbers(request, found.get("deviceId", ""), assumed.NO_SUCH_DEVICE)
    account.touch_devices(request, device)
    if name not in _ON_RECORDS and device.managed is not Managed.ENROLLED:
        return in_numbers(request, device.key, NOT_UNDER_CONTROL)
    done = do(account, device, found)
    if isinstance(done, str):
        return in_numbers(request, device.key, done)
    return in_numbers(request, device.key, None, {"actionID": done.id})


# -- what is done ----------------------------------------------------------------------------------


def _lock(account: Account, device: DeviceRow, _: Found) -> ActionRow:
    action = account.delivery.begin(device, "Lock")
    account.delivery.wire.lock(device, action)
    return action


def _refresh(account: Account, device: DeviceRow, _: Found) -> ActionRow:
    action = account.delivery.begin(device, "Request Data Refresh")
    account.delivery.wire.refresh(device, action)
    return action


def _selective_wipe(account: Account, device: DeviceRow, _: Found) -> ActionRow:
    return account.delivery.selective_wipe(device)


def _revoke(account: Account, device: DeviceRow, _: Found) -> ActionRow | str:
    if device.wiped is Wiped.NOT:
        return "No selective wipe is in effect."
    account.delivery.revoke_wipe(device)
    return _at_once(account, device, "Revoke Selective Wipe")


def _remove(account: Account, device: DeviceRow, _: Found) -> ActionRow:
    return account.delivery.remove_control(device)


def _hide(account: Account, device: DeviceRow, _: Found) -> ActionRow | str:
    """Guess: a device under control can't be hidden."""
    if device.is_managed:
        return "Remove control before hiding the device."
    device.is_hidden = True
    return _at_once(account, device, "Hide Device Record")


def _message(account: Account, device: DeviceRow, found: Found) -> ActionRow | str:
    """Guess: a message needs a text, and counts as delivered; it goes to the app and not to iOS."""
    if not found.get("message", "").strip():
        return "A message is required."
    return _at_once(account, device, "Send Message")


def _wipe(account: Account, device: DeviceRow, _: Found) -> ActionRow | str:
    """No virtual phone is ever erased: on a phone that isn't personal, the wipe stays pending."""
    if device.is_user_enrolled:
        return assumed.NOT_UNDER_USER_ENROLLMENT
    return account.delivery.begin(device, WIPE)


def _cancel_wipe(account: Account, device: DeviceRow, _: Found) -> ActionRow | str:
    waiting = [a for a in device.actions if a.name == WIPE and a.ended is None]
    for action in waiting:
        action.ended, action.status = account.now(), assumed.CANCELLED
    return waiting[-1] if waiting else "No wipe is pending."


def _reset_passcode(account: Account, device: DeviceRow, _: Found) -> ActionRow | str:
    if device.is_user_enrolled:
        return assumed.NOT_UNDER_USER_ENROLLMENT
    return account.delivery.begin(device, "Reset Device Passcode")


def _at_once(account: Account, device: DeviceRow, name: str) -> ActionRow:
    action = account.delivery.begin(device, name)
    account.delivery.close(action)
    return action


async def locate(account: Account, request: Request) -> Response:
    """Source: Apple lets nobody locate a personal phone. Guess: that no phone here has a last known place either."""
    found = await parameters(request)
    device = device_named(account, found)
    if device is None:
        return in_numbers(request, found.get("deviceId", ""), assumed.NO_SUCH_DEVICE)
    account.touch_devices(request, device)
    reason = "No location is known."
    if device.is_user_enrolled:
        reason = assumed.NOT_UNDER_USER_ENROLLMENT
    return in_numbers(request, device.key, reason)


async def assign_user(account: Account, request: Request) -> Response:
    """Source: a published client, in the query with a capital `Email`. Guess: the user has to be there; the words."""
    found = await parameters(request)
    device = device_named(account, found)
    user = account.store.user_named(found.get("userName", ""), found.get("domain", ""))
    if device is None or user is None:
        refuse(request)
        text = "No device has this ID, or there is no such user."
        return answer(request, ACTION, {"result": "Failure", "description": text})
    account.touch_devices(request, device)
    account.store.give(device, user.id)
    account.delivery.reconcile(device)
    return answer(request, ACTION, {"result": "Success", "description": "User assigned."})


# -- what there is, and what became of it ----------------------------------------------------------


async def device_actions(account: Account, request: Request) -> Response:
    """Source: a published client for the fields. Guess: which actions are in it, and their names."""
    device = viewed_device(account, request)
    rows: list[Value] = [
        {
            "actionId": number,
            "actionName": name,
            "actionOrder": order,
            "actionType": assumed.ACTION_TYPE,
        }
        for order, (call, (number, name)) in enumerate(assumed.ACTION_IDS.items(), start=1)
        if _is_possible(call, device)
    ]
    return answer(request, "deviceActions", {"deviceAction": rows})


def _is_possible(call: str, device: DeviceRow) -> bool:
    if call == "hideDevice":
        return not device.is_managed
    if call == "revokeSelectiveWipe":
        return device.managed is Managed.ENROLLED and device.wiped is not Wiped.NOT
    personal = call in NEVER_PERSONAL and device.is_user_enrolled
    return device.managed is Managed.ENROLLED and not personal


async def check_status(account: Account, request: Request) -> Response:
    """Guess: all of it; only the path is known."""
    found = request.query_params
    number = number_in(found, "actionID") or number_in(found, "actionId")
    device, action = account.delivery.actions.get(number or 0, (None, None))
    if action is None or device is None or device.key != found.get("deviceId", device.key):
        raise Refused(assumed.NO_SUCH_STATUS)
    return answer(request, STATUS, _shown(device, action))


async def history(account: Account, request: Request) -> Response:
    """Guess: all of it; only the path is known. Newest first, of one device or of all."""
    found = request.query_params
    wanted = found.get("deviceId", "")
    rows = [(d, a) for d, a in account.delivery.actions.values() if wanted in ("", d.key)]
    rows.reverse()
    fields = listing(Page.asked(found), rows, "action", lambda row: _shown(*row))
    return answer(request, HISTORY, fields)


def _shown(device: DeviceRow, action: ActionRow) -> dict[str, Value]:
    return {
        "maas360DeviceID": device.key,
        "actionID": action.id,
        "actionName": action.name,
        "status": action.status,
        "actionDate": stamp(action.at),
        "completedDate": stamp(action.ended),
        "description": action.note,
    }


async def act_2(account: Account, request: Request) -> Response:
    """Source: published clients for path and body. Guess: the answer, and that no phone here can do it."""
    await json_body(request)
    key = str(request.path_params["device"])
    device = account.store.devices.get(key)
    if device is None:
        return in_numbers(request, key, assumed.NO_SUCH_DEVICE)
    account.touch_devices(request, device)
    return in_numbers(request, key, "The action is not supported for this device.")


_ON_RECORDS: Final = frozenset({"hideDevice"})
_DONE: Final[Mapping[str, Do]] = {
    "lockDevice": _lock,
    "refreshDeviceInformation": _refresh,
    "selectiveWipeDevice": _selective_wipe,
    "revokeSelectiveWipe": _revoke,
    "removeDevice": _remove,
    "hideDevice": _hide,
    "sendMessage": _message,
    "wipeDevice": _wipe,
    "cancelPendingWipe": _cancel_wipe,
    "resetDevicePasscode": _reset_passcode,
}


def _acting(name: str, do: Do) -> Callable[[Account, Request], Awaitable[Response]]:
    return partial(act, name, do)


_DEVICES: Final = "/device-apis/devices/1.0"

TABLE: Final[tuple[Route, ...]] = (
    *(
        Route("POST", f"{_DEVICES}/{name}/{{billing}}", _acting(name, do), CHANGES, ACTION)
        for name, do in _DONE.items()
    ),
    Route("POST", f"{_DEVICES}/locateDevice/{{billing}}", locate, READS, ACTION),
    Route("POST", f"{_DEVICES}/assignUserToDevice/{{billing}}", assign_user, CHANGES, ACTION),
    Route("GET", f"{_DEVICES}/deviceActions/{{billing}}", device_actions, READS, "deviceActions"),
    Route("GET", f"{_DEVICES}/checkActionStatus/{{billing}}", check_status, READS, STATUS),
    Route("GET", f"{_DEVICES}/searchActionHistory/{{billing}}", history, READS, HISTORY),
    Route(
        "POST",
        "/action-apis/actions/1.0/customer/{billing}/action/{action}/device/{device}",
        act_2,
        CHANGES,
        ACTION,
    ),
)
