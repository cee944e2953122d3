"""The chain: every entry of the evidence holds the digest of the one before it, so nothing can be changed unnoticed.

An entry is a JSON object with the fields below. Its *canonical* text is ASCII JSON with sorted keys and no spaces.
Its `digest` is the SHA-256 of the canonical text of all fields but `digest`, in hexadecimal; `previous` is the digest
of the entry before, 64 zeros for the first. Entries are numbered from 1 without gaps.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen

from ueapi.errors import UsageError
from ueapi.runtime.redact import Redactor

START: Final = "0" * 64
"""What stands in the first entry for the digest of the one before."""
MOST: Final = 10**12
"""Entries of one chain; a move of 100,000 people has a few million."""
LONGEST_LINE: Final = 1024 * 1024
"""Bytes of one entry's canonical text."""

TEXTS: Final = (
    *("at", "kind", "actor", "system", "action", "subject"),
    *("input_digest", "output_digest", "text", "previous", "digest"),
)
FIELDS: Final = frozenset(("n", *TEXTS))
ACTORS: Final = frozenset(("ueapi", "administrator", "person"))

_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_clean: Final = Redactor().clean
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class EntryKind(StrEnum):
    """What an entry is about."""

    JOB = "job"
    """The move as a whole: begun, paused, resumed, taken over from an older format."""
    EVENT = "event"
    """A line of the log."""
    OPENED = "opened"
    """A change in a tenant is about to be asked for; the text holds the number of the attempt."""
    CLOSED = "closed"
    """What came of it; the output digest is that of the outcome."""
    DEVICE = "device"
    WAVE = "wave"
    TASK = "task"


@frozen(kw_only=True)
class Head:
    """The end of a chain: how many entries it has, and the digest of the last."""

    entries: int
    digest: str


EMPTY: Final = Head(entries=0, digest=START)


@frozen(kw_only=True)
class Entry:
    """One entry. `subject` is the key of a person or an object, never a name; digests are hexadecimal or empty."""

    n: int
    at: str
    """ISO 8601, UTC."""
    kind: str
    actor: str
    """`ueapi`, `administrator` or `person`."""
    system: str
    """The tenant's name, or empty."""
    action: str
    """An operation such as `users.ensure`, the kind of an event, or what became of the subject."""
    subject: str
    input_digest: str
    output_digest: str
    text: str
    previous: str
    digest: str

    def line(self) -> str:
        """The canonical text, without line end."""
        return canonical({name: getattr(self, name) for name in FIELDS})


def canonical(content: object) -> str:
    """Plain content as ASCII JSON with sorted keys and no spaces: equal content gives equal text."""
    return _encode(content)


def sha256_of(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_digest(content: object) -> str:
    """The digest of plain content, for `input_digest` and `output_digest`: equal content has equal digests."""
    return sha256_of(_encode(content))


def digest_for(content: Mapping[str, object]) -> str:
    """The digest of an entry's fields; `digest` itself does not count."""
    return sha256_of(_encode({k: v for k, v in content.items() if k != "digest"}))


def fields_of(
    at: str,
    kind: EntryKind,
    action: str,
    *,
    actor: str = "ueapi",
    system: str = "",
    subject: str = "",
    input_digest: str = "",
    output_digest: str = "",
    text: str = "",
) -> dict[str, str]:
    """What an entry says, before it is linked; addresses are taken out of the text and names out of the subject.

    Raises:
        UsageError: the actor is none of `ACTORS`.
    """
    if actor not in ACTORS:
        raise UsageError(
            f"{actor!r} is no actor of a move.",
            remedy=f"Use one of {', '.join(sorted(ACTORS))}; nothing was written.",
        )
    return {
        "at": at,
        "kind": kind.value,
        "actor": actor,
        "system": system,
        "action": action,
        "subject": subject_for(subject),
        "input_digest": input_digest,
        "output_digest": output_digest,
        "text": _clean(text) if text else "",
    }


def linked(fields: Mapping[str, str], *, after: Head) -> tuple[dict[str, object], Head]:
    """The same fields with number, link and digest: the entry that follows `after`, and the new head."""
    n = after.entries + 1
    content: dict[str, object] = {**fields, "n": n, "previous": after.digest}
    digest = sha256_of(_encode(content))
    return {**content, "digest": digest}, Head(entries=n, digest=digest)


def subject_for(key: str) -> str:
    """A key as it may stand in the evidence: what could hold a name is replaced by a digest.

    `user:p-12` stays as it is; `group:Anna's team` becomes `group:#` and half a SHA-256.
    """
    if not key or _PLAIN.fullmatch(key):
        return key
    kind, colon, rest = key.partition(":")
    safe = f"{kind}{colon}" if colon and _PLAIN.fullmatch(kind) else ""
    return f"{safe}#{sha256_of(rest if safe else key)[:32]}"


def fault_in(line: bytes, *, after: Head) -> tuple[Entry | None, str]:
    """Read the entry that follows `after` from its line; an empty text means that it fits."""
    n = after.entries + 1
    if not line.endswith(b"\n"):
        return None, f"entry {n} is cut off, or longer than {LONGEST_LINE:,} bytes"
    entry = _entry_of(line)
    if entry is None:
        return None, f"entry {n} is no entry of evidence"
    return entry, _fault(entry, line.rstrip(b"\n"), after)


def fault_of(entry: Entry, *, after: Head) -> str:
    """Why an entry can't follow `after`; empty when it does."""
    return _fault(entry, entry.line().encode(), after)


def _fault(entry: Entry, line: bytes, after: Head) -> str:
    n = after.entries + 1
    if entry.n != n:
        return f"entry {n} is missing; number {entry.n} stands in its place"
    if entry.line().encode() != line:
        return f"entry {n} is not written in the canonical way"
    content = {name: getattr(entry, name) for name in FIELDS}
    if digest_for(content) != entry.digest:
        return f"entry {n} was altered: its digest does not fit its content"
    if entry.previous != after.digest:
        return f"entry {n} does not follow the entry before it"
    return ""


def _entry_of(line: bytes) -> Entry | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != FIELDS:
        return None
    number = found["n"]
    if (
        type(number) is not int
        or not 0 < number < MOST
        or not all(isinstance(found[name], str) for name in TEXTS)
    ):
        return None
    return Entry(**found)
