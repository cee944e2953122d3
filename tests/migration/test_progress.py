"""Promises of the picture of a move: what it counts, when it may be through, and what is said of pauses and doubts."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.errors import UnreadableInput
from ueapi.migration import reporting
from ueapi.migration.ledger import Ledger, request_pause, request_resume
from ueapi.migration.progress import Progress, progress
from ueapi.migration.rows import DeviceState, WaveState

HOUR = timedelta(hours=1)


def begun(tmp_path: Path, *, people: int = 4) -> Ledger:
    ledger = Ledger(url(tmp_path))
    ledger.begin(plan_for(people), NOW)
    ledger.set_wave(1, WaveState.MOVING, NOW)
    return ledger


def moved(ledger: Ledger, *states: DeviceState, hours: float) -> Progress:
    """One phone after another in these states, seen that many hours after the beginning."""
    then = NOW + hours * HOUR
    for row, state in zip(ledger.devices(), states, strict=False):
        done = then if state is DeviceState.VERIFIED else None
        left = None if state is DeviceState.ANNOUNCED else NOW
        ledger.set_device(row.source_id, now=then, state=state, left_at=left, verified_at=done)
    ledger.note_look(then)
    return progress(ledger)


def test_each_phone_of_a_wave_is_counted_once(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        states = (DeviceState.VERIFIED, DeviceState.ENROLLED, DeviceState.LEFT)
        (wave,) = moved(ledger, *states, DeviceState.ANNOUNCED, hours=2).waves

    assert (wave.verified, wave.arrived, wave.between, wave.asked, wave.open) == (1, 1, 1, 1, 3)
    assert (wave.begun_at, wave.closed_at, wave.kind, wave.people) == (NOW, None, "pilot", 4)


def test_in_the_first_day_nothing_is_extrapolated(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        finish = moved(ledger, DeviceState.VERIFIED, hours=5).finish

    assert (finish.per_day, finish.at_this_rate) == (None, None)
    assert finish.at_the_latest == NOW + 240 * HOUR


def test_the_rate_is_that_of_days_and_tells_when_the_rest_is_through(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        found = moved(ledger, DeviceState.VERIFIED, DeviceState.VERIFIED, hours=48)

    assert found.finish.per_day == 1.0
    assert found.finish.at_this_rate == NOW + 48 * HOUR + 48 * HOUR


def test_a_forecast_is_counted_from_the_real_beginning(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        found, outline = progress(ledger), ledger.outline()

    assert outline is not None
    assert outline.finish_after is None or found.finish.planned is not None


def test_a_pause_that_is_only_asked_for_is_told_as_such(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        request_pause(url(tmp_path), "help desk is ill")
        asked = progress(ledger).standstill
        ledger.pause("help desk is ill", NOW, by="operator")
        held = progress(ledger).standstill
        request_resume(url(tmp_path))
        ending = progress(ledger).standstill

    assert asked is not None
    assert (asked.since, asked.wanted, asked.reason) == (None, "pause", "help desk is ill")
    assert held is not None
    assert (held.since, held.wanted) == (NOW, None)
    assert ending is not None
    assert ending.wanted == "resume"


def test_the_report_tells_every_pause_with_its_end(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.pause("too many errors", NOW + HOUR, by="rule")
        ledger.resume(NOW + 2 * HOUR, by="operator")
        ledger.set_wave(1, WaveState.PAUSED, NOW + 3 * HOUR)
        first, second = reporting.report(ledger).halts

    assert (first.what, first.by, first.reason) == ("move", "ueapi", "too many errors")
    assert (first.began, first.ended) == (NOW + HOUR, NOW + 2 * HOUR)
    assert (second.what, second.ended) == ("wave 1", None)


def test_a_rule_that_pauses_the_move_for_a_wave_is_told_once(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.pause("wave 1: 3 of 20 went wrong", NOW + HOUR, by="rule")
        ledger.set_wave(1, WaveState.PAUSED, NOW + HOUR)
        (halt,) = reporting.report(ledger).halts

    assert (halt.what, halt.ended) == ("move", None)


def test_the_report_lists_changes_whose_effect_is_not_sure(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        ledger.open_intent("user:p-1", "users.ensure", NOW, system="new")
        for _ in range(2):
            ledger.open_intent("invite:p-2", "enrollments.invite", NOW, system="new", blind=True)
        ledger.close_intent("invite:p-2", "sent", NOW, resolved="resent")
        ledger.note_look(NOW)
        report = reporting.report(ledger)

    assert [d.operation for d in report.unresolved.listed] == ["users.ensure"]
    assert [(d.key, d.attempts) for d in report.blind_calls.listed] == [("invite:p-2", 2)]


def test_a_ledger_without_a_move_says_how_to_begin_one(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger, pytest.raises(UnreadableInput, match="migrate apply"):
        progress(ledger)


def test_looking_at_a_ledger_needs_no_client() -> None:
    look = "import sys, ueapi.migration.progress, ueapi.migration.reporting; print('httpx' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
