"""Promises of `--discovery`: the file says where phones are led and who signs, and a wrong one changes nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.cli.test_discovery import NEW, signing
from ueapi.cli.signpost_file import list_of, read_signpost, steered
from ueapi.discovery import read_list
from ueapi.errors import InvalidSettings, UnreadableInput
from ueapi.migration.documents import Task
from ueapi.migration.outbox import Outbox
from ueapi.runtime.clock import SystemClock

OLD = "https://old.example.org/enroll"


def told(folder: Path, *lines: str) -> Path:
    signing(folder)
    path = folder / "discovery.toml"
    parts = (f'new = "{NEW}"', 'certificate = "cert.pem"', 'key = "key.pem"', *lines)
    path.write_text("\n".join(parts))
    return path


def test_the_list_lies_beside_the_ledger_and_leads_as_the_file_says(tmp_path: Path) -> None:
    path, ledger = told(tmp_path, f'old = "{OLD}"'), tmp_path / "move.db"
    publisher = read_signpost(path, ledger=ledger, now=SystemClock().now)
    assert publisher is not None

    publisher.publish({"anna@example.org"})

    content = list_of(ledger).read_bytes()
    found = read_list(content, anchors=[publisher.signer.certificate], at=SystemClock().now())
    assert found.answers["new"].base_url == NEW
    assert found.answers[found.default or ""].base_url == OLD


def test_whoever_is_early_is_refused_where_the_file_says_so(tmp_path: Path) -> None:
    path = told(tmp_path, f'old = "{OLD}"', 'others = "refused"', 'list = "mine.list"')

    publisher = read_signpost(path, ledger=tmp_path / "move.db", now=SystemClock().now)

    assert publisher is not None
    assert publisher.path == tmp_path / "mine.list"
    assert publisher.addresses.default is None


def test_where_a_list_is_kept_the_administrator_hands_the_domain_on_to_it(tmp_path: Path) -> None:
    path = told(tmp_path, f'old = "{OLD}"')
    kept = read_signpost(path, ledger=tmp_path / "move.db", now=SystemClock().now)
    task = Task(id="T-1", kind="discovery", title="Discovery", steps=("Write the file",))
    other = Task(id="T-2", kind="link-location", title="Apps", steps=("Link it",))

    outbox = Outbox(tmp_path / "out", SystemClock().now, edited=partial(steered, kept))
    outbox.task(task, "")

    text = (tmp_path / "out" / "T-1.txt").read_text()
    assert "ueapi discovery serve" in text
    assert "Write the file" not in text
    assert "led to the old product" in text
    assert steered(None, task) == task
    assert steered(kept, other) == other


def test_without_the_option_nothing_is_published(tmp_path: Path) -> None:
    assert read_signpost(None, ledger=tmp_path / "move.db", now=SystemClock().now) is None


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ('old = "http://old.example.org"', "old"),
        ('others = "both"', "others"),
        ("more = 1", "more"),
    ],
)
def test_a_wrong_entry_is_named_without_its_value(tmp_path: Path, line: str, entry: str) -> None:
    path = told(tmp_path, line)

    with pytest.raises(InvalidSettings, match=entry) as refusal:
        read_signpost(path, ledger=tmp_path / "move.db", now=SystemClock().now)

    assert "http://old" not in str(refusal.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        read_signpost(tmp_path / "none.toml", ledger=tmp_path / "move.db", now=SystemClock().now)
