"""Signed messages are read element by element: as another library reads them, or not at all."""

from __future__ import annotations

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apple.signers import CONTENT, KINDS, flipped, signer

from ueapi.apple.profiles.ber import definite, encoded
from ueapi.apple.profiles.cms import SignedMessage, take_apart
from ueapi.apple.profiles.der import SEQUENCE, element
from ueapi.apple.profiles.signing import sign
from ueapi.errors import InvalidModel

SIGNED = {kind: sign(CONTENT, signer=signer(kind)) for kind in KINDS}


def assert_read_by_another(whole: bytes, read: SignedMessage) -> None:
    inner = cms.ContentInfo.load(definite(whole), strict=True)["content"]
    assert read.content == inner["encap_content_info"]["content"].contents
    assert len(read.signers) == len(inner["signer_infos"])
    for mine, theirs in zip(read.signers, inner["signer_infos"], strict=True):
        assert mine.signature == theirs["signature"].native
        assert mine.digest == theirs["digest_algorithm"]["algorithm"].native
        assert mine.algorithm == theirs["signature_algorithm"]["algorithm"].native
        assert mine.serial_number == theirs["sid"].chosen["serial_number"].native
        assert mine.issuer == theirs["sid"].chosen["issuer"].dump()
        named = {row["type"].native: row["values"] for row in theirs["signed_attrs"]}
        assert mine.attributes is not None
        assert [mine.attributes.message_digest] == named["message_digest"].native
        assert mine.attributes.encoded[1:] == theirs["signed_attrs"].dump()[1:]


@settings(deadline=None)  # a shared machine may pause
@given(kind=st.sampled_from(KINDS), places=st.lists(st.integers(0, 3000), max_size=2))
def test_whatever_is_taken_apart_another_library_reads_the_same(
    kind: str, places: list[int]
) -> None:
    whole = SIGNED[kind]
    for place in places:
        whole = flipped(whole, place % len(whole))

    try:
        read = take_apart(whole)
    except InvalidModel:
        return

    assert_read_by_another(whole, read)


@pytest.mark.parametrize(
    "odd",
    [
        b"\x30\x80" + SIGNED["ec"] + b"\x00\x00",
        b"\x30\x84\x00\x00\x00\x02\x05\x00",
        b"\x24\x06\x04\x01a\x04\x01b",
    ],
)
def test_what_is_odd_comes_out_definite_and_what_is_definite_stays(odd: bytes) -> None:
    once = definite(odd)

    assert once != odd
    assert definite(once) == once


@pytest.mark.parametrize(
    "broken",
    [b"", b"\x30", b"\x30\x02\x05", b"\x30\x00\x05\x00", b"\x30\x82\x01", b"\x1f\x01\x00"],
)
def test_broken_elements_are_refused(broken: bytes) -> None:
    with pytest.raises(InvalidModel):
        definite(broken)


def test_nesting_ends_at_32_levels() -> None:
    deepest = b"\x05\x00"
    for _ in range(31):
        deepest = encoded(SEQUENCE, deepest)

    assert definite(deepest) == deepest
    with pytest.raises(InvalidModel, match="deeper than 32"):
        definite(encoded(SEQUENCE, deepest))


@pytest.mark.parametrize("broken", [b"", b"\x30", b"\x30\x02\x05", b"\x30\x00\x05\x00"])
def test_bytes_that_are_no_single_element_are_not_read(broken: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        element(broken)


def test_an_element_that_does_not_fill_its_place_is_not_read() -> None:
    with pytest.raises(ValueError, match="cut short"):
        element(b"\x30\x03\x05\x02\x00").parts()


def test_what_is_in_an_element_is_not_shown() -> None:
    assert "secret" not in repr(element(b"\x04\x06secret"))
