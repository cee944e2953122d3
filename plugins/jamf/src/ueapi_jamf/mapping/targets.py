"""From a neutral scope to rows of Jamf Pro's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ueapi.errors import Rejected
from ueapi.model import GroupOf, Scope
from ueapi_jamf.mapping.ids import group_number
from ueapi_jamf.wire.scoping import DEVICE_GROUPS, DEVICES, USER_GROUPS, USERS, Place


def places_of(to: Scope) -> tuple[Place, ...]:
    """The rows a scope stands for.

    Raises:
        Rejected: it names everyone, exceptions or nobody. Nothing was sent.
        NotFound: a group's id is none of this backend's.
    """
    if to.everyone or to.has_exceptions:
        raise Rejected(
            "everyone, and exceptions, can't be assigned to.",
            problems=["everyone"] if to.everyone else ["has_exceptions"],
            remedy="Name users, groups or devices; for everyone make a group. Nothing was changed.",
        )
    return tuple(dict.fromkeys(_places(to)))


def _places(to: Scope) -> Iterator[Place]:
    yield from (Place(USERS, number) for number in to.users)
    yield from _groups(USER_GROUPS, "users", to.user_groups)
    yield from (Place(DEVICES, number) for number in to.devices)
    yield from _groups(DEVICE_GROUPS, "devices", to.device_groups)


def _groups(container: str, of: GroupOf, ids: Iterable[str]) -> Iterator[Place]:
    return (Place(container, group_number(of, id_)) for id_ in ids)
