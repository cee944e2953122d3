"""The catalog of apps, and what is installed in the whole fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import (
    Refused,
    answer,
    media_type,
    parameters,
    stamp,
    xml_fields,
)
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import ACTION, FAILURE, SUCCESS, in_words
from ueapi_maas360.simulator.location import add_store_app
from ueapi_maas360.simulator.multipart import part_of
from ueapi_maas360.simulator.paging import Page, Wanted, listing
from ueapi_maas360.simulator.state import AppRow, AppState

ROOT: Final = "apps"
DETAILS: Final = "appDetails"
INSTALLED: Final = "installedApps"
CATALOG_PAGE: Final = 25
"""Rows unless told otherwise. Source: a published client."""
PHONES_AND_TABLETS: Final = 3


async def search_1(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: filters and shape are those of 2.0, without a required one."""
    return _found(account, request)


async def search_2(account: Account, request: Request) -> Response:
    """Source: a published client; `appId` is required. Guess: by its beginning, and how its absence is refused."""
    if not request.query_params.get("appId", "").strip():
        raise Refused(400)
    return _found(account, request)


def _found(account: Account, request: Request) -> Response:
    asked = request.query_params
    rows = [a for a in account.store.apps.values() if _fits(asked, a)]
    return answer(request, ROOT, listing(Page.asked(asked, CATALOG_PAGE), rows, "app", _shown))


def _fits(asked: Mapping[str, str], app: AppRow) -> bool:
    """Guess: a category fits as a whole, and no app here is rated or updated at once."""
    wanted = Wanted(asked)
    return (
        wanted.begins("appId", app.app_id)
        and wanted.begins("appName", app.name)
        and wanted.equals("appType", str(app.app_type))
        and wanted.equals("category", app.category)
        and (asked.get("status") or "Active").casefold() == _status(app).casefold()
        and wanted.equals("deviceType", str(PHONES_AND_TABLETS))
        and wanted.equals("instantUpdate", "0")
        and wanted.equals("enterpriseRating", "")
    )


def _status(app: AppRow) -> str:
    """Source: a published client. Guess: a deleted app shows to those who ask for deleted ones."""
    return "Deleted" if app.is_deleted else "Active"


def _shown(app: AppRow) -> dict[str, Value]:
    return {
        "appId": app.app_id,
        "appName": app.name,
        "appType": app.app_type,
        "platform": "iOS",
        "appFullVersion": app.version,
        "appVersionState": "",
        "appIconURL": "",
        "appIconFullURL": "",
        "category": app.category,
        "deviceType": PHONES_AND_TABLETS,
        "enterpriseRating": "",
        "fileName": "",
        "fileSize": "",
        "groupId": "",
        "groupName": "",
        "ssId": app.id,
        "status": _status(app),
        "instantUpdate": 0,
        "uploadDate": stamp(app.added),
        "uploadedBy": "",
        "lastUpdated": stamp(app.added),
        "lastUpdatedBy": "",
        "vppCodes": "",
    }


async def details(account: Account, request: Request) -> Response:
    """Source: a published client for the path and its two parameters. Guess: the shape, and 404 for no such app."""
    asked = request.query_params
    app = account.store.app_with_id(asked.get("appId", ""))
    if app is None or asked.get("appType") != str(app.app_type):
        raise Refused(assumed.NO_SUCH_STATUS)
    return answer(request, DETAILS, _shown(app))


# -- adding and deleting ---------------------------------------------------------------------------


async def add_store_app_1(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: it takes a form as well as what 2.0 takes."""
    if media_type(request) == "multipart/form-data":
        return await add_store_app_2(account, request)
    return _added(account, request, await parameters(request))


async def add_store_app_2(account: Account, request: Request) -> Response:
    """Source: a published client for the part's name and the answer. Guess: the elements in the part."""
    return _added(account, request, xml_fields(await part_of(request, "app_details"), DETAILS))


def _added(account: Account, request: Request, given: Mapping[str, str]) -> Response:
    """Guess: an app is named by its bundle id or its number in the store, and is added once."""
    wanted = given.get("appId", "").strip()
    app = _in_store(account, wanted)
    more: dict[str, Value] = {"appId": wanted}
    if app is None:
        return in_words(request, FAILURE, "The app isn't in the store.", more)
    more = {"appId": app.bundle_id}
    if account.store.app_with_id(app.bundle_id) is not None:
        return in_words(request, FAILURE, "The app is in the catalog already.", more)
    row = add_store_app(account, app)
    row.category = given.get("category") or row.category
    row.leaves_with_control = given.get("removeApp", "Yes").casefold() != "no"
    return in_words(request, SUCCESS, "App added.", more)


def _in_store(account: Account, wanted: str) -> StoreApp | None:
    apps = account.around.apple.store_apps()
    return next((a for a in apps if wanted in (a.store_id, a.bundle_id)), None)


async def delete_app(account: Account, request: Request) -> Response:
    """Source: a published client; its distributions stop too."""
    found = await parameters(request)
    app = account.store.app_with_id(found.get("appId", ""))
    if app is None or found.get("appType") != str(app.app_type):
        return in_words(request, FAILURE, "No app has this ID and type.")
    holders = [d for d in account.store.devices.values() if app.app_id in d.apps]
    app.distributions.clear()
    account.touch_devices(request, *holders)
    account.delivery.reconcile(*holders)
    app.is_deleted = True
    return in_words(request, SUCCESS, "App deleted.")


# -- in the fleet ----------------------------------------------------------------------------------


async def installed(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: `majorVersions` counts the app's one version."""
    asked = request.query_params
    counts = Counter(
        app_id
        for device in account.store.shown_devices()
        for app_id, state in device.apps.items()
        if state is AppState.INSTALLED
    )
    rows = [a for a in account.store.apps.values() if counts[a.app_id] and _is_meant(asked, a)]

    def show(app: AppRow) -> Value:
        return {
            "appID": app.app_id,
            "appName": app.name,
            "platform": "iOS",
            "deviceCount": counts[app.app_id],
            "majorVersions": 1,
        }

    return answer(request, INSTALLED, listing(Page.asked(asked), rows, "app", show))


def _is_meant(asked: Mapping[str, str], app: AppRow) -> bool:
    wanted = Wanted(asked)
    return (
        wanted.begins("partialAppName", app.name)
        and wanted.equals("appID", app.app_id)
        and wanted.equals("platform", "iOS")
    )


_APPS: Final = "/application-apis/applications"

TABLE: Final[tuple[Route, ...]] = (
    Route("GET", f"{_APPS}/1.0/search/{{billing}}", search_1, READS, ROOT),
    Route("GET", f"{_APPS}/2.0/search/customer/{{billing}}", search_2, READS, ROOT),
    Route("GET", f"{_APPS}/1.0/getAppDetails/{{billing}}", details, READS, DETAILS),
    Route("POST", f"{_APPS}/1.0/addITunesApp/{{billing}}", add_store_app_1, CHANGES, ACTION),
    Route(
        "POST", f"{_APPS}/2.0/addITunesApp/customer/{{billing}}", add_store_app_2, CHANGES, ACTION
    ),
    Route("POST", f"{_APPS}/1.0/deleteApp/{{billing}}", delete_app, CHANGES, ACTION),
    Route(
        "GET",
        "/application-apis/installedApps/1.0/search/{billing}",
        installed,
        READS,
        INSTALLED,
    ),
)
