"""There is a text for every question of a move, and a messenger gets one for each person."""

from __future__ import annotations

import pytest

from ueapi.errors import UsageError
from ueapi.guidance import QUESTIONS, Message, Office, Person, Round, languages, message, tell
from ueapi.migration.steering import Question

ADA = Person(name="Ada Example", account="ada@example.org")
GRACE = Person(name="Grace Example")
ROUND = Round(backend="hexnode", leaving="jamf", office=Office(organization="Example Ltd"))


def test_every_question_of_a_move_has_a_text() -> None:
    assert set(QUESTIONS) == {question.value for question in Question}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_can_be_asked(question: str, language: str) -> None:
    asked = Round(backend="maas360", leaving="jamf", language=language)

    made = message(question, ADA, asked)

    assert made.question == question
    assert made.subject.strip()
    assert "{" not in made.subject + made.text
    assert (made.html is not None) is QUESTIONS[question]


def test_who_is_to_move_gets_the_steps_for_leaving_and_joining() -> None:
    made = message("move", ADA, ROUND)

    assert made.subject == "Please move your iPhone to Hexnode UEM"
    assert "Sign out of the old work account" in made.text
    assert "Enter ada@example.org" in made.text


@pytest.mark.parametrize("question", ["sign-in", "wrong-enrollment"])
def test_who_has_left_already_is_not_asked_to_leave(question: str) -> None:
    made = message(question, ADA, ROUND)

    assert "Sign In to Work or School Account" in made.text
    assert "Scroll to the end" not in made.text


def test_who_is_to_stay_gets_no_steps() -> None:
    made = message("stay", ADA, ROUND)

    assert made.text.startswith("Hello Ada Example,\n")
    assert "Sign In" not in made.text


def test_a_manager_hears_of_whom_it_is() -> None:
    made = message("escalate", ADA, ROUND)

    assert "Ada Example" in made.subject
    assert made.text.startswith("Hello,\n")


def test_a_manager_is_not_told_of_nobody() -> None:
    with pytest.raises(UsageError, match="without a name"):
        message("escalate", Person(), ROUND)


def test_an_unknown_question_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no text for the question 'hurry'") as refused:
        message("hurry", ADA, ROUND)

    assert "remind" in refused.value.remedy


def test_a_messenger_gets_each_person_with_their_message() -> None:
    heard: list[tuple[Person, Message]] = []

    def deliver(person: Person, message: Message) -> None:
        heard.append((person, message))

    count = tell(deliver, "remind", [ADA, GRACE], ROUND)

    assert count == 2
    assert [person for person, _ in heard] == [ADA, GRACE]
    assert "Hello Grace Example," in heard[1][1].text


def test_nothing_is_delivered_when_one_message_cannot_be_made() -> None:
    heard: list[Person] = []

    with pytest.raises(UsageError):
        tell(lambda person, message: heard.append(person), "escalate", [ADA, Person()], ROUND)

    assert heard == []


def test_a_message_does_not_show_its_words_in_a_repr() -> None:
    assert "Ada" not in repr(message("escalate", ADA, ROUND))
