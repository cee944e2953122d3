"""Promises of the ledger at work: intents, pauses, samples, narrow questions, and writes that belong together."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration import reporting
from ueapi.migration.ledger import Ledger, request_pause, request_resume
from ueapi.migration.rows import DeviceState, Pause, Request, WaveState

LATER = NOW + timedelta(hours=1)


def begun(path: Path, people: int = 4) -> Ledger:
    ledger = Ledger(url(path))
    ledger.begin(plan_for(people), NOW)
    return ledger


# -- intents -----------------------------------------------------------------------------------------


def test_an_intent_tells_what_was_sent_where_and_how_its_outcome_is_known(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.open_intent("a", "apps.assign", NOW, system="new", input_digest="12", blind=True)
        ledger.open_intent("b", "users.ensure", LATER)
        before = ledger.unresolved()
        ledger.close_intent("a", "assigned", LATER, resolved="resent")
        first = ledger.intent("a")

        assert [row.key for row in before] == ["a", "b"]
        assert [row.key for row in ledger.unresolved()] == ["b"]
        assert ledger.blind_intents() == [first]

    assert first is not None
    assert (first.system, first.input_digest, first.resolved) == ("new", "12", "resent")
    assert (first.outcome, first.closed_at, first.attempts) == ("assigned", LATER, 1)


def test_an_intent_that_is_opened_again_has_no_outcome_until_it_is_closed(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.open_intent("a", "users.ensure", NOW, system="new", input_digest="12")
        ledger.close_intent("a", "17", NOW)
        assert ledger.outcome("a") == "17"

        assert ledger.open_intent("a", "users.ensure", LATER) == 2

        again = ledger.intent("a")
        assert ledger.outcome("a") is None
        assert again is not None
        assert (again.system, again.input_digest, again.opened_at) == ("new", "12", LATER)


def test_an_outcome_without_an_intent_is_refused(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger, pytest.raises(UsageError, match="without an intent"):
        ledger.close_intent("a", "17", NOW)


# -- pause -------------------------------------------------------------------------------------------


def test_a_pause_lasts_until_it_is_ended(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.pause("a third of the calls fail", NOW, by="rule")

    with Ledger(url(tmp_path)) as ledger:
        assert ledger.paused() == Pause(reason="a third of the calls fail", at=NOW, by="rule")
        ledger.resume(LATER, by="operator")
        assert ledger.paused() is None
        entries = ledger.head().entries
        ledger.resume(LATER, by="operator")
        assert ledger.head().entries == entries


def test_another_process_may_ask_for_a_pause_while_the_ledger_is_locked(tmp_path: Path) -> None:
    ask = (
        "import sys; from ueapi.migration.ledger import request_pause as r; r(sys.argv[1], 'lunch')"
    )

    with begun(tmp_path) as ledger:
        subprocess.run([sys.executable, "-c", ask, url(tmp_path)], check=True)

        assert ledger.requested() == Request(wanted="pause", reason="lunch")
        ledger.pause("lunch", NOW, by="operator")
        assert ledger.requested() is None


def test_what_was_asked_last_counts_and_what_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        request_pause(url(tmp_path), "lunch")
        request_resume(url(tmp_path))
        assert ledger.requested() == Request(wanted="resume", reason="")

        request_pause(url(tmp_path), "tea")
        ledger.resume(NOW, by="operator")

        assert ledger.requested() == Request(wanted="pause", reason="tea")


def test_a_rule_does_not_answer_what_the_operator_asked_for(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        request_pause(url(tmp_path), "lunch")
        ledger.pause("errors", NOW, by="rule")

        assert ledger.requested() is not None


def test_a_pause_of_a_missing_ledger_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="there is no ledger"):
        request_pause(url(tmp_path), "lunch")

    assert list(tmp_path.iterdir()) == []


# -- samples -----------------------------------------------------------------------------------------


def test_samples_are_counted_by_wave_and_can_begin_anew(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        for _ in range(3):
            ledger.sample(1, "ok", NOW)
        ledger.sample(1, "error", NOW, count=2)
        ledger.sample(2, "error", NOW)

        assert ledger.samples(1) == (3, 2)
        assert ledger.samples(3) == (0, 0)
        ledger.forget_samples(1)
        assert (ledger.samples(1), ledger.samples(2)) == ((0, 0), (0, 1))


# -- phones ------------------------------------------------------------------------------------------


def test_narrow_questions_and_counts_agree_with_all_rows(tmp_path: Path) -> None:
    with begun(tmp_path, 40) as ledger:
        for n in range(1, 8):
            ledger.set_device(str(n), state=DeviceState.LEFT, since=NOW, left_by="person")
        everyone = ledger.devices()
        left = ledger.device_rows(states=[DeviceState.LEFT])
        second = ledger.device_rows(states=[DeviceState.PLANNED], wave=2)
        one = ledger.device_rows(person=everyone[0].person)
        counts = ledger.counts()

    assert left == [row for row in everyone if row.state is DeviceState.LEFT]
    assert {row.left_by for row in left} == {"person"}
    assert second == [r for r in everyone if r.wave == 2 and r.state is DeviceState.PLANNED]
    assert one == [everyone[0]]
    assert sum(n for states in counts.values() for n in states.values()) == 40
    assert counts[2][DeviceState.PLANNED] == len(second)


def test_what_the_writer_keeps_is_what_the_file_holds(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        assert len(ledger.devices()) == 4
        ledger.set_device("2", state=DeviceState.LEFT, left_at=NOW, escalated_at=LATER, blind=2)
        kept = ledger.devices()

    with Ledger(url(tmp_path), may_write=False) as ledger:
        assert ledger.devices() == kept


def test_a_phone_that_does_not_move_is_refused(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger, pytest.raises(UsageError, match="no phone of that id"):
        ledger.set_device("99", state=DeviceState.LEFT)


def test_only_what_tells_a_story_is_an_entry(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        before = ledger.head().entries
        ledger.set_device("1", look_at=LATER, looks=3, asked=1)
        ledger.set_device("1", problem=None)
        ledger.note_look(NOW)
        ledger.add_calls("old", {"devices.list": 2})
        ledger.sample(1, "ok", NOW)
        assert ledger.head().entries == before

        ledger.set_device("1", problem="no-answer", now=LATER)

        last = list(ledger.entries(after=before))
        assert [(e.action, e.subject, e.text, e.at) for e in last] == [
            ("device.noted", "device:1", "no-answer", LATER.isoformat())
        ]


def test_a_wave_remembers_when_it_was_announced_first(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        for state, at in [
            (WaveState.MOVING, NOW),
            (WaveState.PAUSED, LATER),
            (WaveState.MOVING, LATER),
        ]:
            ledger.set_wave(1, state, at)

        assert ledger.announced_at(1) == NOW


# -- together ----------------------------------------------------------------------------------------


def test_writes_that_belong_together_are_made_all_or_not_at_all(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        before = ledger.head()

        with pytest.raises(UsageError):
            leave(ledger, actor="nobody")

        assert ledger.head() == before
        assert ledger.devices()[0].state is DeviceState.PLANNED
        leave(ledger, actor="person")
        assert ledger.devices()[0].state is DeviceState.LEFT
        assert ledger.head().entries == before.entries + 2


def test_a_transaction_does_not_go_on_over_a_failed_write(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        with pytest.raises(UsageError, match="failed inside"):
            leave_and_ignore(ledger)

        assert ledger.devices()[0].state is DeviceState.PLANNED


def leave(ledger: Ledger, *, actor: str) -> None:
    with ledger.together():
        ledger.set_device("1", state=DeviceState.LEFT, since=NOW)
        ledger.note(NOW, actor, "left", "gone")


def leave_and_ignore(ledger: Ledger) -> None:
    with ledger.together():
        ledger.set_device("1", state=DeviceState.LEFT, since=NOW)
        with suppress(UsageError):
            ledger.set_device("99", state=DeviceState.LEFT)


def test_a_reader_sees_one_moment_while_another_process_writes(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger, Ledger(url(tmp_path), may_write=False) as reader:
        with reader.one_moment():
            before = reader.head()
            ledger.set_device("1", state=DeviceState.LEFT, since=NOW)
            assert reader.head() == before
            assert reader.devices()[0].state is DeviceState.PLANNED

        assert reader.head() == ledger.head()
        assert reader.devices()[0].state is DeviceState.LEFT


# -- what stays --------------------------------------------------------------------------------------


def test_exempted_and_returned_phones_keep_the_balance(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.set_device("1", state=DeviceState.EXEMPT, since=NOW)
        ledger.set_device("2", state=DeviceState.ROLLED_BACK, since=NOW)
        ledger.set_device("3", state=DeviceState.VERIFIED, since=NOW)

        report = reporting.report(ledger)

    assert report.users.model_dump() == {
        "total": 4,
        "moved": 1,
        "waiting": 1,
        "excluded": 1,
        "failed": 1,
    }
    assert report.devices == report.users
    assert report.reasons == {"exempt": 1, "rolled-back": 1, "wave-not-begun": 1}
    assert report.evidence.head == ledger.head().digest
