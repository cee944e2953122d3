"""Promises of the evidence: whatever is changed in what was handed over is found, and the first bad entry is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.apple import signers
from tests.migration.test_ledger import NOW, plan_for, url
from ueapi.errors import UnreadableInput
from ueapi.migration.chain import EMPTY, START, Entry, Head, digest_for, fault_in, subject_for
from ueapi.migration.evidence import Verdict, export, verify
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceState, TaskState, WaveState

PEOPLE = 9


def filled(path: Path) -> None:
    """A ledger with some 50 entries of every kind."""
    with Ledger(url(path)) as ledger:
        ledger.begin(plan_for(PEOPLE), NOW)
        ledger.note(NOW, "ueapi", "begun", "3 waves")
        ledger.set_task("none", TaskState.CONFIRMED, NOW)
        ledger.set_wave(1, WaveState.MOVING, NOW)
        for n in range(1, PEOPLE + 1):
            at = NOW + timedelta(minutes=n)
            ledger.open_intent(f"user:p-{n}", "users.ensure", at, system="new", input_digest="ab")
            ledger.close_intent(f"user:p-{n}", str(n), at)
            ledger.set_device(str(n), state=DeviceState.LEFT, since=at, left_at=at)
            ledger.note(at, "person", "left", "the old enrollment is gone", f"p-{n}")
            ledger.set_device(str(n), state=DeviceState.VERIFIED, since=at, problem=None)
        ledger.pause("too many errors", NOW, by="rule")
        ledger.resume(NOW, by="operator")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed bundle; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("evidence")
    filled(folder)
    with Ledger(url(folder), may_write=False) as ledger:
        export(ledger, folder / "bundle", signer=signers.signer())
    return folder / "bundle"


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def judged(folder: Path, *, head: str | None = None, anchored: bool = False) -> Verdict:
    anchors = [signers.root().certificate] if anchored else []
    return verify(folder, at=signers.NOW, head=head, anchors=anchors)


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "evidence.ndjson").read_bytes().splitlines(keepends=True)


def entry_of(line: bytes) -> Entry:
    return Entry(**json.loads(line))


def remade(lines: Sequence[bytes]) -> list[bytes]:
    """The same entries numbered and linked anew, as a forger would."""
    made, head = [], EMPTY
    for line in lines:
        content = json.loads(line) | {"n": head.entries + 1, "previous": head.digest}
        content["digest"] = digest_for(content)
        head = Head(entries=content["n"], digest=content["digest"])
        made.append(f"{Entry(**content).line()}\n".encode())
    return made


def rewrite(folder: Path, lines: Sequence[bytes], **manifest: object) -> None:
    (folder / "evidence.ndjson").write_bytes(b"".join(lines))
    found = json.loads((folder / "evidence.json").read_text()) | manifest
    (folder / "evidence.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


# -- what is there -----------------------------------------------------------------------------------


def test_a_bundle_verifies_and_its_files_are_the_owners_only(bundle: Path) -> None:
    verdict = judged(bundle, anchored=True)

    assert verdict.problems == ()
    assert verdict.entries == len(lines_of(bundle)) >= 50
    assert verdict.signature is not None
    assert verdict.signature.is_trusted
    assert {f.name: f.stat().st_mode & 0o077 for f in bundle.iterdir()} == {
        "evidence.ndjson": 0,
        "evidence.json": 0,
        "evidence.p7s": 0,
        "SHA256SUMS": 0,
    }


def test_every_change_is_an_entry_that_names_nobody(bundle: Path) -> None:
    entries = [entry_of(line) for line in lines_of(bundle)]
    told = {(e.kind, e.action, e.actor) for e in entries}

    assert entries[0].previous == START
    assert entries[0].input_digest == plan_for(PEOPLE).hash
    assert told == {
        ("job", "begin", "ueapi"),
        ("event", "begun", "ueapi"),
        ("task", "task.confirmed", "administrator"),
        ("wave", "wave.moving", "ueapi"),
        ("opened", "users.ensure", "ueapi"),
        ("closed", "users.ensure", "ueapi"),
        ("device", "device.left", "ueapi"),
        ("event", "left", "person"),
        ("device", "device.verified", "ueapi"),
        ("job", "pause", "ueapi"),
        ("job", "resume", "administrator"),
    }
    text = b"".join(lines_of(bundle)).decode()
    assert "@" not in text
    assert "Person" not in text


def test_an_address_in_a_text_and_a_name_in_a_key_do_not_reach_the_evidence(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger:
        ledger.begin(plan_for(1), NOW)
        ledger.note(NOW, "ueapi", "refused", "someone@example.org is refused")
        ledger.open_intent("group:Anna's team", "groups.ensure", NOW)

        entries = list(ledger.entries())
        keys = ledger.open_intents()

    assert "someone" not in entries[1].text
    assert "Anna" not in entries[2].subject
    assert entries[2].subject == subject_for("group:Anna's team")
    assert entries[2].subject.startswith("group:#")
    assert keys == ["group:Anna's team"]


def test_equal_moves_make_equal_evidence(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        filled(tmp_path / name)
        with Ledger(url(tmp_path / name), may_write=False) as ledger:
            heads.append(ledger.head())

    assert heads[0] == heads[1]


# -- what is found -----------------------------------------------------------------------------------


def test_any_changed_byte_of_an_entry_is_found_and_the_entry_is_named(bundle: Path) -> None:
    lines = lines_of(bundle)
    heads = [EMPTY, *(Head(entries=e.n, digest=e.digest) for e in map(entry_of, lines))]

    for number, line in enumerate(lines, start=1):
        for place in range(len(line)):
            for bit in (0x01, 0x20, 0x80):
                changed = line[:place] + bytes((line[place] ^ bit,)) + line[place + 1 :]
                # What the reader takes as the line ends at the first line end.
                first = changed[: changed.index(b"\n") + 1] if b"\n" in changed else changed
                _, fault = fault_in(first, after=heads[number - 1])
                assert f"entry {number} " in fault, (number, place, bit)


@pytest.mark.parametrize("name", ["evidence.ndjson", "evidence.json", "evidence.p7s", "SHA256SUMS"])
def test_a_changed_byte_anywhere_in_a_file_is_found_and_the_file_is_named(
    name: str, copy: Path
) -> None:
    content = (copy / name).read_bytes()
    # Every byte of the small files; of the entries, which are tried one by one above, some of each.
    step = 61 if name == "evidence.ndjson" else 1

    for place in range(0, len(content), step):
        (copy / name).write_bytes(signers.flipped(content, place))
        verdict = judged(copy)
        assert not verdict.is_good, place
        if name == "evidence.ndjson":
            expected = content.count(b"\n", 0, place) + 1
            assert verdict.first_bad_entry == expected, place
        else:
            assert any(name in f"{p.file} {p.text}" for p in verdict.problems), place


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda x: x[:20] + x[21:], 21),
        (lambda x: x[1:], 1),
        (lambda x: x[:-1], 50),
        (lambda x: [*x[:20], x[5], *x[20:]], 21),
        (lambda x: [*x[:20], x[20], x[20], *x[21:]], 22),
        (lambda x: [*x[:20], x[21], x[20], *x[22:]], 21),
        (lambda x: [*x, b"{}\n"], 51),
        (lambda x: [], 1),
    ],
    ids=["removed", "first", "last", "inserted", "repeated", "swapped", "added", "emptied"],
)
def test_entries_removed_added_and_moved_are_found(
    change: Callable[[list[bytes]], list[bytes]], number: int, copy: Path
) -> None:
    lines = lines_of(copy)
    (copy / "evidence.ndjson").write_bytes(b"".join(change(lines)))

    verdict = judged(copy)

    assert verdict.first_bad_entry == number + (len(lines) - 50 if number >= 50 else 0)


def test_a_shortened_log_with_a_fitting_manifest_is_found_by_the_published_head(copy: Path) -> None:
    lines = lines_of(copy)
    published, last = entry_of(lines[-1]).digest, entry_of(lines[29])
    rewrite(copy, lines[:30], entries=30, head=last.digest, last=last.at, signed=False)
    (copy / "evidence.p7s").unlink()
    resum(copy)

    assert judged(copy).is_good
    assert not judged(copy, head=published).is_good
    assert not judged(copy, anchored=True).is_good


def test_an_earlier_published_head_proves_what_was_before_it(copy: Path) -> None:
    published = entry_of(lines_of(copy)[24]).digest

    verdict = judged(copy, head=f" {published.upper()} ")

    assert verdict.is_good
    assert verdict.published == 25


def test_a_chain_made_anew_is_found_by_the_signature(copy: Path) -> None:
    lines = remade([line.replace(b"p-3", b"p-4") for line in lines_of(copy)])
    rewrite(copy, lines, head=entry_of(lines[-1]).digest)
    resum(copy)

    verdict = judged(copy)

    assert [p.file for p in verdict.problems] == ["evidence.p7s"]
    assert "altered" in verdict.problems[0].text


def test_a_signature_taken_away_is_missed(copy: Path) -> None:
    (copy / "evidence.p7s").unlink()

    assert "evidence.p7s" in {p.file for p in judged(copy).problems}


def test_a_stranger_who_signs_anew_is_not_trusted(copy: Path, tmp_path: Path) -> None:
    stranger = signers.issue("Example Root", usage="digital_signature", key=signers.ec_key("x"))
    filled(tmp_path)
    with Ledger(url(tmp_path), may_write=False) as ledger:
        export(ledger, copy, signer=signers.signer_of(stranger))

    assert judged(copy).is_good
    assert not judged(copy, anchored=True).is_good


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b"{" + b'"n":' * 9 + b"}",
        b"\x00\x01" * 99,
        b"1" * 2_000_000,
        json.dumps({"n": int("9" * 4000)}).encode(),
        b'{"entries": ' + b"9" * 50_000 + b"}",
    ],
    ids=["deep", "keys", "nul", "long", "number", "digits"],
)
@pytest.mark.parametrize("name", ["evidence.ndjson", "evidence.json", "evidence.p7s", "SHA256SUMS"])
def test_hostile_files_are_found_and_break_nothing(name: str, content: bytes, copy: Path) -> None:
    (copy / name).write_bytes(content)

    assert not judged(copy).is_good


@pytest.mark.parametrize("name", ["evidence.ndjson", "evidence.json"])
def test_a_folder_that_is_no_bundle_is_unreadable(name: str, copy: Path) -> None:
    (copy / name).unlink()

    with pytest.raises(UnreadableInput, match=name):
        judged(copy)


def test_the_few_lines_of_the_manual_check_the_chain(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manual = Path(__file__).resolve().parents[2] / "docs/explanation/evidence.md"
    few_lines = manual.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(bundle)

    exec(few_lines, {})

    assert capsys.readouterr().out == f"head {judged(bundle).head}\n"


# -- export ------------------------------------------------------------------------------------------


def test_an_unsigned_export_replaces_a_signed_one(copy: Path, tmp_path: Path) -> None:
    filled(tmp_path)
    with Ledger(url(tmp_path), may_write=False) as ledger:
        export(ledger, copy)

    assert judged(copy).is_good
    assert not (copy / "evidence.p7s").exists()


def test_altered_evidence_is_not_exported_and_not_gone_on_with(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            found.execute("UPDATE evidence SET text = 'other' WHERE n = 7")
        found.execute("DROP TRIGGER evidence_no_update")
        found.execute("UPDATE evidence SET text = 'other' WHERE n = 7")
        found.commit()

    with (
        Ledger(url(tmp_path), may_write=False) as ledger,
        pytest.raises(UnreadableInput, match="entry 7 was altered"),
    ):
        export(ledger, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []

    with closing(sqlite3.connect(tmp_path / "move.db")) as found:
        found.execute("UPDATE evidence SET text = 'x' WHERE n = (SELECT max(n) FROM evidence)")
        found.commit()
    with pytest.raises(UnreadableInput, match="was altered"):
        Ledger(url(tmp_path))


def test_an_empty_ledger_has_no_evidence_to_export(tmp_path: Path) -> None:
    with Ledger(url(tmp_path)) as ledger, pytest.raises(UnreadableInput, match="no move yet"):
        export(ledger, tmp_path / "out")


def test_it_can_be_exported_while_the_move_goes_on(tmp_path: Path) -> None:
    filled(tmp_path)
    with Ledger(url(tmp_path)) as writer, Ledger(url(tmp_path), may_write=False) as reader:
        writer.note(NOW, "ueapi", "note", "one more")
        before = export(reader, tmp_path / "out")
        writer.note(NOW, "ueapi", "note", "and one")
        after = export(reader, tmp_path / "out")

    assert after.entries == before.entries + 1
    assert judged(tmp_path / "out", head=before.head).published == before.entries


@pytest.mark.parametrize("kind", signers.KINDS)
def test_openssl_accepts_the_signature_and_refuses_another_manifest(
    kind: str, tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    filled(tmp_path)
    with Ledger(url(tmp_path), may_write=False) as ledger:
        export(ledger, tmp_path / "out", signer=signers.signer(kind))
    (tmp_path / "root.pem").write_bytes(signers.root().pem)

    before = accepts(openssl, tmp_path)
    content = (tmp_path / "out" / "evidence.json").read_bytes()
    (tmp_path / "out" / "evidence.json").write_bytes(signers.flipped(content, 40))

    assert before
    assert not accepts(openssl, tmp_path)


def accepts(openssl: str, folder: Path) -> bool:
    options = "cms -verify -binary -inform DER -in evidence.p7s -content evidence.json -purpose any"
    at = ["-attime", str(int(signers.NOW.timestamp()))]
    trust = ["-CAfile", str(folder / "root.pem"), "-out", str(folder / "verified")]
    command = [openssl, *options.split(), *at, *trust]
    return subprocess.run(command, cwd=folder / "out", capture_output=True).returncode == 0


def resum(folder: Path) -> None:
    """Make the sums fit, as a forger would."""
    names = sorted(f.name for f in folder.iterdir() if f.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    (folder / "SHA256SUMS").write_text("".join(sums))
