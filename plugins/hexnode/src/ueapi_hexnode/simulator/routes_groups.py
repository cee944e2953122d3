"""User groups and device groups: PUT replaces, POST on one changes its members."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_hexnode.simulator.answers import (
    answer,
    body_of,
    invalid,
    known_ids,
    long_stamp,
    not_found,
    required,
    text_in,
)
from ueapi_hexnode.simulator.paging import page
from ueapi_hexnode.simulator.portal import Portal, Route
from ueapi_hexnode.simulator.state import DeviceRow, GroupRow, PolicyRow, Store


@frozen
class Side:
    """Which of the two kinds of group a route is about; also the name of the member list."""

    members: str
    kind: str

    def groups(self, store: Store) -> dict[int, GroupRow]:
        """All groups of this kind."""
        return store.usergroups if self is USERS else store.devicegroups

    def rows(self, store: Store) -> Mapping[int, object]:
        """Everything that can be a member."""
        return store.users if self is USERS else store.devices

    def count(self, store: Store, row: GroupRow) -> int:
        """How many members there are."""
        return len(row.members) if self is USERS else len(store.members_of(row))

    def devices(self, store: Store, members: set[int]) -> list[DeviceRow]:
        """Devices a change of these members matters to."""
        if self is USERS:
            return [d for m in sorted(members) for d in store.devices_of(m)]
        return [store.devices[m] for m in sorted(members) if m in store.devices]


USERS: Final = Side("users", "usergroup")
DEVICES: Final = Side("devices", "devicegroup")


def _group(side: Side, portal: Portal, request: Request) -> GroupRow:
    row = side.groups(portal.store).get(int(request.path_params["id"]))
    if row is None:
        raise not_found()
    return row


def _item(side: Side, store: Store, row: GroupRow) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": row.id,
        "groupname": row.name,
        "description": row.description,
    }
    if side is USERS:
        shown["users_count"] = side.count(store, row)
    else:
        shown["grouptype"] = "custom" if row.rule is None else "dynamic"
        shown["device_count"] = side.count(store, row)
    return {**shown, "modified_date": long_stamp(row.modified)}


async def list_groups(side: Side, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, List all groups; fields as seen on live portals."""
    rows = list(side.groups(portal.store).values())
    return page(request, rows, lambda row: _item(side, portal.store, row))


def _detail(side: Side, store: Store, row: GroupRow) -> dict[str, object]:
    return {
        "id": row.id,
        "groupname": row.name,
        "description": row.description,
        side.members: _members(side, store, row),
        "policy": [_policy(p) for p in _policies(side, store, row)],
        "location_history": [],
    }


def _members(side: Side, store: Store, row: GroupRow) -> list[dict[str, object]]:
    if side is DEVICES:
        return [
            {
                "id": d.id,
                "name": d.name,
                "user_id": d.user_id,
                "user_name": store.users[d.user_id].name,
                "model_name": d.model_name,
                "platform": "ios",
            }
            for d in store.members_of(row)
        ]
    people = (store.users[m] for m in sorted(row.members))
    return [
        {"id": u.id, "name": u.name, "email": u.email, "domain": u.domain, "phoneno": u.phoneno}
        for u in people
    ]


def _policies(side: Side, store: Store, row: GroupRow) -> list[PolicyRow]:
    def targets(policy: PolicyRow) -> set[int]:
        return policy.targets.usergroups if side is USERS else policy.targets.devicegroups

    return [p for p in store.policies.values() if not p.archived and row.id in targets(p)]


def _policy(row: PolicyRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "created_time": long_stamp(row.created),
    }


