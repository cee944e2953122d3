"""The main promise: a rehearsed fleet moves, nobody is lost, and the report is true."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from attrs import frozen

from tests.acceptance.secrets import leaks
from ueapi import migration
from ueapi.errors import PlanRefused, PlanStale
from ueapi.migration.documents import Plan
from ueapi.migration.ledger import Ledger
from ueapi.migration.rehearse import Rehearsal
from ueapi.migration.reporting import Report
from ueapi.migration.rows import DeviceState
from ueapi.migration.steering import Event
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Habit
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.people import SHOWN_HABITS

USERS = 60
SEED = 7


@frozen
class Done:
    """A finished rehearsal."""

    rehearsal: Rehearsal
    plan: Plan
    report: Report
    out: Path
    reads_only: bool
    states: dict[str, tuple[str, str | None]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    out = tmp_path_factory.mktemp("demo")
    handler = logging.FileHandler(out / "debug.log")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield _rehearsed(out)
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def _rehearsed(out: Path) -> Done:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=USERS, seed=SEED
    )
    source, target = rehearsal.snapshots()
    plan = rehearsal.plan(source, target)
    reads_only = not (
        rehearsal.source.simulator.log.changing() or rehearsal.target.simulator.log.changing()
    )
    for _ in rehearsal.apply(plan, out):
        pass
    report = rehearsal.report(out)
    with Ledger(f"sqlite:///{out / 'move.db'}", may_write=False) as ledger:
        states = {p.key: migration.who(ledger, p.key) for p in plan.people}
    return Done(
        rehearsal,
        plan,
        report,
        out,
        reads_only,
        {key: (found.state, found.reason) for key, found in states.items()},
    )


def person_of(done: Done, key: str) -> VirtualPerson:
    """The virtual person behind a planned one, whoever they are."""
    planned = next(p for p in done.plan.people if p.key == key)
    return next(
        v for v in done.rehearsal.world.people.values() if v.person.username == planned.username
    )


def test_the_report_balances_for_users_and_devices(done: Done) -> None:
    for count in (done.report.users, done.report.devices):
        assert count.total == count.moved + count.waiting + count.excluded + count.failed
        assert count.failed == 0

    assert done.report.users.total == len(done.rehearsal.world.fleet.people)
    assert done.report.devices.total == len(done.rehearsal.world.phones)


def test_the_report_file_has_the_promised_keys(done: Done) -> None:
    content = json.loads((done.out / "report.json").read_text())

    promised = {"users", "devices", "reasons", "losses", "calls", "gap_minutes", "seed"}
    assert promised <= set(content)
    assert content["seed"] == SEED


def test_whoever_waits_or_stays_was_made_that_way(done: Done) -> None:
    unexplained = {
        key: (state, reason, person.person.habit, person.person.oddity)
        for key, (state, reason) in done.states.items()
        for person in (person_of(done, key),)
        if (state == "waiting" and not person.never_finishes)
        or (state == "excluded" and person.person.oddity is None)
        or state == "failed"
    }

    assert unexplained == {}


def test_prompt_people_move(done: Done) -> None:
    prompt = [
        state
        for key, (state, _) in done.states.items()
        if state != "excluded" and person_of(done, key).person.habit is Habit.PROMPT
    ]

    assert len(prompt) > USERS / 3
    assert prompt.count("moved") >= 0.95 * len(prompt)


def test_every_habit_and_oddity_took_part(done: Done) -> None:
    habits = {p.habit for p in done.rehearsal.world.fleet.people}
    oddities = {p.oddity for p in done.rehearsal.world.fleet.people}

    assert habits == {Habit.PROMPT, *SHOWN_HABITS}
    assert len(oddities) >= 6


def test_moved_phones_really_are_where_the_report_says(done: Done) -> None:
    for key, (state, _) in done.states.items():
        if state != "moved":
            continue
        for phone in person_of(done, key).phones:
            assert phone.enrollment is not None
            assert phone.enrollment.server.name == "target"
            assert phone.enrollment.kind.is_user_enrollment
            assert phone.enrollment.contents.profiles
            assert set(phone.enrollment.contents.apps.values()) == {"Managed"}


def test_each_moved_phone_was_verified_by_its_own_report(done: Done) -> None:
    with Ledger(f"sqlite:///{done.out / 'move.db'}", may_write=False) as ledger:
        verified = [r for r in ledger.devices() if r.state is DeviceState.VERIFIED]

    assert len(verified) == done.report.devices.moved
    assert all(r.target_id and r.enrolled_at and r.verified_at for r in verified)
    assert done.report.calls["new"]["devices.report"] >= len(verified)


def test_no_request_touched_a_phone_that_is_not_user_enrolled(done: Done) -> None:
    for tenant, place in (
        (done.rehearsal.old, done.rehearsal.source),
        (done.rehearsal.new, done.rehearsal.target),
    ):
        whole = {d.id for d in tenant.devices.list() if not d.enrollment.kind.is_user_enrollment}
        assert place.simulator.log.touched().isdisjoint(whole)


def test_old_licenses_are_released_for_those_who_moved_and_kept_for_the_rest(done: Done) -> None:
    world = done.rehearsal.world
    location = done.rehearsal.source.server.location
    for key, (state, _) in done.states.items():
        person = person_of(done, key)
        held = sum(
            world.apple.holds(location, store_id, person.account)
            for store_id in world.apple.store_ids(location)
            if person.account
        )
        left = not any(p.enrollment and p.enrollment.server.name == "source" for p in person.phones)
        if state == "moved":
            assert held == 0
        elif state == "waiting" and not left:
            assert held > 0


def test_snapshot_and_plan_change_nothing(done: Done) -> None:
    assert done.reads_only


def test_nothing_hidden_is_in_the_output_or_the_debug_log(done: Done) -> None:
    world = done.rehearsal.world
    secrets = {
        *done.rehearsal.source.simulator.secrets(),
        *done.rehearsal.target.simulator.secrets(),
        *world.fleet.secrets.values(),
        *(
            value
            for phone in world.phones.values()
            for value in (
                phone.seed.hardware.serial,
                phone.seed.hardware.udid,
                phone.seed.hardware.imei,
                phone.seed.hardware.phone_number,
            )
        ),
    }

    assert len(secrets) > USERS
    assert (done.out / "debug.log").stat().st_size > 10_000
    assert leaks(done.out, secrets) == []


def test_the_search_for_secrets_finds_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("x hunter2&co y")
    (tmp_path / "url.txt").write_text("x=hunter2%26co")
    (tmp_path / "b64.txt").write_text("YWJodW50ZXIyJmNvZGVm")
    (tmp_path / "clean.txt").write_text("nothing")

    assert leaks(tmp_path, {"hunter2&co"}) == ["b64.txt", "plain.txt", "url.txt"]


def test_two_runs_with_one_seed_are_alike(tmp_path: Path) -> None:
    reports = []
    for name in ("one", "two"):
        rehearsal = Rehearsal.of(
            Registry.installed(), source="jamf", target="hexnode", users=12, seed=3
        )
        plan = rehearsal.plan(*rehearsal.snapshots())
        events = [(e.at, e.kind, e.person, e.text) for e in rehearsal.apply(plan, tmp_path / name)]
        reports.append((plan.hash, events, rehearsal.report(tmp_path / name).model_dump_json()))

    assert reports[0] == reports[1]


@pytest.fixture
def small(tmp_path: Path) -> tuple[Rehearsal, Plan, Path]:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=10, seed=5
    )
    return rehearsal, rehearsal.plan(*rehearsal.snapshots()), tmp_path


def test_an_object_edited_by_hand_stops_the_move_before_its_first_write(
    small: tuple[Rehearsal, Plan, Path],
) -> None:
    rehearsal, plan, out = small
    seed = next(p for p in rehearsal.world.fleet.profiles if p.name == "Passcode")
    changed = seed.content.replace(b"<integer>6</integer>", b"<integer>8</integer>")
    rehearsal.source.simulator.console.edit_profile("Passcode", changed)

    with pytest.raises(PlanStale, match="profile 'Passcode'"):
        list(rehearsal.apply(plan, out))

    assert rehearsal.source.simulator.log.changing() == []
    assert rehearsal.target.simulator.log.changing() == []


def test_a_renamed_user_stops_the_move(small: tuple[Rehearsal, Plan, Path]) -> None:
    rehearsal, plan, out = small
    person = next(p for p in plan.people if p.exclusion is None)
    rehearsal.source.simulator.console.rename_user(person.username or "", "Somebody Else")

    with pytest.raises(PlanStale, match=f"user:{person.source_id}"):
        list(rehearsal.apply(plan, out))


def test_telemetry_alone_does_not_stop_the_move(small: tuple[Rehearsal, Plan, Path]) -> None:
    rehearsal, plan, out = small
    rehearsal.source.simulator.console.touch_telemetry()
    rehearsal.target.simulator.console.touch_telemetry()

    events = rehearsal.apply(plan, out)

    assert next(events).kind == "begun"


def test_unaccepted_losses_stop_the_move(small: tuple[Rehearsal, Plan, Path]) -> None:
    rehearsal, plan, out = small
    policy = plan.policy.model_copy(update={"accepted": frozenset()})
    unaccepted = plan.model_copy(update={"policy": policy}).sealed()
    assert unaccepted.unaccepted

    with pytest.raises(PlanRefused, match="not accepted"):
        list(rehearsal.apply(unaccepted, out))


def test_a_stopped_move_goes_on_where_it_was(small: tuple[Rehearsal, Plan, Path]) -> None:
    rehearsal, plan, out = small
    with closing(cast("Generator[Event]", rehearsal.apply(plan, out))) as events:
        for event in events:
            if event.kind == "left":
                break

    ledger = f"sqlite:///{out / 'move.db'}"
    before = rehearsal.target.simulator.log.changing()
    rest = list(
        migration.apply(
            plan,
            source=rehearsal.old,
            target=rehearsal.new,
            ledger=ledger,
            clock=rehearsal.world.clock,
            steering=rehearsal,
            signpost=rehearsal.signpost(out),
            follow=True,
        )
    )

    report = migration.status(ledger)
    made = [
        e.path for e in rehearsal.target.simulator.log.changing() if e.route.endswith("/users/")
    ]
    assert before
    assert rest[-1].kind == "closed"
    assert len(made) == len([p for p in plan.people if p.exclusion is None])
    assert report.users.moved > 0
    assert report.users.failed == 0
