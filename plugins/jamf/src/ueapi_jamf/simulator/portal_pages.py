"""The enrollment portal: the pages a person goes through before the enrollment profile.

Source: Jamf's guide, "User-Initiated Enrollment for Mobile Devices" and "User Enrollment" (2021), read with the Jamf
Pro API 11.30 schema, `/v4/enrollment` and `/v3/enrollment/access-groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
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
)

PERSONAL: Final = "personal"
INSTITUTIONAL: Final = "institutional"
_OWNERSHIP: Final = {
    PERSONAL: "Personally owned",
    INSTITUTIONAL: "Institutionally owned",
}
_STANDS_FOR: Final = {PERSONAL: Meaning.PERSONAL, INSTITUTIONAL: Meaning.ORGANIZATION}

Answers = Mapping[str, str]


_USERNAME: Final = "Username"
"""The name that the server or the directory knows. Guess: the word."""


class SignIn(StrEnum):
    """Whose sign-in stands first; the value is the title of its page. Guess: the titles."""

    DIRECTORY = "Log in with your directory account"
    SINGLE_SIGN_ON = "Your organization's sign-in"
    CLOUD_IDENTITY = "Log in with your cloud account"
    LOCAL = "Log in with your account on this server"


@define(kw_only=True)
class EnrollmentPortal:
    """The portal with its settings, as the console has them."""

    directory: Directory = field(repr=False)
    sign_in: SignIn = SignIn.DIRECTORY
    local_accounts: set[str] = field(factory=set, repr=False)
    """Accounts of the server itself that may enroll devices, in lower case; nobody else has one."""
    allows_personal: bool = True
    """`iosPersonalEnrollmentEnabled`."""
    allows_institutional: bool = True
    """`iosEnterpriseEnrollmentEnabled`."""
    about_personal: str = ""
    """What the administrator tells people about personally owned devices."""
    sites: tuple[str, ...] = ()
    """Sites to choose from. Simplified: the choice changes nothing, since the simulated server has no sites."""
    requires_eula: bool = False
    """`requireEula` of the access group."""
    skips_certificate: bool = False
    """Whether the certificate of the server's authority isn't asked for; `installSingleProfile`."""

    def step(self, asked: Asked, answers: Answers) -> Page | Admitted | Refused:
        """What comes after these answers. Who signs in from Settings sees the sign-in and nothing else."""
        found = PasswordPortal(self.directory, self.sign_in, _USERNAME).step(asked, answers)
        if not isinstance(found, Admitted):
            return found
        if self.sign_in is SignIn.LOCAL and found.account.casefold() not in self.local_accounts:
            return Refused("This account may not enroll devices.")
        if asked.kind is not EnrollmentKind.UNKNOWN:
            return found
        if not (self.allows_personal or self.allows_institutional):
            return Refused("This server enrolls no mobile devices here.")
        return self._next_page(answers) or self._end(found.account, answers)

    def _next_page(self, answers: Answers) -> Page | None:
        """The page that isn't answered yet. Guess: the agreement stands before the site."""
        if self._asks_ownership and answers.get("ownership") not in _OWNERSHIP:
            return self._ownership()
        if self.requires_eula and answers.get("agreement") != "accepted":
            return _agreement()
        if self.sites and answers.get("site") not in self.sites:
            return self._site()
        if not self.skips_certificate and answers.get("certificate") != "installed":
            return _certificate()
        if self._is_personal(answers) and "@" not in answers.get("managed_apple_id", ""):
            return _managed_apple_id(answers)
        return None

    def _end(self, account: str, answers: Answers) -> Admitted:
        if self._is_personal(answers):
            return Admitted(
                account=answers["managed_apple_id"], kind=EnrollmentKind.PROFILE_DRIVEN_USER
            )
        return Admitted(account=account, kind=EnrollmentKind.DEVICE)

    @property
    def _asks_ownership(self) -> bool:
        return self.allows_personal and self.allows_institutional

    def _is_personal(self, answers: Answers) -> bool:
        if self._asks_ownership:
            return answers["ownership"] == PERSONAL
        return self.allows_personal

    def _ownership(self) -> Page:
        question = Question(
            name="ownership",
            label="Enroll this device as",
            meaning=Meaning.ANY,
            options=_OWNERSHIP,
            meanings=_STANDS_FOR,
        )
        return Page(title="Device ownership", questions=(question,), text=self.about_personal)

    def _site(self) -> Page:
        question = Question(
            name="site",
            label="Site of this device",
            meaning=Meaning.ANY,
            options={site: site for site in self.sites},
        )
        return Page(title="Site", questions=(question,))


def _agreement() -> Page:
    question = Question(
        name="agreement",
        label="End User License Agreement",
        meaning=Meaning.CONSENT,
        options={"accepted": "Accept"},
    )
    return Page(title="Agreement", questions=(question,))


def _certificate() -> Page:
    """Simplified: the certificate itself isn't downloaded; the person says that it is installed."""
    question = Question(
        name="certificate",
        label="Certificate of this server",
        meaning=Meaning.CONSENT,
        options={"installed": "Installed, go on"},
    )
    text = "Install the certificate of this server in Settings. Then come back to this page."
    return Page(title="CA certificate", questions=(question,), text=text)


def _managed_apple_id(answers: Answers) -> Page:
    typed = answers.get("managed_apple_id")
    question = Question(
        name="managed_apple_id", label="Managed Apple ID", meaning=Meaning.MANAGED_ACCOUNT
    )
    problem = "" if typed is None else "A Managed Apple ID looks like name@example.org."
    text = "Enter your Managed Apple ID to download the profile."
    return Page(title="Managed Apple ID", questions=(question,), text=text, problem=problem)
