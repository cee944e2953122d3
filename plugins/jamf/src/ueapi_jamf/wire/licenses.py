"""Locations, their content, and volume assignments.

Source: Jamf Pro API 11.30 schema, `/v1/volume-purchasing-locations`; Jamf Classic API schema, `/vppassignments`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NotRequired

from attrs import field, frozen
from pydantic import AwareDatetime, TypeAdapter
from typing_extensions import TypedDict

from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi_jamf.assumed import SCOPED_USER_ELEMENT
from ueapi_jamf.wire.classic import ClassicWire, Element, entries, ids, root_of, shaped
from ueapi_jamf.wire.scopes import read_scope
from ueapi_jamf.wire.writing import Rows, document, new_id


class LocationWire(TypedDict):
    """One location; the Apple account and the mail address it was made with are not read."""

    id: str
    name: NotRequired[str | None]
    locationName: NotRequired[str | None]
    organizationName: NotRequired[str | None]
    countryCode: NotRequired[str | None]
    tokenExpiration: NotRequired[AwareDatetime | Literal[""] | None]
    clientContextMismatch: NotRequired[bool | None]


class LocationPageWire(TypedDict):
    """One page of locations."""

    totalCount: int
    results: list[LocationWire]


class ContentWire(TypedDict):
    """Licenses of one app or book."""

    adamId: str
    contentType: NotRequired[str | None]
    name: NotRequired[str | None]
    licenseCountTotal: int
    licenseCountInUse: int


class ContentPageWire(TypedDict):
    """One page of a location's content."""

    totalCount: int
    results: list[ContentWire]


ASSIGNMENT: Final = "vpp_assignment"
LOCATION_PAGE: Final = TypeAdapter(LocationPageWire)
CONTENT_PAGE: Final = TypeAdapter(ContentPageWire)


class AssignmentRowWire(ClassicWire):
    """One row of the listing of volume assignments."""

    id: str
    name: str = ""


@frozen
class Assignment:
    """A volume assignment: its iPhone apps, whether it reaches anybody, and its scope as the server wrote it."""

    store_ids: tuple[str, ...]
    reaches_anybody: bool
    excluded: frozenset[str] = field(repr=False)
    scope: Element = field(repr=False)

    @property
    def has_apps(self) -> bool:
        """Whether it gives any iPhone app."""
        return bool(self.store_ids)


def read_assignments(reply: Reply) -> tuple[AssignmentRowWire, ...]:
    """Read the listing of volume assignments."""
    root = root_of(reply, "vpp_assignments")
    return tuple(
        shaped(AssignmentRowWire, row, reply, what="the listing of volume assignments")
        for row in entries(root)
    )


def require_assignment(reply: Reply) -> str:
    """See that a write was answered by the server itself, and not by a page on the way; return the id.

    Raises:
        Unintelligible: it was not; whether anything was changed is seen by reading.
    """
    return new_id(reply, ASSIGNMENT)


def read_assignment(reply: Reply) -> Assignment:
    """Read one volume assignment.

    Raises:
        Unintelligible: it has no scope. Writing one would replace what the server did not show.
    """
    root = root_of(reply, ASSIGNMENT)
    scope = root.find("scope")
    if scope is None:
        raise Unintelligible(
            "a volume assignment came without its scope.",
            remedy="Change its users in Jamf Pro's console instead; nothing was changed.",
        )
    reach = read_scope(scope, reply)
    apps = entries(root.find("ios_apps"))
    return Assignment(
        store_ids=tuple((app.findtext("adam_id") or "").strip() for app in apps),
        reaches_anybody=reach.everyone or bool(reach.users or reach.user_groups),
        excluded=frozenset(ids(scope.find("exclusions/jss_users"))),
        scope=scope,
    )


def new_assignment(name: str, *, location: str, store_id: str, user_ids: Iterable[str]) -> bytes:
    """A volume assignment of one app to these users. Source: Jamf Classic API schema, `/vppassignments`."""
    return document(
        ASSIGNMENT,
        {
            "general": {"name": name, "vpp_admin_account_id": location},
            "ios_apps": {"ios_app": {"adam_id": store_id}},
            "scope": {
                "all_jss_users": False,
                "jss_users": Rows(SCOPED_USER_ELEMENT, tuple(user_ids)),
            },
        },
    )


def assignment_with(scope: Element) -> bytes:
    """The update that replaces the scope, and nothing else."""
    return document(ASSIGNMENT, {}, beside=[scope])
