"""A move stands still when a rule or the operator says so, is called off exactly, and goes on without harm."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from ueapi import migration
from ueapi.apple import profiles
from ueapi.contract import Fate
from ueapi.errors import LedgerMismatch, UsageError
from ueapi.migration import undoing
from ueapi.migration.documents import Plan, PlannedPerson, Policy, Task
from ueapi.migration.exempting import exempt
from ueapi.migration.ledger import Ledger, request_pause, request_resume
from ueapi.migration.policy import StopRule
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.rows import DeviceState, WaveState
from ueapi.migration.steering import Lookout, Question, Signpost, Silent
from ueapi.migration.work import Move
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Habit
from ueapi.rehearsal.wire import Application, Message

SEED = 5


class Asked:
    """Passes questions on, and remembers them."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.questions: list[tuple[str, Question]] = []

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        self.questions += [(p.key, question) for p in people]
        self.rehearsal.ask(people, question)

    def task(self, task: Task, remark: str) -> None:
        self.rehearsal.task(task, remark)

    def reported(self) -> frozenset[str]:
        return self.rehearsal.reported()

    def of(self, question: Question) -> list[str]:
        return sorted(key for key, asked in self.questions if asked is question)


class Scene:
    """A world, a plan made with a policy, and a ledger."""

    def __init__(self, folder: Path, users: int, policy: Policy) -> None:
        self.rehearsal = Rehearsal.of(
            Registry.installed(), source="jamf", target="hexnode", users=users, seed=SEED
        )
        found = self.rehearsal.snapshots()
        made = migration.plan(*found, policy=policy, registry=self.rehearsal.registry)
        self.plan: Plan = made.accepting(
            frozenset(loss.id for loss in made.losses if loss.fate is Fate.LOST)
        )
        self.rehearsal._people = people_by_key(self.plan, self.rehearsal.world)
        self.url = f"sqlite:///{folder / 'move.db'}"
        self.signpost: Signpost = self.rehearsal.signpost(folder)
        self.lookout: Lookout | None = None
        self.asked = Asked(self.rehearsal)
        self.events: list[migration.Event] = []

    def run(self, until: Callable[[migration.Event], bool] = lambda _: False) -> None:
        at = self.rehearsal.world.tenant
        events = migration.apply(
            self.plan,
            source=at(self.rehearsal.registry, self.rehearsal.source, "old"),
            target=at(self.rehearsal.registry, self.rehearsal.target, "new"),
            ledger=self.url,
            clock=self.rehearsal.world.clock,
            steering=self.asked,
            signpost=self.signpost,
            lookout=self.lookout,
            follow=True,
        )
        for event in events:
            self.events.append(event)
            if until(event):
                break
        if isinstance(events, Generator):
            events.close()

    def move(self, ledger: Ledger) -> Move:
        return Move(
            plan=self.plan,
            source=self.rehearsal.old,
            target=self.rehearsal.new,
            ledger=ledger,
            clock=self.rehearsal.world.clock,
            steering=self.asked,
            signpost=self.signpost,
            lookout=self.lookout,
        )

    def enrolled_at_source(self) -> set[str]:
        return {d.id for d in self.rehearsal.old.devices.list() if d.enrollment.state == "enrolled"}

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


def begins(wave: int) -> Callable[[migration.Event], bool]:
    return lambda event: event.kind == "wave" and event.wave == wave


class RefusingSome:
    """The target, which refuses to make the users with these addresses."""

    def __init__(self, application: Application, addresses: set[str]) -> None:
        self.application, self.addresses = application, addresses

    async def __call__(self, scope: Message, receive: Callable, send: Callable) -> None:
        message = await receive()
        body = message.get("body", b"")
        makes_user = scope["method"] == "POST" and scope["path"] == "/api/v1/users/"
        if makes_user and json.loads(body).get("email") in self.addresses:
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b'{"email": ["not allowed"]}'})
            return

        async def again() -> Message:
            return message

        await self.application(scope, again, send)


