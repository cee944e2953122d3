"""An account for tests: answers a flow's calls from a table in XML or JSON, and remembers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

from attrs import define, field
from plugins.maas360.tests.documents import Content, as_json, as_xml

from ueapi.contract import Backend, Context
from ueapi.errors import UeapiError
from ueapi.flow import Ask, Call, Flow, Reply
from ueapi_maas360.backend import build
from ueapi_maas360.faults import disguised, fault
from ueapi_maas360.settings import Maas360Settings

T = TypeVar("T")

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SETTINGS = {
    "url": "https://services.m3.maas360.com",
    "billing_id": "3009999",
    "username": "api-admin",
    "password": "p-secret",
    "app_id": "com.3009999.ueapi",
    "app_version": "1.0",
    "app_access_key": "k-secret",
}

Form = Callable[[str, Content], Reply]


def backend(**settings: object) -> Backend:
    """The backend of an account named `third`."""
    made = Maas360Settings.model_validate(SETTINGS | settings)
    return build(made, Context(tenant="third", now=lambda: NOW))


@define
class Portal:
    """Answers by method and path: a root with its content, a reply, an error, or a function that makes one."""

    answers: Mapping[str, object]
    form: Form = as_xml
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
            error = reply if isinstance(reply, UeapiError) else _error(call, reply)
            if error is not None:
                return flow.throw(error)
        return flow.send(replies)

    def writes(self) -> list[Call]:
        """The calls that change something."""
        return [call for call in self.calls if call.method != "GET"]

    def _reply(self, call: Call) -> Reply | UeapiError:
        self.calls.append(call)
        found = self.answers[f"{call.method} {call.target}"]
        if callable(found):
            found = found(call)
        if isinstance(found, tuple):
            return self.form(*found)
        assert isinstance(found, (Reply, UeapiError))
        return found


def _error(call: Call, reply: Reply) -> UeapiError | None:
    return fault(call, reply) if reply.status >= 400 else disguised(call, reply)


def fields(call: Call) -> dict[str, str]:
    """The fields of a call's form."""
    return dict(parse_qsl((call.body or b"").decode(), strict_parsing=True))


def envelope(call: Call) -> dict[str, str]:
    """What a sign-in sends."""
    content = json.loads(call.body or b"{}")["authRequest"]["maaS360AdminAuth"]
    assert isinstance(content, dict)
    return content


def listing(root: str, row: str, *rows: Content, count: int | None = None) -> tuple[str, Content]:
    """A page of a listing."""
    content: dict[str, Content] = {
        row: list(rows),
        "count": str(len(rows) if count is None else count),
        "pageSize": str(len(rows)),
    }
    return root, content


FORMS = [as_xml, as_json]
