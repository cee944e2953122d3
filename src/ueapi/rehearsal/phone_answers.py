"""How a virtual iPhone answers a command, and whether its iOS knows it under User Enrollment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from ueapi.apple import mdm, rules
from ueapi.apple.plist import PlistValue
from ueapi.model import EnrollmentID, EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.fleet import PhoneSeed
from ueapi.rehearsal.phone_contents import Contents

DOMAIN: Final = "MCInstallationErrorDomain"
_VERDICTS_KEPT: Final = 4096


class Location(Protocol):
    """Where the service is, as far as a command asks."""

    @property
    def location(self) -> str:
        """Name of its Apps and Books location."""


class Current(Protocol):
    """An enrollment as commands see it."""

    kind: EnrollmentKind
    identifier: str
    contents: Contents

    @property
    def account(self) -> str:
        """The Managed Apple Account that signed in."""

    @property
    def server(self) -> Location:
        """The service it is enrolled with."""

    @property
    def required_app(self) -> int | None:
        """Store id of the app that the enrollment profile has installed without asking the owner."""


class Obeying(Protocol):
    """A phone as commands see it."""

    seed: PhoneSeed
    apple: AppsAndBooks
    clock: VirtualClock
    owned: set[str]
    accepts: Callable[[str], float | None]

    @property
    def os_version(self) -> str:
        """The iOS it runs now."""

    def fetch(self, url: str) -> bytes | None:
        """Download something; `None` when it isn't there."""


Act = Callable[[Obeying, Current, mdm.Command], mdm.CommandResult]
"""Carries one kind of command out."""


def is_allowed(kind: rules.RuleKind, name: str, phone: Obeying, current: Current) -> bool:
    """Whether the phone's iOS has the item, and User Enrollment lets it have its effect."""
    return not current.kind.is_user_enrollment or _is_usable(kind, name, phone.os_version)


@lru_cache(maxsize=_VERDICTS_KEPT)
def _is_usable(kind: rules.RuleKind, name: str, ios: str) -> bool:
    verdict = rules.Rules.load().find(kind, name, ios=ios)
    return verdict is not None and verdict.is_usable


def put_off(current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Say that the command has to wait."""
    return answered(current, command, mdm.Status.NOT_NOW)


def answered(
    current: Current,
    command: mdm.Command,
    status: mdm.Status = mdm.Status.ACKNOWLEDGED,
    response: Mapping[str, PlistValue] | None = None,
    chain: tuple[mdm.ErrorLink, ...] = (),
) -> mdm.CommandResult:
    """What the phone says to a command."""
    is_user = current.kind.is_user_enrollment
    return mdm.CommandResult(
        enrollment_id=EnrollmentID(current.identifier) if is_user else None,
        udid=None if is_user else current.identifier,
        command_uuid=command.uuid,
        status=status,
        request_type=command.request_type,
        error_chain=chain,
        response=response or {},
    )


def failed(
    current: Current,
    command: mdm.Command,
    code: int,
    why: str,
    response: Mapping[str, PlistValue] | None = None,
) -> mdm.CommandResult:
    """Say why the command can't be carried out."""
    link = mdm.ErrorLink(code=code, domain=DOMAIN, description=why, english=why)
    return answered(current, command, mdm.Status.ERROR, response, (link,))
