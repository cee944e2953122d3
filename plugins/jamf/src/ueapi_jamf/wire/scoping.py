"""Changing a scope without losing any of it.

A scope in an update replaces the stored one as a whole, so everything the server showed goes back, also what this
backend has no word for. Source: Jamf's notes on bodies of the Classic API, read 2026-10.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Final

from attrs import field, frozen
from lxml import etree

from ueapi_jamf.assumed import SCOPED_USER_ELEMENT
from ueapi_jamf.wire.classic import Element, ids

USERS: Final = "jss_users"
USER_GROUPS: Final = "jss_user_groups"
DEVICES: Final = "mobile_devices"
DEVICE_GROUPS: Final = "mobile_device_groups"
ELEMENTS: Final[Mapping[str, str]] = {
    USERS: SCOPED_USER_ELEMENT,
    USER_GROUPS: "user_group",
    DEVICES: "mobile_device",
    DEVICE_GROUPS: "mobile_device_group",
}
"""Container of a scope, and the element of one row in it."""
EXCLUSIONS: Final = "exclusions/"
"""Before a container's name: the rows that are taken out of the scope again."""


@frozen(order=True)
class Place:
    """One row: its container, such as `jss_users` or `exclusions/jss_users`, and the id in it."""

    container: str
    id: str = field(repr=False)

    @property
    def excluded(self) -> Place:
        """The row that takes this one out again."""
        return Place(EXCLUSIONS + self.container, self.id)


Wanted = Mapping[Place, bool]
"""Rows that shall be in a scope, and rows that shall not."""


def holds(scope: Element, place: Place) -> bool:
    """Whether the row is there."""
    return place.id in ids(scope.find(place.container))


def changed(scope: Element, wanted: Wanted) -> Element:
    """A copy of the scope with these rows put in and taken out, and everything else as it is."""
    copy = deepcopy(scope)
    copy.tail = None
    for place, is_in in wanted.items():
        if is_in:
            _put_in(copy, place)
        else:
            _take_out(copy, place)
    # Counts are the server's; ours would be wrong by the rows just changed.
    etree.strip_elements(copy, "size", with_tail=False)
    return copy


def _put_in(scope: Element, place: Place) -> None:
    if holds(scope, place):
        return
    container = scope
    for name in place.container.split("/"):
        found = container.find(name)
        container = etree.SubElement(container, name) if found is None else found
    row = etree.SubElement(container, ELEMENTS[place.container.rpartition("/")[2]])
    etree.SubElement(row, "id").text = place.id


def _take_out(scope: Element, place: Place) -> None:
    container = scope.find(place.container)
    if container is None:
        return
    for row in [r for r in container if (r.findtext("id") or "").strip() == place.id]:
        container.remove(row)
