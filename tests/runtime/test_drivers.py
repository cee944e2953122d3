"""The two drivers do the same deeds, and give back what they hold whatever happens."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ueapi.flow import Reply
from ueapi.runtime.aio import AsyncDriver
from ueapi.runtime.blocking import BlockingDriver
from ueapi.runtime.clock import SYSTEM_CLOCK
from ueapi.runtime.deeds import NoAnswer, Request, Send, Take, Together

REQUEST = Request(
    method="GET",
    url="https://tenant.example.org/",
    headers={},
    connect_timeout=1,
    read_timeout=1,
    until=1e12,
    response_bytes=10,
)


class Echo:
    """Answers 200, or fails on demand; counts how many run at once."""

    def __init__(self, failing=()):
        self.failing, self.sent, self.running, self.most = set(failing), 0, 0, 0

    async def send(self, request):
        number, self.sent = self.sent, self.sent + 1
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        if number in self.failing:
            raise NoAnswer(str(number), was_sent=True)
        return Reply(200 + number)


def one():
    (reply,) = yield Send(REQUEST)
    return reply


def several(count, at_once):
    replies = yield Together([one() for _ in range(count)], at_once)
    return [reply.status for reply in replies]


def run(work, connection):
    return asyncio.run(AsyncDriver(connection, SYSTEM_CLOCK).run(work))


def test_calls_asked_together_run_at_once_but_never_more_than_allowed():
    echo = Echo()

    statuses = run(several(10, 3), echo)

    assert statuses == list(range(200, 210))
    assert echo.most == 3


def test_after_a_failure_nothing_new_starts_and_the_rest_is_waited_for():
    echo = Echo(failing=[1])

    with pytest.raises(NoAnswer, match="1"):
        run(several(10, 3), echo)

    assert echo.running == 0
    assert echo.sent < 6


def test_a_failure_releases_the_gate_it_happened_under():
    gate = threading.Lock()

    def work():
        yield Take(gate)
        try:
            yield Send(REQUEST)
        finally:
            gate.release()

    class Broken:
        def send(self, request):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        BlockingDriver(Broken(), SYSTEM_CLOCK).run(work())

    assert not gate.locked()
