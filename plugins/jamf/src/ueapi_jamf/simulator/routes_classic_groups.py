"""Groups of users and of devices in the Classic API; user groups can be changed nowhere else.

Source: Classic API, `/usergroups` and `/mobiledevicegroups`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator.answers import Row, refuse_classic
from ueapi_jamf.simulator.classic import (
    Element,
    Fields,
    Rows,
    deleted,
    document,
    id_in_path,
    made,
    no_such,
    number,
    respond,
    text,
    truth,
)
from ueapi_jamf.simulator.criteria import CriterionRow
from ueapi_jamf.simulator.groups import GroupRow, Groups
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import DeviceRow, UserRow

_SITE: Final = {"id": -1, "name": "None"}


@define
class _Kind:
    """What differs between groups of users and of devices."""

    path: str
    roots: str
    root: str
    privileges: str
    many: str
    """Element with the members."""
    one: str
    additions: str
    deletions: str
    groups: Groups[UserRow] | Groups[DeviceRow] = field(repr=False)
    find: Callable[[Element], int | None] = field(repr=False)
    member: Callable[[int], Fields] = field(repr=False)


@define
class ClassicGroupRoutes:
    """Both kinds of groups."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes of both kinds."""
        kinds = (self._of_users(), self._of_devices())
        return [row for kind in kinds for row in _KindRoutes(self.server, kind).rows()]

    def _of_users(self) -> _Kind:
        return _Kind(
            path="/JSSResource/usergroups",
            roots="user_groups",
            root="user_group",
            privileges="User Groups",
            many="users",
            one="user",
            additions="user_additions",
            deletions="user_deletions",
            groups=self.server.user_groups,
            find=self._user,
            member=self._shown_user,
        )

    def _of_devices(self) -> _Kind:
        return _Kind(
            path="/JSSResource/mobiledevicegroups",
            roots="mobile_device_groups",
            root="mobile_device_group",
            privileges="Mobile Device Groups",
            many="mobile_devices",
            one="mobile_device",
            additions="mobile_device_additions",
            deletions="mobile_device_deletions",
            groups=self.server.device_groups,
            find=self._device,
            member=self._shown_device,
        )

    def _user(self, element: Element) -> int | None:
        users, given = self.server.users, number(element, "id")
        if given is not None:
            return given if given in users.rows else None
        row = users.named(text(element, "username") or text(element, "name") or "")
        return row.id if row else None

    def _device(self, element: Element) -> int | None:
        rows, given = self.server.devices.rows, number(element, "id")
        if given is not None:
            return given if given in rows else None
        for tag, attribute in (("serial_number", "serial"), ("udid", "udid"), ("name", "name")):
            if wanted := text(element, tag):
                return next((d.id for d in rows.values() if getattr(d, attribute) == wanted), None)
        return None

    def _shown_user(self, user_id: int) -> Fields:
        row = self.server.users.rows[user_id]
        return {
            "id": row.id,
            "username": row.username,
            "full_name": row.realname,
            "phone_number": row.phone,
            "email_address": row.email,
        }

    def _shown_device(self, device_id: int) -> Fields:
        row = self.server.devices.rows[device_id]
        return {
            "id": row.id,
            "name": row.name,
            "mac_address": "",
            "udid": row.udid,
            "wifi_mac_address": "",
            "serial_number": row.serial,
        }


