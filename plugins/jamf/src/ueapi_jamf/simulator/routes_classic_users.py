"""Users in the Classic API.

Source: Classic API, `/users`; `managed_apple_id` is missing in its schema and returned all the same.
"""

from __future__ import annotations

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator.answers import Row, refuse_classic
from ueapi_jamf.simulator.classic import (
    Element,
    Fields,
    Rows,
    deleted,
    document,
    id_in_path,
    made,
    no_such,
    respond,
    text,
)
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import UserRow


@define
class ClassicUserRoutes:
    """Users by list, id, name and mail address."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        base = "/JSSResource/users"
        return [
            Row("GET", base, self.listing, READS, "Read User"),
            Row("GET", f"{base}/name/{{name}}", self.by_name, READS, "Read User"),
            Row("GET", f"{base}/email/{{email}}", self.by_email, READS, "Read User"),
            Row("GET", f"{base}/id/{{id}}", self.by_id, READS, "Read User"),
            Row("POST", f"{base}/id/{{id}}", self.create, CHANGES, "Create User"),
            Row("PUT", f"{base}/id/{{id}}", self.update, CHANGES, "Update User"),
            Row("DELETE", f"{base}/id/{{id}}", self.delete, CHANGES, "Delete User"),
        ]

    async def listing(self, request: Request) -> Response:
        """Every user, never in pages. Source: Classic API, `/users`."""
        rows = self.server.users.rows.values()
        items = tuple({"id": u.id, "name": u.username} for u in rows)
        return respond(request, "users", Rows("user", items))

    async def by_id(self, request: Request) -> Response:
        """One user. Source: Classic API, `/users/id/{id}`."""
        return respond(request, "user", self._shown(self._row(request)))

    async def by_name(self, request: Request) -> Response:
        """One user by username. Source: Classic API, `/users/name/{name}`."""
        row = self.server.users.named(request.path_params["name"])
        if row is None:
            no_such()
        return respond(request, "user", self._shown(row))

    async def by_email(self, request: Request) -> Response:
        """Users with a mail address, which need not be one. Source: Classic API, `/users/email/{email}`."""
        wanted = request.path_params["email"].casefold()
        found = [u for u in self.server.users.rows.values() if u.email.casefold() == wanted]
        if not found:
            no_such()
        return respond(request, "users", Rows("user", tuple(self._shown(u) for u in found)))

    async def create(self, request: Request) -> Response:
        """A new user; the id in the path is 0. Source: Classic API, `/users/id/{id}`."""
        body = await document(request, "user")
        name = text(body, "name")
        if not name:
            refuse_classic(409, "Error: Name is required")
        if self.server.users.named(name) is not None:
            refuse_classic(409, "Error: Duplicate name")
        row = self.server.users.add(name)
        self._take(row, body)
        return made("user", row.id)

    async def update(self, request: Request) -> Response:
        """Change a user; absent elements stay. Source: Classic API, `/users/id/{id}`."""
        row, body = self._row(request), await document(request, "user")
        name = text(body, "name")
        holder = self.server.users.named(name) if name else None
        if holder is not None and holder is not row:
            refuse_classic(409, "Error: Duplicate name")
        self._take(row, body)
        return made("user", row.id)

    async def delete(self, request: Request) -> Response:
        """Delete a user. Source: Classic API, `/users/id/{id}`."""
        row = self._row(request)
        self.server.remove_user(row)
        return deleted("user", row.id)

    def _take(self, row: UserRow, body: Element) -> None:
        before = row.username
        row.username = text(body, "name") or before
        address = text(body, "email") or text(body, "email_address")
        for name, value in (
            ("realname", text(body, "full_name")),
            ("email", address),
            ("phone", text(body, "phone_number")),
            ("position", text(body, "position")),
            ("managed_apple_id", text(body, "managed_apple_id")),
        ):
            if value is not None:
                setattr(row, name, value)
        self.server.users.changed(row, before)
        self.server.rename_owner(before, row.username)
        self.server.settle()

    def _row(self, request: Request) -> UserRow:
        row = self.server.users.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown(self, row: UserRow) -> Fields:
        devices = self.server.devices.rows
        phones = [devices[i] for i in self.server.reach.devices_of(row.id)]
        return {
            "id": row.id,
            "name": row.username,
            "full_name": row.realname,
            "email": row.email,
            "email_address": row.email,
            "phone_number": row.phone,
            "position": row.position,
            "managed_apple_id": row.managed_apple_id,
            "enable_custom_photo_url": False,
            "custom_photo_url": "",
            "ldap_server": {"id": -1, "name": "None"},
            "extension_attributes": Rows("extension_attribute"),
            "sites": Rows("site"),
            "links": {
                "computers": Rows("computer"),
                "peripherals": Rows("peripheral"),
                "mobile_devices": Rows(
                    "mobile_device", tuple({"id": d.id, "name": d.name} for d in phones)
                ),
                "vpp_assignments": Rows(
                    "vpp_assignment",
                    tuple(
                        {"id": a.id, "name": a.name}
                        for a in self.server.seats.of_assignments(row.id)
                    ),
                ),
                "total_vpp_code_count": 0,
            },
            "user_groups": Rows(
                "user_group",
                tuple(
                    {"id": g.id, "name": g.name, "is_smart": g.is_smart}
                    for g in self.server.user_groups.of(row)
                ),
                is_sized=True,
            ),
        }
