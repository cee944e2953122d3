"""Actions: 200 with an empty object at once; what came of them shows in each device's action status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    ids_in,
    invalid,
    known_ids,
    optional_text,
    required,
)
from ueapi_hexnode.simulator.portal import Act, Portal, Route
from ueapi_hexnode.simulator.routes_policies import targets_in
from ueapi_hexnode.simulator.state import DISENROLL_PENDING, AppRow, DeviceRow, Targets

Body = Mapping[str, object]

NOT_ALLOWED: Final = "The action is not supported on this device."


def _targets(portal: Portal, body: Body) -> Targets:
    """Guess: 400 when nobody is meant, and for an unknown id."""
    found = targets_in(portal.store, body)
    if found.is_empty():
        raise invalid("non_field_errors", "At least one target is required.")
    return found


def _reach(portal: Portal, request: Request, targets: Targets) -> list[DeviceRow]:
    devices = portal.delivery.reached(targets)
    portal.touch_devices(request, *devices)
    return devices


def _some(body: Body, name: str, rows: Mapping[int, object]) -> list[int]:
    found = known_ids(body, name, rows)
    if not found:
        raise required(name)
    return found


# -- policies --------------------------------------------------------------------------------------


async def associate_policy(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Associate Policy; body from published clients.

    The association lasts: devices of these users and groups that enroll later get the policy too. Guess: associating
    again sends it again to devices whose copy isn't on its way.
    """
    body = await body_of(request)
    policies = [portal.store.policies[i] for i in _some(body, "policies", portal.store.policies)]
    targets = _targets(portal, body)
    if any(p.archived for p in policies):
        raise invalid("policies", "An archived policy can't be associated.")
    devices = _reach(portal, request, targets)
    for policy in policies:
        policy.targets.add(targets)
        for device in devices:
            portal.delivery.again(device, policy)
    portal.delivery.reconcile(*devices)
    return answer({})


