"""Groups: those of devices by the Jamf Pro API, those of users by the Classic API, which alone has their criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from ueapi.contract import Capability, Groups, needs
from ueapi.flow import Call, Flow, Page, Reply, ask, ask_all
from ueapi.model import Group
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.groups import (
    device_group_from_row,
    user_group_from_detail,
    user_group_from_row,
    with_members,
)
from ueapi_jamf.mapping.ids import group_number
from ueapi_jamf.paging import every_row
from ueapi_jamf.wire.calls import classic_get, pro_get
from ueapi_jamf.wire.groups import (
    DEVICE_GROUPS,
    MEMBER_PAGE,
    SMART_GROUP,
    CriterionWire,
    read_user_group,
    read_user_groups,
)
from ueapi_jamf.wire.reading import read

MEMBERS_SIZE: Final = 1000
"""Members in one page; each row repeats a phone's whole inventory, so a page has a few megabytes."""


@frozen
class JamfGroups(Facet, Groups):
    """Groups of a Jamf Pro server. Ids say of what: `users-6`, `devices-6`."""

    @needs(Capability.GROUPS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Group]]:
        of_devices, of_users = yield from ask_all(
            (
                pro_get("groups.list", paths.DEVICE_GROUPS),
                classic_get("groups.list", paths.USER_GROUPS),
            )
        )
        tenant, read_at = self.context.tenant, self.context.now()
        rows = read(DEVICE_GROUPS, of_devices, what="the device group listing")
        items = (
            *(device_group_from_row(row, tenant=tenant, read_at=read_at) for row in rows),
            *(
                user_group_from_row(row, tenant=tenant, read_at=read_at)
                for row in read_user_groups(of_users)
            ),
        )
        return Page(items, total=len(items))

    @needs(Capability.GROUPS_GET)
    def get(self, group: Group) -> Flow[Group]:
        number = group_number(group.of, group.id)
        if group.of == "users":
            return (yield from self._of_users(number))
        criteria = (yield from _criteria(number)) if group.is_dynamic else ()
        members = yield from _members(number, is_dynamic=group.is_dynamic)
        return with_members(group, members, criteria)

    def _of_users(self, number: str) -> Flow[Group]:
        reply = yield from ask(classic_get("groups.get", paths.USER_GROUP, at={"id": number}))
        return user_group_from_detail(
            read_user_group(reply), tenant=self.context.tenant, read_at=self.context.now()
        )


def _criteria(number: str) -> Flow[tuple[CriterionWire, ...]]:
    reply = yield from ask(pro_get("groups.get", paths.SMART_GROUP, at={"id": number}))
    return tuple(read(SMART_GROUP, reply, what="a smart group")["criteria"])


def _members(number: str, *, is_dynamic: bool) -> Flow[tuple[str, ...]]:
    path = paths.SMART_MEMBERS if is_dynamic else paths.STATIC_MEMBERS

    def call_at(page: int) -> Call:
        query = (
            ("page", str(page)),
            ("page-size", str(MEMBERS_SIZE)),
            ("sort", "mobileDeviceId:asc"),
        )
        return pro_get("groups.get", path, at={"id": number}, query=query)

    return (yield from every_row(call_at, _member_ids, size=MEMBERS_SIZE))


def _member_ids(reply: Reply) -> tuple[Sequence[str], int]:
    page = read(MEMBER_PAGE, reply, what="the members of a group")
    return [row["mobileDeviceId"] for row in page["results"]], page["totalCount"]
