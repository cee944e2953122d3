"""The second look finds what the first one missed, however it is written down, and never says it."""

from __future__ import annotations

import base64
import html
import json
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.testing_kit.recorded import overheard, take, taken_of, words_of
from ueapi.errors import Rejected
from ueapi.testing.recording import Forbidden, Rules, Vocabulary, leaks, require_clean

taken = cache(take)

SERIAL = "C39XK0ABKXKV"
NAME = "Zoë Quillfeather"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6b2UifQ.c2lnbmF0dXJl"
FORBIDDEN = Forbidden(
    originals=frozenset({NAME, "zoe.quillfeather", "4711", "Zoë's phone", "2026-11-02T08:06:28Z"}),
    secrets=frozenset({"hunter2-and-more", "clientname77"}),
    hosts=frozenset({"quillco.mdm.example.net"}),
    issued=frozenset({"person-1@example.org", "00000000-0000-4000-8000-000000000001", "Text 1"}),
    words=Vocabulary(
        frozenset({"name", "status", "results", "content", "count", "case"}), frozenset()
    ),
)


def found(value, *, name="name"):
    text = json.dumps({"content": {"results": [{name: value}]}})
    return leaks({"001-case.json": text}, FORBIDDEN)


def entities(text):
    return "".join(f"&#{ord(c)};" for c in text)


def escapes(text):
    return "".join(f"\\u{ord(c):04x}" for c in text)


