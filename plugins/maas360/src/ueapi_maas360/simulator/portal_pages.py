"""The pages behind an enrollment request: what an employee goes through before the enrollment profile.

Source: IBM's pages on User Enrollment: sign-in, owner of the device, passcode from the message, profile. Guess: each is
a page of its own. No source tells of terms to agree to.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from attrs import define

from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.pages import (
    Admitted,
    Asked,
    Meaning,
    Page,
    PasswordPortal,
    Question,
    Refused,
)
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.state import UserRow

Answers = Mapping[str, str]

EMPLOYEE: Final = "Employee"
CORPORATE: Final = "Corporate"
_STANDS_FOR: Final = {EMPLOYEE: Meaning.PERSONAL, CORPORATE: Meaning.ORGANIZATION}


_USERNAME: Final = "Corporate username"
"""Source: IBM's page: the corporate user name and its password. Guess: the words of the label."""


class OwnershipMode(StrEnum):
    """The portal's default ownership mode. Source: IBM's page for one of them; guess: the other two."""

    PROMPT = "Prompt user for ownership"
    EMPLOYEE = "Employee"
    CORPORATE = "Corporate"


@define
class EnrollmentPages:
    """The pages with the portal's settings for them."""

    account: Account
    ownership_mode: OwnershipMode = OwnershipMode.PROMPT
    uses_user_enrollment: bool = True
    """Whether employees' phones come under User Enrollment. Source: a column of the portal's bulk upload."""

    def step(self, asked: Asked, answers: Answers) -> Page | Admitted | Refused:
        """What comes after these answers. Guess: who signs in from Settings sees the sign-in and nothing else."""
        found = PasswordPortal(self.account.around.accounts, label=_USERNAME).step(asked, answers)
        if not isinstance(found, Admitted) or asked.kind is not EnrollmentKind.UNKNOWN:
            return found
        user = self._user(found.account)
        if user is None:
            return Refused("No user of the portal has this account.")
        if self.ownership_mode is OwnershipMode.PROMPT and answers.get("owner") not in _STANDS_FOR:
            return Page(title="Device Ownership", questions=(_owner(),))
        codes = self._passcodes(user)
        if codes and not _is_among(codes, answers.get("passcode", "")):
            return _passcode(answers)
        return self._end(user, found.account, answers)

    def _end(self, user: UserRow, typed: str, answers: Answers) -> Admitted | Refused:
        """Source: IBM's page: self-enrollment fails for whoever has no Managed Apple ID linked."""
        if not (self._is_employee(answers) and self.uses_user_enrollment):
            return Admitted(account=typed, kind=EnrollmentKind.DEVICE)
        if user.account is None:
            return Refused("No Managed Apple ID is linked to this user.")
        return Admitted(account=user.account, kind=EnrollmentKind.PROFILE_DRIVEN_USER)

    def _is_employee(self, answers: Answers) -> bool:
        if self.ownership_mode is OwnershipMode.PROMPT:
            return answers["owner"] == EMPLOYEE
        return self.ownership_mode is OwnershipMode.EMPLOYEE

    def _user(self, typed: str) -> UserRow | None:
        store = self.account.store
        return store.user_with_account(typed) or store.user_with_email(typed)

    def _passcodes(self, user: UserRow) -> list[str]:
        """Passcodes of the requests to a user that still hold. Guess: who comes without a request is asked for none."""
        since = self.account.now() - timedelta(days=assumed.REQUEST_DAYS)
        requests = self.account.store.invitations
        return [r.passcode for r in requests if r.user_id == user.id and r.at >= since]


def _is_among(codes: list[str], typed: str) -> bool:
    return any(hmac.compare_digest(code.encode(), typed.encode()) for code in codes)


def _passcode(answers: Answers) -> Page:
    question = Question(
        name="passcode", label="Passcode from the message", meaning=Meaning.CODE, is_secret=True
    )
    problem = "The passcode is wrong." if "passcode" in answers else ""
    text = "The passcode stands in the message with your enrollment request."
    return Page(title="Passcode", questions=(question,), text=text, problem=problem)


def _owner() -> Question:
    return Question(
        name="owner",
        label="Who owns this device?",
        meaning=Meaning.ANY,
        options={EMPLOYEE: EMPLOYEE, CORPORATE: CORPORATE},
        meanings=_STANDS_FOR,
    )