async def remove_policy(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Remove Policy; body from published clients.

    Guess: a device that is still meant through another group keeps the policy.
    """
    body = await body_of(request)
    policies = [portal.store.policies[i] for i in _some(body, "policies", portal.store.policies)]
    targets = _targets(portal, body)
    devices = _reach(portal, request, targets)
    for policy in policies:
        policy.targets.drop(targets)
    portal.delivery.reconcile(*devices)
    return answer({})


# -- apps ------------------------------------------------------------------------------------------


def _apps(portal: Portal, body: Body) -> list[AppRow]:
    """Guess: app groups can be named beside apps."""
    store = portal.store
    found = known_ids(body, "apps", store.apps)
    for group in known_ids(body, "appgroups", store.appgroups):
        found += store.appgroups[group].apps
    if not found:
        raise required("apps")
    return [store.apps[i] for i in dict.fromkeys(found)]


async def install_applications(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Install Applications; body from published clients.

    Guess: devices of these users and groups that enroll later get the app too.
    """
    body = await body_of(request)
    apps, targets = _apps(portal, body), _targets(portal, body)
    devices = [d for d in _reach(portal, request, targets) if d.status != DISENROLL_PENDING]
    for app in apps:
        app.targets.add(targets)
        for device in devices:
            portal.delivery.install(device, app)
    return answer({})


async def uninstall_applications(portal: Portal, request: Request) -> Response:
    """Source: "Uninstall Applications" in the vendor's contents list. Guess: path and body."""
    body = await body_of(request)
    apps, targets = _apps(portal, body), _targets(portal, body)
    devices = _reach(portal, request, targets)
    for app in apps:
        app.targets.drop(targets)
        for device in devices:
            portal.delivery.uninstall(device, app.id)
    return answer({})


# -- devices ---------------------------------------------------------------------------------------


async def scan_device(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Scan Device; body from published clients."""
    targets = _targets(portal, await body_of(request))
    for device in _reach(portal, request, targets):
        portal.delivery.scan(device, "Scan Device")
    return answer({})


async def lock_devices(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Lock Device."""
    body = await body_of(request)
    message, phone = optional_text(body, "message"), optional_text(body, "phone_number")
    for device in _reach(portal, request, _targets(portal, body)):
        portal.delivery.lock(device, "Lock Device", message, phone)
    return answer({})


async def disenroll_devices(portal: Portal, request: Request) -> Response:
    """Source: "Disenroll Devices" in the vendor's contents list. Guess: both paths it answers on."""
    targets = _targets(portal, await body_of(request))
    for device in _reach(portal, request, targets):
        portal.delivery.disenroll(device)
    return answer({})


async def mark_as_disenrolled(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Mark as Disenrolled: after a disenroll the device hasn't answered.

    Guess: 400 while no disenroll is under way.
    """
    targets = _targets(portal, await body_of(request))
    devices = _reach(portal, request, targets)
    if any(d.status != DISENROLL_PENDING for d in devices):
        raise invalid("devices", "Disenroll the device first.")
    for device in devices:
        portal.delivery.forget(device)
    return answer({})


async def change_owner(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Change Owner; body from published clients. Changes the portal's record only."""
    body = await body_of(request)
    users = known_ids({"user": [body.get("user")]}, "user", portal.store.users)
    devices = [portal.store.devices[i] for i in _some(body, "devices", portal.store.devices)]
    portal.touch_devices(request, *devices)
    for device in devices:
        portal.store.give(device, users[0])
    portal.delivery.reconcile(*devices)
    return answer({})


async def change_ownership(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Change Device Ownership: 1 is personal, 2 is corporate; only a label."""
    body = await body_of(request)
    wanted = ids_in({"ownership": [body.get("ownership")]}, "ownership")[0]
    if wanted not in (1, 2):
        raise invalid("ownership", f'"{wanted}" is not a valid choice.')
    for device in _reach(portal, request, _targets(portal, body)):
        device.ownership = wanted
    return answer({})


async def save_friendly_name(portal: Portal, request: Request) -> Response:
    """Source: published clients. A label of the portal. Guess: the two lists go in step."""
    body = await body_of(request)
    numbers = _some({"devices": body.get("device_id_list")}, "devices", portal.store.devices)
    names = body.get("friendly_name_list")
    if not isinstance(names, list) or len(names) != len(numbers):
        raise invalid("friendly_name_list", "One name per device is required.")
    rows = [portal.store.devices[i] for i in numbers]
    portal.touch_devices(request, *rows)
    for row, name in zip(rows, names, strict=True):
        row.friendly_name = str(name)
    return answer({})


async def forbidden(name: str, portal: Portal, request: Request) -> Response:
    """Source: Apple's schema forbids the command under User Enrollment, or requires supervision or an agent app.

    Guess: 200, and a failed entry with a remark. A device-enrolled phone is refused too: it is nobody's wish here.
    """
    targets = _targets(portal, await body_of(request))
    for device in _reach(portal, request, targets):
        portal.delivery.refuse(device, name, NOT_ALLOWED)
    return answer({})


REFUSED: Final = {
    "clear_passcode": "Clear Passcode",
    "wipe_device": "Wipe Device",
    "enable_lost_mode": "Enable Lost Mode",
    "disable_lost_mode": "Disable Lost Mode",
    "scan_location": "Scan Location",
    "rename_device": "Rename Device",
    "message": "Message",
    "power_off": "Power Off",
    "restart_device": "Restart Device",
    "remote_ring": "Remote Ring",
    "clear_activation_lock": "Clear Activation Lock",
}
"""Actions that end as failed. Source: Hexnode developer pages for some; paths of the others are guesses."""

_DONE: Final[Mapping[str, Act]] = {
    "associate_policy": associate_policy,
    "remove_policy": remove_policy,
    "install_applications": install_applications,
    "uninstall_applications": uninstall_applications,
    "scan_device": scan_device,
    "lock_devices": lock_devices,
    "disenroll_devices": disenroll_devices,
    "disenroll": disenroll_devices,
    "mark_as_disenrolled": mark_as_disenrolled,
    "change_owner": change_owner,
    "change_ownership": change_ownership,
    "save_friendly_name": save_friendly_name,
}

TABLE: Final[tuple[Route, ...]] = (
    *(("POST", f"/actions/{path}/", handler, CHANGES) for path, handler in _DONE.items()),
    *(
        ("POST", f"/actions/{path}/", partial(forbidden, name), CHANGES)
        for path, name in REFUSED.items()
    ),
)
