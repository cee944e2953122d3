"""What is left of a product's words names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.contract.wording import HIDDEN, LONGEST, field_name, nameless

PEOPLE = [
    "Ada Bauer",
    "zoe@example.org",
    "+15551234567",
    "李 小龙",
    "ada.bauer",
    "358240051111110",
    "Ø",
]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    "text",
    ["{} is taken.", 'The value "{}" is not valid.', "There is no {} here", "({})", "name: {}"],
)
def test_a_person_is_taken_out_of_a_sentence(text: str, who: str) -> None:
    said = nameless(text.format(who))

    assert HIDDEN in said
    assert not [part for part in who.split() if part in said]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("This field is required.", "This field is required"),
        ("Ensure this field has no more than 30 characters.", None),
        ("Invalid page.", None),
        ("No Managed Apple ID is linked to this user.", None),
        ("The action is not allowed for this device, at this time.", None),
        ("Not allowed (user/device).", None),
        ("A user with this e-mail exists", "A user with this … exists"),
        ("Ada Bauer and Ben Costa are unknown!", "… and … are unknown!"),
        ("Code 1007: try again in 60 seconds", "Code …: try again in 60 seconds"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_plain_refusals_stay_readable(text: str, left: str | None) -> None:
    assert nameless(text) == (text.rstrip(".") if left is None else left)


@given(st.text(max_size=4000))
def test_any_text_is_bounded_and_stays_as_it_is_once_cleaned(text: str) -> None:
    once = nameless(text)

    assert len(once) <= LONGEST
    assert "\n" not in once
    assert nameless(once) == once


@given(st.text(st.characters(categories=["Lo", "Nd", "So", "Lu"]), min_size=4, max_size=30))
def test_what_is_no_plain_word_is_hidden(text: str) -> None:
    assert (
        set(nameless(text)) <= {"…", " ", *"aA0123456789", *".,;:!?()/"} or nameless(text).isascii()
    )


@pytest.mark.parametrize(("name", "left"), [("email", "email"), ("first_name", "first_name")])
def test_a_field_is_named(name: str, left: str) -> None:
    assert field_name(name) == left


@pytest.mark.parametrize("name", ["Ada Bauer", "zoe@example.org", "", "a" * 41, "ada.bauer", "é"])
def test_what_is_no_field_is_not(name: str) -> None:
    assert field_name(name) == HIDDEN
