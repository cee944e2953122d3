"""CBOR as attestations use it: what is written is read, and hostile bytes are refused within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ueapi.apple.enrollment import cbor
from ueapi.errors import InvalidModel

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
def test_a_value_reads_as_it_was_written(value: cbor.CborValue) -> None:
    try:
        content = cbor.encode(value)
    except InvalidModel:  # nested deeper than attestations are
        return

    assert cbor.decode(content) == value


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        value = cbor.decode(content)
    except InvalidModel:
        return

    assert cbor.decode(cbor.encode(value)) == value


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cut short"),
        (b"\x00\x00", "further bytes"),
        (b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "cut short"),
        (b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", "cut short"),
        (b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", "cut short"),
        (b"\x81" * 100 + b"\x00", "nests deeper"),
        (b"\x9f\x00\xff", "no definite length"),
        (b"\xc0\x00", "tag"),
        (b"\xa1\x00\x00", "no text"),
        (b"\xa2\x61a\x00\x61a\x00", "same key twice"),
        (b"\x61\xff", "no Unicode"),
        (b"\xf9\x00\x00", "no definite length"),
        (b"\xf7", "neither true"),
        (b"\x99\x04\x01" + b"\x00" * 1025, "more than 1024"),
        (b"\x00" * (cbor.LARGEST + 1), "over the limit"),
    ],
)
def test_hostile_bytes_are_no_attestation(content: bytes, why: str) -> None:
    with pytest.raises(InvalidModel, match=why):
        cbor.decode(content)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1000000, "1a000f4240"),
        (-1000, "3903e7"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
        ([True, None], "82f5f6"),
    ],
)
def test_values_are_written_as_in_the_examples_of_rfc_8949(
    value: cbor.CborValue, written: str
) -> None:
    assert cbor.encode(value).hex() == written
