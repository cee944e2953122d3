"""One person before the checks, and the short ways to say what came of one."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ueapi.model import Device, ManagedAppleID, User
from ueapi.readiness.facts import Facts
from ueapi.readiness.findings import Check, Finding, Invitee, Standing


@frozen(kw_only=True)
class Case:
    """A person with what is known of them. `ranks` says, for each app, how many people asked earlier want it, too."""

    person: Invitee
    facts: Facts = field(repr=False)
    records: tuple[User, ...] = ()
    old_records: tuple[User, ...] = ()
    account: ManagedAppleID | None = None
    phones: tuple[Device, ...] = field(default=(), repr=False)
    ranks: Mapping[str, int] = field(factory=dict)

    @property
    def unread(self) -> str | None:
        """Why nobody could read the target's users; `None` when they were read."""
        return self.facts.target.missing.get("users")


def ready(check: Check, reason: str, *, evidence: str) -> Finding:
    """Nothing to do."""
    return Finding(check=check, level=Standing.READY, reason=reason, evidence=evidence)


def unknown(check: Check, reason: str, *, fix: str, evidence: str) -> Finding:
    """A person looks: `fix` says where."""
    return Finding(check=check, level=Standing.UNKNOWN, reason=reason, fix=fix, evidence=evidence)


def not_ready(check: Check, reason: str, *, fix: str, evidence: str) -> Finding:
    """Enrollment would fail or go wrong; `fix` says what to do first."""
    return Finding(check=check, level=Standing.NOT_READY, reason=reason, fix=fix, evidence=evidence)
