"""Ids of groups. Jamf Pro numbers user groups and device groups apart, so both have a group 6.

Ours are `users-6` and `devices-6`, in groups and in scopes alike.
"""

from __future__ import annotations

from ueapi.errors import NotFound
from ueapi.model import GroupOf


def group_id(of: GroupOf, number: str) -> str:
    """The id of a group within the tenant."""
    return f"{of}-{number}"


def group_number(of: GroupOf, id_: str) -> str:
    """Jamf Pro's own number of a group.

    Raises:
        NotFound: the id is none of ours for this kind of group.
    """
    kind, dash, number = id_.partition("-")
    if kind != of or not dash or not number.isdecimal():
        raise NotFound(
            f"{id_!r} is no id of a group of {of}.",
            remedy=f"Use an id from the listing of groups, such as {of}-6.",
        )
    return number
