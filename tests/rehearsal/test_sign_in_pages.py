"""Promises about filling in a sign-in: by what a page asks for, not by what it calls it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rehearsal.scene import ANNE, scene
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.accounts import Accounts
from ueapi.rehearsal.enrolling.client import EnrollmentFailed
from ueapi.rehearsal.enrolling.filling import filled_in_by
from ueapi.rehearsal.enrolling.pages import (
    DESKTOP,
    MOBILE,
    Asked,
    Meaning,
    Page,
    Question,
    read_form,
    to_html,
)

WHOSE = Question(
    name="q7",
    label='Whose "phone" is it?',
    meaning=Meaning.ANY,
    options={"b": "Ours & theirs", "a": "Mine"},
    meanings={"a": Meaning.PERSONAL, "b": Meaning.ORGANIZATION},
)


def form(*questions: Question, problem: str = ""):
    page = Page(title="You & your phone", questions=questions, problem=problem)
    return read_form(to_html(page, action="/next", session="s1"))


@pytest.mark.parametrize(("way", "value"), [(Meaning.PERSONAL, "a"), (Meaning.ORGANIZATION, "b")])
def test_the_option_that_stands_for_the_way_is_chosen_whatever_its_words(
    way: Meaning, value: str
) -> None:
    answers = filled_in_by(ANNE, Accounts(), way)

    assert answers(form(WHOSE)) == {"q7": value}


def test_what_is_asked_for_is_typed_whatever_the_field_is_called() -> None:
    accounts = Accounts("salt")
    accounts.send_code(ANNE.upper(), "4711")
    asked = (Meaning.ACCOUNT, Meaning.MANAGED_ACCOUNT, Meaning.PASSWORD, Meaning.CODE)
    questions = [Question(name=f"f{i}", label="?", meaning=m) for i, m in enumerate(asked)]

    typed = filled_in_by(ANNE, accounts, Meaning.PERSONAL)(form(*questions))

    assert list(typed.values()) == [ANNE, ANNE, accounts.password_of(ANNE), "4711"]


def test_terms_are_agreed_to_and_a_page_is_known_by_its_title() -> None:
    terms = Question(name="t", label="Terms", meaning=Meaning.CONSENT, options={"yes": "I agree"})
    shown = form(terms)

    answered = filled_in_by(ANNE, Accounts(), Meaning.PERSONAL)(shown)

    assert answered == {"t": "yes"}
    assert shown.title == "You & your phone"


def test_a_question_nobody_can_answer_ends_the_sign_in() -> None:
    page = b'<form action="/x"><input type="text" name="shoe_size"></form>'

    with pytest.raises(EnrollmentFailed, match="shoe_size"):
        filled_in_by(ANNE, Accounts(), Meaning.PERSONAL)(read_form(page))


def test_nobody_is_led_to_another_way_than_they_mean() -> None:
    only_theirs = Question(
        name="q",
        label="Whose is it?",
        meaning=Meaning.ANY,
        options={"b": "Ours"},
        meanings={"b": Meaning.ORGANIZATION},
    )

    with pytest.raises(EnrollmentFailed, match="can't answer"):
        filled_in_by(ANNE, Accounts(), Meaning.PERSONAL)(form(only_theirs))


def test_a_page_that_complains_ends_the_sign_in_with_its_words() -> None:
    with pytest.raises(EnrollmentFailed, match="wrong"):
        filled_in_by(ANNE, Accounts(), Meaning.PERSONAL)(form(WHOSE, problem="That was wrong."))


def test_the_view_of_a_page_follows_from_how_the_browser_names_itself() -> None:
    views = [
        Asked(identifier="", kind=EnrollmentKind.UNKNOWN, browser=b).sees_desktop
        for b in (MOBILE, DESKTOP, "")
    ]

    assert views == [False, True, False]


def test_the_phone_has_the_kind_of_enrollment_the_page_handed_out() -> None:
    here = scene("17.2")

    here.phone.enroll_on_web(here.server, ANNE, EnrollmentKind.DEVICE)

    assert here.phone.enrollment is not None
    assert here.phone.enrollment.kind is EnrollmentKind.DEVICE
    assert here.record.kind is EnrollmentKind.DEVICE


PIECES = (
    '<form action="/next">',
    '<input name="a" value="abc">',
    '<input type="hidden" name="h" value="x1">',
    '<input type="radio" name="r" value="1">',
    '<input type="checkbox" checked name="c" value="yes">',
    "<input name=' value=\"q\"'>",
    '<select name="s">',
    '<option value="a" data-meaning="x">',
    '<option value="a" data-meaning="y">',
    "</select>",
    '<title>t value="z" ',
    '</title><p role="alert">bad value="er" ',
    '<!-- value="--"> -->',
    '<script> value="b"',
    "</script>",
    ' value="k"',
    '"',
    "'",
    "<",
    ">",
    "&amp;",
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_page_known_but_for_its_values_is_read_as_any_other(page: str) -> None:
    # Whatever holds this character is read anew.
    anew = f"<!--\ue000-->{page}"

    once, again = read_form(page.encode()), read_form(page.encode())

    assert once == again == read_form(anew.encode())
    assert once.asked is not again.asked
