"""`ueapi rules check --format sarif`: a document as the standard demands it."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.acceptance.command import Shell
from tests.cli.profile_files import BAD, GOOD, VPN, payload, profile, put
from ueapi.apple import rules
from ueapi.apple.profiles import read
from ueapi.cli.sarif import RULES, rule_of

LEVELS = {"none", "note", "warning", "error"}
EVERYTHING = profile(
    VPN,
    payload("com.example.unknown", "org.example.unknown"),
    payload("com.apple.applicationaccess", "org.example.limits", allowCamera=False, bogus={}),
    payload("com.apple.mobiledevice.passwordpolicy", "org.example.code", minLength=9),
    PayloadRemovalDisallowed=True,
    PayloadDisplayName="Work {0}",
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def document(shell: Shell, *names: str) -> dict:
    return json.loads(shell.run("rules", "check", *names, "--format", "sarif").stdout)


def require_valid(found: dict) -> None:
    """What SARIF 2.1.0 demands of the properties used here."""
    assert found["version"] == "2.1.0"
    assert found["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = found["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert all(rule["shortDescription"]["text"].endswith(".") for rule in driver["rules"])
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    for result in run["results"]:
        require_valid_result(result, ids)


def require_valid_result(result: dict, ids: list[str]) -> None:
    assert result["message"]["text"]
    assert result["level"] in LEVELS
    assert ids[result["ruleIndex"]] == result["ruleId"]
    assert all(isinstance(mark, str) for mark in result["partialFingerprints"].values())
    for location in result["locations"]:
        assert location["logicalLocations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"]
        assert place.get("region", {"startLine": 1})["startLine"] >= 1


@pytest.mark.parametrize("content", [GOOD, BAD, EVERYTHING], ids=["clean", "bad", "everything"])
def test_the_document_is_valid(shell: Shell, content: dict[str, object]) -> None:
    put(shell, "work.mobileconfig", content)

    found = document(shell, "work.mobileconfig")

    require_valid(found)
    assert bool(found["runs"][0]["results"]) is (content is not GOOD)


def test_results_stand_where_their_line_says(shell: Shell) -> None:
    text = put(shell, "work.mobileconfig", EVERYTHING).read_text().splitlines()

    for result in document(shell, "work.mobileconfig")["runs"][0]["results"]:
        (location,) = result["locations"]
        line = text[location["physicalLocation"]["region"]["startLine"] - 1].strip()
        first = location["logicalLocations"][0]
        assert line == ("<dict>" if first["kind"] == "object" else f"<key>{first['name']}</key>")


def test_a_binary_file_has_no_lines(shell: Shell) -> None:
    put(shell, "work.mobileconfig", BAD, plistlib.FMT_BINARY)

    results = document(shell, "work.mobileconfig")["runs"][0]["results"]

    assert results
    assert not any("region" in r["locations"][0]["physicalLocation"] for r in results)


def test_names_of_files_become_valid_relative_addresses(shell: Shell) -> None:
    name = "mein profil ü:1 #2.mobileconfig"
    put(shell, name, BAD)

    result = document(shell, f"{shell.folder}/{name}")["runs"][0]["results"][0]

    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert not set(" #:") & set(uri)
    assert unquote(uri) == name


def test_braces_are_no_placeholders(shell: Shell) -> None:
    put(shell, "work.mobileconfig", EVERYTHING)

    results = document(shell, "work.mobileconfig")["runs"][0]["results"]

    assert any('"Work {{0}}"' in result["message"]["text"] for result in results)


def test_fingerprints_are_apart_and_the_same_every_time(shell: Shell) -> None:
    put(shell, "work.mobileconfig", profile(VPN, VPN))

    once, again = (document(shell, "work.mobileconfig")["runs"][0]["results"] for _ in range(2))

    marks = [result["partialFingerprints"]["finding/v1"] for result in once]
    assert len(set(marks)) == len(marks) == 2
    assert once == again


def test_unreadable_files_are_told_in_the_document(shell: Shell) -> None:
    put(shell, "work.mobileconfig", BAD)

    found = document(shell, "absent.mobileconfig", "work.mobileconfig")

    require_valid(found)
    (invocation,) = found["runs"][0]["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert told["level"] == "error"
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_every_finding_has_a_rule() -> None:
    contents = (BAD, EVERYTHING)
    findings = [
        finding
        for content in contents
        for ios in ("13.0", "15.0-27.0")
        for finding in rules.check(read(plistlib.dumps(content)), ios=ios)
    ]

    assert {rule_of(finding) for finding in findings} <= set(RULES)
    assert {"payload-forbidden", "payload-unknown", "key-forbidden", "key-ignored"} <= {
        rule_of(finding) for finding in findings
    }
