"""Promises of streamed snapshots: whole or absent, private, counted, and the same as one in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ueapi import migration
from ueapi.client import Tenant
from ueapi.errors import UnreadableInput
from ueapi.migration.streamed import Header, Writer, private_file
from ueapi.model import Snapshot
from ueapi.plugins import Registry
from ueapi.rehearsal.world import World

TAKEN = "2026-11-02T08:00:00Z"


def tenants() -> Iterator[Tenant]:
    """The same tenant again and again."""
    registry = Registry.installed()
    world = World.empty(users=20, seed=4)
    place = world.open_installed(registry, "jamf", "source")
    world.settle(place)
    while True:
        yield world.tenant(registry, place, "old")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot]:
    path = tmp_path_factory.mktemp("taken") / "old.json"
    again = tenants()
    taken = migration.snapshot_to(next(again), path)
    assert (len(taken.users), taken.calls) == (20, sum(taken.spent.values()))
    return path, migration.snapshot(next(again))


def test_a_streamed_snapshot_is_the_same_as_one_in_memory(stored: tuple[Path, Snapshot]) -> None:
    path, taken = stored

    read = migration.read_snapshot(path)

    left = read.model_dump(mode="json")
    right = taken.model_dump(mode="json")
    assert left == right


def test_both_forms_give_the_same_plan(stored: tuple[Path, Snapshot], tmp_path: Path) -> None:
    path, taken = stored
    migration.write_snapshot(taken, tmp_path / "old.json")
    target = Snapshot(tenant="new", backend="hexnode", taken_at=taken.taken_at)

    plans = [
        migration.plan(source, target)
        for source in (
            taken,
            migration.open_snapshot(path),
            migration.open_snapshot(tmp_path / "old.json"),
        )
    ]

    assert len({plan.hash for plan in plans}) == 1
    assert plans[0].source.limits is not None
    assert plans[0].source.limits.concurrency == 3


def test_the_file_is_its_owners_and_holds_a_line_for_each_object(
    stored: tuple[Path, Snapshot],
) -> None:
    path, taken = stored
    lines = path.read_text().splitlines()

    assert path.stat().st_mode & 0o077 == 0
    assert sum(line.startswith('{"device":') for line in lines) == len(taken.devices)
    assert lines[-1].startswith('{"end":')
    assert list(path.parent.iterdir()) == [path]


def test_a_snapshot_that_fails_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text("before")

    with pytest.raises(RuntimeError, match="cable"):
        write_half(path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path: Path) -> None:
    with private_file(path) as out:
        Writer(out, Header.model_validate({"tenant": "o", "backend": "b", "taken_at": TAKEN}))
        raise RuntimeError("cable pulled")


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def lost_a_line(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def doubled(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def out_of_order(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:-1], lines[1], lines[-1]]


def newer(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"format":2', b'"format":3'), *lines[1:]]


def foreign(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b'{"phone":{}}\n', *lines[1:]]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (cut, "cut off"),
        (lost_a_line, "totals"),
        (doubled, "follow its end"),
        (out_of_order, "none of a snapshot"),
        (newer, "format 3"),
        (foreign, "none of a snapshot"),
    ],
)
def test_a_harmed_file_is_named_before_anything_is_planned(
    harm: Callable[[list[bytes]], list[bytes]],
    said: str,
    stored: tuple[Path, Snapshot],
    tmp_path: Path,
) -> None:
    path = tmp_path / "harmed.json"
    path.write_bytes(b"".join(harm(stored[0].read_bytes().splitlines(keepends=True))))

    with pytest.raises(UnreadableInput, match=said):
        migration.open_snapshot(path)


def test_a_wrong_object_is_named_by_its_place_and_not_shown(
    stored: tuple[Path, Snapshot], tmp_path: Path
) -> None:
    path = tmp_path / "harmed.json"
    lines = stored[0].read_bytes().splitlines(keepends=True)
    lines[2] = b'{"user":{"name":"Secret Person"}}\n'
    path.write_bytes(b"".join(lines))

    with pytest.raises(UnreadableInput, match="user 2 is wrong at") as caught:
        list(migration.open_snapshot(path).users)

    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b'{"snapshot":', b'{"snapshot":{}}\n', b"[]", b"\xff"])
def test_garbage_is_no_snapshot(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "garbage.json"
    path.write_bytes(content)

    with pytest.raises(UnreadableInput, match="no snapshot"):
        migration.open_snapshot(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="can't be read"):
        migration.open_snapshot(tmp_path / "none.json")
