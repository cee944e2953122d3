"""Policies: their names, and which device or group has which."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import answer, json_body, parameters
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import ACTION, device_named, in_numbers, refuse
from ueapi_maas360.simulator.state import Managed, PolicyRow

NO_SUCH_POLICY: Final = "No policy has this name."
GROUP_ANSWER: Final = "response"


async def policies(account: Account, request: Request) -> Response:
    """Source: a published client for the path. Guess: the shape."""
    rows = list(account.store.policies.values())
    return answer(request, "policies", {"count": len(rows), "policy": [_shown(r) for r in rows]})


def _shown(policy: PolicyRow) -> Value:
    return {
        "policyID": policy.id,
        "policyName": policy.name,
        "platform": "iOS",
        "publishedVersion": policy.version,
        "isDefault": "Yes" if policy.is_default else "No",
    }


async def change_device_policy(account: Account, request: Request) -> Response:
    """Source: a published client; by name, and the device in `maas360DeviceId`. Guess: what is refused.

    A device has one policy, and another takes its place. The same one is sent again where it was refused.
    """
    found = await parameters(request)
    key = found.get("maas360DeviceId", "")
    device = device_named(account, found, "maas360DeviceId")
    policy = account.store.policy_named(found.get("policyName", ""))
    if device is None:
        return in_numbers(request, key, assumed.NO_SUCH_DEVICE)
    account.touch_devices(request, device)
    if policy is None:
        return in_numbers(request, key, NO_SUCH_POLICY)
    if device.managed is not Managed.ENROLLED:
        return in_numbers(request, key, "The device is not under control.")
    device.assigned = policy.id
    account.delivery.send_again(device)
    action = account.delivery.begin(device, "Change iOS Policy")
    account.delivery.close(action)
    return in_numbers(request, key, None, {"actionID": action.id})


async def change_group_policy(account: Account, request: Request) -> Response:
    """Source: a published client for the body; its policy type is another product's.

    Guess: the answer, that `MDM` is the type of an ordinary policy, and that one name is given for it.
    """
    match await json_body(request):
        case {
            "changePolicyRequest": {
                "groupId": str() | int() as group_id,
                "policyRequest": {"policyType": str(kind), "policyName": names},
            }
        }:
            return _change_group(account, request, str(group_id), kind, _names(names))
    return _not_changed(request, "The request lacks a group or a policy.", 400)


def _change_group(
    account: Account, request: Request, group_id: str, kind: str, names: list[str]
) -> Response:
    group = account.store.groups.get(int(group_id) if group_id.isdecimal() else 0)
    policy = account.store.policy_named(names[0]) if len(names) == 1 else None
    if group is None:
        return _not_changed(request, "No group has this ID.")
    if policy is None or kind.casefold() != assumed.MDM_POLICY_TYPE.casefold():
        return _not_changed(request, NO_SUCH_POLICY)
    devices = account.delivery.assign_to_group(group.id, policy)
    account.touch_devices(request, *devices)
    account.delivery.send_again(*devices)
    return answer(request, GROUP_ANSWER, {"status": "Success", "description": "Policy assigned."})


def _not_changed(request: Request, text: str, status: int = 200) -> Response:
    """How an assignment to a group fails."""
    refuse(request)
    fields: dict[str, Value] = {"status": "Failure", "description": text}
    return answer(request, GROUP_ANSWER, fields, status)


def _names(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


TABLE: Final[tuple[Route, ...]] = (
    Route("GET", "/device-apis/devices/1.0/policies/{billing}", policies, READS, "policies"),
    Route(
        "POST",
        "/device-apis/devices/1.0/changeDevicePolicy/{billing}",
        change_device_policy,
        CHANGES,
        ACTION,
    ),
    Route(
        "POST",
        "/group-apis/group/1.0/changeGroupPolicy/customer/{billing}",
        change_group_policy,
        CHANGES,
        GROUP_ANSWER,
    ),
)
