"""Sign-in pages that nobody knows beforehand: read as a browser does, and filled in by the kind of each field."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from ueapi.rehearsal.enrolling.answering import Ask, Person
from ueapi.rehearsal.enrolling.client import Declined, EnrollmentFailed
from ueapi.rehearsal.enrolling.pages import Form, read_form

ADDRESS = "sam@example.org"
SECRET = "correct-horse"
KEYCLOAK_LIKE = b"""
<html><body><form id="kc" action="https://id.example.org/login?session=1" method="post">
<input id="u" name="username" value="" type="text" autofocus>
<input id="p" name="password" type="password" autocomplete="off">
<input type="checkbox" id="r" name="rememberMe">
<input type="hidden" id="c" name="credentialId"/>
<input tabindex="4" name="login" type="submit" value="Sign In"/></form></body></html>
"""


def person(ask: Ask | None = None) -> Person:
    return Person(address=ADDRESS, password=lambda: SecretStr(SECRET), ask=ask)


def page(fields: str) -> Form:
    return read_form(f"<form action='/next' method=post>{fields}</form>".encode())


def test_a_page_of_a_common_sign_in_server_is_filled_in() -> None:
    form = read_form(KEYCLOAK_LIKE)

    answers = person()(form)

    assert answers == {"username": ADDRESS, "password": SECRET}
    assert form.hidden == {"credentialId": ""}
    assert form.action == "https://id.example.org/login?session=1"


def test_address_and_password_may_be_asked_one_after_the_other() -> None:
    somebody = person()

    first = somebody(page("<input type=email name=loginfmt>"))
    second = somebody(page("<input type=password name=passwd><input type=hidden name=ctx value=1>"))

    assert first == {"loginfmt": ADDRESS}
    assert second == {"passwd": SECRET}


def test_a_password_is_typed_once() -> None:
    somebody = person()
    asking = page("<input name=a><input type=password name=b>")
    somebody(asking)

    with pytest.raises(Declined):
        somebody(asking)


def test_a_page_that_says_what_was_wrong_ends_the_sign_in() -> None:
    somebody = person()
    somebody(page("<input name=a><input type=password name=b>"))

    with pytest.raises(Declined, match="Wrong"):
        somebody(page("<p role=alert>Wrong.</p><input name=a>"))


def test_an_unknown_question_is_refused_by_name_or_asked() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(name: str, options: tuple[str, ...]) -> str:
        asked.append((name, options))
        return "123456"

    code = page("<input type=tel name=otp>")

    with pytest.raises(EnrollmentFailed, match="'otp'"):
        person()(code)
    assert person(ask)(code) == {"otp": "123456"}
    assert asked == [("otp", ())]


def test_a_second_page_with_a_text_is_not_given_the_address() -> None:
    somebody = person()
    somebody(page("<input name=user>"))

    with pytest.raises(EnrollmentFailed, match="'room'"):
        somebody(page("<input name=room>"))


@pytest.mark.parametrize(
    ("fields", "answers", "hidden"),
    [
        ("<input type=checkbox name=keep checked>", {}, {"keep": "on"}),
        ("<input type=checkbox name=agree value=yes required>", {"agree": "yes"}, {}),
        ("<select name=realm><option value=x></select>", {"realm": "x"}, {}),
        ("<input type=tel name=area value=42>", {"area": "42"}, {}),
        ("<input type=hidden name=csrf value=t>", {}, {"csrf": "t"}),
    ],
)
def test_what_leaves_no_choice_is_answered_as_a_browser_does(
    fields: str, answers: dict[str, str], hidden: dict[str, str]
) -> None:
    form = page(f"{fields}<button name=go>Go</button><input type=hidden name=last value=1>")

    found = person()(form)

    assert found == answers
    assert form.hidden == {**hidden, "last": "1"}


def test_choices_are_asked_with_what_there_is() -> None:
    form = page("<input type=radio name=owner value=me><input type=radio name=owner value=us>")

    found = person(lambda name, options: options[1])(form)

    assert found == {"owner": "us"}


def test_a_page_without_a_form_ends_the_sign_in() -> None:
    with pytest.raises(EnrollmentFailed, match="no form"):
        person()(read_form(b"<html><script>go()</script></html>"))
