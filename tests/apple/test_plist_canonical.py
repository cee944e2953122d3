"""The quick reader of property lists reads nothing that the reader of XML wouldn't read the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apple.test_plist import DICTIONARIES, LEAVES

from ueapi.apple import plist
from ueapi.apple.plist_canonical import read_canonical
from ueapi.apple.plist_values import PlistDict, PlistValue
from ueapi.apple.plist_writer import FOOTER, HEADER
from ueapi.apple.plist_xml import read_xml
from ueapi.errors import InvalidModel

MESSAGE: PlistDict = {
    "CommandUUID": "0F6B7C1E-1111-2222-3333-444455556666",
    "Empty": [{}, [], ""],
    "List": [1, -1, True, False, "Zoë\n\tOffice", 1.5, b"four" * 40],
    "Status": "Acknowledged",
}
PIECES = (
    *("<string>a</string>", "<integer> 7 </integer>", "<true/>", "<true></true>", "<dict/>"),
    *("<dict>", "</dict>", "<array>", "</array>", "<key>a</key>", "<key></key>", "<key>a</key>\n"),
    *("<!-- -->", "<?a?>", "<![CDATA[a]]>", "]]>", "&amp;", "&#13;", "&a;", "&", "<", ">", "\r"),
    *("\n", "\t", " ", "\x00", "\x85", "\ufeff", "\uffff", "\x0b", "<uid/>", "</plist>\n", FOOTER),
    *("<integer>0x1f</integer>", "<integer>99999999999999999999</integer>", "<real>nan</real>"),
    *("<date>2026-02-30T00:00:00Z</date>", "<data>%</data>", "<string a='b'/>", "<string >"),
)


def by_both(content: bytes) -> tuple[str | None, str | None]:
    """What both readers make of it: the value with its types, or nothing."""
    quick = read_canonical(content)
    try:
        careful = repr(read_xml(content))
    except InvalidModel:
        careful = None
    return None if quick is None else repr(quick), careful


def document(body: str) -> bytes:
    return f"{HEADER}{body}{FOOTER}".encode()


@given(DICTIONARIES)
def test_what_is_written_is_read_as_the_other_reader_reads_it(value: PlistDict) -> None:
    quick, careful = by_both(plist.write_canonical(value))

    assert quick in {None, careful}


def test_the_usual_is_read_here() -> None:
    assert repr(read_canonical(plist.write_canonical(MESSAGE))) == repr(MESSAGE)


@given(DICTIONARIES, st.data())
def test_no_change_of_lines_or_characters_makes_the_readers_differ(
    value: PlistDict, data: st.DataObject
) -> None:
    body = plist.write_canonical(value).decode()[len(HEADER) : -len(FOOTER)]
    at, to = (data.draw(st.integers(0, len(body))) for _ in range(2))
    piece = data.draw(st.sampled_from(PIECES))
    lines = body.splitlines(keepends=True)
    mixed = data.draw(st.lists(st.sampled_from([*lines, f"{piece}\n"]), max_size=12))

    for changed in (
        body[:at] + piece + body[at:],
        body[:at] + body[to:],
        "".join(["<dict>\n", *mixed, "</dict>\n"]),
    ):
        quick, careful = by_both(document(changed))

        assert quick in {None, careful}


@given(LEAVES, st.binary(min_size=1, max_size=3), st.data())
def test_no_change_of_bytes_makes_the_readers_differ(
    leaf: PlistValue, noise: bytes, data: st.DataObject
) -> None:
    content = plist.write_canonical({"a": leaf, "b": [leaf]})
    at = data.draw(st.integers(len(HEADER), len(content)))

    quick, careful = by_both(content[:at] + noise + content[at + len(noise) :])

    assert quick in {None, careful}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "{}<dict>\n</dict>\n",
        "<dict>\n</dict>\n{}\n",
        "<dict>\n{}\n</dict>\n",
        "<dict>\n<key>a</key>\n{}\n</dict>\n",
        "<dict>\n<key>a</key>\n<array>\n{}\n</array>\n</dict>\n",
        "<dict>\n<key>a</key>\n<string>{}</string>\n</dict>\n",
        "<dict>\n<key>{}</key>\n<true/>\n</dict>\n",
    ],
)
def test_no_piece_in_no_place_makes_the_readers_differ(piece: str, around: str) -> None:
    quick, careful = by_both(document(around.format(piece)))

    assert quick in {None, careful}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<dict>\n<key>a</key>\n<true/>\n<key>a</key>\n<true/>\n</dict>\n", "same key twice"),
        ("<dict>\n<key>a</key>\n</dict>\n", "without a value"),
        ("<dict>\n<true/>\n</dict>\n", "without a key"),
        ("<array/>\n", "no dictionary"),
        ("<dict>\n</dict>\n<dict>\n</dict>\n", "more than one"),
        ("<dict>\n<key>a</key>\n" * 64 + "<true/>\n" + "</dict>\n" * 64, "nests deeper"),
        (f"<dict>\n<key>a</key>\n<integer>{2**64}</integer>\n</dict>\n", "64 bits"),
        ("<dict>\n<key>a</key>\n<string>&a;</string>\n</dict>\n", "an entity"),
        ("<dict>\n<key>a</key>\n<string>\x01</string>\n</dict>\n", "neither XML nor binary"),
    ],
)
def test_what_is_wrong_is_refused_in_the_words_of_the_other_reader(body: str, why: str) -> None:
    assert read_canonical(document(body)) is None
    with pytest.raises(InvalidModel, match=why):
        plist.read(document(body))


@pytest.mark.parametrize(
    "value",
    [{"a": "x" * 200_000}, {"a": ["x"] * 20_000}, {"a": "<&>"}, {"": 1}, {}],
    ids=["large", "many", "escapes", "empty key", "empty"],
)
def test_the_unusual_is_left_to_the_other_reader(value: PlistDict) -> None:
    content = plist.write_canonical(value)

    assert read_canonical(content) is None
    assert plist.read(content) == value
