"""Whether a signer's certificate leads to one that the caller trusts.

Looked at are names, signatures, times, authority, key usage, path length and critical extensions (RFC 5280, section
6.1). Left out are revocation, since nothing is fetched from a network, and extended key usage, since profiles have none
of their own. Name constraints are not understood, so a chain that demands them is not trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ueapi.apple.profiles.certificates import (
    Certificate,
    is_strong_key,
    is_strongly_signed,
)

LONGEST_CHAIN: Final = 8
"""Certificates from signer to anchor; four are usual."""
_MOST_STEPS: Final = 256
"""Tries to go one certificate further. Certificates made to confuse allow ways without number."""


class Trust(StrEnum):
    """What is known of a signer."""

    TRUSTED = "trusted"
    """The chain reaches an anchor, and every certificate of it is valid at the time asked for."""
    UNTRUSTED = "untrusted"
    """No chain reaches an anchor."""
    EXPIRED = "expired"
    """A certificate's time is over."""
    NOT_YET_VALID = "not-yet-valid"
    """A certificate's time has not begun."""


@frozen(kw_only=True)
class Chain:
    """The best way found from a signer upwards; trusted when it has no `problems`. `reasons` are for people."""

    certificates: tuple[Certificate, ...]
    problems: tuple[Trust, ...]
    reasons: tuple[str, ...]


def find_chain(
    signer: Certificate,
    *,
    others: Sequence[Certificate],
    anchors: Sequence[Certificate],
    at: datetime,
) -> Chain:
    """Find the best chain from a signer to an anchor: a valid one, else one that is out of time, else none.

    Args:
        signer: where the chain starts; it may be an anchor itself.
        others: certificates that may help and are not trusted by themselves.
        anchors: certificates that are trusted.
        at: the time that counts.
    """
    search = _Search(others=others, anchors=anchors)
    late: Chain | None = None
    for path in search.paths((signer,)):
        problems, reasons = _out_of_time(path, at)
        if not problems:
            return Chain(certificates=path, problems=(), reasons=())
        late = late or Chain(certificates=path, problems=problems, reasons=reasons)
    if late is not None:
        return late
    problems, reasons = _out_of_time((signer,), at)
    return Chain(
        certificates=search.farthest or (signer,),
        problems=(Trust.UNTRUSTED, *problems),
        reasons=(*search.reasons, *reasons),
    )


class _Search:
    def __init__(self, *, others: Sequence[Certificate], anchors: Sequence[Certificate]) -> None:
        self._anchors = frozenset(anchor.original for anchor in anchors)
        # An anchor first: the shortest way to one is found before any detour.
        self._candidates = (*anchors, *(o for o in others if o.original not in self._anchors))
        self._left = _MOST_STEPS
        self._noted: dict[str, None] = {}
        self.farthest: tuple[Certificate, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self._noted)

    def paths(self, path: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        """Every way from the end of a path to an anchor."""
        if len(path) > len(self.farthest):
            self.farthest = path
        if len(path) == 1 and not self._may_start(path[0]):
            return
        if path[-1].original in self._anchors:
            yield path
            return
        if len(path) == LONGEST_CHAIN:
            self._note(f"The chain is longer than {LONGEST_CHAIN} certificates.")
            return
        yield from self._further(path)

    def _further(self, path: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        tip = path[-1]
        named = [
            issuer
            for issuer in self._candidates
            if issuer.subject_name == tip.issuer_name and issuer not in path
        ]
        if tip.subject_name == tip.issuer_name:
            self._note(f"{tip.subject!r} issued itself and is not among the anchors.")
        elif not named:
            self._note(f"No certificate of the issuer {tip.issuer!r} is known.")
        for issuer in named:
            if self._left == 0:
                self._note("The certificates allow too many ways; the search was ended.")
                return
            self._left -= 1
            if self._may_follow(issuer, path):
                yield from self.paths((*path, issuer))

    def _may_start(self, signer: Certificate) -> bool:
        if not signer.signs_content:
            self._note(f"The key of {signer.subject!r} may not sign content.")
        elif not signer.is_understood:
            self._note(_not_understood(signer))
        return signer.signs_content and signer.is_understood

    def _may_follow(self, issuer: Certificate, path: tuple[Certificate, ...]) -> bool:
        fault = _fault(issuer, path)
        if fault is not None:
            self._note(fault)
        return fault is None

    def _note(self, reason: str) -> None:
        self._noted[reason] = None


def _fault(issuer: Certificate, path: tuple[Certificate, ...]) -> str | None:
    """Why an issuer can't be the next certificate of a path."""
    # A certificate that an authority issued to itself, to change its key, does not count (RFC 5280, 4.2.1.9).
    between = sum(1 for one in path[1:] if one.subject_name != one.issuer_name)
    if not issuer.is_authority or not issuer.signs_certificates:
        return f"{issuer.subject!r} may not issue certificates."
    if issuer.path_length is not None and between > issuer.path_length:
        return f"The chain below {issuer.subject!r} is longer than it allows."
    if not issuer.is_understood:
        return _not_understood(issuer)
    if not is_strong_key(issuer.original) or not is_strongly_signed(path[-1].original):
        return f"{issuer.subject!r} signs with a weak key or digest."
    if not _issued(issuer, path[-1]):
        return f"The certificate of {path[-1].subject!r} was not signed by {issuer.subject!r}."
    return None


def _issued(issuer: Certificate, child: Certificate) -> bool:
    try:
        child.original.verify_directly_issued_by(issuer.original)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _not_understood(certificate: Certificate) -> str:
    return f"The certificate of {certificate.subject!r} makes demands that are not understood here."


def _out_of_time(
    path: Sequence[Certificate], at: datetime
) -> tuple[tuple[Trust, ...], tuple[str, ...]]:
    late = [one for one in path if at > one.ends]
    early = [one for one in path if at < one.begins]
    problems = [Trust.NOT_YET_VALID] if early else []
    if late:
        problems.append(Trust.EXPIRED)
    reasons = [f"The certificate of {one.subject!r} is not valid yet." for one in early]
    reasons += [f"The certificate of {one.subject!r} has expired." for one in late]
    return tuple(problems), tuple(reasons)
