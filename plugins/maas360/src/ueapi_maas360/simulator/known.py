"""What a request names: a device, a group, a policy or an app, or a refusal when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.answers import Refused, answer
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.state import DeviceRow

ACTION: Final = "actionResponse"
SUCCESS: Final = "Success"
FAILURE: Final = "Failure"


def device_named(
    account: Account, found: Mapping[str, str], name: str = "deviceId"
) -> DeviceRow | None:
    """The device a parameter names by its key. Guess: by no other spelling of it."""
    return account.store.devices.get(found.get(name, "").strip())


def viewed_device(account: Account, request: Request) -> DeviceRow:
    """The device a view is asked for. Guess: 404 without a body when there is none."""
    device = device_named(account, request.query_params)
    if device is None:
        raise Refused(assumed.NO_SUCH_STATUS)
    return device


def refuse(request: Request) -> None:
    """Note that a request changed nothing, though its answer has status 200."""
    request.state.refused = True


def is_refused(request: Request) -> bool:
    """Whether a request changed nothing, by what was noted."""
    return getattr(request.state, "refused", False) is True


def in_words(request: Request, status: str, text: str, more: Mapping[str, Value] = {}) -> Response:
    """How operations on apps end. Source: published clients, a `status` in words."""
    if status == FAILURE:
        refuse(request)
    return answer(request, ACTION, {"status": status, **more, "description": text})


def in_numbers(
    request: Request, key: str, problem: str | None, more: Mapping[str, Value] = {}
) -> Response:
    """How actions on devices end. Source: published clients: 0 is accepted and 1 an error, in a 200."""
    if problem is not None:
        refuse(request)
    fields: dict[str, Value] = {
        "maas360DeviceID": key,
        "actionStatus": 0 if problem is None else 1,
        **more,
        "description": "Action accepted for execution." if problem is None else problem,
    }
    return answer(request, ACTION, fields)
