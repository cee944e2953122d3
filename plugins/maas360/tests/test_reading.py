from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugins.maas360.tests.documents import (
    CONTENTS,
    NASTY,
    as_json,
    as_xml,
    kept_if_same,
    kept_literally,
    kept_roughly,
)

from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi_maas360.wire.reading import Record, document, read


def reply(body: str, kind: str = "application/json") -> Reply:
    return Reply(200, {"content-type": kind}, body.encode())


def leaf(text: object) -> Record:
    return read(reply(f'{{"device": {{"x": {text}}}}}'), "device", of="a device")


@given(CONTENTS, st.sampled_from([kept_literally, kept_if_same]))
def test_both_forms_of_one_state_are_the_same_tree(content, coercion):
    assert document(as_json("devices", content, coercion)) == document(as_xml("devices", content))


@given(NASTY)
def test_text_survives_xml_as_it_is(text):
    found = read(as_xml("device", {"x": text}), "device", of="a device").text("x")

    assert found == (text if text.strip() else None)


@pytest.mark.parametrize(
    ("written", "told"),
    [("17.10", "17.1"), ("0042", "42"), ("1e5", "100000.0"), ("+4915550100", "4915550100")],
)
def test_what_the_product_drops_while_converting_is_gone_from_json_and_there_in_xml(written, told):
    rough = read(as_json("device", {"x": written}, kept_roughly), "device", of="a device")
    exact = read(as_xml("device", {"x": written}), "device", of="a device")

    assert (rough.text("x"), exact.text("x")) == (told, written)


@pytest.mark.parametrize("literal", ["17.10", "350000000000042", "89490200001234567890", "1e5"])
def test_a_number_in_json_is_kept_as_it_is_written(literal):
    assert leaf(literal).text("x") == literal


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
@pytest.mark.parametrize("form", [as_json, as_xml])
def test_a_list_is_a_list_however_many_rows_it_has(rows, form):
    page = {"device": [{"deviceName": f"n{i}"} for i in range(rows)], "count": str(rows)}

    found = read(form("devices", page), "devices", of="devices")

    assert [row.text("deviceName") for row in found.records("device")] == [
        f"n{i}" for i in range(rows)
    ]
    assert found.number("count") == rows


@pytest.mark.parametrize("form", [as_json, as_xml])
def test_an_empty_root_is_an_empty_record(form):
    assert read(form("devices", ""), "devices", of="devices") == Record("devices")


@pytest.mark.parametrize("form", [as_json, as_xml])
def test_a_field_that_is_blank_can_be_told_from_one_that_is_missing(form):
    found = read(form("device", {"udid": "", "name": "n"}), "device", of="a device")

    assert ("udid" in found, "imeiEsn" in found) == (True, False)


@pytest.mark.parametrize("blank", ['""', "null", '" "', "{}", "[]", '[""]'])
def test_blank_means_absent(blank):
    found = leaf(blank)

    assert "x" in found
    assert (found.text("x"), found.number("x"), found.truth("x"), found.moment("x")) == (
        None,
        None,
        None,
        None,
    )
    assert (found.record("x"), found.records("x"), found.texts("x")) == (None, (), ())


@pytest.mark.parametrize(
    ("text", "number"), [("4", 4), ("4.0", 4), ('"4"', 4), ("4E2", 400), ('" 4 "', 4), ("-1", -1)]
)
def test_whole_numbers_are_read_in_every_form(text, number):
    assert leaf(text).number("x") == number


@pytest.mark.parametrize("text", ["4.5", '"four"', "1e999999999", '"NaN"', "9" * 40, '{"y": 1}'])
def test_what_is_no_whole_number_is_named_and_not_guessed(text):
    with pytest.raises(Unintelligible, match="'x' of 'device' is not"):
        leaf(text).number("x")


@pytest.mark.parametrize(
    ("text", "truth"),
    [("true", True), ('"True"', True), ('"Yes"', True), ("false", False), ('"no"', False)],
)
def test_booleans_are_read_in_every_form(text, truth):
    assert leaf(text).truth("x") is truth


def test_another_word_is_no_boolean():
    with pytest.raises(Unintelligible, match="not yes or no"):
        leaf('"maybe"').truth("x")


@pytest.mark.parametrize(
    "text",
    ["1772439300000", "1.7724393E12", '"2026-03-02T08:15:00"', '"2026-03-02T09:15:00+01:00"'],
)
def test_times_are_read_in_every_form(text):
    assert leaf(text).moment("x") == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0", "-1"])
def test_a_time_of_nothing_is_absent(text):
    assert leaf(text).moment("x") is None


@pytest.mark.parametrize("text", ['"soon"', "99999999999999999999", "1e30", "true"])
def test_what_is_no_time_is_named_and_not_guessed(text):
    with pytest.raises(Unintelligible, match="not a time"):
        leaf(text).moment("x")


def test_the_first_time_that_is_there_counts():
    row = read(
        as_xml("device", {"inEpochms": "", "plain": "2026-03-02T08:15:00"}), "device", of="a device"
    )

    assert row.first_moment("inEpochms", "plain", "other") == datetime(
        2026, 3, 2, 8, 15, tzinfo=UTC
    )


def test_keyed_rows_ignore_their_type():
    rows = {
        "a": [{"key": "Version", "type": "string", "value": "4.20"}, {"key": "Empty", "value": ""}]
    }

    assert read(as_json("s", rows), "s", of="apps").keyed("a") == {"Version": "4.20"}


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>Sign in</body></html>",
        '{"error": {}}',
        "{}",
        '{"devices": "text"}',
        '{"devices": [{}, {"a": "1"}, {"a": "2"}]}',
        "[]",
        "not json",
        "",
        "NaN",
        "<devices",
        '<!DOCTYPE d [<!ENTITY e "x">]><devices>&e;</devices>',
        '{"devices":' * 70 + "1" + "}" * 70,
        '{"devices":' + "[" * 70 + "]" * 70 + "}",
        "[" * 100_000,
        "<d>" * 70 + "</d>" * 70,
    ],
)
def test_another_answer_is_refused_without_showing_it(body):
    with pytest.raises(Unintelligible) as caught:
        read(reply(body, "text/plain"), "devices", of="devices")

    assert caught.value.remedy
    assert "Sign in" not in str(caught.value)


def test_no_value_shows_in_a_repr_or_an_error():
    row = read(as_json("device", {"x": {"y": "zoe@example.org"}}), "device", of="a device")

    with pytest.raises(Unintelligible) as caught:
        row.text("x")

    assert "zoe" not in repr(row) + str(caught.value)


def test_what_is_kept_is_chosen_and_the_whole_can_be_had():
    row = read(
        as_json("device", {"name": "n", "udid": "u", "a": [{"b": "1"}, {"b": "2"}]}),
        "device",
        of="x",
    )

    assert row.kept(("name", "missing")) == {"name": "n"}
    assert row.plain() == {"name": "n", "udid": "u", "a": [{"b": "1"}, {"b": "2"}]}