async def show_group(side: Side, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Group details; as seen live, all members inline and no `grouptype`."""
    return answer(_detail(side, portal.store, _group(side, portal, request)))


async def create_group(side: Side, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Create User Group: 201.

    Guess: the same for device groups, and 400 for a used name.
    """
    body = await body_of(request)
    store = portal.store
    name, description = _texts(side, store, body, None)
    members = set(known_ids(body, side.members, side.rows(store)))
    row = GroupRow(
        id=store.next_id(side.kind),
        name=name,
        description=description,
        created=portal.now(),
        modified=portal.now(),
        members=members,
    )
    side.groups(store)[row.id] = row
    _changed(side, portal, request, members)
    return answer(_detail(side, store, row), 201)


def _texts(
    side: Side, store: Store, body: dict[str, object], row: GroupRow | None
) -> tuple[str, str]:
    name = text_in(body, "groupname")
    description = body.get("description")
    if description is None:
        raise required("description")
    taken = (g for g in side.groups(store).values() if g is not row)
    if any(g.name.casefold() == name.casefold() for g in taken):
        raise invalid("groupname", "group with this groupname already exists.")
    return name, str(description)


async def replace_group(side: Side, portal: Portal, request: Request) -> Response:
    """Source: published clients: PUT takes the whole new member list. Guess: a missing list leaves members alone."""
    row = _editable(side, portal, request)
    body = await body_of(request)
    name, description = _texts(side, portal.store, body, row)
    before = set(row.members)
    if side.members in body:
        row.members = set(known_ids(body, side.members, side.rows(portal.store)))
    row.name, row.description, row.modified = name, description, portal.now()
    _changed(side, portal, request, before ^ row.members)
    return answer(_detail(side, portal.store, row))


def _editable(side: Side, portal: Portal, request: Request) -> GroupRow:
    """Guess: members of a dynamic group can't be edited, 400."""
    row = _group(side, portal, request)
    if row.rule is not None:
        raise invalid("grouptype", "Dynamic groups can't be edited.")
    return row


async def change_members(side: Side, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Add/Remove Users and Add/Remove Devices.

    Both lists are required, an id in both ends up a member, and the answer is 201 for users. Guess: 201 for devices.
    """
    row = _editable(side, portal, request)
    body = await body_of(request)
    names = (f"add_{side.members}", f"remove_{side.members}")
    for name in names:
        if body.get(name) is None:
            raise required(name)
    added, removed = (set(known_ids(body, name, side.rows(portal.store))) for name in names)
    before = set(row.members)
    row.members = (row.members - removed) | added
    row.modified = portal.now()
    _changed(side, portal, request, before ^ row.members)
    return answer(_detail(side, portal.store, row), 201)


async def delete_group(side: Side, portal: Portal, request: Request) -> Response:
    """Source: Hexnode developer pages, Delete group. Guess: 204, and what came through the group goes."""
    row = _group(side, portal, request)
    store = portal.store
    members = {d.id for d in store.members_of(row)} if side is DEVICES else set(row.members)
    del side.groups(store)[row.id]
    for targets in store.all_targets():
        (targets.usergroups if side is USERS else targets.devicegroups).discard(row.id)
    _changed(side, portal, request, members)
    return answer(None, 204)


def _changed(side: Side, portal: Portal, request: Request, members: set[int]) -> None:
    devices = side.devices(portal.store, members)
    if side is DEVICES:
        portal.touch_devices(request, *devices)
    portal.delivery.reconcile(*devices)


def _table(side: Side, base: str) -> tuple[Route, ...]:
    return (
        ("GET", base, partial(list_groups, side), READS),
        ("POST", base, partial(create_group, side), CHANGES),
        ("GET", f"{base}{{id:int}}/", partial(show_group, side), READS),
        ("PUT", f"{base}{{id:int}}/", partial(replace_group, side), CHANGES),
        ("POST", f"{base}{{id:int}}/", partial(change_members, side), CHANGES),
        ("DELETE", f"{base}{{id:int}}/", partial(delete_group, side), CHANGES),
    )


TABLE: Final[tuple[Route, ...]] = (
    *_table(USERS, "/usergroups/"),
    *_table(DEVICES, "/devicegroups/"),
)
