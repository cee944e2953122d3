"""Groups of users and of devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import Group, GroupOf, Origin
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.origin import Source, not_read, not_shown
from ueapi_maas360.wire.reading import Record

_KEPT: Final = ("groupID", "groupName", "groupType")


def group_from_row(source: Source, row: Record) -> Group:
    """Translate a group of the listing, which shows no members. A group of devices has a rule, which is never shown.

    Raises:
        Unintelligible: the row has no id or name, or its type is unknown.
    """
    of = _of(row)
    dynamic = of == "devices"
    return Group(
        ref=source.ref(row.needed("groupID")),
        origin=source.origin(
            row.kept(_KEPT),
            inferred=("of", "is_dynamic"),
            absent=not_read("members") | (not_shown("criteria") if dynamic else {}),
        ),
        name=row.needed("groupName"),
        of=of,
        is_dynamic=dynamic,
    )


def with_members(group: Group, members: Sequence[str], origin: Origin) -> Group:
    """The group with its members, each once."""
    return group.model_copy(update={"members": tuple(dict.fromkeys(members)), "origin": origin})


def _of(row: Record) -> GroupOf:
    number = row.number("groupType")
    if number in assumed.GROUPS_OF_USERS:
        return "users"
    if number in assumed.GROUPS_OF_DEVICES:
        return "devices"
    raise Unintelligible(
        f"groupType has the unknown value {number}; known are 0 to 3.",
        remedy="Report it to the plugin's author; nothing was guessed and nothing was changed.",
    )
