"""The manual's pages on Apple's rules say what the table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.docs_rules import MARK, PARTS, ios_items, numbers, of_payload
from tools.docs_verdicts import in_words, payload_page, told

from ueapi.apple.rules import RuleKind, Rules

DOCS = Path(__file__).resolve().parents[2] / "docs"
TAG = re.compile(r"<[^>]+>")


def plain(text: str) -> str:
    return TAG.sub("", text).replace("&nbsp;", " ")


@pytest.mark.parametrize(
    "row",
    [
        "| profile payload types | 33 | 16 | none | 77 |",
        "| payload keys | 448 | 503 | 11 ignored, 1 required | 149 |",
        "| of these, Restrictions keys | 23 | 137 | none | 33 |",
        "| commands | 24 | 25 | none | 17 |",
        "| DeviceInformation and SecurityInfo keys | 28 | 49 | none | 54 |",
        "| Settings items | 4 | 14 | none | 1 |",
        "| check-in messages | 5 | 0 | none | 3 |",
        "| declarative configurations | 15 | 3 | 3 supervised only | 6 |",
        "| status items | 32 | 9 | none | 3 |",
    ],
)
def test_the_numbers_are_those_of_apples_data(row: str) -> None:
    assert any(line.startswith(row) for line in numbers())


@pytest.mark.parametrize(
    ("kind", "item", "words"),
    [
        (RuleKind.PAYLOAD, "com.apple.vpn.managed", "forbidden"),
        (RuleKind.PAYLOAD, "com.apple.security.acme", "allowed from 16.0"),
        (
            RuleKind.PAYLOAD,
            "com.apple.webcontent-filter",
            "allowed from 16.0, forbidden before",
        ),
        (
            RuleKind.PAYLOAD,
            "com.apple.relay.managed",
            "allowed from 18.0, forbidden from 17.0 until 18.0",
        ),
        (RuleKind.PAYLOAD, "com.apple.osxserver.account", "taken out in 12.0, forbidden before"),
        (RuleKind.KEY, "com.apple.mdm:ManagedAppleID", "taken out in 18.0, required before"),
        (RuleKind.COMMAND, "EraseDevice", "forbidden"),
    ],
)
def test_answers_of_all_versions_make_one_line(kind: RuleKind, item: str, words: str) -> None:
    assert plain(in_words(told(kind, item))) == words


def test_every_payload_type_of_ios_has_a_page_with_its_keys() -> None:
    rules = Rules.load()
    items = ios_items(RuleKind.PAYLOAD, rules.ids(RuleKind.PAYLOAD))

    assert len({payload_page(item.id) for item in items}) == len(items) >= 49
    for item in items:
        page = plain("\n".join(of_payload(item)))
        names = {key.removesuffix("[]") for key in rules.keys_of(item.id)}
        assert [name for name in names if name not in page] == []


def test_every_mark_in_a_page_stands_for_something() -> None:
    pages = [page.read_text("utf-8") for page in sorted(DOCS.rglob("*.md"))]
    marks = {mark for page in pages for mark in MARK.findall(page)}

    assert marks == set(PARTS)
