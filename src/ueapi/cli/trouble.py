"""What trouble really happened in a rehearsal, in words: a scenario only says what could happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.migration.rehearse import Rehearsal

STALE: Final = "stale"

_WORDS: Final = {
    "too-many": "{} refused with status 429",
    "unavailable": "{} refused with status 503",
    "dropped-reply": "{} carried out, and the connection broke before the answer",
    "reset": "{} lost, since the connection broke before the product saw them",
    "slow": "{} carried out, and the answer came too late",
    "page": "{} answered with an error page of a proxy",
    "portal": "{} answered with the sign-in page of a network",
    "truncated": "{} carried out, and half of the answer came",
    "extra-field": "{} answered with a field nobody documented",
    "missing-field": "{} answered with a row that lacks a field",
    "unknown-value": "{} answered with a value nobody documented",
    "duplicate-row": "{} answered with a row that had come before",
    "shrunk-page": "{} answered with a page that misses a row",
    "repeated-page": "{} answered with the page before once more",
    STALE: "{} answered with what was before a change",
}


def trouble_of(rehearsal: Rehearsal) -> Mapping[str, int]:
    """How often which trouble befell a call to a product, the most frequent first."""
    from ueapi.rehearsal.faults import LaggingNodes

    seen: Counter[str] = Counter()
    for line in rehearsal.stage.lines:
        if isinstance(line, LaggingNodes):
            seen[STALE] += line.stale
        else:
            seen.update({kind.value: count for kind, count in line.seen.items()})
    return {kind: count for kind, count in seen.most_common() if count}


def in_words(trouble: Mapping[str, int]) -> Iterator[str]:
    """Each kind of trouble as a phrase."""
    for kind, count in trouble.items():
        calls = counted(count, "call")
        yield _WORDS.get(kind, f"{{}} with {kind}").format(calls)
