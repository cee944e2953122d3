"""The app inventory, and the search in Apple's store."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    invalid,
    not_found,
    optional_text,
    required,
    text_in,
)
from ueapi_hexnode.simulator.location import find_app, sync_location
from ueapi_hexnode.simulator.paging import ordered, page
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import AppRow

_SHOWN: Final[dict[str, object]] = {
    "vendor": "",
    "category": "Business",
    "price": "Free",
    "bundle_size": 0,
    "description": "",
    "icon": "https://cdn.example.org/app.png",
    "license": None,
    "average_user_rating": None,
    "webapp_url": None,
}
_KEPT: Final = (*_SHOWN, "content_rating", "remove_with_mdm", "prevent_backup", "primaryGenreId")


def app_of(portal: Portal, request: Request) -> AppRow:
    """The app named in the path."""
    row = portal.store.apps.get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def _item(row: AppRow) -> dict[str, object]:
    own = {
        "id": row.id,
        "name": row.name,
        "identifier": row.identifier,
        "app_type": row.app_type,
        "platform": row.platform,
        "version": row.version,
    }
    return {**own, **{name: row.details.get(name, blank) for name, blank in _SHOWN.items()}}


async def list_apps(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, List all apps; filters from published clients."""
    sync_location(portal)
    rows = list(portal.store.apps.values())
    for name in ("platform", "app_type"):
        wanted = request.query_params.get(name)
        if wanted:
            rows = [row for row in rows if getattr(row, name) == wanted]
    return page(request, ordered(request, rows, lambda row: row.name), _item)


async def search_apps(portal: Portal, request: Request) -> Response:
    """Source: published clients: keyword and platform are required. Guess: the answer is a listing.

    Finds by part of the name, by the bundle id and by the store's number.
    """
    for name in ("keyword", "platform"):
        if not request.query_params.get(name):
            raise required(name)
    word = request.query_params["keyword"].casefold()
    found: list[StoreApp] = []
    if request.query_params["platform"] == "ios":
        found = [a for a in portal.around.apple.store_apps() if _matches(a, word)]
    return page(request, found, _found)


def _matches(app: StoreApp, word: str) -> bool:
    return word in app.name.casefold() or word in (app.bundle_id.casefold(), app.store_id)


def _found(app: StoreApp) -> dict[str, object]:
    return {
        "name": app.name,
        "app_type": "store",
        "platform": "ios",
        "identifier": app.bundle_id,
        "appstore_id": app.store_id,
        "version": app.version,
        "appstore_url": f"https://apps.apple.com/app/id{app.store_id}",
        **_SHOWN,
    }


async def add_app(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Add App to List: `store` or `web` only.

    Guess: 201, and 400 for one that is there.
    """
    body = await body_of(request)
    for name in ("name", "app_type", "platform", "category", "icon"):
        text_in(body, name)
    if body["app_type"] not in ("store", "web"):
        raise invalid("app_type", f'"{body["app_type"]}" is not a valid choice.')
    if body["platform"] not in ("ios", "android"):
        raise invalid("platform", f'"{body["platform"]}" is not a valid choice.')
    row = _web_app(body) if body["app_type"] == "web" else _store_app(portal, body)
    row.details = {name: body[name] for name in _KEPT if body.get(name) is not None}
    row.id = portal.store.next_id("app")
    portal.store.apps[row.id] = row
    return answer(_item(row), 201)


def _web_app(body: dict[str, object]) -> AppRow:
    text_in(body, "webapp_url")
    return AppRow(
        id=0,
        name=text_in(body, "name"),
        identifier="",
        app_type="web",
        platform=text_in(body, "platform"),
    )


def _store_app(portal: Portal, body: dict[str, object]) -> AppRow:
    identifier, platform = text_in(body, "identifier"), text_in(body, "platform")
    store_id = text_in({"appstore_id": optional_text(body, "appstore_id")}, "appstore_id")
    if find_app(portal, identifier, platform) is not None:
        raise invalid("identifier", "application with this identifier already exists.")
    return AppRow(
        id=0,
        name=text_in(body, "name"),
        identifier=identifier,
        platform=platform,
        version=optional_text(body, "version") or "",
        store_id=store_id,
    )


async def show_app(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, App details."""
    return answer(_item(app_of(portal, request)))


async def edit_web_app(portal: Portal, request: Request) -> Response:
    """Source: published clients: PUT is for web apps. Guess: 400 for another kind."""
    row = app_of(portal, request)
    body = await body_of(request)
    if row.app_type != "web" or body.get("app_type") != "web":
        raise invalid("app_type", "Only web apps can be edited.")
    row.name = text_in(body, "name")
    for name in ("webapp_url", "category", "icon"):
        if body.get(name) is not None:
            row.details[name] = text_in(body, name)
    return answer(_item(row))


async def delete_app(portal: Portal, request: Request) -> Response:
    """Source: published clients: also leaves devices that got it by policy. Guess: 204."""
    row = app_of(portal, request)
    holding = [d for d in portal.store.devices.values() if row.id in d.apps]
    portal.touch_devices(request, *holding)
    for device in holding:
        if device.apps[row.id].by_policy:
            portal.delivery.uninstall(device, row.id)
        else:
            device.apps.pop(row.id)
    del portal.store.apps[row.id]
    for shelf in (*portal.store.appgroups.values(), *portal.store.catalogs.values()):
        shelf.apps = [a for a in shelf.apps if a != row.id]
    return answer(None, 204)


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/applications/", list_apps, READS),
    ("POST", "/applications/", add_app, CHANGES),
    ("GET", "/applications/searchapp/", search_apps, READS),
    ("GET", "/applications/{id:int}/", show_app, READS),
    ("PUT", "/applications/{id:int}/", edit_web_app, CHANGES),
    ("DELETE", "/applications/{id:int}/", delete_app, CHANGES),
)
