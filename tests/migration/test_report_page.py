"""Promises of report.html: true in the middle of a move, self-contained, and safe whatever words come in."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.migration import reporting
from ueapi.migration.html import render, stage
from ueapi.migration.ledger import Ledger, request_pause
from ueapi.migration.reporting import Report
from ueapi.migration.rows import DeviceState, WaveState

HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = Ledger(url(tmp_path))
    opened.begin(plan_for(3), NOW)
    opened.note(NOW, "ueapi", "begun", "1 wave")
    return opened


def words(report: Report) -> str:
    """The text of the page, without markup."""
    page = render(report).partition("</style>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_a_move_that_has_not_begun_says_so(ledger: Ledger) -> None:
    report = reporting.report(ledger)

    assert stage(report) == "new"
    assert "Not begun." in words(report)


def test_half_way_it_says_for_which_moment_it_is_true_and_who_acts_next(ledger: Ledger) -> None:
    ledger.set_wave(1, WaveState.MOVING, NOW)
    first, second, _ = ledger.devices()
    ledger.set_device(first.source_id, state=DeviceState.VERIFIED, since=NOW, verified_at=NOW)
    ledger.set_device(second.source_id, state=DeviceState.LEFT, since=NOW, left_at=NOW)
    ledger.note_look(NOW + 3 * HOUR)

    report = reporting.report(ledger)
    told = words(report)

    assert stage(report) == "half-way"
    assert "1 of 3 people moved" in told
    assert (
        "Half-way. 0 of 1 waves are closed; what follows is true for Mon 2026-11-02 12:00" in told
    )
    assert "Waiting for a person who left the old product and has not signed in yet 1" in told
    assert "The last wave stops waiting Thu 2026-11-12 09:00" in told


def test_a_paused_move_says_why_and_since_when(ledger: Ledger) -> None:
    ledger.set_wave(1, WaveState.MOVING, NOW)
    ledger.pause("6 of 20 phones failed", NOW + HOUR, by="rule")

    told = words(reporting.report(ledger))

    assert "Paused since Mon 2026-11-02 10:00 by a rule of the policy: 6 of 20 phones fail" in told
    assert "the whole move Mon 2026-11-02 10:00 still a rule of the policy 6 of 20" in told


def test_what_is_to_be_typed_stands_out_and_no_mark_of_a_page_comes_in(ledger: Ledger) -> None:
    ledger.set_wave(1, WaveState.MOVING, NOW)
    ledger.pause("see `ueapi ready <new>` & wait", NOW + HOUR, by="operator")

    page = render(reporting.report(ledger))

    assert "see <code>ueapi ready &lt;new&gt;</code> &amp; wait" in page
    assert "`" not in page


def test_a_pause_that_is_asked_for_is_said(ledger: Ledger, tmp_path: Path) -> None:
    ledger.set_wave(1, WaveState.MOVING, NOW)
    request_pause(url(tmp_path), "fire drill")

    assert "A pause is asked for and takes effect at the next step: fire drill" in words(
        reporting.report(ledger)
    )


@pytest.mark.parametrize(
    ("state", "expected"), [(DeviceState.VERIFIED, "done"), (DeviceState.ANNOUNCED, "closed")]
)
def test_an_ended_move_is_done_only_when_nobody_is_open(
    ledger: Ledger, state: DeviceState, expected: str
) -> None:
    for row in ledger.devices():
        ledger.set_device(row.source_id, state=state, since=NOW)
    ledger.set_wave(1, WaveState.CLOSED, NOW)

    assert stage(reporting.report(ledger)) == expected


def test_an_ended_move_counts_who_has_not_moved(ledger: Ledger) -> None:
    first, second, third = ledger.devices()
    for row in (first, second):
        ledger.set_device(row.source_id, state=DeviceState.VERIFIED, since=NOW, verified_at=NOW)
    ledger.set_device(third.source_id, state=DeviceState.ANNOUNCED, since=NOW)
    ledger.set_wave(1, WaveState.CLOSED, NOW)

    told = words(reporting.report(ledger))

    assert "Every wave is closed, and 1 person has not moved. Who comes late" in told


def test_changes_whose_effect_is_not_sure_are_listed(ledger: Ledger) -> None:
    ledger.open_intent("user:p-1", "users.ensure", NOW, system="new")
    for _ in range(2):
        ledger.open_intent("invite:p-2", "enrollments.invite", NOW, system="new", blind=True)
    ledger.close_intent("invite:p-2", "sent", NOW, resolved="resent")

    told = words(reporting.report(ledger))

    assert "1 change in a tenant began and no outcome is known yet" in told
    assert "users.ensure new Mon 2026-11-02 09:00 1 user:p-1" in told
    assert "1 change can't be read back" in told
    assert "enrollments.invite new Mon 2026-11-02 09:00 2 invite:p-2" in told


def test_the_page_loads_nothing_and_runs_nothing(ledger: Ledger) -> None:
    ledger.pause("<script>alert(1)</script>", NOW, by="operator")
    ledger.set_wave(1, WaveState.MOVING, NOW)

    page = render(reporting.report(ledger))

    assert not re.search(r"https?:|<script|<link|@import|url\(", page)
    assert "&lt;script&gt;" in page


def test_the_evidence_head_is_on_the_page(ledger: Ledger) -> None:
    report = reporting.report(ledger)

    assert f"Evidence: 2 entries, head {report.evidence.head}" in words(report)
