"""Profiles and apps, and to whom they are assigned."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.apple import profiles as apple_profiles
from ueapi.errors import UsageError
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi.testing.memory.simulator.answers import (
    body_of,
    conflict,
    found,
    ids_in,
    invalid,
    optional_text,
    page,
    shown_targets,
    targets_in,
    text_in,
)
from ueapi.testing.memory.simulator.state import AppRow, ProfileRow
from ueapi.testing.memory.simulator.tenancy import Route, Tenancy

KINDS: Final = ("store", "custom", "in_house")


# ---------------------------------------------------------------- profiles


def _profile(row: ProfileRow) -> dict[str, object]:
    return {"id": row.id, "name": row.name}


def _profile_in_full(row: ProfileRow) -> dict[str, object]:
    content = base64.b64encode(row.content).decode()
    return {**_profile(row), "content": content, "assigned_to": shown_targets(row.targets)}


async def list_profiles(tenancy: Tenancy, request: Request) -> Response:
    """All profiles, or the one of that name; without content."""
    name = request.query_params.get("name")
    rows = [p for p in tenancy.store.profiles.values() if name in (None, p.name)]
    return page(request, rows, _profile)


async def get_profile(tenancy: Tenancy, request: Request) -> Response:
    """One profile with its content and targets."""
    return JSONResponse(_profile_in_full(found(tenancy.store.profiles, request, "profile")))


async def make_profile(tenancy: Tenancy, request: Request) -> Response:
    """A new profile, assigned to nobody; names are used once."""
    store, body = tenancy.store, await body_of(request)
    name, (content, identifier) = text_in(body, "name"), _content(body)
    if any(p.name == name for p in store.profiles.values()):
        raise conflict("name", "Another profile has this name.")
    row = ProfileRow(id=store.new_id("profile"), name=name, content=content, identifier=identifier)
    store.profiles[row.id] = row
    return JSONResponse(_profile_in_full(row), 201)


async def change_profile(tenancy: Tenancy, request: Request) -> Response:
    """Replace the content; phones that have the profile get it anew."""
    row = found(tenancy.store.profiles, request, "profile")
    row.content, row.identifier = _content(await body_of(request))
    row.version += 1
    tenancy.delivery.reconcile()
    return JSONResponse(_profile_in_full(row))


async def assign_profile(tenancy: Tenancy, request: Request) -> Response:
    """Add targets."""
    row = found(tenancy.store.profiles, request, "profile")
    row.targets.add(targets_in(await body_of(request), tenancy.store))
    tenancy.delivery.reconcile()
    return JSONResponse({"assigned_to": shown_targets(row.targets)})


async def unassign_profile(tenancy: Tenancy, request: Request) -> Response:
    """Take targets away."""
    row = found(tenancy.store.profiles, request, "profile")
    row.targets.drop(targets_in(await body_of(request), tenancy.store))
    tenancy.delivery.reconcile()
    return JSONResponse({"assigned_to": shown_targets(row.targets)})


def _content(body: Mapping[str, object]) -> tuple[bytes, str]:
    """The profile in a body and its identifier; what Apple's format doesn't allow is refused here already."""
    try:
        content = base64.b64decode(text_in(body, "content"), validate=True)
        return content, apple_profiles.read(content).identifier
    except (binascii.Error, UsageError):
        raise invalid("content", "This is no configuration profile.") from None


# ---------------------------------------------------------------- apps


def _app(row: AppRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "bundle_id": row.bundle_id,
        "store_id": row.store_id,
        "version": row.version,
        # Everything assigned is installed without a further step; only the owner of the phone is asked.
        "automatic": True,
    }


async def list_apps(tenancy: Tenancy, request: Request) -> Response:
    """All apps, or the one with that bundle id; without targets."""
    bundle_id = request.query_params.get("bundle_id")
    rows = [a for a in tenancy.store.apps.values() if bundle_id in (None, a.bundle_id)]
    return page(request, rows, _app)


async def get_app(tenancy: Tenancy, request: Request) -> Response:
    """One app with its targets."""
    row = found(tenancy.store.apps, request, "app")
    return JSONResponse({**_app(row), "assigned_to": shown_targets(row.targets)})


async def make_app(tenancy: Tenancy, request: Request) -> Response:
    """A new app; a store app has to be in the store, and bundle ids are used once."""
    store, body = tenancy.store, await body_of(request)
    row = AppRow(
        id=store.new_id("app"),
        name=text_in(body, "name"),
        kind=_kind(body),
        bundle_id=text_in(body, "bundle_id"),
        store_id=optional_text(body, "store_id"),
        version=optional_text(body, "version"),
    )
    if row.kind != "in_house":
        _refuse_unknown(tenancy, row)
    if any(a.bundle_id == row.bundle_id for a in store.apps.values()):
        raise conflict("bundle_id", "Another app has this bundle id.")
    store.apps[row.id] = row
    return JSONResponse({**_app(row), "assigned_to": shown_targets(row.targets)}, 201)


async def assign_apps(tenancy: Tenancy, request: Request) -> Response:
    """Have apps installed for the targets."""
    store, body = tenancy.store, await body_of(request)
    targets = targets_in(body, store)
    for app_id in _some(body, tenancy):
        store.apps[app_id].targets.add(targets)
    tenancy.delivery.reconcile()
    return JSONResponse({"accepted": True}, 202)


async def unassign_apps(tenancy: Tenancy, request: Request) -> Response:
    """Take targets away; the apps go from phones that are not meant otherwise."""
    store, body = tenancy.store, await body_of(request)
    targets = targets_in(body, store)
    for app_id in _some(body, tenancy):
        store.apps[app_id].targets.drop(targets)
    tenancy.delivery.reconcile()
    return JSONResponse({"accepted": True}, 202)


def _some(body: Mapping[str, object], tenancy: Tenancy) -> list[str]:
    found_ids = ids_in(body, "apps", tenancy.store.apps)
    if not found_ids:
        raise invalid("apps", "Name at least one app.")
    return found_ids


def _kind(body: Mapping[str, object]) -> str:
    kind = text_in(body, "kind")
    if kind not in KINDS:
        raise invalid("kind", "One of store, custom and in_house.")
    return kind


def _refuse_unknown(tenancy: Tenancy, row: AppRow) -> None:
    in_store = tenancy.around.apple.app(row.store_id or "")
    if in_store is None or in_store.bundle_id != row.bundle_id:
        raise invalid("store_id", "The store has no such app.")


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/v1/profiles", list_profiles, READS),
    ("POST", "/v1/profiles", make_profile, CHANGES),
    ("GET", "/v1/profiles/{id}", get_profile, READS),
    ("PUT", "/v1/profiles/{id}", change_profile, CHANGES),
    ("POST", "/v1/profiles/{id}/assign", assign_profile, CHANGES),
    ("POST", "/v1/profiles/{id}/unassign", unassign_profile, CHANGES),
    ("GET", "/v1/apps", list_apps, READS),
    ("POST", "/v1/apps", make_app, CHANGES),
    ("POST", "/v1/apps/assign", assign_apps, CHANGES),
    ("POST", "/v1/apps/unassign", unassign_apps, CHANGES),
    ("GET", "/v1/apps/{id}", get_app, READS),
)
