"""Groups of users and of devices. No call that puts somebody into one is known, so groups are made by a person."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Groups
from ueapi.flow import Flow, Page, ask
from ueapi.model import Group
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.facets.listing import Listing
from ueapi_maas360.facets.users import EVERYBODY
from ueapi_maas360.mapping.devices import KEY, PLATFORM
from ueapi_maas360.mapping.groups import group_from_row, with_members
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.mapping.people import user_id
from ueapi_maas360.wire.reading import read

_ALL: Final = "/group-apis/group/1.0/groups/customer/{billing}"
_USERS_OF: Final = "/user-apis/user/1.0/searchByGroup/customer/{billing}/groupIdentifier/{group}"
_DEVICES_OF: Final = "/device-apis/devices/1.0/searchByDeviceGroup/{billing}"
_GET: Final = "groups.get"


@frozen(kw_only=True)
class Maas360Groups(Groups):
    """Groups of both kinds, in one list."""

    _account: Account
    _source: Source
    _page_rows: int

    def page(self, cursor: str | None) -> Flow[Page[Group]]:
        """List all groups: one call. They come on one page, so there is no other cursor than `None`."""
        operation = "groups.list"
        reply = yield from ask(self._account.reading(operation, _ALL))
        answer = read(reply, "groups", of=operation)
        groups = [group_from_row(self._source, row) for row in answer.records("group")]
        return Page(tuple(groups), None, answer.number("count"))

    def get(self, group: Group) -> Flow[Group]:
        """Read who is in a group: one call for each page of members. Only iPhones and iPads are members here."""
        members = self._users_of(group) if group.of == "users" else self._devices_of(group)
        found = yield from members
        origin = self._source.origin(
            group.raw if isinstance(group.raw, dict) else {},
            inferred=group.origin.inferred,
            absent={k: v for k, v in group.origin.absent.items() if k != "members"},
        )
        return with_members(group, found, origin)

    def _users_of(self, group: Group) -> Flow[tuple[str, ...]]:
        listing = Listing(
            account=self._account,
            operation=_GET,
            path=_USERS_OF,
            at={"group": group.id},
            root="users",
            row="user",
            rows=self._page_rows,
            where=EVERYBODY,
        )
        return tuple([user_id(row) for row in (yield from listing.walk())])

    def _devices_of(self, group: Group) -> Flow[tuple[str, ...]]:
        listing = Listing(
            account=self._account,
            operation=_GET,
            path=_DEVICES_OF,
            root="devices",
            row="device",
            rows=self._page_rows,
            where={"deviceGroupId": group.id},
        )
        rows = yield from listing.walk()
        return tuple(
            [
                row.needed(KEY)
                for row in rows
                if assumed.same_word(row.text("platformName"), PLATFORM)
            ]
        )
