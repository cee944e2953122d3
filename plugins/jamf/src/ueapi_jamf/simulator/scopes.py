"""Scopes in documents of the Classic API.

Source: Classic API: a scope in an update replaces the stored one as a whole. Guess: an unknown id or name refuses
the update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ueapi_jamf.simulator.answers import refuse_classic
from ueapi_jamf.simulator.classic import Element, Fields, Rows, text, truth
from ueapi_jamf.simulator.content import Scope
from ueapi_jamf.simulator.server import Server

_EMPTY_DEVICES: Final = {
    "buildings": Rows("building"),
    "departments": Rows("department"),
}
_LIMITS: Final = {
    "users": Rows("user"),
    "user_groups": Rows("user_group"),
    "network_segments": Rows("network_segment"),
}


def shown(server: Server, scope: Scope, *, of_devices: bool) -> Fields:
    """A scope; one of a volume assignment has no devices."""
    users = {
        "jss_users": _users(server, scope.users),
        "jss_user_groups": _user_groups(server, scope.user_groups),
    }
    without = {
        "jss_users": _users(server, scope.without_users),
        "user_groups": Rows("user_group"),
        "jss_user_groups": _user_groups(server, scope.without_user_groups),
    }
    if not of_devices:
        return {
            "all_jss_users": scope.all_users,
            **users,
            "limitations": {"user_groups": Rows("user_group")},
            "exclusions": without,
        }
    return {
        "all_mobile_devices": scope.all_devices,
        "all_jss_users": scope.all_users,
        "mobile_devices": _devices(server, scope.devices),
        "mobile_device_groups": _device_groups(server, scope.device_groups),
        **_EMPTY_DEVICES,
        **users,
        "limitations": _LIMITS,
        "exclusions": {
            "mobile_devices": _devices(server, scope.without_devices),
            "mobile_device_groups": _device_groups(server, scope.without_device_groups),
            **_EMPTY_DEVICES,
            "users": Rows("user"),
            **without,
        },
    }


def read(server: Server, element: Element) -> Scope:
    """Read a whole scope. With all devices in it, single groups of devices are dropped, as observed."""
    everything = truth(element, "all_mobile_devices") or False
    users, devices = server.users, server.devices
    groups_of_users, groups_of_devices = server.user_groups, server.device_groups

    def ids(path: str, known: Mapping[int, object], named: Callable[[str], int]) -> set[int]:
        rows = element.find(path)
        found = (r for r in (() if rows is None else rows) if r.tag != "size")
        return {_id(row, known, named) for row in found}

    def user(name: str) -> int:
        row = users.named(name)
        return row.id if row else 0

    def user_group(name: str) -> int:
        row = groups_of_users.named(name)
        return row.id if row else 0

    def device_group(name: str) -> int:
        row = groups_of_devices.named(name)
        return row.id if row else 0

    def device(name: str) -> int:
        return next((d.id for d in devices.rows.values() if d.name == name), 0)

    scoped = ids("mobile_device_groups", groups_of_devices.rows, device_group)
    return Scope(
        all_devices=everything,
        all_users=truth(element, "all_jss_users") or False,
        devices=ids("mobile_devices", devices.rows, device),
        device_groups=set() if everything else scoped,
        users=ids("jss_users", users.rows, user),
        user_groups=ids("jss_user_groups", groups_of_users.rows, user_group),
        without_devices=ids("exclusions/mobile_devices", devices.rows, device),
        without_device_groups=ids(
            "exclusions/mobile_device_groups", groups_of_devices.rows, device_group
        ),
        without_users=ids("exclusions/jss_users", users.rows, user),
        without_user_groups=ids("exclusions/jss_user_groups", groups_of_users.rows, user_group),
    )


def _id(row: Element, known: Mapping[int, object], named: Callable[[str], int]) -> int:
    given, name = text(row, "id"), text(row, "name")
    found = int(given) if given and given.isdecimal() else named(name or "")
    if found not in known:
        refuse_classic(409, f"Error: Unable to match {str(row.tag).replace('_', ' ')}")
    return found


def _users(server: Server, ids: set[int]) -> Rows:
    rows = server.users.rows
    found = ({"id": i, "name": rows[i].username} for i in sorted(ids) if i in rows)
    return Rows("user", tuple(found))


def _user_groups(server: Server, ids: set[int]) -> Rows:
    rows = server.user_groups.rows
    found = ({"id": i, "name": rows[i].name} for i in sorted(ids) if i in rows)
    return Rows("user_group", tuple(found))


def _device_groups(server: Server, ids: set[int]) -> Rows:
    rows = server.device_groups.rows
    found = ({"id": i, "name": rows[i].name} for i in sorted(ids) if i in rows)
    return Rows("mobile_device_group", tuple(found))


def _devices(server: Server, ids: set[int]) -> Rows:
    rows = server.devices.rows
    found = (
        {"id": i, "name": rows[i].name, "udid": rows[i].udid, "wifi_mac_address": ""}
        for i in sorted(ids)
        if i in rows
    )
    return Rows("mobile_device", tuple(found))
