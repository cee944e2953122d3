"""Drives flows by hand: replies are given up front, and the calls come back with the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from ueapi.contract import Context
from ueapi.flow import Call, Flow, Reply

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CONTEXT = Context(tenant="old", now=lambda: NOW)


def drive(flow: Flow[T], *replies: Reply) -> tuple[T, list[Call]]:
    """Answer each call with the next reply, and check that all replies were wanted."""
    waiting, calls = list(replies), list[Call]()
    answers: Sequence[Reply] | None = None
    while True:
        try:
            asked = flow.send(answers) if answers is not None else next(flow)
        except StopIteration as end:
            assert not waiting, f"{len(waiting)} replies were never asked for"
            return end.value, calls
        calls.extend(asked.calls)
        answers = [waiting.pop(0) for _ in asked.calls]


def json_reply(value: object, *, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(value).encode())


def xml_reply(text: str, *, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "text/xml"}, text.encode())


def html_reply(sentence: str, *, status: int) -> Reply:
    page = f"<html><head><title>Status page</title></head><body><p>{sentence}</p></body></html>"
    return Reply(status, {"content-type": "text/html"}, page.encode())


def query(call: Call, name: str) -> list[str]:
    return [value for key, value in call.query if key == name]
