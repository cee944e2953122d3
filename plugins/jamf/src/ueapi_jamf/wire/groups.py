"""Groups. Source: Jamf Pro API 11.30 schema, `/v2/mobile-device-groups`; Jamf Classic API schema, `/usergroups`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NotRequired

from attrs import frozen
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ueapi.flow import Reply
from ueapi_jamf.wire.classic import ClassicWire, entries, ids, root_of, shaped, texts
from ueapi_jamf.wire.reading import misfit


class CriterionWire(TypedDict):
    """One criterion, named as the Jamf Pro API names it."""

    name: str
    priority: int
    searchType: str
    andOr: NotRequired[str | None]
    value: NotRequired[str | None]
    openingParen: NotRequired[bool | None]
    closingParen: NotRequired[bool | None]


class DeviceGroupWire(TypedDict):
    """One row of the bare list; the id is a number here and text elsewhere."""

    id: int
    name: str
    isSmartGroup: bool


class SmartGroupWire(TypedDict):
    """A smart group with its criteria."""

    criteria: list[CriterionWire]


class StaticGroupWire(TypedDict):
    """A static group; an update has to name its site again."""

    siteId: NotRequired[str | None]


class MemberWire(TypedDict):
    """One member; the other columns of its inventory are not read."""

    mobileDeviceId: str


class MemberPageWire(TypedDict):
    """One page of members."""

    totalCount: int
    results: list[MemberWire]


class UserGroupWire(ClassicWire):
    """One user group, as far as a listing tells."""

    id: str
    name: str
    is_smart: bool


@frozen
class UserGroupDetail:
    """A user group with its members' ids and its criteria."""

    group: UserGroupWire
    members: tuple[str, ...]
    criteria: tuple[CriterionWire, ...]


_CRITERION: Final = TypeAdapter(CriterionWire)
_PRO_WORDS: Final[Mapping[str, str]] = {
    "and_or": "andOr",
    "search_type": "searchType",
    "opening_paren": "openingParen",
    "closing_paren": "closingParen",
}
DEVICE_GROUPS: Final = TypeAdapter(list[DeviceGroupWire])
SMART_GROUP: Final = TypeAdapter(SmartGroupWire)
STATIC_GROUP: Final = TypeAdapter(StaticGroupWire)
MEMBER_PAGE: Final = TypeAdapter(MemberPageWire)


def read_user_groups(reply: Reply) -> tuple[UserGroupWire, ...]:
    """Read the listing of user groups."""
    root = root_of(reply, "user_groups")
    return tuple(
        shaped(UserGroupWire, row, reply, what="the user group listing") for row in entries(root)
    )


def read_user_group(reply: Reply) -> UserGroupDetail:
    """Read one user group."""
    root = root_of(reply, "user_group")
    return UserGroupDetail(
        group=shaped(UserGroupWire, root, reply, what="a user group"),
        members=ids(root.find("users")),
        criteria=_criteria(map(texts, entries(root.find("criteria"))), reply),
    )


def _criteria(rows: Iterable[Mapping[str, str]], reply: Reply) -> tuple[CriterionWire, ...]:
    """The Classic API spells the same names with underscores."""
    try:
        return tuple(_CRITERION.validate_python(_in_pro_words(row)) for row in rows)
    except ValidationError as problem:
        raise misfit(problem, reply, what="the criteria of a user group") from None


def _in_pro_words(row: Mapping[str, str]) -> dict[str, str]:
    return {_PRO_WORDS.get(name, name): text for name, text in row.items()}
