"""What people are told during a move, by the question that is asked. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from attrs import field, frozen

from ueapi.apple.rules import CURRENT_IOS, IosVersion
from ueapi.errors import UsageError
from ueapi.guidance.html import as_mail
from ueapi.guidance.instructions import greeting, help_line, instructions
from ueapi.guidance.language import Sentence, Voice, load_language
from ueapi.guidance.people import Office, Person
from ueapi.guidance.product import Way, product, version
from ueapi.guidance.text import as_text
from ueapi.plugins import Registry

QUESTIONS: Final = {
    "move": True,
    "remind": True,
    "sign-in": True,
    "wrong-enrollment": True,
    "accept-app": False,
    "which-phone": False,
    "escalate": False,
    "stay": False,
}
"""Every question there is a text for, as the move spells it, and whether the steps go with it."""

UNMOVED: Final = frozenset({"sign-in", "wrong-enrollment"})
"""Questions to people who have nothing to sign out of any more, so their steps begin with signing in."""


@frozen(kw_only=True)
class Message:
    """What one person gets. Subject and text can name them and are never printed by `repr`.

    `html` is the page with the steps, for questions that have steps.
    """

    question: str
    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class Messenger(Protocol):
    """Whoever delivers: a function of a script, which mails, posts or prints."""

    def __call__(self, person: Person, message: Message) -> None:
        """Deliver; an error stops the round, and those before have theirs."""
        ...


@frozen(kw_only=True)
class Round:
    """What is the same for everyone asked: the products, the language, who asks."""

    backend: str
    leaving: str | None = None
    ios: str | IosVersion = CURRENT_IOS
    language: str = "en"
    way: Way | None = None
    old_way: Way | None = None
    office: Office = field(factory=Office)


def message(
    question: str, person: Person, asked: Round, *, registry: Registry | None = None
) -> Message:
    """The message for one person; `question` is the value of a question of a move, such as `move`.

    `escalate` goes to whoever leads the person, and names them.

    Raises:
        UsageError: no such question, a person without a name to tell somebody of, or a round for which
            instructions can't be made.
    """
    if question not in QUESTIONS:
        raise UsageError(
            f"there is no text for the question {question!r}.",
            remedy=f"Ask one of {', '.join(QUESTIONS)}.",
        )
    voice = _voice(asked, registry)
    named = _named(question, person)
    subject = str(voice.say(f"question.{question}.subject", name=named))
    body = voice.say(f"question.{question}.body", name=named)
    hello = voice.say("greeting.plain") if question == "escalate" else greeting(voice, person)
    if not QUESTIONS[question]:
        text = _short(hello, body, help_line(voice, asked.office))
        return Message(question=question, language=asked.language, subject=subject, text=text)
    made = instructions(
        asked.backend,
        ios=asked.ios,
        language=asked.language,
        leaving=None if question in UNMOVED else asked.leaving,
        way=asked.way,
        old_way=asked.old_way,
        person=person,
        office=asked.office,
        registry=registry,
    )
    made = made.asking(body)
    return Message(
        question=question,
        language=asked.language,
        subject=subject,
        text=as_text(made),
        html=as_mail(made),
    )


def tell(
    messenger: Messenger,
    question: str,
    people: Iterable[Person],
    asked: Round,
    *,
    registry: Registry | None = None,
) -> int:
    """Hand each person's message to the messenger, in order; the number of messages handed over.

    Raises:
        UsageError: as `message` does, before the first message is handed over.
    """
    found = registry or Registry.installed()
    made = [(person, message(question, person, asked, registry=found)) for person in people]
    for person, text in made:
        messenger(person, text)
    return len(made)


def _named(question: str, person: Person) -> str:
    named = person.name or person.account or ""
    if not named and question == "escalate":
        raise UsageError(
            "nobody can be told of a person without a name.",
            remedy="Give the person's name or account; nothing was handed over.",
        )
    return named


def _voice(asked: Round, registry: Registry | None) -> Voice:
    target = product(asked.backend, registry=registry)
    values = {"product": target.label}
    if asked.office.organization is not None:
        values["organization"] = asked.office.organization
    return Voice(load_language(asked.language), version(asked.ios), values)


def _short(hello: Sentence, body: Sentence, help: Sentence) -> str:  # noqa: A002
    return f"{hello}\n\n{body}\n\n{help}\n"
