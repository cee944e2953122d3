"""Groups of users and of devices, in one list of the product."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Change, Ensured, Groups
from ueapi.errors import Conflict
from ueapi.flow import Call, Effect, Flow, Page, ask
from ueapi.model import Group, GroupDraft
from ueapi.testing.memory.calls import Listing, reading, writing
from ueapi.testing.memory.grouping import group
from ueapi.testing.memory.mapping import Source
from ueapi.testing.memory.wire import GroupInFullRow, GroupRow, PageRow, read

PATH: Final = "/v1/groups"
ONE: Final = "/v1/groups/{id}"
ENSURE: Final = "groups.ensure"


@frozen
class MemoryGroups(Groups):
    """The tenant's groups."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[Group]]:
        """List groups without members: one call for each page."""
        listing = Listing(operation="groups.list", path=PATH, rows=self._rows)
        return (yield from listing.page(PageRow[GroupRow], cursor, translate=self._group))

    def get(self, group: Group) -> Flow[Group]:
        """Read one group with members and criteria: one call."""
        return (yield from self._told(reading("groups.get", ONE, group.id)))

    def ensure(self, draft: GroupDraft) -> Flow[Ensured[Group]]:
        """Search by name, read the members, then create or add: two calls, and one more if something has to change.

        Raises:
            Conflict: a dynamic group has that name, so members can't be put into it. Nothing was changed.
        """
        found = yield from self._search(draft)
        if found is None:
            body = {"name": draft.name, "of": draft.of, "members": draft.members}
            call = writing(ENSURE, "POST", PATH, effect=Effect.READABLE, body=body)
            return Ensured((yield from self._told(call)), Change.CREATED)
        present = yield from self._told(reading(ENSURE, ONE, found.id))
        missing = [m for m in draft.members if m not in (present.members or ())]
        if not missing:
            return Ensured(present, Change.UNCHANGED)
        # IDEMPOTENT: who is in the group already stays in it once.
        call = writing(
            ENSURE,
            "POST",
            f"{ONE}/members",
            effect=Effect.IDEMPOTENT,
            native=found.id,
            body={"add": missing},
        )
        return Ensured((yield from self._told(call)), Change.UPDATED)

    def _search(self, draft: GroupDraft) -> Flow[Group | None]:
        listing = Listing(
            operation=ENSURE, path=PATH, rows=self._rows, where=(("name", draft.name),)
        )
        page = yield from listing.page(PageRow[GroupRow], None, translate=self._group)
        found = next((g for g in page.items if (g.name, g.of) == (draft.name, draft.of)), None)
        if found is not None and found.is_dynamic:
            raise Conflict(
                f"group {found.id} has that name and is dynamic.",
                remedy="Rename it in the console, or choose another name; nothing was changed.",
            )
        return found

    def _told(self, call: Call) -> Flow[Group]:
        return self._group(read(GroupInFullRow, (yield from ask(call)), of="a group"))

    def _group(self, row: GroupRow) -> Group:
        return group(self._source, row)