def test_too_many_errors_in_a_wave_pause_the_move_at_once_and_rollback_is_exact(
    tmp_path: Path,
) -> None:
    policy = Policy(wave_sizes=(5, 10, 40), wave_gap=24, stop=StopRule(error_rate=0.05, samples=20))
    scene = Scene(tmp_path, 64, policy)
    third = [p for p in scene.plan.people if p.wave == 3]
    bad = {p.email for p in third[::8] if p.email}
    hosts = scene.rehearsal.world.network.hosts
    host = scene.rehearsal.target.server.host
    hosts[host] = RefusingSome(hosts[host], bad)

    scene.run()

    with Ledger(scene.url) as ledger:
        paused = ledger.paused()
        assert paused is not None
        assert paused.by == "rule"
        assert "wave 3" in paused.reason
        tried = [key for key in ledger.outcomes_of("user:") if key[5:] in {p.key for p in third}]
        assert len(tried) == 20
        ends = [row.closed_at for key in tried if (row := ledger.intent(key)) and row.closed_at]
        last = max(ends)
        assert paused.at - last <= timedelta(minutes=1)
        assert not {p.key for p in third} & set(scene.asked.of(Question.MOVE))
        there = scene.enrolled_at_source()
        told = undoing.roll_back(scene.move(ledger))
        states = {r.source_id: r.state for r in ledger.devices()}

    left = {p.key for p in scene.plan.people if any(d.id not in there for d in p.devices)}
    refused = {key for key, _ in [(p.key, 0) for p in third if p.email in bad]}
    gone = {g.person for g in told.gone}
    assert left <= gone <= left | refused
    everyone = {p.key for p in scene.plan.people if p.exclusion is None}
    assert set(told.restored) == everyone - gone
    assert all(
        states[d.id] is DeviceState.ROLLED_BACK
        for p in scene.plan.people
        if p.key in told.restored
        for d in p.devices
    )


def test_the_operator_pauses_and_nobody_new_is_asked_while_others_are_taken_care_of(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, 20, Policy(wave_sizes=(5, 10), wave_gap=24))
    scene.run(until=lambda e: e.kind == "left")
    request_pause(scene.url, "the help desk is ill")

    scene.run()

    with Ledger(scene.url) as ledger:
        assert ledger.paused() is not None
        assert all(n == 1 or s is WaveState.PLANNED for n, s in ledger.wave_states().items())
    first = {p.key for p in scene.plan.people if p.wave == 1}
    assert set(scene.asked.of(Question.MOVE)) <= first
    after = scene.kinds()[scene.kinds().index("paused") :]
    assert "verified" in after

    request_resume(scene.url)
    scene.run()

    assert "resumed" in scene.kinds()
    report = migration.status(scene.url)
    assert all(wave.state == "closed" for wave in report.waves)
    assert report.users.moved > 10


def test_what_the_operator_has_seen_does_not_stop_the_move_again(tmp_path: Path) -> None:
    policy = Policy(wave_sizes=(30,), stop=StopRule(error_rate=0.01, samples=5))
    scene = Scene(tmp_path, 30, policy)
    hosts = scene.rehearsal.world.network.hosts
    host = scene.rehearsal.target.server.host
    first = next(p.email for p in scene.plan.people if p.wave == 1 and p.email)
    hosts[host] = RefusingSome(hosts[host], {first})
    scene.run()
    assert scene.kinds().count("paused") == 1

    request_resume(scene.url)
    scene.run(until=begins(1))

    assert scene.kinds().count("paused") == 1
    assert scene.kinds()[-1] == "wave"


def test_a_gap_that_is_too_long_pauses_the_move(tmp_path: Path) -> None:
    rule = StopRule(error_rate=1.0, samples=3, gap_p95_minutes=1.0)
    scene = Scene(tmp_path, 14, Policy(wave_sizes=(14,), stop=rule))

    scene.run()

    with Ledger(scene.url) as ledger:
        paused = ledger.paused()
        assert paused is not None
        assert "without work" in paused.reason
        assert ledger.wave_states()[1] is WaveState.PAUSED


def test_a_policy_changed_by_hand_on_the_target_stops_the_next_wave(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 20, Policy(wave_sizes=(5, 10), wave_gap=24))
    scene.run(until=begins(1))
    console = scene.rehearsal.target.simulator.console
    name, content = next(
        (name, found)
        for p in scene.plan.profiles
        if (name := p.by_hand or p.name) and (found := console.profile_content(name))
    )
    console.edit_profile(name, with_one_change(content))

    scene.run()

    with Ledger(scene.url) as ledger:
        paused = ledger.paused()
        assert paused is not None
        assert name in paused.reason
        assert ledger.wave_states()[2] is WaveState.PLANNED

    request_resume(scene.url)
    scene.run(until=begins(2))
    assert scene.kinds()[-1] == "wave"


