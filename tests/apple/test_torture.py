"""Hostile and odd bytes: they read, write and read as the same, or are refused precisely and within bounds."""

from __future__ import annotations

import math
import plistlib
import struct
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.signers import CONTENT, flipped, judged, signer

from ueapi.apple import plist
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles.document import ConfigurationProfile, Payload, read, write
from ueapi.apple.profiles.envelope import Form, open_document
from ueapi.apple.profiles.signing import sign
from ueapi.errors import InvalidModel, UeapiError

MIB = 1024 * 1024
MARK = "s3cret"
"""Stands in hostile bytes and must never show up in a message."""
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r")
)
LEAVES = (
    TEXT
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.binary()
    | st.datetimes().map(lambda moment: moment.replace(microsecond=0))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=15
)
NAMES = TEXT.filter(bool)


def xml(body: str, before: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{before}<plist version="1.0">{body}</plist>'.encode()


def holding(element: str) -> bytes:
    return xml(f"<dict><key>k</key>{element}</dict>")


def binary(*objects: bytes, count: int | None = None, table: int | None = None) -> bytes:
    """A binary list of encoded objects, the first of them the root; references have one byte."""
    body, offsets = b"bplist00", []
    for one in objects:
        offsets.append(len(body))
        body += one
    ends = b"".join(struct.pack(">I", offset) for offset in offsets)
    counted = len(objects) if count is None else count
    begin = len(body) if table is None else table
    return body + ends + struct.pack(">6xBBQQQ", 4, 1, counted, 0, begin)


# ---------------------------------------------------------------- what must survive


@st.composite
def payloads(draw: st.DrawFn) -> Payload:
    # Apple's own keys are fields of the payload, not part of its content.
    content = draw(st.dictionaries(TEXT.filter(lambda key: not key.startswith("Payload")), VALUES))
    names = {name: draw(NAMES) for name in ("type", "identifier", "uuid")}
    return Payload(**names, content=content, display_name=draw(st.none() | TEXT))


@settings(deadline=None)  # a shared machine may pause
@given(st.lists(payloads(), max_size=3), NAMES, st.none() | TEXT)
def test_any_profile_survives_writing_and_signing(
    inner: list[Payload], name: str, description: str | None
) -> None:
    profile = ConfigurationProfile(
        identifier=name, uuid=name, payloads=tuple(inner), description=description
    )

    content = write(profile)

    assert read(content) == profile
    assert write(read(content)) == content
    assert open_document(content).profile == profile


@pytest.mark.parametrize(
    "text",
    [
        "&",
        "<",
        "\"'",
        "]]>",
        "<![CDATA[x]]>",
        "&amp;#13;",
        "\r\n",
        "\r",
        "a\rb\nc\r\n\td",
        " \t\n ",
        "\x7f\x85\u2028",
        "👩‍👩‍👧‍👦",
        "\U0010fffd",
        "e\u0301",
        "\ufeff",
        "\u202e",
        "",
    ],
)
def test_odd_texts_survive_as_values_and_as_keys(text: str) -> None:
    value: plist.PlistDict = {text: text, "list": [text, {text: text}]}

    assert plist.read(plist.write_canonical(value)) == value


def test_ten_megabytes_of_data_survive() -> None:
    value: plist.PlistDict = {"a": bytes(range(256)) * (10 * MIB // 256)}

    assert plist.read(plist.write_canonical(value)) == value


@pytest.mark.parametrize("number", [math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1e16])
def test_extreme_numbers_survive(number: float) -> None:
    assert plist.read(plist.write_canonical({"a": number})) == {"a": number}


def test_minus_zero_keeps_its_sign() -> None:
    again = plist.read(plist.write_canonical({"a": -0.0}))["a"]

    assert isinstance(again, float)
    assert math.copysign(1, again) == -1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_and_utf_16_are_understood(encoding: str) -> None:
    text = '<plist version="1.0"><dict><key>é👍</key><string>ü</string></dict></plist>'
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""

    assert plist.read((mark + text).encode(encoding)) == {"é👍": "ü"}


def test_cdata_and_comments_change_nothing() -> None:
    inside = "<string>a<!-- x --><![CDATA[<&]]>b&#13;&#x1F44D;</string>"

    assert plist.read(holding(inside)) == {"k": "a<&b\r👍"}


def test_fractions_of_a_binary_date_are_dropped_at_once() -> None:
    date = b"\x33" + struct.pack(">d", 1.75)

    value = plist.read(binary(b"\xd1\x01\x02", b"\x51k", date))

    assert value == {"k": datetime(2001, 1, 1, 0, 0, 1)}  # noqa: DTZ001
    assert plist.read(plist.write_canonical(value)) == value


def test_a_binary_list_may_share_its_values() -> None:
    shared = binary(b"\xd2\x01\x02\x03\x03", b"\x51a", b"\x51b", b"\xa2\x04\x04", b"\x09")

    assert plist.read(shared) == {"a": [True, True], "b": [True, True]}


@settings(deadline=None)  # a shared machine may pause
@given(st.dictionaries(TEXT, VALUES))
def test_binary_reads_as_plistlib_reads_it(value: dict[str, PlistValue]) -> None:
    content = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)

    assert plist.read(content) == plistlib.loads(content)


@settings(deadline=None)  # a shared machine may pause
@given(st.dictionaries(TEXT.filter(lambda key: "\r" not in key), VALUES))
def test_without_carriage_returns_the_bytes_are_those_of_plistlib(
    value: dict[str, PlistValue],
) -> None:
    canonical = plist.write_canonical(value)

    if b"&#13;" not in canonical:
        assert canonical == plistlib.dumps(value, sort_keys=True)


def test_a_binary_profile_opens_as_one() -> None:
    content = plistlib.dumps(plist.read(CONTENT), fmt=plistlib.FMT_BINARY)

    document = open_document(sign(content, signer=signer()))

    assert (document.form, document.content) == (Form.BINARY, content)
    assert write(document.profile) == CONTENT


# ---------------------------------------------------------------- what must be refused

DTD = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://example.org/x.dtd">'
HOSTILE_XML = [
    (holding(f"<string>\x00{MARK}</string>"), "neither XML nor binary"),
    (holding(f"<string>&#0;{MARK}</string>"), "neither XML nor binary"),
    (holding(f"<string>&#xD800;{MARK}</string>"), "neither XML nor binary"),
    (holding(f"<string>\ufffe{MARK}</string>"), "neither XML nor binary|XML can't carry"),
    (b"<plist><dict><key>\xed\xa0\x80</key></dict></plist>", "neither XML nor binary"),
    (holding(f"<string>&{MARK};</string>"), "neither XML nor binary"),
    (xml(f"<dict><key>k</key><string>&{MARK};</string></dict>", DTD), "an entity"),
    (xml("<dict/>", '<!DOCTYPE plist [<!ENTITY a "s3cret">]>'), "document type"),
    (xml("<dict/>", '<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///s3cret">]>'), "document type"),
    (xml("<dict/>", '<!DOCTYPE plist [<!ENTITY % a "s3cret"> %a;]>'), "document type"),
    (xml("<dict/>", '<!DOCTYPE plist SYSTEM "x" [<!ELEMENT a ANY>]>'), "document type"),
    (xml("<dict/>", '<?xml version="1.0" encoding="UTF-16"?>'), "neither XML nor binary"),
    (xml("<dict/>", '<?xml version="1.0" encoding="rot13"?>'), "encoding"),
    (xml("<dict/>", '<?xml version="1.0" encoding="s3cret"?>'), "encoding"),
    (holding("<string>\xe9</string>").decode().encode("latin-1"), "neither XML nor binary"),
    (holding(f"<string>{MARK}<true/></string>"), "stands inside a text"),
    (holding(f"<array>{MARK}</array>"), "outside of any value"),
    (xml(f"<dict><string>{MARK}</string></dict>"), "without a key"),
    (xml(f"<dict><key>{MARK}</key></dict>"), "without a value"),
    (xml(f"<dict><key>{MARK}</key><key>b</key></dict>"), "without a value"),
    (holding(f"<array><key>{MARK}</key></array>"), "outside of a dictionary"),
    (xml("<dict/><dict/>"), "more than one"),
    (xml(""), "no value"),
    (xml("<plist><dict/></plist>"), "wrong place"),
    (holding(f"<true>{MARK}</true>"), "true or false"),
    (holding("<integer>18446744073709551616</integer>"), "64 bits"),
    (holding("<integer>-9223372036854775809</integer>"), "64 bits"),
    (holding(f"<integer>{'9' * 5000}</integer>"), "an integer can't be read"),
    (holding("<integer>1_000</integer>"), "an integer can't be read"),
    (holding("<integer>٣</integer>"), "an integer can't be read"),
    (holding("<real>1e999</real>"), "out of range"),
    (holding("<real>nan</real>"), "NaN"),
    (holding("<real>1_0</real>"), "a real number can't be read"),
    (holding(f"<real>{'9' * 5000}</real>"), "a real number can't be read"),
    (holding("<date>2026-02-30T00:00:00Z</date>"), "a date is out of range"),
    (holding("<date>0000-01-01T00:00:00Z</date>"), "a date is out of range"),
    (holding("<date>12026-01-01T00:00:00Z</date>"), "a date can't be read"),
    (holding("<date>2026-01-01T00:00:00Zs3cret</date>"), "a date can't be read"),
    (holding("<date>2026-01-01T00:00:00+01:00</date>"), "a date can't be read"),
    (holding("<data>s3cret!</data>"), "not Base64"),
    (holding("<data>AAA</data>"), "not Base64"),
    (holding("<data>é</data>"), "not Base64"),
    (b"<array>" * MIB, "nests deeper"),
    (holding(f"<array>{'<true/>' * 300_000}</array>"), "more than 250000 values"),
    (b"bplist15" + b"\x00" * 40, "neither XML nor binary"),
]
HOSTILE_BINARY = [
    (b"bplist00", "cut short"),
    (binary(b"\xa1\x00"), "holds itself"),
    (binary(b"\xd1\x01\x00", b"\x51k"), "holds itself"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\xa1\x03", b"\xa1\x02"), "holds itself"),
    (binary(b"\xd1\x01\x09", b"\x51k"), "doesn't have"),
    (binary(b"\xd2\x01\x01\x02\x02", b"\x51k", b"\x09"), "same key twice"),
    (binary(b"\xd1\x02\x02", b"\x51k", b"\x09"), "a key is no text"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x80\x01"), "type UID"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x00"), "a type that"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x14" + b"\xff" * 7 + b"\x01" + b"\x00" * 8), "64 bits"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x1f" + b"\x01" * 32768), "64 bits"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x33" + struct.pack(">d", 1e300)), "out of range"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x33" + struct.pack(">d", math.nan)), "out of range"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x23" + struct.pack(">d", math.nan)), "NaN"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x61\xd8\x00"), "encoding it names"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x51\xe9"), "encoding it names"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x51\x00"), "XML can't carry"),
    (binary(b"\xd1\x01\x02", b"\x51k", b"\x4f\x13" + b"\x7f" * 8), "longer than|outside of it"),
    (binary(b"\xaf\x13" + b"\x7f" * 8), "more than 250000 values"),
    (binary(b"\x09", count=2**62), "lies outside of it"),
    (binary(b"\x09", table=2**62), "lies outside of it"),
    (binary(b"\x09", table=0), "lies outside of it"),
    (binary(b"\x09", count=0), "doesn't have"),
]


