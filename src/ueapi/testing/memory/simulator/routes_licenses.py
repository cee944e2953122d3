"""The linked location and its licenses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi.testing.memory.simulator.answers import (
    body_of,
    conflict,
    ids_in,
    invalid,
    missing,
    page,
    text_in,
)
from ueapi.testing.memory.simulator.tenancy import Route, Tenancy

LOCATION: Final = "location-1"


def _locations(tenancy: Tenancy) -> list[dict[str, object]]:
    if not tenancy.delivery.location_linked:
        return []
    return [{"id": LOCATION, "name": tenancy.around.location}]


async def list_locations(tenancy: Tenancy, request: Request) -> Response:
    """The location, once it is linked."""
    return page(request, _locations(tenancy), dict)


async def list_pools(tenancy: Tenancy, request: Request) -> Response:
    """The licenses of each app in the location."""
    if request.path_params["id"] != LOCATION or not _locations(tenancy):
        raise missing("location")
    apple, location = tenancy.around.apple, tenancy.around.location

    def pool(store_id: str) -> dict[str, object]:
        app = apple.app(store_id)
        return {
            "store_id": store_id,
            "name": None if app is None else app.name,
            "total": apple.seats(location, store_id),
            "in_use": apple.in_use(location, store_id),
        }

    return page(request, apple.store_ids(location), pool)


async def assign_license(tenancy: Tenancy, request: Request) -> Response:
    """Give each user a license; one who holds it keeps it, and all get one or nobody does."""
    body = await body_of(request)
    store_id, accounts = text_in(body, "store_id"), _accounts(tenancy, body)
    apple, location = tenancy.around.apple, tenancy.around.location
    new = [a for a in accounts if not apple.holds(location, store_id, a)]
    if not tenancy.delivery.location_linked or len(new) > apple.free(location, store_id):
        raise conflict("store_id", "There are not enough free licenses.")
    for account in new:
        apple.take(location, store_id, account)
    return JSONResponse({"accepted": True}, 202)


async def unassign_licenses(tenancy: Tenancy, request: Request) -> Response:
    """Take back every license these users hold in the location."""
    accounts = _accounts(tenancy, await body_of(request))
    apple, location = tenancy.around.apple, tenancy.around.location
    for store_id in apple.store_ids(location):
        for account in accounts:
            apple.release(location, store_id, account)
    return JSONResponse({"accepted": True}, 202)


def _accounts(tenancy: Tenancy, body: Mapping[str, object]) -> list[str]:
    users = ids_in(body, "users", tenancy.store.users)
    accounts = [tenancy.store.users[user].managed_apple_id for user in users]
    known = [account for account in accounts if account is not None]
    if not users or len(known) < len(users):
        raise invalid("users", "Each user needs a Managed Apple ID.")
    return known


TABLE: Final[tuple[Route, ...]] = (
    ("GET", "/v1/locations", list_locations, READS),
    ("GET", "/v1/locations/{id}/pools", list_pools, READS),
    ("POST", "/v1/licenses/assign", assign_license, CHANGES),
    ("POST", "/v1/licenses/unassign", unassign_licenses, CHANGES),
)
