"""Who is held back since they are not ready to be asked, why, and what to do: noted in the ledger, read by reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

from attrs import asdict, frozen

from ueapi.migration.base import Document
from ueapi.migration.ledger import Ledger
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceState

PREFIX: Final = "unready:"
FREED: Final = "freed"
"""Ready now, and about to be asked."""
NOTHING: Final = ""


class Held(Document):
    """A reason that holds people back, what to do, and how many it concerns; 0 for everyone who is not asked yet."""

    check: str
    reason: str
    do: str
    count: int

    def __str__(self) -> str:
        if not self.count:
            return f"Nobody new is asked: {self.reason}. {self.do}"
        who = "1 person is" if self.count == 1 else f"{self.count:,} people are"
        return f"{who} not asked yet: {self.reason}. {self.do}"


@frozen(kw_only=True)
class Hold:
    """One reason to hold somebody back; it names nobody, so that many can share it."""

    check: str
    """Name of the check, such as `licenses`."""
    reason: str
    do: str

    @property
    def text(self) -> str:
        """As it is noted."""
        return json.dumps(asdict(self), sort_keys=True)


def key_of(person: str) -> str:
    """Key of the note about a person."""
    return f"{PREFIX}{person}"


def hold_of(ledger: Ledger, person: str) -> Hold | None:
    """Why a person is held back at present."""
    return _read(ledger.outcome(key_of(person)))


def holds(ledger: Ledger) -> Mapping[str, Hold]:
    """Everyone who is held back at present, by key."""
    found = ledger.outcomes_of(PREFIX).items()
    return {key.removeprefix(PREFIX): hold for key, text in found if (hold := _read(text))}


def freed(ledger: Ledger) -> frozenset[str]:
    """Keys of everyone who was held back, is ready, and is about to be asked."""
    found = ledger.outcomes_of(PREFIX).items()
    return frozenset(key.removeprefix(PREFIX) for key, text in found if text == FREED)


def counted(ledger: Ledger) -> tuple[Held, ...]:
    """How many people each reason holds back, the most frequent first; whoever stays by now doesn't count."""
    rows = ledger.device_rows(states=(DeviceState.PLANNED,))
    waiting = {row.person for row in rows if row.problem == Problem.NOT_READY}
    found = (hold for person, hold in holds(ledger).items() if person in waiting)
    return tuple(
        Held(check=hold.check, reason=hold.reason, do=hold.do, count=count)
        for hold, count in Counter(found).most_common()
    )


def _read(text: str | None) -> Hold | None:
    return Hold(**json.loads(text)) if text and text != FREED else None
