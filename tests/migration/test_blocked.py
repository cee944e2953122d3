"""What the target refuses holds back the waves that need it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migration.test_engine import applying, assert_nothing_twice, balances, world
from ueapi import migration
from ueapi.migration.rows import WaveState
from ueapi.rehearsal.wire import Application, Message, Receive, Send


class Picky:
    """The target behind a gate that answers 400 to every change whose body has one of these words."""

    def __init__(self, application: Application, words: set[str]) -> None:
        self.application, self.words, self.refused = application, words, 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("POST", "PUT") or not str(scope["path"]).startswith("/api/"):
            await self.application(scope, receive, send)
            return
        first = await receive()
        if not any(word.encode() in bytes(first["body"]) for word in self.words):
            await self.application(scope, _again(first), send)
            return
        self.refused += 1
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b'{"error": "not this one"}'})


def _again(message: Message) -> Receive:
    async def receive() -> Message:
        return message

    return receive


@pytest.mark.parametrize("kind", ["group", "profile"])
def test_what_is_refused_is_told_once_and_the_rest_is_made(kind: str, tmp_path: Path) -> None:
    rehearsal, plan = world()
    names = {
        "group": plan.groups[0].name,
        "profile": next(p.name for p in plan.profiles if p.by_api),
    }
    hosts, host = rehearsal.world.network.hosts, rehearsal.target.server.host
    gate = hosts[host] = Picky(hosts[host], {names[kind]})
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    first = []
    for _ in range(40):
        first += list(applying(rehearsal, plan, ledger, follow=False))
        rehearsal.world.clock.sleep(1800)

    told = [e for e in first if e.kind == "blocked"]
    report = migration.status(ledger)
    assert [e.text.startswith(f"{kind} {names[kind]!r}: ") for e in told] == [True]
    assert [r.what for r in report.refused] == [f"{kind} {names[kind]}"]
    assert "tried again" in report.refused[0].do
    assert any(names[kind] in w.what for w in report.waiting_for)
    assert report.waves[0].state == WaveState.PLANNED
    assert [e.kind for e in first].count("held") == 1

    gate.words.clear()
    rest = list(applying(rehearsal, plan, ledger))

    report = migration.status(ledger)
    assert [e.kind for e in rest].count("unblocked") == 1
    assert report.refused == ()
    assert report.users.moved > 0
    assert report.users.failed == 0
    assert balances(report)
    assert_nothing_twice(rehearsal, plan)
