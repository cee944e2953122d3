"""Volume assignments in the Classic API: who gets seats of which apps. Source: Classic API, `/vppassignments`."""

from __future__ import annotations

from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import scopes
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
    number,
    respond,
    text,
)
from ueapi_jamf.simulator.content import AssignmentRow
from ueapi_jamf.simulator.server import Server

_ROOT: Final = "vpp_assignment"


@define
class ClassicVolumeRoutes:
    """Volume assignments by list and id; there is no look-up by name and no part of one."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        base, kind = "/JSSResource/vppassignments", "VPP Assignment"
        one = f"{base}/id/{{id}}"
        return [
            Row("GET", base, self.listing, READS, f"Read {kind}"),
            Row("GET", one, self.one, READS, f"Read {kind}"),
            Row("POST", one, self.create, CHANGES, f"Create {kind}"),
            Row("PUT", one, self.update, CHANGES, f"Update {kind}"),
            Row("DELETE", one, self.delete, CHANGES, f"Delete {kind}"),
        ]

    async def listing(self, request: Request) -> Response:
        """Every assignment. Source: Classic API, `/vppassignments`."""
        items = tuple(
            {"id": a.id, "vpp_admin_account_id": a.location_id, "name": a.name}
            for a in self.server.seats.assignments.rows.values()
        )
        return respond(request, "vpp_assignments", Rows(_ROOT, items))

    async def one(self, request: Request) -> Response:
        """One assignment with apps and scope. Source: Classic API, `/vppassignments/id/{id}`."""
        return respond(request, _ROOT, self._shown(self._stored(request)))

    async def create(self, request: Request) -> Response:
        """A new assignment; name and location are needed. Source: Classic API."""
        body = await document(request, _ROOT)
        name, location = text(body, "general/name"), number(body, "general/vpp_admin_account_id")
        if not name:
            refuse_classic(409, "Error: Name is required")
        if location not in self.server.seats.locations.rows or location is None:
            refuse_classic(409, "Error: Unable to match vpp admin account")
        shelf = self.server.seats.assignments
        row = AssignmentRow(id=shelf.new_id(), name=name, location_id=location)
        self._take(row, body)
        shelf.put(row)
        self._settle()
        return made(_ROOT, row.id)

    async def update(self, request: Request) -> Response:
        """Change what is given; a scope replaces the stored one as a whole. Source: Classic API.

        Users who fall out of scope, or are excluded, lose their seats.
        """
        row, body = self._stored(request), await document(request, _ROOT)
        self._take(row, body)
        self._settle()
        return made(_ROOT, row.id)

    async def delete(self, request: Request) -> Response:
        """Delete an assignment; its users lose their seats. Source: Classic API."""
        row = self._stored(request)
        del self.server.seats.assignments.rows[row.id]
        self._settle()
        return deleted(_ROOT, row.id)

    def _take(self, row: AssignmentRow, body: Element) -> None:
        apps, scope = body.find("ios_apps"), body.find("scope")
        name = text(body, "general/name")
        found = None if apps is None else [text(e, "adam_id") for e in apps.findall("ios_app")]
        read = None if scope is None else scopes.read(self.server, scope)
        row.name = name or row.name
        row.apps = row.apps if found is None else [f for f in found if f]
        row.scope = read or row.scope

    def _settle(self) -> None:
        """Licenses move with the request. Guess: a server takes some seconds."""
        self.server.seats.settle()
        self.server.settle()

    def _stored(self, request: Request) -> AssignmentRow:
        row = self.server.seats.assignments.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown(self, row: AssignmentRow) -> Fields:
        location = self.server.seats.locations.rows.get(row.location_id)
        apple = self.server.around.apple
        apps = [(store_id, apple.app(store_id)) for store_id in row.apps]
        return {
            "general": {
                "id": row.id,
                "name": row.name,
                "vpp_admin_account_id": row.location_id,
                "vpp_admin_account_name": location.name if location else "",
            },
            "ios_apps": Rows(
                "ios_app",
                tuple({"adam_id": int(i), "name": app.name if app else ""} for i, app in apps),
            ),
            "mac_apps": Rows("mac_app"),
            "ebooks": Rows("ebook"),
            "scope": scopes.shown(self.server, row.scope, of_devices=False),
        }
