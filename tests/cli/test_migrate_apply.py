"""Promises of Ctrl-C while a plan is applied: no change is cut in two, and the move goes on where it was."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.migration.test_ledger import NOW, plan_for, url
from ueapi import migration
from ueapi.cli.interrupting import Interrupt, PatientClock, PatientLedger, TenantClock
from ueapi.migration.ledger import Ledger
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.steering import Event
from ueapi.plugins import Registry


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    with Interrupt() as taken:
        yield taken


def press() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_one_is_only_heard_and_the_second_one_stops(
    interrupt: Interrupt, capsys: pytest.CaptureFixture[str]
) -> None:
    press()

    assert interrupt.asked.is_set()
    assert "Press Ctrl-C again to stop at once" in capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt):
        press()


def test_afterwards_it_works_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    with Interrupt():
        press()

    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_new_is_begun_and_what_was_begun_is_written_down(
    interrupt: Interrupt, tmp_path: Path
) -> None:
    with PatientLedger(url(tmp_path), interrupt) as ledger:
        ledger.begin(plan_for(2), NOW)
        ledger.open_intent("user:p-1", "users.ensure", NOW)
        press()

        ledger.close_intent("user:p-1", "17", NOW)
        with pytest.raises(KeyboardInterrupt):
            ledger.open_intent("user:p-2", "users.ensure", NOW)

    with Ledger(url(tmp_path)) as again:
        assert again.open_intents() == []
        assert again.outcome("user:p-1") == "17"


@pytest.mark.parametrize("make", [PatientClock, TenantClock])
def test_waiting_ends_at_once(
    interrupt: Interrupt, make: Callable[[Interrupt], PatientClock | TenantClock]
) -> None:
    threading.Timer(0.05, press).start()
    begun = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        make(interrupt).sleep(30)

    assert time.monotonic() - begun < 10


def test_in_the_middle_of_a_change_a_tenant_is_waited_for(interrupt: Interrupt) -> None:
    interrupt.under_way.add("user:p-1")
    press()

    TenantClock(interrupt).sleep(0.01)


def test_a_move_that_was_interrupted_goes_on_and_ends_alike(tmp_path: Path) -> None:
    def ends(folder: Path, *, presses: int) -> list[tuple[str, str]]:
        rehearsal = Rehearsal.of(
            Registry.installed(), source="jamf", target="hexnode", users=8, seed=4
        )
        plan = rehearsal.plan(*rehearsal.snapshots())
        plan.write(folder / "plan.json")
        rehearsal._people = people_by_key(plan, rehearsal.world)
        stops = 0
        while True:
            with Interrupt() as interrupt, PatientLedger(url(folder), interrupt) as ledger:
                events = migration.apply(
                    plan,
                    source=rehearsal.old,
                    target=rehearsal.new,
                    ledger=ledger,
                    clock=rehearsal.world.clock,
                    steering=rehearsal,
                    signpost=rehearsal.signpost(folder),
                    follow=True,
                )
                try:
                    _pressing(events, at=3 + 9 * stops if stops < presses else None)
                except KeyboardInterrupt:
                    stops += 1
                    assert ledger.open_intents() == []
                    continue
            break
        assert stops == presses
        with Ledger(url(folder), may_write=False) as found:
            return sorted((row.source_id, row.state.value) for row in found.devices())

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert ends(tmp_path / "a", presses=3) == ends(tmp_path / "b", presses=0)


def _pressing(events: Iterator[Event], *, at: int | None) -> None:
    for number, _ in enumerate(events):
        if number == at:
            press()
