"""The pages behind the enrollment address: what a person goes through before the enrollment profile.

Source: Hexnode's help page on User Enrollment for iOS, its flows for personal devices and for people who choose
themselves; the page tells of iOS 13 and later, and another one says that newer phones come by account only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from attrs import define, field

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.pages import (
    Admitted,
    Asked,
    Directory,
    Meaning,
    Page,
    PasswordPortal,
    Question,
    Refused,
    account_question,
    password_question,
)

Answers = Mapping[str, str]

_OWNER: Final = {
    "me": "I own this device",
    "organization": "My organization owns this device",
}
_OWNER_STANDS_FOR: Final = {"me": Meaning.PERSONAL, "organization": Meaning.ORGANIZATION}
_MANAGED: Final = {
    "everything": "Manage entire device",
    "work": "Manage only work-related data and apps",
}
_MANAGED_STANDS_FOR: Final = {"work": Meaning.PERSONAL, "everything": Meaning.ORGANIZATION}


_USERNAME: Final = "Username"
"""Source: Hexnode's help page: the request brings the user name and the password that are typed here."""


class Ownership(StrEnum):
    """Whose device a request is for, as the API writes it."""

    PERSONAL = "personal"
    CORPORATE = "corporate"
    USER_CHOICE = "user_choice"


class AppleType(StrEnum):
    """How the console enrolls personal Apple devices."""

    USER = "User Enrollment"
    DEVICE = "Device Enrollment"


@define(kw_only=True)
class EnrollmentPages:
    """The pages with what the console has chosen for them.

    `invited` tells for a person's address whose device the newest request to them is for.
    """

    directory: Directory = field(repr=False)
    invited: Callable[[str], Ownership | None] = field(default=lambda _: None, repr=False)
    ownership: Ownership = Ownership.USER_CHOICE
    """For whoever comes without a request of their own."""
    apple_type: AppleType = AppleType.USER
    """For personal devices."""

    def step(self, asked: Asked, answers: Answers) -> Page | Admitted | Refused:
        """What comes after these answers. Guess: who signs in from Settings sees the sign-in and nothing else."""
        if asked.kind is not EnrollmentKind.UNKNOWN:
            return PasswordPortal(self.directory, label=_USERNAME).step(asked, answers)
        if answers.get("terms") != "agreed":
            return _terms()
        match self.invited(asked.identifier) or self.ownership:
            case Ownership.USER_CHOICE:
                return self._by_choice(asked, answers)
            case Ownership.PERSONAL if self._is_for_work_only(asked):
                return _with_managed_account(answers)
            case _:
                return self._whole_device(asked, answers)

    def _is_for_work_only(self, asked: Asked) -> bool:
        """Source: the help page: a browser in desktop view gets the Device Enrollment profile only."""
        return self.apple_type is AppleType.USER and not asked.sees_desktop

    def _by_choice(self, asked: Asked, answers: Answers) -> Page | Admitted:
        """Guess: in desktop view, how the device is managed isn't asked."""
        owner = answers.get("owner")
        if owner not in _OWNER or not self._knows(answers):
            return _sign_in(asked, answers, _owner())
        if owner == "organization" or asked.sees_desktop or answers.get("managed") == "everything":
            return Admitted(account=answers["username"], kind=EnrollmentKind.DEVICE)
        if answers.get("managed") != "work":
            return Page(title="Device management", questions=(_managed(),))
        return _with_managed_account(answers)

    def _whole_device(self, asked: Asked, answers: Answers) -> Page | Admitted:
        if not self._knows(answers):
            return _sign_in(asked, answers)
        return Admitted(account=answers["username"], kind=EnrollmentKind.DEVICE)

    def _knows(self, answers: Answers) -> bool:
        return self.directory.knows(answers.get("username", ""), answers.get("password", ""))


def _terms() -> Page:
    question = Question(
        name="terms",
        label="Terms and conditions",
        meaning=Meaning.CONSENT,
        options={"agreed": "I agree"},
    )
    return Page(title="Enroll", questions=(question,))


def _sign_in(asked: Asked, answers: Answers, *more: Question) -> Page:
    account = account_question(answers.get("username", asked.identifier), _USERNAME)
    problem = "The username or the password is wrong." if "password" in answers else ""
    questions = (account, password_question(), *more)
    return Page(title="Authenticate", questions=questions, problem=problem)


def _with_managed_account(answers: Answers) -> Page | Admitted:
    """Guess: whether the account belongs to whoever signed in is left to iOS, which asks for its password."""
    typed = answers.get("managed_apple_id")
    if typed is not None and "@" in typed:
        return Admitted(account=typed, kind=EnrollmentKind.PROFILE_DRIVEN_USER)
    question = Question(
        name="managed_apple_id", label="Managed Apple ID", meaning=Meaning.MANAGED_ACCOUNT
    )
    problem = "" if typed is None else "A Managed Apple ID looks like name@example.org."
    text = "Enter your Managed Apple ID to download the profile."
    return Page(title="Download profile", questions=(question,), text=text, problem=problem)


def _owner() -> Question:
    return Question(
        name="owner",
        label="Who owns this device?",
        meaning=Meaning.ANY,
        options=_OWNER,
        meanings=_OWNER_STANDS_FOR,
    )


def _managed() -> Question:
    return Question(
        name="managed",
        label="How should this device be managed?",
        meaning=Meaning.ANY,
        options=_MANAGED,
        meanings=_MANAGED_STANDS_FOR,
    )
