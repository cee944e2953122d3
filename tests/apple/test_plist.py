"""Property lists survive a round trip, and hostile ones are refused before they cost anything."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple import plist
from ueapi.errors import InvalidModel

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
LEAVES = (
    TEXT
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.binary()
    | st.datetimes(min_value=datetime(1, 1, 1)).map(lambda t: t.replace(microsecond=0))  # noqa: DTZ001
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)
DICTIONARIES = st.dictionaries(TEXT, VALUES)


@given(DICTIONARIES)
def test_what_is_written_reads_as_itself(value: plist.PlistDict) -> None:
    assert plist.read(plist.write_canonical(value)) == value


@given(DICTIONARIES)
def test_binary_and_xml_read_the_same(value: plist.PlistDict) -> None:
    binary = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)

    assert plist.digest(plist.read(binary)) == plist.digest(value)


@given(st.permutations(["b", "a", "c"]))
def test_the_order_of_keys_changes_no_byte(keys: list[str]) -> None:
    value = {key: dict.fromkeys(keys, 1) for key in keys}

    assert plist.write_canonical(value) == plist.write_canonical(
        {key: dict.fromkeys("abc", 1) for key in "abc"}
    )


@given(st.binary(max_size=300))
def test_noise_is_refused_with_the_one_right_error(noise: bytes) -> None:
    with pytest.raises(InvalidModel):
        plist.read(noise)


@given(st.binary(max_size=300))
def test_binary_noise_is_refused_with_the_one_right_error(noise: bytes) -> None:
    with pytest.raises(InvalidModel):
        plist.read(b"bplist00" + noise)


def test_masked_keys_do_not_count_at_any_depth() -> None:
    one: plist.PlistDict = {"keep": 1, "mask": 2, "in": [{"mask": 3, "keep": 4}]}
    other: plist.PlistDict = {"keep": 1, "in": [{"mask": 9, "keep": 4}]}

    assert plist.digest(one, masked=frozenset({"mask"})) == plist.digest(
        other, masked=frozenset({"mask"})
    )
    assert plist.digest(one) != plist.digest(other)


def test_times_are_written_as_utc() -> None:
    there = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert plist.read(plist.write_canonical({"at": there})) == {
        "at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    }


def xml(body: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<plist version="1.0">{body}</plist>'.encode()


APPLE_DOCTYPE = (
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">'
)
ENTITIES = '<!DOCTYPE plist [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'


def test_the_document_type_of_apple_is_accepted() -> None:
    assert plist.read(xml("<dict><key>a</key><true/></dict>", APPLE_DOCTYPE)) == {"a": True}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (xml("<dict><key>a</key><string>&b;</string></dict>", ENTITIES), "document type"),
        (xml("<dict/>", "<!DOCTYPE html>"), "document type"),
        (xml("<array/>"), "no dictionary"),
        (xml("<dict><key>a</key><true/><key>a</key><false/></dict>"), "same key twice"),
        (xml("<dict><key>a</key><uid/></dict>"), "element"),
        (xml("<dict><key>a</key><integer>x</integer></dict>"), "can't be read"),
        (xml("<array>" * 80 + "</array>" * 80), "nests deeper"),
        (b"<plist><dict>", "neither XML nor binary"),
        (b"", "neither XML nor binary"),
        (b"x" * 200, "over the limit"),
        (plistlib.dumps({"a": plistlib.UID(1)}, fmt=plistlib.FMT_BINARY), "type UID"),
    ],
)
def test_what_is_no_safe_property_list_is_refused_and_says_why(content: bytes, why: str) -> None:
    limit = 150 if content.startswith(b"xxx") else plist.LARGEST

    with pytest.raises(InvalidModel, match=why):
        plist.read(content, limit=limit)


def test_a_binary_list_that_repeats_itself_without_end_is_refused() -> None:
    bomb: list[object] = []
    for _ in range(40):
        bomb = [bomb, bomb]
    content = plistlib.dumps({"a": bomb}, fmt=plistlib.FMT_BINARY)

    with pytest.raises(InvalidModel, match="more than"):
        plist.read(content)


@pytest.mark.parametrize("value", [2**64, "\x00", "\ud800", None, {1: 2}, {3}])
def test_what_no_property_list_holds_is_not_written(value: object) -> None:
    with pytest.raises(InvalidModel, match="can't hold"):
        plist.write_canonical({"a": value})  # type: ignore[dict-item]  # is to fail