@pytest.mark.parametrize(("content", "why"), HOSTILE_XML + HOSTILE_BINARY)
def test_hostile_bytes_are_refused_precisely_and_without_content(content: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why) as caught:
        plist.read(content)

    assert MARK not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_offsets_that_point_anywhere_are_refused_or_harmless() -> None:
    whole = plistlib.dumps({"a": [1, "b", b"c"]}, fmt=plistlib.FMT_BINARY)

    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            survives_or_is_refused(bytes(changed))


def survives_or_is_refused(content: bytes) -> None:
    try:
        value = plist.read(content)
    except InvalidModel:
        return
    assert plist.read(plist.write_canonical(value)) == value


def doubling(depth: int, leaf: bytes) -> bytes:
    """A list whose every level names the one below it twice."""
    levels = [b"\xa2" + bytes((place, place)) for place in range(3, depth + 3)]
    return binary(b"\xd1\x01\x02", b"\x51k", *levels, leaf)


def test_sharing_does_not_grow_without_limit() -> None:
    long_text = b"\x5f\x12" + struct.pack(">I", MIB) + b"x" * MIB

    assert plist.read(doubling(3, long_text))
    with pytest.raises(InvalidModel, match="longer than 16777216 in all"):
        plist.read(doubling(5, long_text))
    with pytest.raises(InvalidModel, match="more than 250000 values"):
        plist.read(doubling(40, b"\x09"))