WRITINGS = {
    "as it is": lambda text: text,
    "in capitals": str.upper,
    "in the middle": lambda text: f"belongs to {text}, returned",
    "percent": lambda text: quote(text, safe=""),
    "each byte as percent": lambda text: "".join(f"%{b:02X}" for b in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "entities": entities,
    "entities twice": lambda text: html.escape(entities(text)),
    "JSON escapes": escapes,
    "JSON in JSON": lambda text: json.dumps({"name": text}),
    "JSON in JSON in JSON": lambda text: json.dumps({"name": json.dumps({"name": text})}),
    "XML": lambda text: f"<name>{html.escape(text)}</name>",
    "an attribute": lambda text: f"<name status={json.dumps(html.escape(text, quote=False))}/>",
    "a comment's neighbor": lambda text: f"<name><status>ok</status>{html.escape(text)}</name>",
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in the middle": lambda text: base64.b64encode(f"x {text} y".encode()).decode(),
    "base64 after one": lambda text: "Q" + base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: (
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    ),
    "base64 of percent": lambda text: base64.b64encode(quote(text, safe="").encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal capitals": lambda text: text.encode().hex().upper(),
    "in an address": lambda text: f"https://tenant.example.org/users/{quote(text)}?page=1",
    "a query": lambda text: f'name=="{text}"',
    "apart letters": lambda text: text.replace("ë", "e\u0308"),
}


@pytest.mark.parametrize("writing", list(WRITINGS))
@pytest.mark.parametrize(
    "value", [NAME, "zoe.quillfeather", "hunter2-and-more", "quillco.mdm.example.net"]
)
def test_a_planted_value_is_found_however_it_is_written(value, writing):
    planted = WRITINGS[writing](value)

    problems = found(planted)

    assert problems
    told = "\n".join(map(str, problems))
    assert "001-case.json, content.results.name" in told
    assert value.casefold() not in told.casefold()
    assert planted.casefold() not in told.casefold()


@pytest.mark.parametrize(
    "value", ["4711", 4711, "id=4711;", "Quillfeather", "2026-11-02", "quillco"]
)
def test_parts_that_mean_someone_are_found_too(value):
    assert found(value)


@pytest.mark.parametrize(
    "value",
    [
        "someone@company.example.com.au",
        TOKEN,
        f"Bearer {TOKEN[:20]}",
        SERIAL,
        "F2LXQ0JKHG7F",
        "28F1C7F2-DFCF-A32C-C423-1826EB1A62B1",
        "00008110-001A2B3C4D5E801E",
        "a" * 20 + "0b1c2d3e4f5a6b7c8d9e",
        "356938035643809",
        "35 693803 564380 9",
        "+49 30 1234567",
        "0049 30 1234567",
        "AC:DE:48:00:11:22",
        "10.20.30.40",
        "52.5200, 13.4050",
        "-----BEGIN PRIVATE KEY-----",
        "q9Zx7Lk2Pp0Rr4Tt6Vv8Yy1Bb3Dd5Ff",
        "0f1e2d3c4b5a69788796a5b4",
    ],
)
def test_what_looks_like_a_person_a_phone_or_a_secret_is_found_without_knowing_it(value):
    assert found(value)
    assert found(f"see {value} there")
    assert found(base64.b64encode(value.encode()).decode())


@pytest.mark.parametrize(
    "value",
    [
        "person-1@example.org",
        "00000000-0000-4000-8000-000000000001",
        "https://tenant.example.org/api/v1/users/?page=2",
        "Text 1",
        "iPhone18,3",
        "27.0.1",
        "com.apple.wifi.managed",
        "2023-04-05T06:07:08.000Z",
        "AccountDrivenUserEnrollment",
        "org.example.app-12",
        True,
        None,
        12,
    ],
)
def test_replacements_and_technical_values_are_no_finding(value):
    assert found(value) == ()


def test_a_name_of_a_field_is_searched_and_not_said():
    (leak, *_) = found(1, name="zoe.quillfeather")

    assert str(leak) == (
        "001-case.json, content.results (a field's name): a value that was replaced elsewhere"
    )


def test_a_place_that_leads_through_a_leak_hides_that_step():
    text = json.dumps({"content": {NAME: {"name": SERIAL}}})

    places = [leak.place for leak in leaks({"001-case.json": text}, FORBIDDEN)]

    assert "content.….name" in places
    assert not any("Zo" in place for place in places)


def test_a_number_of_rows_is_not_somebodys_number():
    assert found(4711, name="count") == ()
    assert found(4711, name="status") != ()


def test_property_lists_are_searched_setting_by_setting():
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"'
        ' "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0"><dict>'
        f"<key>case</key><data>{base64.b64encode(SERIAL.encode()).decode()}</data></dict></plist>"
    )

    (leak,) = found(text)

    assert (leak.place, leak.kind) == ("content.results.name.case", "a serial number")


@settings(max_examples=60, deadline=None)
@given(
    st.text("abcdefghijklmnopqrstuvwxyzäöüß'- ", min_size=9, max_size=30).filter(
        lambda text: len(text.replace(" ", "")) > 8 and text == text.strip()
    ),
    st.sampled_from(
        ["as it is", "percent", "entities", "JSON escapes", "base64", "hexadecimal", "XML"]
    ),
)
def test_any_original_is_found_in_any_writing(original, writing):
    forbidden = Forbidden(
        originals=frozenset({original}),
        secrets=frozenset(),
        hosts=frozenset(),
        issued=frozenset(),
        words=Vocabulary(frozenset()),
    )
    text = json.dumps({"content": WRITINGS[writing](original)})

    assert leaks({"001-case.json": text}, forbidden)


def test_a_refusal_names_every_place_and_nothing_else():
    texts = {"001-case.json": json.dumps({"content": {"name": NAME}})}

    with pytest.raises(Rejected) as caught:
        require_clean(texts, FORBIDDEN)

    assert caught.value.problems == (
        "001-case.json, content.name: a value that was replaced elsewhere",
    )
    assert "Quill" not in str(caught.value)
    assert "nothing was written" in caught.value.remedy


@pytest.mark.parametrize("backend", ["hexnode", "jamf", "maas360"])
def test_one_planted_value_spoils_a_whole_recording(backend):
    recording, harness = taken(backend).recording, taken(backend).harness
    person = harness.fleet.people[0]
    name, text = list(recording.texts.items())[3]
    planted = text.replace('"content": ', f'"planted": {json.dumps(person.name)}, "content": ', 1)
    forbidden = Forbidden(
        originals=frozenset({person.name}),
        secrets=frozenset(),
        hosts=frozenset(),
        issued=frozenset(),
        words=words_of(backend),
    )

    assert any(
        leak.place == "planted" for leak in leaks({**recording.texts, name: planted}, forbidden)
    )


def test_a_field_declared_in_haste_does_not_let_a_person_out():
    harness, registry = overheard("hexnode")

    with pytest.raises(Rejected, match="can't be proven clean") as caught:
        taken_of(harness, registry, Rules(keep=["name"]))

    told = "\n".join(caught.value.problems)
    assert "users.list.json, content.results.name" in told
    assert not any(word in told for p in harness.fleet.people for word in p.name.split())


def test_a_serial_number_under_a_kept_field_is_found():
    harness, registry = overheard("hexnode")
    for person in harness.fleet.people:
        harness.simulator.console.rename_user(f"{person.username}@example.org", SERIAL)

    with pytest.raises(Rejected) as caught:
        taken_of(harness, registry, Rules(keep=["name"]))

    assert any("a serial number" in problem for problem in caught.value.problems)
    assert SERIAL not in "\n".join(caught.value.problems)
