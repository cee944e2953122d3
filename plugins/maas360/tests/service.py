"""The web services for tests: answers a flow's calls from a table, and remembers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

from attrs import define, field
from plugins.maas360.tests.documents import Content, as_xml

from ueapi.contract import Backend, Context
from ueapi.flow import Ask, Call, Flow, Reply
from ueapi_maas360.backend import build
from ueapi_maas360.faults import disguised, fault
from ueapi_maas360.settings import Maas360Settings

T = TypeVar("T")

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
BILLING = "3009999"
SETTINGS = {
    "url": "https://services.m3.maas360.com",
    "billing_id": BILLING,
    "username": "svc-ueapi@example.org",
    "password": "p-secret",
    "app_id": "com.3009999.ueapi",
    "app_version": "1.0",
    "app_access_key": "k-secret",
}


def backend(**settings: object) -> Backend:
    """The backend for an account named `third`."""
    made = Maas360Settings.model_validate({**SETTINGS, **settings})
    return build(made, Context(tenant="third", now=lambda: NOW))


def action(*, failed: bool = False, **fields: str) -> Reply:
    """The answer to a device action."""
    said = {"actionStatus": "1" if failed else "0", "description": "No such thing.", **fields}
    return as_xml("actionResponse", said)


def told(status: str = "Success") -> Reply:
    """The answer to an order about apps, which tells its outcome as a text."""
    return as_xml("actionResponse", {"status": status, "description": "The app type is wrong."})


def page(root: str, row: str, *rows: Content, count: int | None = None, number: int = 1) -> Reply:
    """A page of a listing."""
    total = len(rows) if count is None else count
    return as_xml(
        root,
        {"count": str(total), "pageNumber": str(number), "pageSize": str(len(rows)), row: rows},
    )


@define
class Service:
    """Answers by method and the operation named in the path; an answer is a reply, or makes one of a call."""

    answers: Mapping[str, Reply | Callable[[Call], Reply]]
    calls: list[Call] = field(factory=list)

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end; failures are thrown into it, also disguised ones, as a driver does."""
        try:
            asked = next(flow)
            while True:
                asked = self._answer(flow, asked)
        except StopIteration as end:
            return end.value

    def writes(self) -> list[Call]:
        """The calls that change something."""
        return [call for call in self.calls if call.method != "GET"]

    def forms(self) -> list[dict[str, str]]:
        """The forms of those calls."""
        return [dict(parse_qsl((call.body or b"").decode())) for call in self.writes()]

    def _answer(self, flow: Flow[T], asked: Ask) -> Ask:
        replies = [self._reply(call) for call in asked.calls]
        for call, reply in zip(asked.calls, replies, strict=True):
            error = fault(call, reply) if reply.status >= 400 else disguised(call, reply)
            if error is not None:
                return flow.throw(error)
        return flow.send(replies)

    def _reply(self, call: Call) -> Reply:
        self.calls.append(call)
        found = self.answers[f"{call.method} {name_of(call)}"]
        return found(call) if callable(found) else found


def name_of(call: Call) -> str:
    """The operation's name in a path, such as `lockDevice`."""
    return call.target.partition(f"/{BILLING}")[0].removesuffix("/customer").rpartition("/")[2]
