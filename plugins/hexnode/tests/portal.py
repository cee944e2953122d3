"""A portal for tests: answers a flow's calls from a table, and remembers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from attrs import define, field

from ueapi.contract import Backend, Context
from ueapi.flow import Ask, Call, Flow, Reply
from ueapi_hexnode.backend import build
from ueapi_hexnode.faults import fault
from ueapi_hexnode.settings import HexnodeSettings

T = TypeVar("T")

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

Answer = Callable[[Call], object]


def answer(content: object, status: int = 200, **headers: str) -> Reply:
    """A JSON answer."""
    named = {"content-type": "application/json"} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    return Reply(status, named, json.dumps(content).encode())


def backend(**settings: object) -> Backend:
    """The backend for a portal named `new`."""
    made = HexnodeSettings.model_validate(
        {"url": "https://example.hexnodemdm.com", "api_key": "k-secret", **settings}
    )
    return build(made, Context(tenant="new", now=lambda: NOW))


@define
class Portal:
    """Answers by method and path; an answer is JSON, a `Reply`, or a function of the call."""

    answers: Mapping[str, object]
    calls: list[Call] = field(factory=list)

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end; errors are thrown into it as a driver does."""
        try:
            asked = next(flow)
            while True:
                asked = self._answer(flow, asked)
        except StopIteration as end:
            return end.value

    def _answer(self, flow: Flow[T], asked: Ask) -> Ask:
        replies = [self._reply(call) for call in asked.calls]
        for call, reply in zip(asked.calls, replies, strict=True):
            if reply.status >= 400:
                return flow.throw(fault(call, reply))
        return flow.send(replies)

    def writes(self) -> list[Call]:
        """The calls that change something."""
        return [call for call in self.calls if call.method != "GET"]

    def body(self, number: int = -1) -> object:
        """The decoded body of a writing call."""
        return json.loads(self.writes()[number].body or b"null")

    def _reply(self, call: Call) -> Reply:
        self.calls.append(call)
        found = self.answers[f"{call.method} {call.target.removeprefix('/api/v1')}"]
        if callable(found):
            found = found(call)
        return found if isinstance(found, Reply) else answer(found)


def listing(*rows: object, more: str | None = None, count: int | None = None) -> object:
    """A page of a listing."""
    return {
        "count": len(rows) if count is None else count,
        "next": more,
        "previous": None,
        "results": list(rows),
    }
