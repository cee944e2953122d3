"""The few forms of call the product knows: read one, write one, order an action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.errors import NotFound, Rejected
from ueapi.flow import JSON, Call, Effect, Flow, ask, json_body, not_json
from ueapi.model import Scope
from ueapi_hexnode.facets.listing import V1

_PAGE: Final = "text/html"


def reading(operation: str, path: str, native: str | None) -> Call:
    """A call that reads one object; `path` has the place `{id}`, unless there is nothing to fill it."""
    return Call(
        operation=operation,
        method="GET",
        path=V1 + path,
        effect=Effect.READS,
        at={} if native is None else {"id": native},
    )


def writing(
    operation: str,
    method: str,
    path: str,
    body: Mapping[str, object],
    *,
    effect: Effect,
    native: str | None = None,
) -> Call:
    """A call that changes something. The body is the bare object, not a list of one."""
    return Call(
        operation=operation,
        method=method,
        path=V1 + path,
        effect=effect,
        at={} if native is None else {"id": native},
        body=json_body(body),
        content_type=JSON,
    )


def action(operation: str, name: str, body: Mapping[str, object], *, effect: Effect) -> Call:
    """An order for devices. The product hands out no id for it, so the reply's body is not read.

    Source: Hexnode developer documentation, actions.
    """
    return writing(operation, "POST", f"/actions/{name}/", body, effect=effect)


def taken(call: Call) -> Flow[None]:
    """Send a call whose answer holds nothing to read.

    Raises:
        Unintelligible: a page came in place of the portal's answer, as from a network that wants a sign-in first.
    """
    reply = yield from ask(call)
    if reply.content_type == _PAGE:
        raise not_json(reply)


def number(native: str) -> int:
    """The product's number in an id.

    Raises:
        NotFound: no object of this product can have that id.
    """
    if native.isascii() and native.isdecimal():
        return int(native)
    raise NotFound(
        "an id of this product is a number, and this one is not.",
        remedy="Take ids from what this tenant lists; nothing was sent.",
    )


def group_number(group_id: str, of: str) -> int:
    """The product's number in a group's id, such as 3 in "users-3".

    Raises:
        NotFound: the id is not one of a group of that kind.
    """
    kind, dash, native = group_id.partition("-")
    if kind == of and dash:
        return number(native)
    raise NotFound(
        f"an id of a group of {of} here has the form {of}-3, and this one does not.",
        remedy="Take ids from what this tenant lists; nothing was sent.",
    )


def targets(scope: Scope) -> dict[str, list[int]]:
    """The product's four lists of targets.

    Raises:
        Rejected: the scope says something the product has no word for, or names nobody.
    """
    problems = []
    if scope.everyone:
        problems.append("everyone: the product can't target all people at once; name a group")
    if scope.has_exceptions:
        problems.append("has_exceptions: the product can't leave somebody out of a group")
    if scope.is_empty:
        problems.append("the scope names nobody")
    if problems:
        raise Rejected(
            "this scope can't be used as targets.",
            problems=problems,
            remedy=f"{'; '.join(problems)}. Nothing was sent.",
        )
    return {
        "users": [number(i) for i in scope.users],
        "usergroups": [group_number(i, "users") for i in scope.user_groups],
        "devices": [number(i) for i in scope.devices],
        "devicegroups": [group_number(i, "devices") for i in scope.device_groups],
    }
