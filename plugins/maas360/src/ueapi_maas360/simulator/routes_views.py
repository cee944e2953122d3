"""Views of one device, and its custom attributes."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import (
    Refused,
    answer,
    answer_native,
    json_body,
    parameters,
    stamp,
)
from ueapi_maas360.simulator.device_fields import (
    attribute,
    core_fields,
    hardware_of,
    is_compliant,
    ownership,
    policy_name,
)
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import ACTION, device_named, in_numbers, viewed_device
from ueapi_maas360.simulator.state import AppState, DeviceRow


async def core(account: Account, request: Request) -> Response:
    """Source: published clients, Get Core Attributes."""
    device = viewed_device(account, request)
    return answer(request, "device", core_fields(account, device))


async def summary(account: Account, request: Request) -> Response:
    """Source: a published client for root and labels. Guess: what it says of a personal phone."""
    device = viewed_device(account, request)
    hardware = hardware_of(device)
    rows = [
        attribute("Device Name", device.name),
        attribute("Operating System", f"iOS {device.os_version}"),
        attribute("Free Internal Storage (GB)", 51.5, "float"),
        attribute("MDM Policy", policy_name(account, device)),
    ]
    if hardware is not None:
        rows.append(attribute("Apple Serial Number", hardware.serial))
    return _attributes(request, "devicesSummary", device, rows)


async def hardware_inventory(account: Account, request: Request) -> Response:
    """Source: a published client for the shape. Guess: the labels."""
    device = viewed_device(account, request)
    rows = [
        attribute("Manufacturer", "Apple"),
        attribute("Model", device.model_name),
        attribute("Model ID", device.product_name),
    ]
    return _attributes(request, "deviceHardware", device, rows)


async def network_information(account: Account, request: Request) -> Response:
    """Source: a published client for the shape. Guess: the labels; a personal phone shows nothing."""
    device = viewed_device(account, request)
    hardware = hardware_of(device)
    rows = [] if hardware is None else [attribute("Phone Number", hardware.phone_number)]
    return _attributes(request, "networkInformation", device, rows)


async def security_compliance(account: Account, request: Request) -> Response:
    """Source: published clients for the shape. Guess: the labels."""
    device = viewed_device(account, request)
    state = "In Compliance" if is_compliant(device) else assumed.OUT_OF_COMPLIANCE
    rows: list[Value] = [
        attribute("MDM Policy", policy_name(account, device)),
        attribute("Policy Compliance State", state),
        attribute("Device Jailbroken/Rooted", assumed.JAILBREAK),
    ]
    fields: dict[str, Value] = {
        "maas360DeviceID": device.key,
        "complianceAttributes": {"complianceAttribute": rows},
    }
    return answer(request, "securityCompliance", fields)


async def software_installed(account: Account, request: Request) -> Response:
    """Source: published clients; under User Enrollment only managed apps show (IBM's page).

    Guess: other phones tell no more.
    """
    device = viewed_device(account, request)
    rows: list[Value] = []
    for app_id, state in device.apps.items():
        app = account.store.app_with_id(app_id)
        if app is not None and state is AppState.INSTALLED:
            attributes: list[Value] = [
                attribute("Application ID", app.app_id),
                attribute("Version", app.version),
            ]
            rows.append({"swName": app.name, "swAttrs": attributes})
    fields: dict[str, Value] = {
        "maas360DeviceID": device.key,
        "lastSoftwareDataRefreshDate": stamp(device.last_reported),
        "deviceSw": rows,
    }
    return answer(request, "deviceSoftwares", fields)


async def identity(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: an attribute without a value isn't shown."""
    device = viewed_device(account, request)
    owner = account.store.users.get(device.user_id)
    blank = ("vendor", "poNumber", "purchaseType", "purchaseDate", "purchasePrice")
    more = ("warrantyNumber", "warrantyExpirationDate", "warrantyType", "office", "department")
    rows: list[Value] = [
        {"customAttributeName": k, "customAttributeValue": v} for k, v in device.custom.items()
    ]
    fields: dict[str, Value] = {
        "maas360DeviceID": device.key,
        "customAssetNumber": "",
        "owner": owner.name if owner else "",
        "ownership": ownership(device),
        **dict.fromkeys((*blank, *more), ""),
        "customAttributes": {"customAttribute": rows},
    }
    return answer(request, "deviceIdentity", fields)


async def location_history(account: Account, request: Request) -> Response:
    """Source: Apple lets nobody locate a personal phone. Guess: no location for any phone, and how that looks."""
    device = viewed_device(account, request)
    return answer(request, "locationHistory", {"maas360DeviceID": device.key})


def _attributes(
    request: Request, root: str, device: DeviceRow, rows: list[dict[str, Value]]
) -> Response:
    fields: dict[str, Value] = {
        "maas360DeviceID": device.key,
        "deviceAttributes": {"deviceAttribute": list[Value](rows)},
    }
    return answer(request, root, fields)


# -- custom attributes -----------------------------------------------------------------------------


async def define_attribute(account: Account, request: Request) -> Response:
    """Source: a published client for the answer and the code of a taken name. Guess: the body, and 400 with it."""
    body = await json_body(request)
    name = str(body.get("name") or body.get("customAttributeName") or "").strip()
    if not name:
        raise Refused(400)
    if name in account.store.attributes:
        return answer_native({"name": name, "responseCode": assumed.NAME_TAKEN}, 400)
    account.store.attributes[name] = str(body.get("type") or "string")
    return answer_native({"name": name, "responseCode": 0})


async def set_attribute(account: Account, request: Request) -> Response:
    """Guess: parameters and answer; only the path is known. The attribute must have been defined."""
    found = await parameters(request)
    device = device_named(account, found)
    key, name = found.get("deviceId", ""), found.get("customAttributeName", "")
    if device is None:
        return in_numbers(request, key, assumed.NO_SUCH_DEVICE)
    if name not in account.store.attributes:
        return in_numbers(request, key, "No custom attribute has this name.")
    account.touch_devices(request, device)
    device.custom[name] = found.get("customAttributeValue", "")
    account.delivery.reconcile(device)
    return in_numbers(request, key, None)


_VIEWS: Final = (
    ("core", core, "device"),
    ("summary", summary, "devicesSummary"),
    ("hardwareInventory", hardware_inventory, "deviceHardware"),
    ("mdNetworkInformation", network_information, "networkInformation"),
    ("mdSecurityCompliance", security_compliance, "securityCompliance"),
    ("softwareInstalled", software_installed, "deviceSoftwares"),
    ("identity", identity, "deviceIdentity"),
    ("locationHistory", location_history, "locationHistory"),
)
_DEVICES: Final = "/device-apis/devices"

TABLE: Final[tuple[Route, ...]] = (
    *(
        Route("GET", f"{_DEVICES}/1.0/{view}/{{billing}}", act, READS, root)
        for view, act, root in _VIEWS
    ),
    Route(
        "POST",
        f"{_DEVICES}/2.0/customAttributes/customer/{{billing}}",
        define_attribute,
        CHANGES,
        "response",
    ),
    Route(
        "POST",
        f"{_DEVICES}/1.0/setCustomAttributeValue/{{billing}}",
        set_attribute,
        CHANGES,
        ACTION,
    ),
)
