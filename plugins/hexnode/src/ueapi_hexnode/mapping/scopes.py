"""Targets of a policy as a neutral scope; ids are those the groups facet gives."""

from __future__ import annotations

from ueapi.model import GroupOf, Scope
from ueapi_hexnode.wire.policies import TargetsRow


def group_id(of: GroupOf, number: int) -> str:
    """The id of a group, unambiguous although the product counts groups of users and of devices separately."""
    return f"{of}-{number}"


def scope_from_row(row: TargetsRow) -> Scope:
    """Translate the targets of a policy."""
    return Scope(
        users=tuple(map(str, row.users)),
        user_groups=tuple(group_id("users", n) for n in row.usergroups),
        devices=tuple(map(str, row.devices)),
        device_groups=tuple(group_id("devices", n) for n in row.devicegroups),
    )
