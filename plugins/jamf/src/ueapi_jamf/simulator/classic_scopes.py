"""Scopes in the Classic API. Source: Classic API, `scope` of profiles, apps and volume assignments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ueapi_jamf.simulator.answers import refuse_classic
from ueapi_jamf.simulator.classic_xml import Element, Many, Value, is_true
from ueapi_jamf.simulator.content import Scope

if TYPE_CHECKING:
    from ueapi_jamf.simulator.server import Server


def shown(server: Server, scope: Scope, *, has_devices: bool = True) -> Mapping[str, Value]:
    """A scope as an object of the API; a volume assignment's knows no devices."""
    row: dict[str, Value] = {}
    if has_devices:
        row["all_mobile_devices"] = scope.all_devices
    row["all_jss_users"] = scope.all_users
    if has_devices:
        row.update(_devices(server, scope.devices, scope.device_groups))
        row.update(buildings=Many("building", ()), departments=Many("department", ()))
    row.update(_users(server, scope.users, scope.user_groups))
    limits: dict[str, Value] = {"users": Many("user", ())} if has_devices else {}
    row["limitations"] = {**limits, "user_groups": Many("user_group", ())}
    out: dict[str, Value] = {}
    if has_devices:
        out.update(_devices(server, scope.without_devices, scope.without_device_groups))
    out.update(_users(server, scope.without_users, scope.without_user_groups))
    row["exclusions"] = {**out, "user_groups": Many("user_group", ())}
    return row


def read(server: Server, scope: Element) -> Scope:
    """A scope from a request; what isn't named is empty, since a scope that is sent replaces the whole one.

    Raises:
        Refused: somebody in it doesn't exist. Source: 409 with the sentence naming what wasn't matched.
    """
    users, groups = server.users.rows, server.user_groups.rows
    devices, device_groups = server.devices.rows, server.device_groups.rows
    return Scope(
        all_devices=is_true(scope, "all_mobile_devices"),
        all_users=is_true(scope, "all_jss_users"),
        devices=_ids(scope, "mobile_devices", devices),
        device_groups=_ids(scope, "mobile_device_groups", device_groups),
        users=_ids(scope, "jss_users", users),
        user_groups=_ids(scope, "jss_user_groups", groups),
        without_devices=_ids(scope, "exclusions/mobile_devices", devices),
        without_device_groups=_ids(scope, "exclusions/mobile_device_groups", device_groups),
        without_users=_ids(scope, "exclusions/jss_users", users),
        without_user_groups=_ids(scope, "exclusions/jss_user_groups", groups),
    )


def _users(server: Server, users: Iterable[int], groups: Iterable[int]) -> dict[str, Value]:
    rows, group_rows = server.users.rows, server.user_groups.rows
    return {
        "jss_users": Many(
            "user", [{"id": i, "name": rows[i].username} for i in sorted(users) if i in rows]
        ),
        "jss_user_groups": Many(
            "user_group",
            [{"id": i, "name": group_rows[i].name} for i in sorted(groups) if i in group_rows],
        ),
    }


def _devices(server: Server, devices: Iterable[int], groups: Iterable[int]) -> dict[str, Value]:
    rows, group_rows = server.devices.rows, server.device_groups.rows
    return {
        "mobile_devices": Many(
            "mobile_device",
            [
                {"id": i, "name": rows[i].name, "udid": rows[i].udid}
                for i in sorted(devices)
                if i in rows
            ],
        ),
        "mobile_device_groups": Many(
            "mobile_device_group",
            [{"id": i, "name": group_rows[i].name} for i in sorted(groups) if i in group_rows],
        ),
    }


def _ids(scope: Element, path: str, known: Mapping[int, object]) -> set[int]:
    container = scope.find(path)
    found = set[int]()
    for row in () if container is None else container:
        if row.tag == "size":
            continue
        text = (row.findtext("id") or "").strip()
        if not text.isdecimal() or int(text) not in known:
            refuse_classic(409, f"Error: Unable to match {str(row.tag).replace('_', ' ')}")
        found.add(int(text))
    return found
