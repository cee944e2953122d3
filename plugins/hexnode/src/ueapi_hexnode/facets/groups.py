"""Groups of users and of devices: two lists of the product in one facet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Change, Ensured, Groups
from ueapi.errors import Conflict
from ueapi.flow import Effect, Flow, Page, Reply, ask
from ueapi.model import Group, GroupDraft, GroupOf
from ueapi_hexnode.facets.calls import group_number, number, reading, taken, writing
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.mapping.groups import group_from_row, with_members
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.mapping.people import same_text
from ueapi_hexnode.wire.base import read
from ueapi_hexnode.wire.groups import (
    DeviceGroupDetailRow,
    DeviceGroupRow,
    UserGroupDetailRow,
    UserGroupRow,
)

_PATHS: Final[dict[GroupOf, str]] = {"users": "/usergroups/", "devices": "/devicegroups/"}
_ENSURE: Final = "groups.ensure"
# The product demands a description.
_DESCRIPTION: Final = "Static group"


@frozen
class HexnodeGroups(Groups):
    """The portal's groups. A group's id names its kind, such as "users-3" or "devices-9"."""

    _source: Source
    _per_page: int = field(kw_only=True)

    def page(self, cursor: str | None) -> Flow[Page[Group]]:
        """List groups of users, then of devices: one call for each page of either."""
        kind, _, place = (cursor or "users:").partition(":")
        if kind == "users":
            page = yield from self._rows("users", place or None)
            return Page(page.items, f"users:{page.next}" if page.next else "devices:")
        page = yield from self._rows("devices", place or None)
        return Page(page.items, f"devices:{page.next}" if page.next else None)

    def get(self, group: Group) -> Flow[Group]:
        """Read one group with its members: one call."""
        return (yield from self._read("groups.get", group))

    def ensure(self, draft: GroupDraft) -> Flow[Ensured[Group]]:
        """Find the group by name, and add who is missing.

        Costs one call for each page of groups of that kind, one to read members, and one to write. Members are added
        and never removed.

        Raises:
            Conflict: the group of that name is dynamic, or there are two. Nothing was changed.
        """
        found = _only(draft, (yield from self._all(draft.of)))
        if found is None:
            return (yield from self._create(draft))
        present = yield from self._read(_ENSURE, found)
        missing = [m for m in dict.fromkeys(draft.members) if m not in (present.members or ())]
        if not missing:
            return Ensured(present, Change.UNCHANGED)
        return (yield from self._add(present, missing))

    def _create(self, draft: GroupDraft) -> Flow[Ensured[Group]]:
        members = tuple(dict.fromkeys(draft.members))
        body = {
            "groupname": draft.name,
            "description": _DESCRIPTION,
            draft.of: [number(m) for m in members],
        }
        call = writing(_ENSURE, "POST", _PATHS[draft.of], body, effect=Effect.READABLE)
        reply = yield from ask(call)
        made = group_from_row(self._source, _made(draft.of, reply))
        return Ensured(made.model_copy(update={"members": members}), Change.CREATED)

    def _add(self, present: Group, missing: Sequence[str]) -> Flow[Ensured[Group]]:
        body: dict[str, object] = {
            f"add_{present.of}": [number(m) for m in missing],
            f"remove_{present.of}": [],
        }
        yield from taken(
            writing(
                _ENSURE,
                "POST",
                f"{_PATHS[present.of]}{{id}}/",
                body,
                effect=Effect.IDEMPOTENT,
                native=str(group_number(present.id, present.of)),
            )
        )
        members = (*(present.members or ()), *missing)
        return Ensured(present.model_copy(update={"members": members}), Change.UPDATED)

    def _read(self, operation: str, group: Group) -> Flow[Group]:
        native = str(group_number(group.id, group.of))
        reply = yield from ask(reading(operation, f"{_PATHS[group.of]}{{id}}/", native))
        if group.of == "users":
            users = read(UserGroupDetailRow, reply, of="a group of users")
            return with_members(self._source, group, users, users.users)
        devices = read(DeviceGroupDetailRow, reply, of="a group of devices")
        return with_members(self._source, group, devices, devices.devices)

    def _all(self, of: GroupOf) -> Flow[tuple[Group, ...]]:
        groups: list[Group] = []
        cursor: str | None = None
        while True:
            page = yield from self._rows(of, cursor)
            groups += page.items
            cursor = page.next
            if cursor is None:
                return tuple(groups)

    def _rows(self, of: GroupOf, cursor: str | None) -> Flow[Page[Group]]:
        listing = Listing(operation="groups.list", path=_PATHS[of], per_page=self._per_page)
        if of == "users":
            users = yield from listing.page(UserGroupRow, cursor)
            return Page(tuple(group_from_row(self._source, r) for r in users.items), users.next)
        devices = yield from listing.page(DeviceGroupRow, cursor)
        return Page(tuple(group_from_row(self._source, r) for r in devices.items), devices.next)


def _made(of: GroupOf, reply: Reply) -> UserGroupRow | DeviceGroupRow:
    if of == "users":
        return read(UserGroupRow, reply, of="the new group of users")
    return read(DeviceGroupRow, reply, of="the new group of devices")


def _only(draft: GroupDraft, groups: Sequence[Group]) -> Group | None:
    found = [g for g in groups if same_text(g.name, draft.name)]
    if len(found) > 1:
        raise Conflict(
            f"groups {', '.join(g.id for g in found)} have the same name.",
            remedy="Rename all but one in the portal; nothing was changed.",
        )
    if found and found[0].is_dynamic:
        raise Conflict(
            f"group {found[0].id} has that name and is dynamic, so members can't be put into it.",
            remedy="Rename it in the portal, or choose another name; nothing was changed.",
        )
    return found[0] if found else None
