"""App groups and app catalogs, as far as policies need them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    known_ids,
    long_stamp,
    not_found,
    optional_text,
    required,
    text_in,
)
from ueapi_hexnode.simulator.paging import ordered, page
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import ShelfRow, Store


@frozen
class Kind:
    """App groups hold apps; catalogs hold app groups as well."""

    name: str
    has_groups: bool

    def rows(self, store: Store) -> dict[int, ShelfRow]:
        """All of this kind."""
        return store.catalogs if self.has_groups else store.appgroups


GROUPS: Final = Kind("appgroup", has_groups=False)
CATALOGS: Final = Kind("catalog", has_groups=True)


def _shelf(kind: Kind, portal: Portal, request: Request) -> ShelfRow:
    row = kind.rows(portal.store).get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def _shown(kind: Kind, store: Store, row: ShelfRow) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "created_time": long_stamp(row.created),
        "apps": [_app(store, number) for number in row.apps if number in store.apps],
    }
    if kind.has_groups:
        groups = (store.appgroups[n] for n in row.groups if n in store.appgroups)
        shown["app_groups"] = [_shown(GROUPS, store, group) for group in groups]
    return shown


def _app(store: Store, number: int) -> dict[str, object]:
    row = store.apps[number]
    return {
        "id": row.id,
        "name": row.name,
        "publisher": row.details.get("vendor", ""),
        "category": row.details.get("category", "Business"),
        "price": row.details.get("price", "Free"),
        "icon": row.details.get("icon"),
    }


async def list_shelves(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: published clients."""
    rows = ordered(request, list(kind.rows(portal.store).values()), lambda row: row.name)
    return page(request, rows, lambda row: _shown(kind, portal.store, row))


async def create_shelf(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: published clients. Guess: 201."""
    body = await body_of(request)
    row = ShelfRow(id=0, name="", description="", created=portal.now())
    _fill(kind, portal.store, row, body)
    row.id = portal.store.next_id(kind.name)
    kind.rows(portal.store)[row.id] = row
    return answer(_shown(kind, portal.store, row), 201)


def _fill(kind: Kind, store: Store, row: ShelfRow, body: Mapping[str, object]) -> None:
    name = text_in(body, "name")
    if body.get("description") is None:
        raise required("description")
    apps = known_ids(body, "apps", store.apps)
    groups = known_ids(body, "app_groups", store.appgroups) if kind.has_groups else []
    row.name, row.description = name, optional_text(body, "description") or ""
    row.apps, row.groups = apps, groups


async def show_shelf(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: published field catalogue."""
    return answer(_shown(kind, portal.store, _shelf(kind, portal, request)))


async def replace_shelf(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Update App Group and Update App Catalogs."""
    row = _shelf(kind, portal, request)
    _fill(kind, portal.store, row, await body_of(request))
    if not kind.has_groups:
        _follow(portal, request, row)
    return answer(_shown(kind, portal.store, row))


async def change_shelf(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Add/Remove Apps: an id in both lists ends up there. Guess: 201."""
    row = _shelf(kind, portal, request)
    body = await body_of(request)
    if not kind.has_groups:
        for name in ("add_apps", "remove_apps"):
            if body.get(name) is None:
                raise required(name)
    row.apps = _mixed(row.apps, body, "apps", portal.store.apps)
    if kind.has_groups:
        row.groups = _mixed(row.groups, body, "groups", portal.store.appgroups)
    if not kind.has_groups:
        _follow(portal, request, row)
    return answer(_shown(kind, portal.store, row), 201)


def _mixed(
    before: list[int], body: Mapping[str, object], name: str, rows: Mapping[int, object]
) -> list[int]:
    added = known_ids(body, f"add_{name}", rows)
    removed = known_ids(body, f"remove_{name}", rows)
    return list(dict.fromkeys([*(n for n in before if n not in removed), *added]))


async def delete_shelf(kind: Kind, portal: Portal, request: Request) -> Response:
    """Source: published clients. Guess: 204."""
    row = _shelf(kind, portal, request)
    del kind.rows(portal.store)[row.id]
    if not kind.has_groups:
        _follow(portal, request, row)
    return answer(None, 204)


def _follow(portal: Portal, request: Request, row: ShelfRow) -> None:
    """Policies that require a changed app group reach their devices again. Source: the app lists of Create Policy."""
    for policy in portal.store.policies.values():
        needed = policy.app_management.get("mandatory_apps")
        if isinstance(needed, Mapping) and row.id in (needed.get("group") or ()):
            devices = portal.delivery.reached(policy.targets)
            portal.touch_devices(request, *devices)
            portal.delivery.reconcile(*devices)


def _table(kind: Kind, base: str) -> tuple[Route, ...]:
    return (
        ("GET", base, partial(list_shelves, kind), READS),
        ("POST", base, partial(create_shelf, kind), CHANGES),
        ("GET", f"{base}{{id:int}}/", partial(show_shelf, kind), READS),
        ("PUT", f"{base}{{id:int}}/", partial(replace_shelf, kind), CHANGES),
        ("POST", f"{base}{{id:int}}/", partial(change_shelf, kind), CHANGES),
        ("DELETE", f"{base}{{id:int}}/", partial(delete_shelf, kind), CHANGES),
    )


TABLE: Final[tuple[Route, ...]] = (
    *_table(GROUPS, "/appgroups/"),
    *_table(CATALOGS, "/appcatalogues/"),
)
