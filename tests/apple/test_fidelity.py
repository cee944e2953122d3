"""The second reading of Apple's schema, on a schema small enough to see through."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tools.fidelity.__main__ import main
from tools.fidelity.chains import Leaf, number, read
from tools.fidelity.checkout import files_at, files_in, releases
from tools.fidelity.comparing import Check
from tools.fidelity.handmade import Handmade

from ueapi.apple.rules import Rules
from ueapi.apple.rules.source import load_stored

PAYLOAD = """
payload:
  payloadtype: org.example.door
  supportedOS: {iOS: {introduced: '9.0', userenrollment: {mode: allowed}}}
payloadkeys:
- key: Bell
  type: <string>
- key: Lock
  type: <dictionary>
  supportedOS: {iOS: {introduced: '16.0', supervised: true, userenrollment: {mode: forbidden}}}
  subkeys:
  - key: Bolt
    type: <string>
    supportedOS: {iOS: {introduced: '14.0', userenrollment: {mode: allowed}}}
- key: Visitors
  type: <array>
  supportedOS: {iOS: {deprecated: '16.4', removed: '18.0', userenrollment: {mode: ignored}}}
  subkeys:
  - key: Visitor
    type: <dictionary>
    subkeys: &visitor
    - {key: Name, type: <string>}
    - {key: Friends, type: <array>, subkeys: [{key: Friend, type: <dictionary>, subkeys: *visitor}]}
- key: Handles
  type: <array>
  subkeys: [{key: Handle, type: <string>}]
- key: Spy
  type: <dictionary>
  supportedOS: {iOS: {introduced: n/a}}
  subkeys:
  - {key: Glass, type: <string>, supportedOS: {iOS: {introduced: '15.0'}}}
"""
DECLARATION = """
payload:
  declarationtype: org.example.window
  supportedOS: {iOS: {introduced: '15.0', allowed-enrollments: [supervised, device]}}
"""
SETTINGS = """
payload:
  requesttype: Settings
  supportedOS: {iOS: {introduced: '5.0'}}
payloadkeys:
- key: Settings
  type: <array>
  subkeys:
  - {key: Light, type: <dictionary>, subkeys: [{key: Color, type: <string>}]}
  - {key: Sound, type: <dictionary>, subkeys: [{key: Item, type: <string>}]}