@define
class _KindRoutes:
    """List, detail, create, change by differences, delete."""

    server: Server
    kind: _Kind

    def rows(self) -> list[Row]:
        """The routes of this kind."""
        base, kind = self.kind.path, self.kind.privileges
        return [
            Row("GET", base, self.listing, READS, f"Read Smart {kind}"),
            Row("GET", f"{base}/id/{{id}}", self.by_id, READS, f"Read Smart {kind}"),
            Row("GET", f"{base}/name/{{name}}", self.by_name, READS, f"Read Smart {kind}"),
            Row("POST", f"{base}/id/{{id}}", self.create, CHANGES, f"Create Smart {kind}"),
            Row("PUT", f"{base}/id/{{id}}", self.update, CHANGES, f"Update Smart {kind}"),
            Row("DELETE", f"{base}/id/{{id}}", self.delete, CHANGES, f"Delete Smart {kind}"),
        ]

    async def listing(self, request: Request) -> Response:
        """Every group, without members. Source: Classic API."""
        items = tuple(_row(self.kind, g) for g in self.kind.groups.rows.values())
        return respond(request, self.kind.roots, Rows(self.kind.root, items))

    async def by_id(self, request: Request) -> Response:
        """One group with criteria and members. Source: Classic API."""
        return respond(request, self.kind.root, self._shown(self._stored(request)))

    async def by_name(self, request: Request) -> Response:
        """One group by name. Source: Classic API."""
        row = self.kind.groups.named(request.path_params["name"])
        if row is None:
            no_such()
        return respond(request, self.kind.root, self._shown(row))

    async def create(self, request: Request) -> Response:
        """A new group; `name` and `is_smart` are needed. Source: Classic API."""
        body = await document(request, self.kind.root)
        name, is_smart = text(body, "name"), truth(body, "is_smart")
        if not name or is_smart is None:
            refuse_classic(409, "Error: Name and is_smart are required")
        self._refuse_taken(name, None)
        criteria, members = _criteria(body), self._members(body.find(self.kind.many))
        row = self.kind.groups.add(name, is_smart=is_smart, criteria=criteria or ())
        if not is_smart:
            row.members = members or set()
        self._changed(row)
        return made(self.kind.root, row.id)

    async def update(self, request: Request) -> Response:
        """Change what is given. Source: Classic API: one unknown entry refuses all; removing a stranger is ignored."""
        row, body = self._stored(request), await document(request, self.kind.root)
        if name := text(body, "name"):
            self._refuse_taken(name, row)
        added = self._members(body.find(self.kind.additions)) or set()
        removed = self._members(body.find(self.kind.deletions)) or set()
        whole = self._members(body.find(self.kind.many))
        row.name = name or row.name
        notifies = truth(body, "is_notify_on_change")
        row.is_notify = row.is_notify if notifies is None else notifies
        if row.is_smart:
            criteria = _criteria(body)
            row.criteria = row.criteria if criteria is None else criteria
        else:
            row.members = ((row.members if whole is None else whole) | added) - removed
        self._changed(row)
        return made(self.kind.root, row.id)

    async def delete(self, request: Request) -> Response:
        """Delete a group, also one in use. Source: Classic API, which leaves dangling references."""
        row = self._stored(request)
        self.kind.groups.remove(row)
        self.server.settle()
        return deleted(self.kind.root, row.id)

    def _stored(self, request: Request) -> GroupRow:
        row = self.kind.groups.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown(self, row: GroupRow) -> Fields:
        members = sorted(self.kind.groups.members(row))
        return {
            **_row(self.kind, row),
            "site": _SITE,
            "criteria": Rows("criterion", tuple(_shown_criteria(row))),
            self.kind.many: Rows(self.kind.one, tuple(self.kind.member(i) for i in members)),
        }

    def _members(self, container: Element | None) -> set[int] | None:
        if container is None:
            return None
        found = [self.kind.find(e) for e in container if e.tag != "size"]
        if None in found:
            refuse_classic(409, f"Error: Unable to match {self.kind.one.replace('_', ' ')}")
        return {i for i in found if i is not None}

    def _refuse_taken(self, name: str, row: GroupRow | None) -> None:
        holder = self.kind.groups.named(name)
        if holder is not None and holder is not row:
            refuse_classic(409, "Error: Duplicate name")

    def _changed(self, row: GroupRow) -> None:
        self.kind.groups.changed(row)
        self.server.settle()


def _row(kind: _Kind, group: GroupRow) -> Fields:
    found: dict[str, object] = {"id": group.id, "name": group.name, "is_smart": group.is_smart}
    if kind.root == "user_group":
        found["is_notify_on_change"] = group.is_notify
    return found


def _shown_criteria(row: GroupRow) -> list[Fields]:
    return [
        {
            "name": c.name,
            "priority": place,
            "and_or": c.and_or,
            "search_type": c.search_type,
            "value": c.value,
            "opening_paren": c.opens,
            "closing_paren": c.closes,
        }
        for place, c in enumerate(row.criteria)
    ]


def _criteria(body: Element) -> tuple[CriterionRow, ...] | None:
    """Criteria by priority; a word that joins them and is unknown becomes `and`, as observed."""
    container = body.find("criteria")
    if container is None:
        return None
    rows = sorted(container.findall("criterion"), key=lambda row: number(row, "priority") or 0)
    return tuple(
        CriterionRow(
            name=text(row, "name") or "",
            and_or="or" if text(row, "and_or") == "or" else "and",
            search_type=text(row, "search_type") or "is",
            value=text(row, "value") or "",
            opens=truth(row, "opening_paren") or False,
            closes=truth(row, "closing_paren") or False,
        )
        for row in rows
    )
