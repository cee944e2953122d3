"""Locations, their content, and volume assignments.

Source: Jamf Pro API 11.30 schema, `/v1/volume-purchasing-locations`; Jamf Classic API schema, `/vppassignments`.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Final, Literal, NotRequired

from attrs import field, frozen
from lxml import etree
from pydantic import AwareDatetime, TypeAdapter
from typing_extensions import TypedDict

from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi_jamf.assumed import ASSIGNMENT_USER_ELEMENT
from ueapi_jamf.wire.classic import Element, entries, ids, root_of
from ueapi_jamf.wire.scopes import read_scope


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


LOCATION_PAGE: Final = TypeAdapter(LocationPageWire)
CONTENT_PAGE: Final = TypeAdapter(ContentPageWire)


@frozen
class Assignment:
    """A volume assignment: whether it gives iPhone apps to anybody, and its scope as the server wrote it."""

    has_apps: bool
    reaches_anybody: bool
    excluded: frozenset[str] = field(repr=False)
    scope: Element = field(repr=False)


def read_assignment_ids(reply: Reply) -> tuple[str, ...]:
    """Read the listing of volume assignments."""
    return ids(root_of(reply, "vpp_assignments"))


def require_assignment(reply: Reply) -> None:
    """See that an update was answered by the server itself, and not by a page on the way.

    Raises:
        Unintelligible: it was not; whether anything was changed is seen by reading.
    """
    root_of(reply, "vpp_assignment")


def read_assignment(reply: Reply) -> Assignment:
    """Read one volume assignment.

    Raises:
        Unintelligible: it has no scope. Writing one would replace what the server did not show.
    """
    root = root_of(reply, "vpp_assignment")
    scope = root.find("scope")
    if scope is None:
        raise Unintelligible(
            "a volume assignment came without its scope.",
            remedy="Exclude the users in Jamf Pro's console instead; nothing was changed.",
        )
    reach = read_scope(scope, reply)
    return Assignment(
        has_apps=any(True for _ in entries(root.find("ios_apps"))),
        reaches_anybody=reach.everyone or bool(reach.users or reach.user_groups),
        excluded=frozenset(ids(scope.find("exclusions/jss_users"))),
        scope=scope,
    )


def scope_excluding(scope: Element, user_ids: Iterable[str]) -> bytes:
    """The update that keeps the whole scope and excludes these users besides.

    A scope in an update replaces the stored one, so everything the server showed goes back, also what this
    backend does not know.
    """
    root = etree.Element("vpp_assignment")
    kept = deepcopy(scope)
    kept.tail = None
    root.append(kept)
    excluded = _child(_child(kept, "exclusions"), "jss_users")
    for user_id in user_ids:
        user = etree.SubElement(excluded, ASSIGNMENT_USER_ELEMENT)
        etree.SubElement(user, "id").text = user_id
    # Counts are the server's; ours would be wrong by the users just added.
    etree.strip_elements(root, "size", with_tail=False)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _child(parent: Element, name: str) -> Element:
    found = parent.find(name)
    return etree.SubElement(parent, name) if found is None else found
