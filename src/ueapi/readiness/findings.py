"""What a check comes to, and what all checks of one person come to."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ueapi.model import User


class Check(StrEnum):
    """What is looked at before a person is asked to enroll."""

    KNOWN = "known"
    MANAGED_APPLE_ID = "managed-apple-id"
    DOMAIN = "domain"
    ONE_RECORD = "one-record"
    IOS = "ios"
    LICENSES = "licenses"
    DISCOVERY = "discovery"
    ACCOUNT_DRIVEN = "account-driven"
    CONDITIONAL_ACCESS = "conditional-access"


class Standing(StrEnum):
    """How far something is ready, best first."""

    READY = "ready"
    UNKNOWN = "unknown"
    """Nobody could see it; a person looks, and may confirm it."""
    NOT_READY = "not-ready"


_ORDER: Final = tuple(Standing)


@frozen(kw_only=True)
class Finding:
    """What one check says of one person. `fix` is empty when there is nothing to do; `evidence` names the source."""

    check: Check
    level: Standing
    reason: str
    fix: str = ""
    evidence: str


@frozen(kw_only=True)
class Invitee:
    """A person who shall be asked to enroll or move.

    `address` is a Managed Apple ID, a mail address or a user name. `record` is the product's row the person was taken
    from, if they were. `apps` are Apple's numbers of the licensed apps they shall get, `None` when nobody said which.
    """

    address: str = field(repr=False)
    record: User | None = None
    apps: frozenset[str] | None = None

    @property
    def shown(self) -> str:
        """How to call the person on the operator's own screen; personal."""
        return self.address or f"user {self.record.id if self.record else '?'}"


@frozen(kw_only=True)
class Readiness:
    """One person with every check, in the order of `Check`."""

    person: Invitee
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Standing:
        """The worst of all checks."""
        return max((f.level for f in self.findings), key=_ORDER.index)

    def __getitem__(self, check: Check) -> Finding:
        """What a check says."""
        return next(f for f in self.findings if f.check is check)
