"""Why nobody new is asked at present, since phones are not led right: noted in the ledger, read by reports."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

from ueapi.migration.ledger import Ledger
from ueapi.migration.unready import Held

CHECK: Final = "discovery"
NOTHING: Final = ""


class Fault(StrEnum):
    """What is wrong; the values are keys of the ledger's notes."""

    LIST = "unled:list"
    """The list of who is led where can't be renewed."""
    DOMAIN = "unled:domain"
    """The people's domain leads phones elsewhere, or nowhere."""


def held_of(ledger: Ledger, fault: Fault) -> Held | None:
    """The reason and what to do, if this holds the next people back now."""
    text = ledger.outcome(fault.value)
    return Held(check=CHECK, **json.loads(text)) if text else None


def all_held(ledger: Ledger) -> tuple[Held, ...]:
    """Everything of the kind that holds people back now."""
    return tuple(held for fault in Fault if (held := held_of(ledger, fault)) is not None)


def written(reason: str, do: str, count: int) -> str:
    """As it is noted; `count` is of the people who would be asked, 0 where none are due yet."""
    return json.dumps({"reason": reason, "do": do, "count": count}, sort_keys=True)
