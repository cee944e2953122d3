"""Filters mean what they say, and what can't be read is refused and never ignored."""

from __future__ import annotations

import json
import random
from itertools import product

import pytest

from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Refused

FIELDS = ("a", "b", "c")


def holds(text, **row):
    expression = rsql.parse(text, {*FIELDS, *row})
    assert expression is not None
    return rsql.compiled(expression)(row.get)


def grown(rng, depth=3):
    """A random filter, and the same in Python."""
    if depth == 0 or rng.random() < 0.3:
        field, value = rng.choice(FIELDS), rng.choice("01")
        op = rng.choice(("==", "!=", "=in=", "=out="))
        if op in {"=in=", "=out="}:
            word = "in" if op == "=in=" else "not in"
            return f"{field}{op}({value},9)", f"({field} {word} ('{value}', '9'))"
        return f"{field}{op}{value}", f"({field} {op} '{value}')"
    sign, word = rng.choice(
        ((";", "and"), (",", "or"), (" and ", "and"), (" or ", "or")),
    )
    parts = [grown(rng, depth - 1) for _ in range(rng.randint(2, 3))]
    return (
        "(" + sign.join(text for text, _ in parts) + ")",
        "(" + f" {word} ".join(code for _, code in parts) + ")",
    )


ROWS = [dict(zip(FIELDS, values, strict=True)) for values in product("01", repeat=len(FIELDS))]


@pytest.mark.parametrize("seed", range(10))
def test_a_filter_means_what_it_says(seed):
    rng = random.Random(seed)

    for _ in range(50):
        text, code = grown(rng)
        for row in ROWS:
            assert holds(text, **row) is eval(code, {}, row), (text, row)


@pytest.mark.parametrize("seed", range(10))
def test_values_that_are_looked_up_lose_no_match(seed):
    rng = random.Random(seed)

    for _ in range(50):
        text, _code = grown(rng)
        expression = rsql.parse(text, FIELDS)
        assert expression is not None
        only = rsql.wanted(expression, "a")
        found = {row["a"] for row in ROWS if rsql.compiled(expression)(row.get)}
        assert only is None or found <= set(only), text


def test_both_is_taken_before_either():
    assert holds("a==1,b==1;c==1", a="1", b="0", c="0")
    assert not holds("a==1,b==1;c==1", a="0", b="1", c="0")
    assert not holds("(a==1,b==1);c==1", a="1", b="0", c="0")


@pytest.mark.parametrize(
    ("text", "has_not"),
    [
        ("a<2", 2),
        ("a=lt=2", 2),
        ("a<=1", 2),
        ("a=le=1", 2),
        ("a>0", 0),
        ("a=gt=0", 0),
        ("a>=1", 0),
        ("a=ge=1", 0),
    ],
)
def test_every_order_has_its_signs(text, has_not):
    assert holds(text, a=1)
    assert not holds(text, a=has_not)
    assert not holds(text, a=None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a=="two words"', "two words"),
        ("a=='it\\'s'", "it's"),
        ('a=="x;y,(z)"', "x;y,(z)"),
        ("a==NOOR*", "noor.haddad@example.org"),
        ('a=="*@example.org"', "noor.haddad@example.org"),
        ("a==no*@*org", "noor.haddad@example.org"),
        ("a==true", True),
        ('a=="and"', "and"),
        ("a>=26.9", "26.10"),
        ("a=ge=2026-11-02T08:00:00Z", "2026-11-02T08:00:00.000Z"),
        ("a<2026-11-02T08:00:00.5Z", "2026-11-02T08:00:00.120Z"),
    ],
)
def test_values_are_compared_as_they_are_meant(text, value):
    assert holds(text, a=value)


def test_a_star_stands_for_anything_and_other_signs_for_themselves():
    assert not holds("a==n.or", a="noor")
    assert not holds("a==no*", a="anno")


def test_one_of_several_values_is_enough():
    groups = rsql.Several(("Office", "Field staff"))

    assert holds('a=="Field staff"', a=groups)
    assert not holds("a==Warehouse", a=groups)
    assert not holds("a!=Office", a=groups)


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_filter_is_none(text):
    assert rsql.parse(text, FIELDS) is None


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a==",
        "==1",
        "a=1",
        "a==1;",
        "a==1 b==1",
        "(a==1",
        "a==1)",
        "a=in=1",
        "a=in=()",
        "a=in=(1",
        'a=="open',
        "a=near=1",
        "(" * 40 + "a==1" + ")" * 40,
    ],
)
def test_what_can_not_be_read_is_refused(text):
    with pytest.raises(Refused) as refused:
        rsql.parse(text, FIELDS)

    assert refused.value.response.status_code == 400


def test_a_field_that_is_not_offered_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        rsql.parse("a==1;deviceOwnershipType==UserEnrollment", FIELDS)

    (cause,) = json.loads(bytes(refused.value.response.body))["errors"]
    assert cause["field"] == "deviceOwnershipType"
