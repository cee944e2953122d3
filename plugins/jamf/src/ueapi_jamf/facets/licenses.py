"""Locations and licenses.

Jamf Pro hands out licenses of users through volume assignments, and shows counts only: who holds one is not to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

from ueapi.contract import Accepted, Capability, Licenses, needs
from ueapi.flow import Call, Flow, Page, Reply, ask, ask_all
from ueapi.model import LicensePool, Location
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.licenses import location_from_wire, pools_from_wire
from ueapi_jamf.pace import ROWS_LAG
from ueapi_jamf.paging import every_row, next_cursor, page_number
from ueapi_jamf.wire.calls import classic_get, classic_put, pro_get
from ueapi_jamf.wire.licenses import (
    CONTENT_PAGE,
    LOCATION_PAGE,
    Assignment,
    ContentWire,
    read_assignment,
    read_assignment_ids,
    require_assignment,
    scope_excluding,
)
from ueapi_jamf.wire.reading import read

PAGE_SIZE: Final = 500


@define
class LatelyExcluded:
    """Users this process has excluded from assignments within the time a cluster needs to agree.

    An update replaces a scope as a whole. Without this memory a second update soon after the first could start
    from another node's older scope, and take the first one's exclusions back.
    """

    _noted: dict[str, dict[str, datetime]] = field(factory=dict, repr=False)

    def note(self, assignment: str, user_ids: Sequence[str], *, now: datetime) -> None:
        """Remember an update about to be sent."""
        self._noted.setdefault(assignment, {}).update(dict.fromkeys(user_ids, now))

    def of(self, assignment: str, *, now: datetime) -> tuple[str, ...]:
        """Users excluded so lately that a read may miss them."""
        fresh = {
            user_id: noted
            for user_id, noted in self._noted.get(assignment, {}).items()
            if now - noted <= ROWS_LAG
        }
        self._noted[assignment] = fresh
        return tuple(fresh)


@frozen
class JamfLicenses(Facet, Licenses):
    """Locations and licenses of a Jamf Pro server."""

    lately: LatelyExcluded = field(factory=LatelyExcluded, repr=False)

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

    @needs(Capability.LICENSES_UNASSIGN)
    def unassign(self, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Exclude the users from every volume assignment that gives apps to somebody.

        Doing it again changes nothing. Jamf Pro takes the licenses back in its own time.
        """
        if not user_ids:
            return Accepted()
        listed = yield from ask(classic_get("licenses.unassign", paths.ASSIGNMENTS))
        numbers = read_assignment_ids(listed)
        replies = yield from ask_all(
            classic_get("licenses.unassign", paths.ASSIGNMENT, at={"id": number})
            for number in numbers
        )
        assignments = dict(zip(numbers, map(read_assignment, replies), strict=True))
        answers = yield from ask_all(
            self._exclusion(number, assignment, user_ids)
            for number, assignment in assignments.items()
            if _needs_exclusion(assignment, user_ids)
        )
        for answer in answers:
            require_assignment(answer)
        return Accepted()

    def _exclusion(self, number: str, assignment: Assignment, user_ids: Sequence[str]) -> Call:
        now = self.context.now()
        wanted = dict.fromkeys((*self.lately.of(number, now=now), *user_ids))
        added = [user_id for user_id in wanted if user_id not in assignment.excluded]
        self.lately.note(number, user_ids, now=now)
        return classic_put(
            "licenses.unassign",
            paths.ASSIGNMENT,
            at={"id": number},
            body=scope_excluding(assignment.scope, added),
        )


def _needs_exclusion(assignment: Assignment, user_ids: Sequence[str]) -> bool:
    gives = assignment.has_apps and assignment.reaches_anybody
    return gives and not assignment.excluded.issuperset(user_ids)


def _window(page: int) -> tuple[tuple[str, str], ...]:
    return (("page", str(page)), ("page-size", str(PAGE_SIZE)))


def _content(reply: Reply) -> tuple[Sequence[ContentWire], int]:
    page = read(CONTENT_PAGE, reply, what="the content of a location")
    return page["results"], page["totalCount"]
