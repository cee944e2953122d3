"""Profiles as administrators write them: read without loss, and judged without a false alarm."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ueapi.apple import rules
from ueapi.apple.profiles import ConfigurationProfile, read, write
from ueapi.apple.profiles.payloads import MODELS, typed
from ueapi.apple.rules import RuleKind, Rules

FOLDER = Path(__file__).parent / "corpus"
ENTRIES: list[dict[str, Any]] = tomllib.loads((FOLDER / "corpus.toml").read_text("utf-8"))[
    "profile"
]
NEWEST = "27.0"
UNLISTED = {"VPN.RemoteAddress", "VPN.AuthName"}
"""Keys that published profiles use and the schema doesn't list."""
LARGEST = 20_000
ALSO_COVERED = {
    "com.apple.cellularprivatenetwork.managed",
    "com.apple.education",
    "com.apple.globalethernet.managed",
    "com.apple.mdm",
    "com.apple.security.certificaterevocation",
    "com.apple.security.certificatetransparency",
    "com.apple.sso",
}

each = pytest.mark.parametrize("entry", ENTRIES, ids=[entry["file"] for entry in ENTRIES])


def content(entry: dict[str, Any]) -> bytes:
    return (FOLDER / f"{entry['file']}.mobileconfig").read_bytes()


def profile(entry: dict[str, Any]) -> ConfigurationProfile:
    return read(content(entry))


def span(entry: dict[str, Any]) -> str:
    return f"{entry['ios']}-{NEWEST}"


@each
def test_an_ordinary_profile_loses_nothing(entry: dict[str, Any]) -> None:
    assert [f for f in rules.check(profile(entry), ios=span(entry)) if f.is_loss] == []


@each
def test_an_ordinary_profile_has_no_unknown_keys(entry: dict[str, Any]) -> None:
    unknown = [
        (payload.type, key)
        for payload in profile(entry).payloads
        for key in rules.unknown_keys(payload)
    ]

    assert [key for _, key in unknown if key not in UNLISTED] == []


@each
def test_splitting_keeps_all_that_works(entry: dict[str, Any]) -> None:
    whole = profile(entry)

    parts = rules.split(whole, ios=span(entry))

    assert parts.works is not None
    assert len(parts.works.payloads) == len(whole.payloads)
    if all(f.stays for f in parts.findings):
        assert (parts.works, parts.rest) == (whole, None)


@each
def test_reading_and_writing_change_nothing(entry: dict[str, Any]) -> None:
    whole = profile(entry)

    assert read(write(whole)) == whole
    assert write(read(write(whole))) == write(whole)


@each
def test_typed_payloads_hold_every_key(entry: dict[str, Any]) -> None:
    for payload in profile(entry).payloads:
        model = typed(payload)

        assert (model is None) == (payload.type not in MODELS)
        assert model is None or model.keys_dict() == payload.content


def test_the_corpus_is_listed_and_small() -> None:
    files = {path.stem: path.stat().st_size for path in FOLDER.glob("*.mobileconfig")}

    assert sorted(files) == sorted(entry["file"] for entry in ENTRIES)
    assert len(files) >= 60
    assert max(files.values()) < LARGEST


def test_the_corpus_has_text_and_binary_files() -> None:
    binary = [entry for entry in ENTRIES if content(entry).startswith(b"bplist00")]

    assert 5 <= len(binary) < len(ENTRIES) / 2


def test_the_corpus_covers_every_payload_type_that_works_on_a_personal_phone() -> None:
    allowed = {
        item.partition("(")[0]
        for item in Rules.load().section_ids("payload")
        if rules.verdict(RuleKind.PAYLOAD, item, ios="18.1").is_usable
    }

    covered = {payload.type for entry in ENTRIES for payload in profile(entry).payloads}

    assert covered == allowed
    assert covered == set(MODELS) | ALSO_COVERED


def test_no_profile_uses_what_sources_disagree_about() -> None:
    payloads = [payload for entry in ENTRIES for payload in profile(entry).payloads]

    assert not any("SafariDomains" in payload.content for payload in payloads)


def test_identifiers_are_never_used_twice() -> None:
    every = [profile(entry) for entry in ENTRIES]
    uuids = [whole.uuid for whole in every]
    uuids += [payload.uuid for whole in every for payload in whole.payloads]

    assert len(set(uuids)) == len(uuids)
