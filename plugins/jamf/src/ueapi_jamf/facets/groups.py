"""Groups: those of devices by the Jamf Pro API, those of users by the Classic API, which alone has their criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Capability, Change, Ensured, Groups, needs
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Call, Flow, Page, Reply, ask, ask_all
from ueapi.model import Group, GroupDraft
from ueapi_jamf import paths
from ueapi_jamf.facets import static_groups
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.lately import LatelyMade
from ueapi_jamf.mapping.groups import (
    device_group_from_row,
    static_group,
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

    lately: LatelyMade = field(factory=LatelyMade, repr=False)

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

    @needs(Capability.GROUPS_ENSURE)
    def ensure(self, draft: GroupDraft) -> Flow[Ensured[Group]]:
        """Find the group by name, and add who is missing; further members stay.

        Costs one call to list, one to create; or one to list, one to read members, and to add some, one for users and
        two for devices. Members of a group of devices are read in pages of a thousand.

        Raises:
            Conflict: the group of that name is dynamic. Nothing was changed.
            Rejected: a device isn't managed any more; Jamf Pro then takes none of them. Nothing was changed.
        """
        members = tuple(dict.fromkeys(draft.members))
        found = yield from self._named(draft)
        if found is None:
            number = yield from static_groups.make(draft, members)
            self.lately.note(_key(draft), number, now=self.context.now())
            return Ensured(self._static(draft, number, members), Change.CREATED)
        number = group_number(draft.of, found.id)
        present = yield from _present(draft, number)
        missing = [member for member in members if member not in present]
        whole = self._static(draft, number, (*present, *missing) if members else None)
        if not missing:
            return Ensured(whole, Change.UNCHANGED)
        yield from static_groups.add(found, missing)
        return Ensured(whole, Change.UPDATED)

    def _named(self, draft: GroupDraft) -> Flow[Group | None]:
        listed = yield from self._listed(draft)
        wanted = draft.name.strip().casefold()
        found = next((g for g in listed if g.name.strip().casefold() == wanted), None)
        if found is None:
            number = self.lately.id_of(_key(draft), now=self.context.now())
            return None if number is None else self._static(draft, number, ())
        if found.is_dynamic:
            raise Conflict(
                f"group {found.id} has that name and is a smart group, so members can't be put into it.",
                remedy="Rename it in Jamf Pro, or choose another name; nothing was changed.",
            )
        return found

    def _listed(self, draft: GroupDraft) -> Flow[Sequence[Group]]:
        tenant, read_at = self.context.tenant, self.context.now()
        if draft.of == "users":
            reply = yield from ask(classic_get(static_groups.ENSURE, paths.USER_GROUPS))
            users = read_user_groups(reply)
            return [user_group_from_row(row, tenant=tenant, read_at=read_at) for row in users]
        reply = yield from ask(pro_get(static_groups.ENSURE, paths.DEVICE_GROUPS))
        devices = read(DEVICE_GROUPS, reply, what="the device group listing")
        return [device_group_from_row(row, tenant=tenant, read_at=read_at) for row in devices]

    def _static(self, draft: GroupDraft, number: str, members: tuple[str, ...] | None) -> Group:
        return static_group(
            draft, number, members, tenant=self.context.tenant, read_at=self.context.now()
        )

    def _of_users(self, number: str) -> Flow[Group]:
        reply = yield from ask(classic_get("groups.get", paths.USER_GROUP, at={"id": number}))
        return user_group_from_detail(
            read_user_group(reply), tenant=self.context.tenant, read_at=self.context.now()
        )


def _key(draft: GroupDraft) -> str:
    return f"{draft.of} {draft.name.strip()}"


def _present(draft: GroupDraft, number: str) -> Flow[tuple[str, ...]]:
    """Members, if somebody is to be added at all; none while a cluster doesn't show the group yet."""
    if not draft.members:
        return ()
    if draft.of == "users":
        return (yield from static_groups.members_of_users(number))
    try:
        return (yield from _members(number, is_dynamic=False))
    except NotFound:
        return ()


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
