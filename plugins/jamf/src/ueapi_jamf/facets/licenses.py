"""Locations and licenses.

Jamf Pro hands out licenses of users through volume assignments, and shows counts only: who holds one is not to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Accepted, Capability, Licenses, needs
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Call, Flow, Page, Reply, ask, ask_all
from ueapi.model import LicensePool, Location
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.lately import LatelyScoped
from ueapi_jamf.facets.rescoping import rescoped
from ueapi_jamf.mapping.licenses import location_from_wire, pools_from_wire
from ueapi_jamf.paging import every_row, next_cursor, page_number
from ueapi_jamf.wire.calls import classic_get, classic_post, classic_put, pro_get
from ueapi_jamf.wire.licenses import (
    CONTENT_PAGE,
    LOCATION_PAGE,
    Assignment,
    ContentWire,
    assignment_with,
    new_assignment,
    read_assignment,
    read_assignments,
    require_assignment,
)
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.scoping import USERS, Place, Wanted

PAGE_SIZE: Final = 500
_ASSIGN: Final = "licenses.assign"
_UNASSIGN: Final = "licenses.unassign"


_NAMED: Final = "ueapi: app {store_id} for users"
"""The volume assignment of one app this backend keeps; others stay as they are, except for exclusions."""


@frozen
class JamfLicenses(Facet, Licenses):
    """Locations and licenses of a Jamf Pro server."""

    kept: dict[str, str] = field(factory=dict, repr=False)
    """Ids of this backend's own assignments by name, so that they are looked for once."""
    scoped: LatelyScoped = field(factory=LatelyScoped, repr=False)

    @needs(Capability.LICENSES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Location]]:
        page = page_number(cursor)
        query = (*_window(page), ("sort", "id:asc"))
        reply = yield from ask(pro_get("licenses.list", paths.LOCATIONS, query=query))
        found = read(LOCATION_PAGE, reply, what="the listing of locations")
        rows, total = found["results"], found["totalCount"]
        tenant, read_at = self.context.tenant, self.context.now()
        return Page(
            items=tuple(location_from_wire(row, tenant=tenant, read_at=read_at) for row in rows),
            next=next_cursor(page=page, size=PAGE_SIZE, rows=len(rows), total=total),
            total=total,
        )

    @needs(Capability.LICENSES_LIST)
    def pools(self, location_id: str, cursor: str | None) -> Flow[Page[LicensePool]]:
        """List the apps a location holds, as one page: rows of one app can lie far apart and count together."""

        def call_at(page: int) -> Call:
            query = _window(page)
            return pro_get("licenses.pools", paths.CONTENT, at={"id": location_id}, query=query)

        rows = yield from every_row(call_at, _content, size=PAGE_SIZE)
        pools = pools_from_wire(rows, location=location_id)
        return Page(pools, total=len(pools))

    @needs(Capability.LICENSES_ASSIGN)
    def assign(self, store_id: str, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Put the users into the volume assignment this backend keeps for the app; Jamf Pro gives them their license.

        Costs one call to read and one to write, and the first time one to list. Where there is no such assignment yet
        it is made, which costs one call for the locations and one or more for the content of each. Doing it again
        changes nothing.

        Raises:
            Conflict: no location of this server holds the app, or all of them are used by another service.
            NotFound: somebody deleted the assignment meanwhile; repeated, it is made anew.
        """
        if not user_ids:
            return Accepted()
        name = _NAMED.format(store_id=store_id)
        number = self.kept.get(name) or (yield from self._listed(name))
        if number is None:
            yield from self._create(name, store_id, user_ids)
            return Accepted()
        try:
            yield from self._include(number, user_ids)
        except NotFound:
            self.kept.pop(name, None)
            raise
        return Accepted()

    @needs(Capability.LICENSES_UNASSIGN)
    def unassign(self, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Exclude the users from every volume assignment that gives apps to somebody.

        Doing it again changes nothing. Jamf Pro takes the licenses back in its own time.
        """
        if not user_ids:
            return Accepted()
        listed = yield from ask(classic_get(_UNASSIGN, paths.ASSIGNMENTS))
        numbers = [row.id for row in read_assignments(listed)]
        replies = yield from ask_all(
            classic_get(_UNASSIGN, paths.ASSIGNMENT, at={"id": number}) for number in numbers
        )
        wanted = {Place(USERS, user_id).excluded: True for user_id in user_ids}
        assignments = zip(numbers, map(read_assignment, replies), strict=True)
        calls = [
            self._rescoping(_UNASSIGN, number, assignment, wanted)
            for number, assignment in assignments
            if assignment.has_apps and assignment.reaches_anybody
        ]
        answers = yield from ask_all(call for call in calls if call is not None)
        for answer in answers:
            require_assignment(answer)
        return Accepted()

    def _listed(self, name: str) -> Flow[str | None]:
        listed = yield from ask(classic_get(_ASSIGN, paths.ASSIGNMENTS))
        number = next((row.id for row in read_assignments(listed) if row.name == name), None)
        if number is not None:
            self.kept[name] = number
        return number

    def _create(self, name: str, store_id: str, user_ids: Sequence[str]) -> Flow[None]:
        location = yield from self._location_of(store_id)
        body = new_assignment(name, location=location, store_id=store_id, user_ids=user_ids)
        reply = yield from ask(classic_post(_ASSIGN, paths.ASSIGNMENT, body=body))
        number = self.kept[name] = require_assignment(reply)
        self.scoped.note(number, _included(user_ids), now=self.context.now())

    def _include(self, number: str, user_ids: Sequence[str]) -> Flow[None]:
        reply = yield from ask(classic_get(_ASSIGN, paths.ASSIGNMENT, at={"id": number}))
        call = self._rescoping(_ASSIGN, number, read_assignment(reply), _included(user_ids))
        if call is not None:
            require_assignment((yield from ask(call)))

    def _rescoping(
        self, operation: str, number: str, assignment: Assignment, wanted: Wanted
    ) -> Call | None:
        now = self.context.now()
        scope = rescoped(assignment.scope, wanted, self.scoped.of(number, now=now))
        if scope is None:
            return None
        self.scoped.note(number, wanted, now=now)
        body = assignment_with(scope)
        return classic_put(operation, paths.ASSIGNMENT, at={"id": number}, body=body)

    def _location_of(self, store_id: str) -> Flow[str]:
        """The location with the most free licenses of the app; one that another service took over gives none."""
        query = (*_window(0), ("sort", "id:asc"))
        reply = yield from ask(pro_get(_ASSIGN, paths.LOCATIONS, query=query))
        free: dict[str, int] = {}
        for row in read(LOCATION_PAGE, reply, what="the listing of locations")["results"]:
            if not row.get("clientContextMismatch"):
                pools = (yield from self.pools(row["id"], None)).items
                free.update((row["id"], p.free) for p in pools if p.store_id == store_id)
        if not free:
            raise Conflict(
                f"no location of this server holds licenses of app {store_id}.",
                remedy="Link the location in Jamf Pro, or buy licenses for it; nothing was changed.",
            )
        return max(free, key=lambda number: free[number])


def _included(user_ids: Sequence[str]) -> dict[Place, bool]:
    """Users in the scope, and no longer excluded by an earlier unassignment."""
    places = [Place(USERS, user_id) for user_id in user_ids]
    return {**dict.fromkeys(places, True), **{place.excluded: False for place in places}}


def _window(page: int) -> tuple[tuple[str, str], ...]:
    return (("page", str(page)), ("page-size", str(PAGE_SIZE)))


def _content(reply: Reply) -> tuple[Sequence[ContentWire], int]:
    page = read(CONTENT_PAGE, reply, what="the content of a location")
    return page["results"], page["totalCount"]
