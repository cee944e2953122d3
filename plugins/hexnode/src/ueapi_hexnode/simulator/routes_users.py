"""Users and enrollment requests."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    invalid,
    long_stamp,
    not_found,
    optional_text,
    required,
    text_in,
)
from ueapi_hexnode.simulator.paging import ordered, page
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import DEFAULT_USER, Invitation, Store, UserRow

OWNERSHIPS: Final = ("personal", "corporate", "user_choice")


def user_of(portal: Portal, request: Request) -> UserRow:
    """The user named in the path."""
    row = portal.store.users.get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def _short(row: UserRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "phoneno": row.phoneno,
        "domain": row.domain,
    }


def _item(store: Store, row: UserRow) -> dict[str, object]:
    managed = sum(d.is_managed for d in store.devices_of(row.id))
    return {**_short(row), "total_devices": managed}


async def list_users(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, List all users; fields and order by name as seen on live portals."""
    rows = sorted(portal.store.users.values(), key=lambda u: (u.name.casefold(), u.id))
    rows = ordered(request, _chosen(portal, request, rows), lambda u: u.name)
    return page(request, rows, lambda row: _item(portal.store, row))


def _chosen(portal: Portal, request: Request, rows: list[UserRow]) -> list[UserRow]:
    """Filters as published clients send them; unknown values choose everything (guess)."""
    kind = request.query_params.get("user_type")
    status = request.query_params.get("enrollment_status")
    if kind in ("local", "active directory"):
        rows = [u for u in rows if (u.domain == "local") == (kind == "local")]
    if status in ("enrolled", "unenrolled"):
        wanted = status == "enrolled"
        rows = [
            u for u in rows if any(d.is_managed for d in portal.store.devices_of(u.id)) == wanted
        ]
    return rows


async def create_user(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Create User. Guess: 201, and 400 for an address already used."""
    body = await body_of(request)
    name, email = _name_and_email(portal, body, None)
    row = portal.store.add_user(name, email, optional_text(body, "phoneno"))
    row.password = optional_text(body, "password")
    return answer(_short(row), 201)


def _name_and_email(
    portal: Portal, body: dict[str, object], row: UserRow | None
) -> tuple[str, str]:
    missing = {n: ["This field is required."] for n in ("name", "email") if body.get(n) is None}
    if missing:
        problem = required("name")
        problem.content = missing
        raise problem
    name, email = text_in(body, "name"), text_in(body, "email").strip()
    local, at, domain = email.rpartition("@")
    if not (local and at and domain):
        raise invalid("email", "Enter a valid email address.")
    holder = portal.store.user_by_email(email)
    if holder is not None and holder is not row:
        raise invalid("email", "user with this email already exists.")
    return name, email


async def show_user(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, User details; fields from a published field catalogue."""
    row = user_of(portal, request)
    return answer(_detail(portal, row))


def _detail(portal: Portal, row: UserRow) -> dict[str, object]:
    store = portal.store
    return {
        **_short(row),
        "upn": row.upn,
        "devices": [
            {
                "id": d.id,
                "name": d.name,
                "model_name": d.model_name,
                "platform": "ios",
                "status": d.status,
            }
            for d in store.devices_of(row.id)
        ],
        "groups": [
            {
                "id": g.id,
                "name": g.name,
                "description": g.description,
                "created_date": long_stamp(g.created),
            }
            for g in store.groups_of_user(row.id)
        ],
        "policies": [
            {"id": p.id, "name": p.name, "version": p.version}
            for p in store.policies.values()
            if row.id in p.targets.users and not p.archived
        ],
        "location_history": [],
    }


async def edit_user(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Edit User: arguments as for creating."""
    row = user_of(portal, request)
    body = await body_of(request)
    if row.id == DEFAULT_USER:
        raise invalid("id", "The default user can't be edited.")
    row.name, email = _name_and_email(portal, body, row)
    portal.store.change_email(row, email)
    if "phoneno" in body:
        row.phoneno = optional_text(body, "phoneno")
    if body.get("password") is not None:
        row.password = optional_text(body, "password")
    return answer(_short(row))


async def delete_user(portal: Portal, request: Request) -> Response:
    """Source: published clients: deleting a user also disenrolls each of their devices. Guess: 204.

    Guess: the built-in user can't be deleted.
    """
    row = user_of(portal, request)
    if row.id == DEFAULT_USER:
        raise invalid("id", "The default user can't be deleted.")
    devices = [d for d in portal.store.devices_of(row.id) if d.is_managed]
    portal.touch_devices(request, *devices)
    for device in devices:
        portal.delivery.disenroll(device)
    portal.store.drop_user(row)
    return answer(None, 204)


async def send_request(portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Send enrollment request; values from published clients.

    The request leads to profile-driven enrollment, which Hexnode doesn't support for User Enrollment from iOS 18 on, so
    nothing but the record of it appears here. Guess: 200 with an empty object.
    """
    row = user_of(portal, request)
    ownership = text_in(await body_of(request), "ownership")
    if ownership not in OWNERSHIPS:
        raise invalid("ownership", f'"{ownership}" is not a valid choice.')
    if row.email is None:
        raise invalid("email", "The user has no email address.")
    row.invitations.append(Invitation(at=portal.now(), ownership=ownership))
    return answer({})


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/users/", list_users, READS),
    ("POST", "/users/", create_user, CHANGES),
    ("GET", "/users/{id:int}/", show_user, READS),
    ("PUT", "/users/{id:int}/", edit_user, CHANGES),
    ("DELETE", "/users/{id:int}/", delete_user, CHANGES),
    ("POST", "/users/{id:int}/send_request/", send_request, CHANGES),
)
