"""Groups of users and of devices."""

from __future__ import annotations

from collections.abc import Sequence

from ueapi.model import Absence, Group, GroupOf
from ueapi_hexnode import assumed
from ueapi_hexnode.mapping.origin import Source, not_read, not_shown
from ueapi_hexnode.mapping.scopes import group_id
from ueapi_hexnode.wire.groups import DeviceGroupRow, MemberRow, UserGroupRow


def group_from_row(source: Source, row: UserGroupRow | DeviceGroupRow) -> Group:
    """Translate a group of a listing, which shows no members."""
    of: GroupOf = "users" if isinstance(row, UserGroupRow) else "devices"
    dynamic = isinstance(row, DeviceGroupRow) and row.grouptype == "dynamic"
    return Group(
        ref=source.ref(group_id(of, row.id)),
        origin=source.origin(row, absent=not_read("members") | _criteria(dynamic)),
        name=row.groupname,
        of=of,
        is_dynamic=dynamic,
        is_built_in=of == "devices" and row.id <= assumed.LAST_BUILT_IN_DEVICE_GROUP,
    )


def with_members(
    source: Source,
    group: Group,
    row: UserGroupRow | DeviceGroupRow,
    members: Sequence[MemberRow],
) -> Group:
    """The group with its members; type and origin of criteria stay as the listing said."""
    return group.model_copy(
        update={
            "name": row.groupname,
            "members": tuple(str(m.id) for m in members),
            "origin": source.origin(row, absent=_criteria(group.is_dynamic)),
        }
    )


def _criteria(dynamic: bool) -> dict[str, Absence]:
    return not_shown("criteria") if dynamic else {}