"""
MAC_ONLY = "payload: {payloadtype: org.example.mac, supportedOS: {macOS: {introduced: '10.7'}}}"
FILES = {
    "mdm/profiles/door.yaml": PAYLOAD,
    "mdm/profiles/mac.yaml": MAC_ONLY,
    "mdm/commands/settings.yaml": SETTINGS,
    "declarative/declarations/configurations/window.yaml": DECLARATION,
    "declarative/protocol/tokens.yaml": DECLARATION.replace("declarationtype", "requesttype"),
}
ROWS: dict[str, dict[str, str | dict[str, str]]] = {
    "payload": {"org.example.door": "a|9.0", "org.example.mac": "n"},
    "payload-key": {
        "org.example.door": {
            "Bell": "a|9.0",
            "Lock": "fs|16.0",
            "Lock.Bolt": "fs|16.0",
            "Visitors": "i|9.0|16.4|18.0",
            "Visitors[].Name": "i|9.0|16.4|18.0",
            "Visitors[].Friends": "i|9.0|16.4|18.0",
            "Handles": "a|9.0",
            "Handles[]": "a|9.0",
            "Spy": "n",
            "Spy.Glass": "n",
        }
    },
    "command": {"Settings": "a|5.0"},
    "command-key": {"Settings": {"Settings": "a|5.0"}},
    "setting": {"Settings": {"Light": "a|5.0", "Sound": "a|5.0"}},
    "setting-key": {"Settings": {"Light.Color": "a|5.0", "Sound.Item": "a|5.0"}},
    "configuration": {"org.example.window": "f|15.0"},
}
NOTHING = Handmade(earlier={}, published={}, changed={}, later=frozenset())


def leaf(name: str) -> Leaf:
    return read(FILES.items())[f"payload-key/org.example.door:{name}"]


def table(rows: dict[str, dict[str, str | dict[str, str]]] = ROWS) -> Rules:
    """A table of its own, whose sources are the files of the small schema."""
    files = {key.partition(":")[0]: found.file for key, found in read(FILES.items()).items()}
    empty = {"later": {}, "later_sources": {}, "changed": {}, "published": {}, "earlier": {}}
    return Rules(load_stored().model_copy(update={"kinds": rows, "files": files, **empty}))


def differences(rules: Rules) -> list[str]:
    check = Check(read(FILES.items()), NOTHING, rules)
    versions = ("15.0", "16.0", "17.4", "18.0")
    every = (check.ids(), check.facts(), check.availability("14.0"), check.newer("27.0"))
    return [line for lines in (*every, *map(check.modes, versions)) for line in lines]


def test_every_item_is_spelled_as_one_asks_for_it() -> None:
    known = {f"{section}/{item}" for section in ROWS for item in table().section_ids(section)}

    assert set(read(FILES.items())) == known


@pytest.mark.parametrize(
    ("name", "ios", "mode"),
    [
        ("Bell", "15.0", "allowed"),
        ("Lock.Bolt", "15.0", "not-available"),
        ("Lock.Bolt", "16.0", "forbidden"),
        ("Visitors[].Name", "17.0", "ignored"),
        ("Visitors[].Name", "18.0", "not-available"),
        ("Spy.Glass", "18.0", "not-available"),
    ],
)
def test_no_key_is_freer_or_older_than_what_contains_it(name: str, ios: str, mode: str) -> None:
    assert leaf(name).mode(number(ios)) == mode


def test_a_difference_is_told_with_the_line_of_the_schema() -> None:
    assert str(leaf("Lock.Bolt")) == (
        "payload-key/org.example.door:Lock.Bolt (mdm/profiles/door.yaml:12)"
    )


def test_a_true_table_has_no_differences() -> None:
    assert differences(table()) == []


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("Bell", "f|9.0"),
        ("Bell", "a|9.3"),
        ("Lock.Bolt", "a|16.0"),
        ("Lock.Bolt", "f|16.0"),
        ("Lock", "fs|14.0"),
        ("Visitors", "i|9.0|16.0|18.0"),
        ("Visitors", "i|9.0|16.4"),
        ("Spy.Glass", "a|15.0"),
        ("Nothing", "a|9.0"),
    ],
)
def test_a_false_row_is_found(key: str, row: str) -> None:
    door = ROWS["payload-key"]["org.example.door"]
    assert isinstance(door, dict)
    rows = {**ROWS, "payload-key": {"org.example.door": {**door, key: row}}}

    found = differences(table(rows))

    assert any(key in line for line in found)


def test_what_an_older_release_said_otherwise_must_be_told() -> None:
    older = {name: text.replace("mode: allowed", "mode: forbidden") for name, text in FILES.items()}
    told = {"payload/org.example.door": ((16,), "forbidden")}
    some = Handmade(earlier={}, published=told, changed={}, later=frozenset())

    untold = {
        name: list(Check(read(FILES.items()), by_hand, table()).published(read(older.items()), ios))
        for name, by_hand, ios in (
            ("nothing", NOTHING, "15.0"),
            ("some", some, "15.0"),
            ("late", some, "16.0"),
        )
    }

    payload = "payload/org.example.door (mdm/profiles/door.yaml:3): "
    line = f"{payload}the table says allowed, the release of that time forbidden"
    assert line in untold["nothing"]
    assert line not in untold["some"]
    assert line in untold["late"]


def test_a_payload_forbidden_before_some_version_forbids_its_keys() -> None:
    by_hand = Handmade({"org.example.door": ((16,), "forbidden")}, {}, {}, frozenset())

    modes = [by_hand.mode(leaf("Bell"), number(ios)) for ios in ("8.0", "15.0", "16.0")]

    assert modes == ["not-available", "forbidden", "allowed"]


def write(folder: Path) -> None:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_a_clone_knows_its_releases_and_what_they_held(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "LICENSE.txt").write_text("MIT", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "Release_iOS-15_macOS-12")
    write(tmp_path)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "Release_iOS-17-4_macOS-14-4")

    found = releases(tmp_path, "HEAD")

    assert list(found) == [(17, 4), (15,)]
    assert dict(files_at(tmp_path, found[(17, 4)])) == FILES
    assert dict(files_at(tmp_path, found[(15,)])) == {}


def test_a_plain_copy_is_read_like_a_clone(tmp_path: Path) -> None:
    write(tmp_path)

    assert dict(files_in(tmp_path)) == FILES


def test_the_wrong_schema_ends_with_a_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)

    code = main([str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert "  the table lacks payload/org.example.door" in lines
    assert lines[-1].startswith("19 items on 6 proven versions: ")


def test_a_folder_without_a_schema_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(tmp_path)])

    assert code == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_a_clone_of_something_else_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init")

    code = main([str(tmp_path)])

    assert code == 2
    assert "is no clone" in capsys.readouterr().out
