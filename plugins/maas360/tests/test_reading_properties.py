"""Each reader of a field, against the nastiest texts, in both forms: the same value, or the same refusal without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugins.maas360.tests.documents import (
    CONTENTS,
    NAMES,
    TEXTS,
    as_json,
    as_xml,
    kept_if_same,
    kept_literally,
)

from ueapi.errors import Unintelligible
from ueapi_maas360.wire.reading import Record, read

READERS: dict[str, Callable[[Record], object]] = {
    "text": lambda row: row.text("x"),
    "needed": lambda row: row.needed("x"),
    "number": lambda row: row.number("x"),
    "truth": lambda row: row.truth("x"),
    "moment": lambda row: row.moment("x"),
    "first_moment": lambda row: row.first_moment("y", "x"),
    "record": lambda row: row.record("x"),
    "records": lambda row: row.records("x"),
    "texts": lambda row: row.texts("x"),
    "keyed": lambda row: dict(row.keyed("x")),
    "kept": lambda row: row.kept(("x", "y")),
    "contains": lambda row: "x" in row,
    "plain": lambda row: row.plain(),
}
FIELDS = TEXTS | CONTENTS | st.lists(TEXTS | CONTENTS, min_size=1, max_size=3)
NUMBERS = st.integers(min_value=-(10**15), max_value=10**15 + 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def row(form, content, *more) -> Record:
    return read(form("device", content, *more), "device", of="a device")


def outcome(reader: Callable[[Record], object], found: Record) -> object:
    try:
        return reader(found)
    except Unintelligible as problem:
        return str(problem)


def test_every_reader_is_here() -> None:
    public = {name for name, value in vars(Record).items() if callable(value) and name[0] != "_"}

    assert public - {"misfit"} == set(READERS) - {"contains"}


@pytest.mark.parametrize("name", READERS)
@given(x=FIELDS, y=TEXTS)
def test_a_reader_finds_the_same_in_both_forms(name: str, x, y) -> None:
    content = {"x": x, "y": y, "z": "1"}

    in_xml = outcome(READERS[name], row(as_xml, content))
    in_json = outcome(READERS[name], row(as_json, content, kept_literally))
    roughly = outcome(READERS[name], row(as_json, content, kept_if_same))

    assert in_xml == in_json == roughly


@pytest.mark.parametrize("name", READERS)
@given(secret=st.text("äöüßéñ", min_size=6, max_size=12))
def test_a_refusal_names_the_field_and_never_the_value(name: str, secret: str) -> None:
    for content in (secret, {"y": secret}, [{"y": secret}, {"y": secret}]):
        try:
            READERS[name](row(as_json, {"x": content, "y": secret}))
        except Unintelligible as problem:
            assert "'" in str(problem)
            assert secret not in str(problem)
            assert problem.remedy


@given(number=NUMBERS, zeros=st.integers(0, 3))
def test_a_number_is_itself_however_it_is_written(number: int, zeros: int) -> None:
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    for text in (f"{sign}{'0' * zeros}{digits}", f"{number}.0", f" {number} ", f"{number}E0"):
        assert row(as_xml, {"x": text}).number("x") == number
        assert row(as_json, {"x": text}).number("x") == number


@given(digits=st.text("0123456789", min_size=1, max_size=22))
def test_digits_are_a_text_to_whoever_asks_for_one(digits: str) -> None:
    for form in (as_xml, as_json):
        assert row(form, {"x": digits}).text("x") == digits
        assert row(form, {"x": digits}).kept(("x",)) == {"x": digits}


@given(major=st.integers(0, 99), minor=st.integers(0, 999), zeros=st.integers(0, 2))
def test_a_version_keeps_its_zeros(major: int, minor: int, zeros: int) -> None:
    version = f"{major}.{minor}{'0' * zeros}"

    assert row(as_xml, {"x": version}).text("x") == version
    assert row(as_json, {"x": version}).text("x") == version


@given(st.integers(1, 4_102_444_800_000))
def test_a_time_in_milliseconds_is_that_time(milliseconds: int) -> None:
    wanted = EPOCH + timedelta(milliseconds=milliseconds)

    for form in (as_xml, as_json):
        assert row(form, {"x": str(milliseconds)}).moment("x") == wanted
        assert row(form, {"x": "", "y": str(milliseconds)}).first_moment("x", "y") == wanted


@given(st.integers(1, 4_102_444_800))
def test_a_time_without_a_zone_is_utc(seconds: int) -> None:
    at = EPOCH + timedelta(seconds=seconds)

    for form in (as_xml, as_json):
        assert row(form, {"x": at.replace(tzinfo=None).isoformat()}).moment("x") == at


@pytest.mark.parametrize("form", [as_xml, as_json])
@given(texts=st.lists(TEXTS, max_size=4))
def test_a_list_of_texts_loses_only_the_blank_ones(form, texts: list[str]) -> None:
    assert row(form, {"x": texts, "z": "1"}).texts("x") == tuple(t for t in texts if t.strip())


@pytest.mark.parametrize("form", [as_xml, as_json])
@given(names=st.lists(st.sampled_from("abcdef"), max_size=4))
def test_a_list_of_rows_has_each_of_them_in_order(form, names: list[str]) -> None:
    found = row(form, {"x": [{"n": name} for name in names], "z": "1"})

    assert [each.text("n") for each in found.records("x")] == names
    if len(names) < 2:
        assert found.record("x") == next(iter(found.records("x")), None)


@pytest.mark.parametrize("form", [as_xml, as_json])
@given(pairs=st.lists(st.tuples(NAMES, TEXTS), max_size=4))
def test_keys_have_the_first_value_that_is_one(form, pairs: list[tuple[str, str]]) -> None:
    rows = [{"key": key, "type": "int", "value": value} for key, value in pairs]
    wanted = {key: value for key, value in reversed(pairs) if value.strip()}

    assert dict(row(form, {"x": rows, "z": "1"}).keyed("x")) == wanted


@pytest.mark.parametrize("form", [as_xml, as_json])
@pytest.mark.parametrize("empty", ["", {}, []])
def test_a_page_without_rows_is_empty_in_every_spelling(form, empty) -> None:
    found = row(form, {"x": empty, "count": "0"})

    assert (found.records("x"), found.texts("x"), dict(found.keyed("x"))) == ((), (), {})
    assert (found.text("x"), found.record("x"), found.number("count")) == (None, None, 0)
    with pytest.raises(Unintelligible):
        found.needed("x")
