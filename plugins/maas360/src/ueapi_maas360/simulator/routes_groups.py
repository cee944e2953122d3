"""Groups of devices and of users."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import Refused, answer, answer_native, json_body
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.group_rules import UnknownCondition, rule_of
from ueapi_maas360.simulator.state import GroupRow

ROOT: Final = "groups"
DEVICE_GROUPS: Final = "deviceGroups"


async def groups(account: Account, request: Request) -> Response:
    """Source: published clients: device groups and user groups together, in one piece."""
    rows = [_shown(g) for g in account.store.groups.values()]
    return answer(request, ROOT, {"group": list[Value](rows), "count": len(rows)})


def _shown(group: GroupRow) -> Value:
    return {"groupID": group.id, "groupName": group.name, "groupType": group.kind}


async def device_groups(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: the shape."""
    found = [g for g in account.store.groups.values() if not g.is_of_users]
    rows: list[Value] = [
        {
            "deviceGroupID": g.id,
            "deviceGroupName": g.name,
            "deviceGroupType": g.kind,
            "description": g.description,
        }
        for g in found
    ]
    return answer(request, DEVICE_GROUPS, {"deviceGroup": rows, "count": len(rows)})


async def make_device_group(account: Account, request: Request) -> Response:
    """Source: published clients for body and answer. Guess: what is refused, and that it is public."""
    body = await json_body(request)
    name = str(body.get("groupName", "")).strip()
    if not name:
        raise Refused(400)
    if any(g.name.casefold() == name.casefold() for g in account.store.groups.values()):
        taken = {"name": name, "responseCode": assumed.NAME_TAKEN}
        return answer_native({"response": taken}, 400)
    try:
        rule = rule_of(account, body)
    except UnknownCondition:
        raise Refused(400) from None
    description = str(body.get("groupDescription", ""))
    group = account.make_group(name, assumed.PUBLIC_GROUP, description=description, rule=rule)
    made = {"name": name, "groupIdentifier": group.id, "responseCode": 0}
    return answer_native({"response": made})


_GROUP: Final = "/group-apis/group"

TABLE: Final[tuple[Route, ...]] = (
    Route("GET", f"{_GROUP}/1.0/groups/customer/{{billing}}", groups, READS, ROOT),
    Route(
        "GET",
        "/device-apis/devices/1.0/getDeviceGroups/{billing}",
        device_groups,
        READS,
        DEVICE_GROUPS,
    ),
    Route(
        "POST",
        f"{_GROUP}/2.0/deviceGroups/customer/{{billing}}",
        make_device_group,
        CHANGES,
        "response",
    ),
)
