"""Volume assignments and accounts in the Classic API. Source: Classic API, `/vppassignments` and `/vppaccounts`."""

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
    made,
    no_such,
    number,
    respond,
    row_id,
    text,
)
from ueapi_jamf.simulator.content import AssignmentRow
from ueapi_jamf.simulator.server import Server

ROOT: Final = "vpp_assignment"


@define
class ClassicVolumeRoutes:
    """Who gets licenses of which app."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes; there is no way by name, and none to a part of an assignment."""
        base = "/JSSResource/vppassignments"
        one, accounts = f"{base}/id/{{id}}", "/JSSResource/vppaccounts"
        return [
            Row("GET", base, self.assignments, READS, "Read VPP Assignment"),
            Row("GET", one, self.assignment, READS, "Read VPP Assignment"),
            Row("POST", one, self.create, CHANGES, "Create VPP Assignment"),
            Row("PUT", one, self.update, CHANGES, "Update VPP Assignment"),
            Row("DELETE", one, self.delete, CHANGES, "Delete VPP Assignment"),
            Row("GET", accounts, self.accounts, READS, "Read VPP Admin Accounts"),
        ]

    async def accounts(self, request: Request) -> Response:
        """Locations by their older name. Source: Classic API, `/vppaccounts`. Guess: the ids are those of locations."""
        rows = self.server.seats.locations.rows.values()
        found = tuple({"id": r.id, "name": r.name} for r in rows)
        return respond(request, "vpp_accounts", Rows("vpp_account", found))

    async def assignments(self, request: Request) -> Response:
        """All assignments. Source: Classic API, `/vppassignments`."""
        found = tuple(
            {"id": r.id, "vpp_admin_account_id": r.location_id, "name": r.name}
            for r in self.server.seats.assignments.rows.values()
        )
        return respond(request, "vpp_assignments", Rows(ROOT, found))

    async def assignment(self, request: Request) -> Response:
        """One assignment with its scope. Source: Classic API, `/vppassignments/id/{id}`."""
        row = self._row(request)
        location = self.server.seats.locations.rows.get(row.location_id)
        general: Fields = {
            "id": row.id,
            "name": row.name,
            "vpp_admin_account_id": row.location_id,
            "vpp_admin_account_name": location.name if location else "",
        }
        body: Fields = {
            "general": general,
            "ios_apps": Rows("ios_app", tuple(self._app(i) for i in row.apps), is_sized=True),
            "mac_apps": Rows("mac_app"),
            "ebooks": Rows("ebook"),
            "scope": scopes.shown(self.server, row.scope, of_devices=False),
        }
        return respond(request, ROOT, body)

    async def create(self, request: Request) -> Response:
        """A new assignment; the id in the path has to be 0. Source: Classic API; the name is required."""
        if request.path_params["id"] != "0":
            no_such()
        sent = await document(request, ROOT)
        name = text(sent, "general/name")
        if not name:
            refuse_classic(409, "Error: Name is required")
        shelf = self.server.seats.assignments
        location = next(iter(self.server.seats.locations.rows), -1)
        row = AssignmentRow(id=shelf.new_id(), name=name, location_id=location)
        self._take_over(row, sent)
        shelf.put(row)
        self._settle()
        return made(ROOT, row.id)

    async def update(self, request: Request) -> Response:
        """Change parts of an assignment: what is absent stays, and a scope that is sent replaces the whole scope.

        Source: Classic API; public clients' notes on partial updates. The id in the body is ignored.
        """
        row, sent = self._row(request), await document(request, ROOT)
        self._take_over(row, sent)
        self._settle()
        return made(ROOT, row.id)

    async def delete(self, request: Request) -> Response:
        """Delete an assignment; its licenses become free. Source: Classic API."""
        row = self._row(request)
        del self.server.seats.assignments.rows[row.id]
        self._settle()
        return deleted(ROOT, row.id)

    def _take_over(self, row: AssignmentRow, sent: Element) -> None:
        """Everything is read before anything is changed, so a refusal changes nothing."""
        scope, apps = sent.find("scope"), sent.find("ios_apps")
        new_scope = None if scope is None else scopes.read(self.server, scope)
        new_apps = None if apps is None else self._apps(apps)
        location = number(sent, "general/vpp_admin_account_id")
        if location is not None and location not in self.server.seats.locations.rows:
            refuse_classic(409, f"Error: No match found for vpp account {location}")
        row.name = text(sent, "general/name") or row.name
        row.location_id = row.location_id if location is None else location
        row.scope = row.scope if new_scope is None else new_scope
        row.apps = row.apps if new_apps is None else new_apps

    def _apps(self, sent: Element) -> list[str]:
        """Guess: an app the location never bought is refused."""
        ids = [(row.findtext("adam_id") or "").strip() for row in sent if row.tag != "size"]
        for store_id in ids:
            if self.server.around.apple.app(store_id) is None:
                refuse_classic(409, "Error: Unable to match app")
        return list(dict.fromkeys(ids))

    def _app(self, store_id: str) -> Fields:
        app = self.server.around.apple.app(store_id)
        return {"adam_id": int(store_id), "name": app.name if app else ""}

    def _row(self, request: Request) -> AssignmentRow:
        row = self.server.seats.assignments.rows.get(row_id(request))
        if row is None:
            no_such()
        return row

    def _settle(self) -> None:
        """Licenses move at once. Guess: a server takes some seconds, which nobody can observe here."""
        self.server.seats.settle()
        self.server.settle()
