"""Groups."""

from __future__ import annotations

from datetime import datetime

from ueapi.model import Absence, CriteriaTree, Group, GroupDraft, GroupOf, Origin, Ref
from ueapi_jamf.mapping.criteria import criteria_from_wire
from ueapi_jamf.mapping.ids import group_id
from ueapi_jamf.wire.groups import (
    CriterionWire,
    DeviceGroupWire,
    UserGroupDetail,
    UserGroupWire,
)


def device_group_from_row(row: DeviceGroupWire, *, tenant: str, read_at: datetime) -> Group:
    """Translate one row of the listing of device groups."""
    return _listed(
        "devices",
        str(row["id"]),
        row["name"],
        is_dynamic=row["isSmartGroup"],
        raw=row,
        tenant=tenant,
        read_at=read_at,
    )


def user_group_from_row(row: UserGroupWire, *, tenant: str, read_at: datetime) -> Group:
    """Translate one row of the listing of user groups."""
    return _listed(
        "users", row.id, row.name, is_dynamic=row.is_smart, raw=row, tenant=tenant, read_at=read_at
    )


def user_group_from_detail(detail: UserGroupDetail, *, tenant: str, read_at: datetime) -> Group:
    """Translate one user group with members and criteria."""
    listed = user_group_from_row(detail.group, tenant=tenant, read_at=read_at)
    return with_members(listed, detail.members, detail.criteria)


def with_members(
    group: Group, members: tuple[str, ...], criteria: tuple[CriterionWire, ...]
) -> Group:
    """Add what the listing lacks."""
    tree: CriteriaTree | None = criteria_from_wire(criteria) if group.is_dynamic else None
    absent = {} if tree else {"criteria": Absence.NOT_EXPOSED_BY_PRODUCT}
    return group.model_copy(
        update={
            "members": members,
            "criteria": tree,
            "origin": group.origin.model_copy(update={"absent": absent}),
        }
    )


def static_group(
    draft: GroupDraft,
    number: str,
    members: tuple[str, ...] | None,
    *,
    tenant: str,
    read_at: datetime,
) -> Group:
    """A static group as it is after writing; `None` when nobody had to read its members."""
    absent = {
        "criteria": Absence.NOT_EXPOSED_BY_PRODUCT,
        "members": Absence.NOT_FETCHED,
    }
    return Group(
        ref=Ref(tenant=tenant, id=group_id(draft.of, number)),
        origin=Origin(backend="jamf", read_at=read_at, absent=absent),
        name=draft.name,
        of=draft.of,
        members=members,
    )


def _listed(
    of: GroupOf,
    number: str,
    name: str,
    *,
    is_dynamic: bool,
    raw: object,
    tenant: str,
    read_at: datetime,
) -> Group:
    absent = {"members": Absence.NOT_FETCHED, "criteria": Absence.NOT_FETCHED}
    if not is_dynamic:
        absent["criteria"] = Absence.NOT_EXPOSED_BY_PRODUCT
    return Group(
        ref=Ref(tenant=tenant, id=group_id(of, number)),
        origin=Origin(backend="jamf", read_at=read_at, absent=absent, raw=raw),
        name=name,
        of=of,
        is_dynamic=is_dynamic,
    )