def test_what_reading_would_refuse_is_not_written() -> None:
    with pytest.raises(InvalidModel, match="over the limit"):
        plist.write_canonical({"a": "&" * (15 * MIB)})
    with pytest.raises(InvalidModel, match="in all"):
        plist.write_canonical({"a": ["x" * MIB] * 17})
    with pytest.raises(InvalidModel, match="out of range in UTC"):
        plist.write_canonical({"a": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))})


def test_times_are_written_in_whole_seconds() -> None:
    moment = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)

    assert plist.read(plist.write_canonical({"a": moment})) == {
        "a": moment.replace(tzinfo=None, microsecond=0)
    }


# ---------------------------------------------------------------- signed ones


@cache
def once_signed() -> bytes:
    """ECDSA signatures differ each time, even in length."""
    return sign(CONTENT, signer=signer())


def test_a_signed_profile_cut_short_is_refused_at_every_length() -> None:
    whole = sign(CONTENT, signer=signer())

    for length in range(len(whole)):
        with pytest.raises(InvalidModel):
            open_document(whole[:length])


def test_bytes_after_a_signed_profile_are_refused() -> None:
    with pytest.raises(InvalidModel, match="further bytes"):
        open_document(sign(CONTENT, signer=signer()) + b"\x00")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x30", "cut short"),
        (b"\x30\x80", "cut short"),
        (b"\x30\x80" * 100_000, "nests deeper than 32"),
        (b"\x30\x84\xff\xff\xff\xff", "cut short"),
        (b"\x30\x88" + b"\xff" * 8, "length is too large"),
        (b"\x30\x00", "can't be read"),
        (b"\x30\x04\x1f\x81\x01\x00", "a kind that signed messages don't have"),
        (b"\x30\x02\x00\x00", "a kind that signed messages don't have"),
        (b"\x30\x80\x04\x80\x00\x00\x00\x00", "plain value has no length"),
        (b"\x30\x80\x00\x01", "end of an element"),
        (b"\x30\x04\x24\x02\x0c\x00", "something else"),
        (b"\x30\x02\x2c\x00", "can't be in parts"),
        (b"\x30\x83\x03\x0d\x40" + b"\x05\x00" * 100_000, "more than 50000 elements"),
        (b"\x30" + b"\x00" * (18 * MIB), "over the limit"),
    ],
)
def test_a_malformed_signed_message_is_refused_precisely(content: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        open_document(content)


@settings(deadline=None)  # a shared machine may pause
@given(st.data())
def test_damage_to_a_signed_profile_never_passes_for_another_content(draw: st.DataObject) -> None:
    whole = once_signed()
    place = draw.draw(st.integers(0, len(whole) - 1))
    changed = draw.draw(
        st.sampled_from([flipped(whole, place), whole[:place], whole[:place] + whole[place + 1 :]])
    )

    try:
        result = judged(changed)
    except UeapiError:
        return
    assert result.content == CONTENT


def test_a_profile_encrypted_for_one_device_is_named_as_such() -> None:
    root = {**plist.read(CONTENT), "EncryptedPayloadContent": b"x"}

    with pytest.raises(InvalidModel, match="encrypted for one device"):
        open_document(plist.write_canonical(root))
