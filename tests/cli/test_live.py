"""Promises of the picture of a move: true, as wide as the terminal, readable without color, silent in a pipe."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from tests.cli.moves import HALF_WAY, begin, progress_of
from tests.migration.test_ledger import NOW
from ueapi.cli.live import Watch, line_of, matters
from ueapi.cli.picture import bar, picture, rows_of
from ueapi.migration import Event
from ueapi.migration.ledger import Ledger
from ueapi.migration.progress import Progress, WaveProgress
from ueapi.migration.rows import DeviceState


def drawn(now: Progress, *, width: int, can_draw: bool = True) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(picture(now, width=width, can_draw=can_draw))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def waves(*states: str) -> list[WaveProgress]:
    return [
        WaveProgress(
            number=n,
            state=state,
            phones=10,
            left=0,
            verified=10 if state == "closed" else 0,
            planned_at=NOW + timedelta(days=n),
        )
        for n, state in enumerate(states, start=1)
    ]


@pytest.fixture
def half_way(tmp_path: Path) -> Progress:
    return progress_of(begin(tmp_path))


def test_a_wave_shows_its_phones_as_numbers_that_count_up(half_way: Progress) -> None:
    line = next(line for line in drawn(half_way, width=120) if line.startswith("1 pilot"))

    assert line.split()[-5:] == ["3", "2", "1", "4", "moving"]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(half_way: Progress, width: int) -> None:
    lines = drawn(half_way, width=width)

    assert max(len(line.rstrip()) for line in lines) <= width
    assert not any("…" in line for line in lines if line.startswith("1 pilot") and width >= 60)


def test_each_state_has_a_character_of_its_own_also_in_ascii(half_way: Progress) -> None:
    (row,) = rows_of(half_way)

    assert bar(row, 8, can_draw=True).plain == "██▓▓▒▒░░"
    assert bar(row, 8, can_draw=False).plain == "##==--.."
    assert all(line.isascii() for line in drawn(half_way, width=80, can_draw=False))


def test_a_single_phone_of_many_is_seen_in_the_bar(tmp_path: Path) -> None:
    states = (DeviceState.VERIFIED, *[DeviceState.ANNOUNCED] * 199)

    row = rows_of(progress_of(begin(tmp_path, states)))[-1]

    assert bar(row, 20, can_draw=True).plain == "█" + "░" * 19


@pytest.mark.parametrize(
    ("states", "names"),
    [
        (["closed", "moving", "planned"], ["1", "2", "3", "all"]),
        (["closed"] * 20, ["1-20", "all"]),
        (["closed"] * 5 + ["moving"] * 2 + ["planned"] * 9, ["1-5", "6", "7", "8", "9-16", "all"]),
        (
            ["moving"] * 14,
            ["1-5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "all"],
        ),
    ],
)
def test_in_a_long_move_closed_and_distant_waves_share_a_row(
    half_way: Progress, states: Sequence[str], names: Sequence[str]
) -> None:
    now = half_way.model_copy(update={"waves": tuple(waves(*states))})

    rows = rows_of(now)

    assert [row.name for row in rows] == list(names)
    assert sum(row.count("phones") for row in rows[:-1]) == 10 * len(states)


def test_it_says_who_is_awaited_how_fast_it_goes_and_when_it_ends(half_way: Progress) -> None:
    told = " ".join(drawn(half_way, width=100))

    assert "1 of 4 people moved" in told
    assert "Rate: 0.5 phones a day." in told
    assert "at this rate" in told
    assert "Thu 12 Nov 09:00 at the latest" in told
    assert "1 person who left and has not signed in again" in told


def test_a_pause_is_told_with_its_reason(tmp_path: Path) -> None:
    ledger = begin(tmp_path)
    with Ledger(f"sqlite:///{ledger}") as opened:
        opened.pause("wave 1: 3 of 20 went wrong", NOW, by="rule")

    told = " ".join(drawn(progress_of(ledger), width=80))

    assert "Paused since Mon 02 Nov 09:00 by a rule of the policy: wave 1: 3 of 20 went" in told


def test_words_of_others_cannot_steer_the_terminal(tmp_path: Path) -> None:
    ledger = begin(tmp_path)
    with Ledger(f"sqlite:///{ledger}") as opened:
        opened.pause("\x1b[2Jgone", NOW, by="operator")

    assert "\x1b" not in "".join(drawn(progress_of(ledger), width=80))
    assert "\x1b" not in line_of(Event(at=NOW, kind="task", text="\x1b[2J"))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event(at=NOW, kind="wave", text="wave 1 begins", wave=1), True),
        (Event(at=NOW, kind="postponed", text="the product is busy"), True),
        (Event(at=NOW, kind="refused", text="no such record", person="p-1"), True),
        (Event(at=NOW, kind="verified", text="", person="p-1"), False),
        (Event(at=NOW, kind="asked", text="move", person="p-1"), False),
    ],
)
def test_what_one_of_many_does_as_expected_is_no_line_of_its_own(
    event: Event, expected: bool
) -> None:
    assert matters(event) is expected


def test_in_a_pipe_nothing_is_drawn(tmp_path: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=False)

    with Watch(f"sqlite:///{begin(tmp_path)}", console) as watch:
        watch.see(Event(at=NOW, kind="verified", text="", person="p-1"))
        watch.keep(Event(at=NOW, kind="wave", text="wave 1 begins with 4 people", wave=1))

    assert out.getvalue() == "2026-11-02 09:00 wave: wave 1 begins with 4 people\n"


def eventually(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_on_a_terminal_the_picture_is_drawn_from_the_ledger_and_wiped_at_the_end(
    tmp_path: Path,
) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, height=30, color_system=None)
    missing = f"sqlite:///{tmp_path / 'move.db'}"

    with Watch(missing, console):
        assert eventually(lambda: "Reading both tenants" in out.getvalue())
        begin(tmp_path, HALF_WAY)
        assert eventually(lambda: "1 of 4 people moved" in out.getvalue())

    assert out.getvalue().rstrip().endswith("\x1b[2K") or "\x1b[1A\x1b[2K" in out.getvalue()


def test_a_resize_draws_everything_anew(tmp_path: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, height=30, color_system=None)

    with Watch(f"sqlite:///{begin(tmp_path)}", console):
        assert eventually(lambda: "1 of 4 people moved" in out.getvalue())
        console.width = 60
        assert eventually(lambda: "\x1b[2J" in out.getvalue())
        assert eventually(lambda: "1 pilot" in out.getvalue().rpartition("\x1b[2J")[2])

    after = out.getvalue().rpartition("\x1b[2J")[2]
    line = next(line for line in after.splitlines() if "1 pilot" in line)
    assert "left" not in after.partition("1 pilot")[0].partition("wave ")[2]
    assert len(line.rstrip()) <= 60
