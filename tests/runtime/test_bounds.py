from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.runtime.bounds import is_deeper


def documents(text):
    return st.recursive(
        st.none() | st.integers() | text,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=3),
        max_leaves=20,
    )


PLAIN = documents(st.text(alphabet='"\\a'))
TRICKY = documents(st.text(alphabet='[]{}"\\a'))


def depth(value) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(PLAIN, st.integers(1, 6))
def test_the_depth_of_json_is_known_without_parsing_it(value, levels):
    assert is_deeper(json.dumps(value).encode(), levels) == (depth(value) > levels)


@given(TRICKY, st.integers(1, 6))
def test_brackets_in_strings_never_make_json_seem_deeper(value, levels):
    if is_deeper(json.dumps(value).encode(), levels):
        assert depth(value) > levels


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[{" * 50_000])
def test_endless_nesting_is_refused_although_it_is_no_json(body):
    assert is_deeper(body, 64)


@pytest.mark.parametrize("body", [b"", b"null", b"][", b'"[[[[', b"<html>{}</html>"])
def test_what_is_no_json_is_left_to_the_parser(body):
    assert not is_deeper(body, 64)
