"""A move over a bad line ends as a calm one does, within the retry budget and with one renewal at a time."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from attrs import define, field, frozen

import ueapi
from tests.migration.test_engine import assert_nothing_twice, balances, outcome
from ueapi import migration
from ueapi.client import Tenant
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import LOOK, Ledger
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.reporting import Report
from ueapi.migration.steering import Event as MoveEvent
from ueapi.plugins import Registry
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.faults import FaultRates, Faulty
from ueapi.rehearsal.faults.line import DEVICE_PATHS, Fault
from ueapi.rehearsal.wire import Application, InProcess, Message, Receive, Send
from ueapi.rehearsal.world import Place
from ueapi.runtime.decide import MOST_ATTEMPTS
from ueapi.runtime.events import CallDone, Event, Retrying, SignedIn

USERS: Final = 24
SEED: Final = 11
TOKEN: Final = 60
"""Seconds a token is good for."""
NOISE: Final = FaultRates(dropped_reply=0.02, unavailable=0.05)
STORM_EVERY, STORM_FOR = 4 * 3600.0, 90.0
"""Seconds from one storm of 429 to the next, and how long one lasts."""
TOKEN_PATHS: Final = ("/oauth/token", "/auth/token")


@define(eq=False)
class Storms:
    """A product that answers 429 to everything for a while, again and again; counts sign-ins that are under way."""

    application: Application
    clock: VirtualClock
    refused: int = 0
    signing_in: int = 0
    most_at_once: int = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        if path.startswith(DEVICE_PATHS):
            await self.application(scope, receive, send)
            return
        if self.clock.monotonic() % STORM_EVERY < STORM_FOR:
            self.refused += 1
            headers = [(b"retry-after", b"20")]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        is_sign_in = path.endswith(TOKEN_PATHS)
        self.signing_in += is_sign_in
        self.most_at_once = max(self.most_at_once, self.signing_in)
        try:
            await self.application(scope, receive, send)
        finally:
            self.signing_in -= is_sign_in


@frozen(kw_only=True)
class Moved:
    """A move that ended, and all that could be seen of it."""

    rehearsal: Rehearsal
    plan: Plan
    report: Report
    ledger: str
    told: Sequence[MoveEvent]
    seen: Sequence[tuple[float, Event]] = field(factory=list)
    lines: Sequence[Faulty] = ()
    storms: Sequence[Storms] = ()


def moved(out: Path, *, is_noisy: bool) -> Moved:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=USERS, seed=SEED
    )
    plan = rehearsal.plan(*rehearsal.snapshots())
    rehearsal._people = people_by_key(plan, rehearsal.world)
    seen: list[tuple[float, Event]] = []
    places = (rehearsal.source, rehearsal.target)
    storms = [_storms(rehearsal, place) for place in places] if is_noisy else []
    lines = [_line(rehearsal, place) for place in places] if is_noisy else []
    ledger = f"sqlite:///{out / 'move.db'}"
    told = list(
        migration.apply(
            plan,
            source=_watched(rehearsal, rehearsal.source, "old", seen),
            target=_watched(rehearsal, rehearsal.target, "new", seen),
            ledger=ledger,
            clock=rehearsal.world.clock,
            steering=rehearsal,
            signpost=rehearsal.signpost(out),
            follow=True,
        )
    )
    return Moved(
        rehearsal=rehearsal,
        plan=plan,
        report=migration.status(ledger),
        ledger=ledger,
        told=told,
        seen=seen,
        lines=lines,
        storms=storms,
    )


def _storms(rehearsal: Rehearsal, place: Place) -> Storms:
    hosts, host = rehearsal.world.network.hosts, place.server.host
    place.simulator.limit_credentials(TOKEN)
    storms = Storms(hosts[host], rehearsal.world.clock)
    hosts[host] = storms
    return storms


def _line(rehearsal: Rehearsal, place: Place) -> Faulty:
    hosts, host = rehearsal.world.network.hosts, place.server.host
    line = Faulty(hosts[host], random.Random(f"{SEED}:{host}"), NOISE, rehearsal.world.clock)
    hosts[host] = line
    return line


def _watched(
    rehearsal: Rehearsal, place: Place, name: str, seen: list[tuple[float, Event]]
) -> Tenant:
    clock = rehearsal.world.clock
    return ueapi.connect(
        place.simulator.backend,
        name=name,
        registry=rehearsal.registry,
        clock=clock,
        rng=rehearsal.world.stream(f"tenant:{name}"),
        transport=InProcess(rehearsal.world.network),
        observers=[lambda event: seen.append((clock.monotonic(), event))],
        **place.settings,
    )


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("calm"), is_noisy=False)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return moved(tmp_path_factory.mktemp("noisy"), is_noisy=True)


def test_there_was_noise_of_every_kind(noisy: Moved) -> None:
    seen = sum((line.seen for line in noisy.lines), Counter[Fault]())

    assert seen[Fault.DROPPED_REPLY] >= 1
    assert seen[Fault.UNAVAILABLE] >= 20
    assert sum(storms.refused for storms in noisy.storms) >= 5
    assert sum(isinstance(event, SignedIn) for _, event in noisy.seen) > 20


def test_the_end_is_the_same(calm: Moved, noisy: Moved) -> None:
    assert balances(noisy.report)
    assert outcome(noisy.report) == outcome(calm.report)
    assert noisy.report.users.failed == 0
    assert _phones(noisy) == _phones(calm)
    assert _licenses(noisy) == _licenses(calm)


def _phones(move: Moved) -> dict[str, object]:
    return {
        key: phone.enrollment
        and (
            phone.enrollment.server.name,
            phone.enrollment.kind,
            sorted(phone.enrollment.contents.apps.items()),
            len(phone.enrollment.contents.profiles),
        )
        for key, phone in move.rehearsal.world.phones.items()
    }


def _licenses(move: Moved) -> dict[tuple[str, str, str], bool]:
    world = move.rehearsal.world
    return {
        (place.server.name, store_id, key): world.apple.holds(
            place.server.location, store_id, person.account
        )
        for place in (move.rehearsal.source, move.rehearsal.target)
        for store_id in world.apple.store_ids(place.server.location)
        for key, person in world.people.items()
        if person.account
    }


def test_nothing_was_made_twice(noisy: Moved) -> None:
    for storms in noisy.storms:
        storms.clock.sleep(STORM_FOR)

    assert_nothing_twice(noisy.rehearsal, noisy.plan)


def test_every_unknown_outcome_was_read_back(noisy: Moved) -> None:
    assert noisy.report.unresolved.count == 0
    with Ledger(noisy.ledger, may_write=False) as ledger:
        intents = [ledger.intent(key) for key in ledger.outcomes_of("") if key != LOOK]

    again = [i for i in intents if i and i.attempts > 1 and not i.blind]
    assert all(intent.outcome is not None for intent in again)
    assert all(
        intent.resolved == "read-back"
        for intent in again
        if intent.operation.endswith((".ensure", ".unenroll"))
    )


def test_no_refused_token_reached_a_caller(noisy: Moved) -> None:
    said = " ".join(event.text for event in noisy.told if event.kind == "postponed")
    refused = [e for _, e in noisy.seen if isinstance(e, CallDone) and e.status == 401]

    assert "credentials" not in said
    assert len(refused) <= sum(isinstance(event, SignedIn) for _, event in noisy.seen)


def test_there_were_never_two_renewals_at_once(noisy: Moved) -> None:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for at, event in noisy.seen:
        if isinstance(event, SignedIn):
            times[event.tenant].append(at)

    assert max(storms.most_at_once for storms in noisy.storms) <= 1
    for moments in times.values():
        assert all(later - before > TOKEN / 2 for before, later in pairwise(moments))


def test_the_retry_budget_was_never_exceeded(noisy: Moved) -> None:
    attempts = [e.attempt for _, e in noisy.seen if isinstance(e, CallDone)]
    repeats = [e for _, e in noisy.seen if isinstance(e, Retrying)]

    assert max(attempts) <= MOST_ATTEMPTS
    assert 0 < len(repeats) < len(attempts) / 4
    assert all(repeat.attempt < MOST_ATTEMPTS for repeat in repeats)
