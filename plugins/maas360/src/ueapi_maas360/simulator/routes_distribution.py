"""Distributing apps, and stopping that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, answer, number_in, parameters, stamp
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import (
    ACTION,
    FAILURE,
    SUCCESS,
    device_named,
    in_words,
    viewed_device,
)
from ueapi_maas360.simulator.paging import Page, Wanted, listing
from ueapi_maas360.simulator.state import AppRow, Distribution, Target

Found = Mapping[str, str]

SEARCH: Final = "distributions"
BY_DEVICE: Final = "appDistributions"
NO_SUCH_APP: Final = "No app has this ID."


async def distribute(account: Account, request: Request) -> Response:
    """Source: published clients for parameters and answer.

    Guess: distributing once more to the same target offers the app again to devices where it failed. Without
    `instantInstall` nothing installs by itself, and the app is there to be chosen.
    """
    found = await parameters(request)
    app = account.store.app_with_id(found.get("appId", ""))
    if app is None:
        return in_words(request, FAILURE, NO_SUCH_APP)
    wanted = _wanted(account, app, found)
    if wanted is None:
        return in_words(request, FAILURE, "There is no such device or device group.")
    app.distributions = [d for d in app.distributions if not d.aims_like(wanted)]
    app.distributions.append(wanted)
    devices = account.store.reached(wanted)
    account.touch_devices(request, *devices)
    account.delivery.offer_again(app, *devices)
    return in_words(request, SUCCESS, "App distributed.")


async def stop(account: Account, request: Request) -> Response:
    """Source: a published client; what doesn't fit the app or its distribution is a 400 without a body.

    Guess: a distribution that isn't there fails in words.
    """
    found = await parameters(request)
    app = account.store.app_with_id(found.get("appId", ""))
    if app is None:
        return in_words(request, FAILURE, NO_SUCH_APP)
    wanted = _wanted(account, app, found)
    if wanted is None or not any(d.aims_like(wanted) for d in app.distributions):
        return in_words(request, FAILURE, "The app isn't distributed to this target.")
    app.distributions = [d for d in app.distributions if not d.aims_like(wanted)]
    devices = account.store.reached(wanted)
    account.touch_devices(request, *devices)
    account.delivery.reconcile(*devices)
    return in_words(request, SUCCESS, "Distribution stopped.")


def _wanted(account: Account, app: AppRow, found: Found) -> Distribution | None:
    """What the parameters name; `None` when a target isn't there.

    Source: a published client: bad combinations are a 400 without a body.
    """
    target = number_in(found, "targetDevices")
    if found.get("appType") != str(app.app_type) or target not in tuple(Target):
        raise Refused(400)
    wanted = Distribution(
        target=Target(target),
        is_instant=found.get("instantInstall", "").casefold() == "yes",
        at=account.now(),
    )
    match wanted.target:
        case Target.ALL:
            return wanted
        case Target.GROUP:
            return _for_group(account, wanted, found)
        case Target.DEVICE:
            return _for_device(account, wanted, found)


def _for_group(account: Account, wanted: Distribution, found: Found) -> Distribution | None:
    """Guess: a group of users is none of these groups, since only the portal names users."""
    wanted.group = number_in(found, "deviceGroupId")
    if wanted.group is None:
        raise Refused(400)
    row = account.store.groups.get(wanted.group)
    return None if row is None or row.is_of_users else wanted


def _for_device(account: Account, wanted: Distribution, found: Found) -> Distribution | None:
    if not found.get("deviceId"):
        raise Refused(400)
    device = device_named(account, found)
    if device is None:
        return None
    wanted.device = device.key
    return wanted


# -- reading ---------------------------------------------------------------------------------------


async def search(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: filters and shape."""
    asked = request.query_params
    wanted = Wanted(asked)
    rows = [
        (app, distribution)
        for app in account.store.apps.values()
        if wanted.equals("appId", app.app_id) and wanted.equals("appType", str(app.app_type))
        for distribution in app.distributions
        if wanted.equals("deviceGroupId", str(distribution.group or ""))
        and wanted.equals("deviceId", distribution.device or "")
    ]
    fields = listing(
        Page.asked(asked), rows, "distribution", lambda row: _shown(account, row[0], row[1])
    )
    return answer(request, SEARCH, fields)


def _shown(account: Account, app: AppRow, distribution: Distribution) -> Value:
    group = account.store.groups.get(distribution.group or 0)
    return {
        "appId": app.app_id,
        "appName": app.name,
        "appType": app.app_type,
        "targetDevices": distribution.target.value,
        "deviceGroupId": distribution.group,
        "deviceGroupName": group.name if group else "",
        "deviceId": distribution.device,
        "instantInstall": "Yes" if distribution.is_instant else "No",
        "distributionDate": stamp(distribution.at),
    }


async def by_device(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: parameter and shape."""
    device = viewed_device(account, request)
    rows: list[Value] = []
    for app_id, state in device.apps.items():
        app = account.store.app_with_id(app_id)
        if app is not None:
            rows.append(
                {
                    "appId": app.app_id,
                    "appName": app.name,
                    "appType": app.app_type,
                    "status": state.value,
                }
            )
    fields: dict[str, Value] = {"maas360DeviceID": device.key, "appDistribution": rows}
    return answer(request, BY_DEVICE, fields)


_APPS: Final = "/application-apis/applications/1.0"

TABLE: Final[tuple[Route, ...]] = (
    Route("POST", f"{_APPS}/distributeApp/{{billing}}", distribute, CHANGES, ACTION),
    Route("POST", f"{_APPS}/stopAppDistribution/{{billing}}", stop, CHANGES, ACTION),
    Route("GET", f"{_APPS}/searchDistributions/{{billing}}", search, READS, SEARCH),
    Route("GET", f"{_APPS}/getAppDistributionByDevice/{{billing}}", by_device, READS, BY_DEVICE),
)
