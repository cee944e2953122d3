"""Users in the Jamf Pro API, where Managed Apple IDs live.

Source: Jamf Pro API 11.30 schema, `/v1/users`, there since 11.26.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Json, Row, answer_json, json_object, not_found, refuse
from ueapi_jamf.simulator.paging import LARGEST_USER_PAGE, in_order, order, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import UserRow

_ATTRIBUTES: Final = {
    "username": "username",
    "realname": "realname",
    "email": "email",
    "phone": "phone",
    "position": "position",
    "managedAppleId": "managed_apple_id",
}
FIELDS: Final = frozenset({"id", *_ATTRIBUTES})


@define
class UserRoutes:
    """Users by page and one by one."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        base, one = "/api/v1/users", "/api/v1/users/{id}"
        return [
            Row("GET", base, self.listing, READS, "Read User"),
            Row("POST", base, self.create, CHANGES, "Create User"),
            Row("GET", one, self.one, READS, "Read User"),
            Row("PUT", one, self.update, CHANGES, "Update User"),
            Row("DELETE", one, self.delete, CHANGES, "Delete User"),
            Row("POST", f"{one}/recalculate-smart-groups", self.recalculate, READS, "Read User"),
        ]

    async def listing(self, request: Request) -> Response:
        """Pages with more keys than other lists. Source: Jamf Pro API 11.30 schema, `PagedUserResults`.

        Guess: a page above the declared maximum is made smaller, as in other lists.
        """
        asked = window(request, LARGEST_USER_PAGE)
        wanted = order(request, "id:asc", FIELDS)
        expression = rsql.parse(request.query_params.get("filter", ""), FIELDS)
        users = self.server.users
        if expression is None:
            rows = users.orders.get(
                wanted, users.version, lambda: in_order(users.rows.values(), wanted, value_of, _id)
            )
        else:
            test = rsql.compiled(expression)
            found = (u for u in self._candidates(expression) if test(_getter(u)))
            rows = in_order(found, wanted, value_of, _id)
        pages = -(-len(rows) // asked.size)
        return answer_json(
            {
                "page": asked.page,
                "pageSize": asked.size,
                "totalCount": len(rows),
                "totalPages": pages,
                "hasNext": asked.page + 1 < pages,
                "hasPrevious": asked.page > 0,
                "results": [shown(row) for row in asked.cut(rows)],
            }
        )

    async def one(self, request: Request) -> Response:
        """One user. Source: Jamf Pro API 11.30 schema, `/v1/users/{id}`."""
        return answer_json(shown(self._row(request)))

    async def create(self, request: Request) -> Response:
        """A new user. Source: Jamf Pro API 11.30 schema. Guess: the codes for a missing and a taken username."""
        fields = _fields(await json_object(request))
        username = fields.pop("username", "")
        if not username:
            refuse(400, "REQUIRED_FIELD", "A username is required", field="username")
        self._refuse_taken(username, None)
        row = self.server.users.add(username, **fields)
        self.server.settle()
        href = f"{request.url.scheme}://{request.url.netloc}/api/v1/users/{row.id}"
        return answer_json({"id": str(row.id), "href": href}, status=201)

    async def update(self, request: Request) -> Response:
        """Change a user; 204 without a body. Source: Jamf Pro API 11.30 schema. Guess: absent fields stay."""
        row, fields = self._row(request), _fields(await json_object(request))
        before = row.username
        self._refuse_taken(fields.get("username", before), row)
        for name, value in fields.items():
            setattr(row, name, value)
        self.server.users.changed(row, before)
        self.server.rename_owner(before, row.username)
        self.server.settle()
        return Response(status_code=204)

    async def delete(self, request: Request) -> Response:
        """Delete a user. Source: Jamf Pro API 11.30 schema. Guess: devices keep the username they had."""
        self.server.remove_user(self._row(request))
        return Response(status_code=204)

    async def recalculate(self, request: Request) -> Response:
        """Work out a user's smart groups. Source: Jamf Pro API 11.30 schema."""
        groups = self.server.user_groups.of(self._row(request))
        return answer_json({"count": sum(1 for group in groups if group.is_smart)})

    def _candidates(self, expression: rsql.Expression) -> Iterable[UserRow]:
        """Rows the filter can match at all; accounts are looked up instead of tried one by one."""
        users = self.server.users
        accounts = rsql.wanted(expression, "managedAppleId")
        if accounts is None or not all(accounts):
            return users.rows.values()
        return {u.id: u for account in accounts for u in users.holding(account)}.values()

    def _row(self, request: Request) -> UserRow:
        text = request.path_params["id"]
        row = self.server.users.rows.get(int(text)) if text.isdecimal() else None
        if row is None:
            not_found()
        return row

    def _refuse_taken(self, username: str, row: UserRow | None) -> None:
        holder = self.server.users.named(username)
        if holder is not None and holder is not row:
            refuse(400, "DUPLICATE_FIELD", "The username is taken", field="username")


def shown(row: UserRow) -> Json:
    """One user. Source: Jamf Pro API 11.30 schema, `UserInventory`."""
    return {
        "id": str(row.id),
        "username": row.username,
        "realname": row.realname or None,
        "email": row.email or None,
        "phone": row.phone or None,
        "position": row.position or None,
        "enableCustomPhotoUrl": False,
        "customPhotoUrl": "",
        "managedAppleId": row.managed_apple_id or None,
    }


def value_of(row: UserRow, name: str) -> object:
    """The value of a field for filters and sorting."""
    return row.id if name == "id" else getattr(row, _ATTRIBUTES[name])


def _getter(row: UserRow) -> rsql.Getter:
    return lambda name: value_of(row, name)


def _id(row: UserRow) -> int:
    return row.id


def _fields(body: Json) -> dict[str, str]:
    found = {}
    for key, name in _ATTRIBUTES.items():
        value = body.get(key)
        if value is not None and not isinstance(value, str):
            refuse(400, "INVALID_FIELD", "A text was expected", field=key)
        if key in body:
            found[name] = value or ""
    return found
