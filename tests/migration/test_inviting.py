"""The product's own invitation is a blind call: sent again at most once, and every doubt is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migration.test_engine import SEED, applying, balances
from ueapi import migration
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.policy import Policy
from ueapi.migration.preflight import note_federated
from ueapi.migration.rehearse import Rehearsal, people_by_key, wave_sizes
from ueapi.plugins import Registry
from ueapi.rehearsal.faults.line import ConnectionDropped
from ueapi.rehearsal.wire import Application, Message, Receive, Send

ROUTE = "/send_request/"


def world(users: int = 10, *, target: str = "hexnode") -> tuple[Rehearsal, Plan]:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target=target, users=users, seed=SEED
    )
    policy = Policy(wave_sizes=wave_sizes(users), invite=True)
    plan = rehearsal.plan(*rehearsal.snapshots(), policy)
    rehearsal._people = people_by_key(plan, rehearsal.world)
    return rehearsal, plan


class Losing:
    """The target behind a line that loses the reply to some invitations; `seen` counts those carried out, by path."""

    def __init__(self, application: Application, loses: Callable[[int], bool]) -> None:
        self.application, self.loses = application, loses
        self.seen: Counter[str] = Counter()
        self.dropped = 0
        self.busy = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        if not path.endswith(ROUTE):
            await self.application(scope, receive, send)
            return
        if self.busy:
            self.busy -= 1
            headers = [(b"retry-after", b"10800")]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        self.seen[path] += 1
        if not self.loses(self.seen.total()):
            await self.application(scope, receive, send)
            return
        self.dropped += 1
        await self.application(scope, receive, _nowhere)
        raise ConnectionDropped("the reply was lost")


async def _nowhere(_: Message) -> None:
    return


def behind(rehearsal: Rehearsal, loses: Callable[[int], bool]) -> Losing:
    hosts, host = rehearsal.world.network.hosts, rehearsal.target.server.host
    line = hosts[host] = Losing(hosts[host], loses)
    return line


def never(_: int) -> bool:
    return False


def always(_: int) -> bool:
    return True


def test_everyone_who_is_asked_gets_one_invitation(tmp_path: Path) -> None:
    rehearsal, plan = world()
    line = behind(rehearsal, never)
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    for _ in applying(rehearsal, plan, ledger):
        pass

    moving = [p for p in plan.people if p.exclusion is None]
    assert len(line.seen) == len(moving)
    assert set(line.seen.values()) == {1}
    assert migration.status(ledger).blind_calls.count == 0


def test_who_was_not_ready_is_invited_too_when_asked_after_the_wave_closed(tmp_path: Path) -> None:
    rehearsal, plan = world(users=6)
    unready = {"federated": frozenset({"example.com"}), "close_after": 12.0}
    held = plan.model_copy(update={"policy": plan.policy.model_copy(update=unready)}).sealed()
    line, ledger = behind(rehearsal, never), f"sqlite:///{tmp_path / 'move.db'}"
    for _ in applying(rehearsal, held, ledger):
        pass
    assert migration.status(ledger).is_closed
    assert not line.seen

    with Ledger(ledger) as opened:
        note_federated(opened, frozenset({"example.org"}), rehearsal.world.clock.now())
    for _ in applying(rehearsal, held, ledger):
        pass

    assert len(line.seen) == len([p for p in plan.people if p.exclusion is None])


def test_without_the_policy_nobody_is_invited(tmp_path: Path) -> None:
    rehearsal, plan = world()
    policy = plan.policy.model_copy(update={"invite": False})
    line = behind(rehearsal, never)
    calm = plan.model_copy(update={"policy": policy}).sealed()

    for _ in applying(rehearsal, calm, f"sqlite:///{tmp_path / 'move.db'}"):
        pass

    assert not line.seen


@pytest.mark.parametrize("loses", [lambda n: n % 2 == 0, lambda n: n % 3 != 0, always])
def test_a_lost_answer_costs_one_repetition_at_most_and_is_listed(
    loses: Callable[[int], bool], tmp_path: Path
) -> None:
    rehearsal, plan = world()
    line = behind(rehearsal, loses)
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    events = list(applying(rehearsal, plan, ledger))

    report = migration.status(ledger)
    twice = {path for path, count in line.seen.items() if count > 1}
    assert max(line.seen.values()) == 2
    assert line.seen.total() - len(line.seen) <= line.dropped
    assert report.blind_calls.count >= len(twice)
    assert {d.operation for d in report.blind_calls.listed} == {"enrollments.invite"}
    assert [e.kind for e in events].count("blind") == line.dropped
    assert balances(report)
    with Ledger(ledger, may_write=False) as opened:
        blind = opened.blind_intents()
        entries = [e for e in opened.entries() if e.action == "enrollments.invite"]
    assert all(i.attempts <= 2 and i.outcome is not None for i in blind)
    assert sum("blind" in e.text for e in entries) == line.seen.total()


def test_a_product_that_did_nothing_is_asked_again_without_doubt(tmp_path: Path) -> None:
    rehearsal, plan = world()
    line = behind(rehearsal, never)
    line.busy = 2
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    events = list(applying(rehearsal, plan, ledger))

    kinds = Counter(event.kind for event in events)
    assert kinds["postponed"] >= 1
    assert not kinds["blind"]
    assert line.busy == 0
    assert set(line.seen.values()) == {1}


def test_a_product_without_invitations_sends_none(tmp_path: Path) -> None:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="hexnode", target="jamf", users=8, seed=SEED
    )
    plan = rehearsal.plan(*rehearsal.snapshots(), Policy(wave_sizes=(8,), invite=True))

    kinds = Counter(event.kind for event in rehearsal.apply(plan, tmp_path))

    assert not kinds["blind"]
    assert "enrollments.invite" not in rehearsal.report(tmp_path).calls["new"]