def with_one_change(content: bytes) -> bytes:
    whole = profiles.read(content)
    for place, payload in enumerate(whole.payloads):
        for key, value in payload.content.items():
            if isinstance(value, bool):
                changed = evolve(payload, content={**payload.content, key: not value})
                payloads = (*whole.payloads[:place], changed, *whole.payloads[place + 1 :])
                return profiles.write(evolve(whole, payloads=payloads))
    raise AssertionError("no truth value to change")


def test_the_server_ends_what_the_policy_gives_to_it_and_people_are_asked_to_sign_in(
    tmp_path: Path,
) -> None:
    scene = Scene(
        tmp_path, 14, Policy(wave_sizes=(14,), leave_by_server=frozenset({1}), close_after=72)
    )

    scene.run()

    with Ledger(scene.url, may_write=False) as ledger:
        rows = ledger.devices()
    assert {r.left_by for r in rows if r.left_at} == {"server"}
    assert set(scene.asked.of(Question.SIGN_IN)) >= {r.person for r in rows if r.left_at}
    assert migration.status(scene.url).users.moved >= 8


def test_stragglers_are_reminded_told_of_and_then_ended_by_the_server(tmp_path: Path) -> None:
    scene = Scene(
        tmp_path,
        24,
        Policy(
            wave_sizes=(24,),
            stragglers="server",
            remind_after=24,
            escalate_after=48,
            straggler_after=96,
            close_after=200,
        ),
    )
    silent = {
        key for key, person in scene.rehearsal._people.items() if person.person.habit is Habit.NEVER
    }
    assert silent

    scene.run()

    assert silent <= set(scene.asked.of(Question.REMIND))
    assert silent <= set(scene.asked.of(Question.ESCALATE))
    assert len(scene.asked.of(Question.ESCALATE)) == len(set(scene.asked.of(Question.ESCALATE)))
    with Ledger(scene.url, may_write=False) as ledger:
        ended = {r.person for r in ledger.devices() if r.left_by == "server"}
    assert silent <= ended


def test_a_person_who_has_not_left_can_be_exempted_and_others_cannot(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 14, Policy(wave_sizes=(5, 20), wave_gap=24))
    scene.run(until=lambda e: e.kind == "verified")
    moved = next(e.person for e in scene.events if e.kind == "verified")
    later = next(p for p in scene.plan.people if p.wave == 2)
    now = scene.rehearsal.world.clock.now()
    with Ledger(scene.url) as ledger:
        exempt(ledger, later.key, now=now)
        with pytest.raises(UsageError, match="has left"):
            exempt(ledger, moved or "", now=now)

    scene.run()

    assert later.key not in scene.asked.of(Question.MOVE)
    found = migration.who(scene.url, later.key)
    assert (found.state, found.reason) == ("excluded", "exempt")
    report = migration.status(scene.url)
    assert all(wave.state == "closed" for wave in report.waves)


def test_a_preview_of_calling_off_changes_nothing(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 14, Policy(wave_sizes=(5, 20), wave_gap=24))
    scene.run(until=lambda e: e.kind == "verified")
    with Ledger(scene.url) as ledger:
        before = (
            ledger.devices(),
            ledger.head(),
            len(scene.rehearsal.target.simulator.log.changing()),
        )

        told = undoing.preview(scene.move(ledger))

        after = (
            ledger.devices(),
            ledger.head(),
            len(scene.rehearsal.target.simulator.log.changing()),
        )
        assert before == after
        assert told.restored
        assert told.gone
        assert "only a new sign-in" in told.line_of_no_return
        done = undoing.roll_back(scene.move(ledger))
    assert (done.restored, done.gone) == (told.restored, told.gone)


def test_calling_off_needs_a_move_that_was_begun(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 10, Policy())
    with Ledger(scene.url) as ledger, pytest.raises(LedgerMismatch, match="begun"):
        undoing.preview(scene.move(ledger))


def test_a_silent_messenger_confirms_what_the_operator_confirmed() -> None:
    assert Silent(frozenset({"T-1"})).reported() == {"T-1"}
