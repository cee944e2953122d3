"""Tokens, users, invitations and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.model import GroupOf
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi.testing.memory.simulator.answers import (
    Refused,
    body_of,
    conflict,
    found,
    ids_in,
    invalid,
    optional_text,
    page,
    text_in,
)
from ueapi.testing.memory.simulator.criteria import shown
from ueapi.testing.memory.simulator.state import GroupRow, Store, UserRow
from ueapi.testing.memory.simulator.tenancy import Route, Tenancy


async def buy_token(tenancy: Tenancy, request: Request) -> Response:
    """Exchange the key for a token."""
    body = await body_of(request)
    if body.get("key") != tenancy.key:
        raise Refused(401, "unauthorized", "This is no key.")
    return JSONResponse({"token": tenancy.new_token(), "expires_in": tenancy.token_seconds})


# ---------------------------------------------------------------- users


def _user(row: UserRow) -> dict[str, object]:
    return {
        "id": row.id,
        "username": row.username,
        "name": row.name,
        "email": row.email,
        "managed_apple_id": row.managed_apple_id,
    }


async def list_users(tenancy: Tenancy, request: Request) -> Response:
    """All users, or the one with a Managed Apple ID; upper and lower case are alike."""
    rows = list(tenancy.store.users.values())
    account = request.query_params.get("managed_apple_id")
    if account is not None:
        rows = [u for u in rows if (u.managed_apple_id or "").casefold() == account.casefold()]
    return page(request, rows, _user)


async def get_user(tenancy: Tenancy, request: Request) -> Response:
    """One user."""
    return JSONResponse(_user(found(tenancy.store.users, request, "user")))


async def make_user(tenancy: Tenancy, request: Request) -> Response:
    """A new user; a Managed Apple ID belongs to one."""
    body = await body_of(request)
    row = UserRow(
        id=tenancy.store.new_id("user"),
        username=optional_text(body, "username"),
        name=text_in(body, "name"),
        email=optional_text(body, "email"),
        managed_apple_id=optional_text(body, "managed_apple_id"),
    )
    _refuse_taken(tenancy.store, row.managed_apple_id)
    tenancy.store.users[row.id] = row
    return JSONResponse(_user(row), 201)


async def change_user(tenancy: Tenancy, request: Request) -> Response:
    """Change what the body names, and leave the rest; a Managed Apple ID stays as it is."""
    row = found(tenancy.store.users, request, "user")
    body = await body_of(request)
    row.name = text_in(body, "name") if "name" in body else row.name
    row.email = optional_text(body, "email") if "email" in body else row.email
    row.username = optional_text(body, "username") if "username" in body else row.username
    return JSONResponse(_user(row))


async def invite(tenancy: Tenancy, request: Request) -> Response:
    """Send the person a mail; there is no way to see whether one was sent."""
    row = found(tenancy.store.users, request, "user")
    if row.email is None:
        raise invalid("email", "The person has no e-mail address.")
    row.invited += 1
    return JSONResponse({"accepted": True}, 202)


def _refuse_taken(store: Store, account: str | None) -> None:
    taken = {(u.managed_apple_id or "").casefold() for u in store.users.values()}
    if account is not None and account.casefold() in taken:
        raise conflict("managed_apple_id", "Another user has this Managed Apple ID.")


# ---------------------------------------------------------------- groups


def _group(row: GroupRow) -> dict[str, object]:
    return {"id": row.id, "name": row.name, "of": row.of, "dynamic": row.criteria is not None}


def _group_in_full(store: Store, row: GroupRow) -> dict[str, object]:
    criteria = None if row.criteria is None else shown(row.criteria)
    return {**_group(row), "criteria": criteria, "members": store.members(row)}


async def list_groups(tenancy: Tenancy, request: Request) -> Response:
    """All groups, or the one of that name; without members."""
    name = request.query_params.get("name")
    rows = [g for g in tenancy.store.groups.values() if name in (None, g.name)]
    return page(request, rows, _group)


async def get_group(tenancy: Tenancy, request: Request) -> Response:
    """One group with its members and criteria."""
    row = found(tenancy.store.groups, request, "group")
    return JSONResponse(_group_in_full(tenancy.store, row))


async def make_group(tenancy: Tenancy, request: Request) -> Response:
    """A new static group; names are used once for users and once for devices."""
    store, body = tenancy.store, await body_of(request)
    row = GroupRow(id=store.new_id("group"), name=text_in(body, "name"), of=_of(body))
    row.members = ids_in(body, "members", _members(store, row))
    if any((g.name, g.of) == (row.name, row.of) for g in store.groups.values()):
        raise conflict("name", "Another group has this name.")
    store.groups[row.id] = row
    tenancy.delivery.reconcile()
    return JSONResponse(_group_in_full(store, row), 201)


async def add_members(tenancy: Tenancy, request: Request) -> Response:
    """Put more members into a static group; who is in it already stays."""
    store = tenancy.store
    row = found(store.groups, request, "group")
    if row.criteria is not None:
        raise conflict("", "The members of a dynamic group follow from its criteria.")
    new = ids_in(await body_of(request), "add", _members(store, row))
    row.members = list(dict.fromkeys([*row.members, *new]))
    tenancy.delivery.reconcile()
    return JSONResponse(_group_in_full(store, row))


def _of(body: Mapping[str, object]) -> GroupOf:
    match body.get("of"):
        case "users":
            return "users"
        case "devices":
            return "devices"
        case _:
            raise invalid("of", "Either users or devices.")


def _members(store: Store, row: GroupRow) -> Mapping[str, object]:
    return store.users if row.of == "users" else store.devices


TABLE: Final[tuple[Route, ...]] = (
    ("POST", "/v1/token", buy_token, READS),
    ("GET", "/v1/users", list_users, READS),
    ("POST", "/v1/users", make_user, CHANGES),
    ("GET", "/v1/users/{id}", get_user, READS),
    ("PATCH", "/v1/users/{id}", change_user, CHANGES),
    ("POST", "/v1/users/{id}/invitation", invite, CHANGES),
    ("GET", "/v1/groups", list_groups, READS),
    ("POST", "/v1/groups", make_group, CHANGES),
    ("GET", "/v1/groups/{id}", get_group, READS),
    ("POST", "/v1/groups/{id}/members", add_members, CHANGES),
)
