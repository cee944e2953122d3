"""Policies; the path is the singular `policy`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    invalid,
    known_ids,
    long_stamp,
    not_found,
    optional_text,
    text_in,
)
from ueapi_hexnode.simulator.paging import page
from ueapi_hexnode.simulator.policies import understood
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import PolicyRow, Store, Targets

_APP_LISTS: Final = ("whitelist_apps", "blacklist_apps", "mandatory_apps")


def targets_in(store: Store, body: Mapping[str, object]) -> Targets:
    """The four optional target lists, all ids known. Guess: 400 for an unknown one."""
    return Targets(
        users=set(known_ids(body, "users", store.users)),
        usergroups=set(known_ids(body, "usergroups", store.usergroups)),
        devices=set(known_ids(body, "devices", store.devices)),
        devicegroups=set(known_ids(body, "devicegroups", store.devicegroups)),
    )


def _policy(portal: Portal, request: Request) -> PolicyRow:
    row = portal.store.policies.get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def _item(store: Store, row: PolicyRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "version": row.version,
        "archived": row.archived,
        "ios_configured": bool(row.ios) or bool(row.hidden),
        "android_configured": bool(row.android),
        "windows_configured": False,
        "created_time": long_stamp(row.created),
        "modified_time": long_stamp(row.modified),
        "device_count": sum(row.id in d.policies for d in store.devices.values()),
    }


def _detail(store: Store, row: PolicyRow) -> dict[str, object]:
    """Guess: the listed fields and what was stored. What only the console can make is not in it."""
    return {
        **_item(store, row),
        "ios": row.ios,
        "android": row.android,
        "app_management": row.app_management,
        "general_settings": row.general_settings,
        "policy_targets": {
            "users": sorted(row.targets.users),
            "devices": sorted(row.targets.devices),
            "usergroups": sorted(row.targets.usergroups),
            "devicegroups": sorted(row.targets.devicegroups),
        },
    }


async def list_policies(portal: Portal, request: Request) -> Response:
    """Source: fields as seen on live portals. Guess: archived policies stay in the list."""
    rows = list(portal.store.policies.values())
    return page(request, rows, lambda row: _item(portal.store, row))


async def show_policy(portal: Portal, request: Request) -> Response:
    """Source: path from published clients. Guess: the form of the answer."""
    return answer(_detail(portal.store, _policy(portal, request)))


async def create_policy(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Create Policy. Guess: 201 with the policy, and two may share a name."""
    body = await body_of(request)
    name = text_in(body, "name")
    row = PolicyRow(
        id=0,
        name=name,
        description=optional_text(body, "description") or "",
        created=portal.now(),
        modified=portal.now(),
    )
    _fill(portal.store, row, body)
    row.id = portal.store.next_id("policy")
    portal.store.policies[row.id] = row
    _deliver(portal, request, row.targets)
    return answer(_detail(portal.store, row), 201)


def _fill(store: Store, row: PolicyRow, body: Mapping[str, object]) -> None:
    """Take over a whole body. Guess: a missing dictionary counts as null; unknown keys are dropped."""
    ios = _dictionary(body, "ios")
    settings = _dictionary(body, "general_settings") or {}
    apps = _app_management(store, _dictionary(body, "app_management") or {})
    targets = targets_in(store, _dictionary(body, "policy_targets") or {})
    row.android = _dictionary(body, "android")
    row.ios = None if ios is None else understood(ios)
    row.general_settings = {k: v for k, v in settings.items() if k == "location_settings"}
    row.app_management, row.targets = apps, targets


def _dictionary(body: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(
            name, f'Expected a dictionary of items but got type "{type(value).__name__}".'
        )
    return value


def _app_management(store: Store, given: Mapping[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name in _APP_LISTS:
        entry = _dictionary(given, name)
        if entry is not None:
            kept[name] = {
                "app": known_ids(entry, "app", store.apps),
                "group": known_ids(entry, "group", store.appgroups),
            }
    if given.get("catalogs") is not None:
        kept["catalogs"] = known_ids(given, "catalogs", store.catalogs)
    return kept


async def edit_policy(portal: Portal, request: Request) -> Response:
    """Source: published clients: PUT with the full body. Guess: the version grows by one on each edit.

    Guess: what only the console can make stays as it is.
    """
    row = _policy(portal, request)
    if row.archived:
        raise invalid("archived", "An archived policy can't be edited.")
    body = await body_of(request)
    name = text_in(body, "name")
    before = Targets()
    before.add(row.targets)
    _fill(portal.store, row, body)
    row.name, row.description = name, optional_text(body, "description") or ""
    row.version, row.modified = row.version + 1, portal.now()
    before.add(row.targets)
    _deliver(portal, request, before)
    return answer(_detail(portal.store, row))


async def archive_policy(portal: Portal, request: Request) -> Response:
    """Source: published clients: DELETE archives and dissociates from all devices. Guess: 204."""
    row = _policy(portal, request)
    before, row.targets, row.archived = row.targets, Targets(), True
    row.modified = portal.now()
    _deliver(portal, request, before)
    return answer(None, 204)


def _deliver(portal: Portal, request: Request, targets: Targets) -> None:
    devices = portal.delivery.reached(targets)
    portal.touch_devices(request, *devices)
    portal.delivery.reconcile(*devices)


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/policy/", list_policies, READS),
    ("POST", "/policy/", create_policy, CHANGES),
    ("GET", "/policy/{id:int}/", show_policy, READS),
    ("PUT", "/policy/{id:int}/", edit_policy, CHANGES),
    ("DELETE", "/policy/{id:int}/", archive_policy, CHANGES),
)
