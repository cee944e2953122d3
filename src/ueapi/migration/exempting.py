"""Letting a person stay where they are for now, while the move goes on for the others."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceState

_BEFORE: Final = (DeviceState.PLANNED, DeviceState.ANNOUNCED, DeviceState.ROLLED_BACK)


def exempt(ledger: Ledger, user: str, *, now: datetime, reason: str = "") -> int:
    """Exempt a person, known by key, Managed Apple ID, e-mail address or username; returns how many phones stay.

    Raises:
        UnreadableInput: nobody, or several people, are known by that name.
        UsageError: a phone of theirs has left already, so there is nothing to be exempted from.
    """
    found = ledger.find(user)
    if len(found) != 1:
        raise UnreadableInput(
            f"{'several people are' if found else 'nobody in the plan is'} known by that name.",
            remedy="Give a Managed Apple ID, an e-mail address or a key from the plan; nothing was changed.",
        )
    person = found[0][0]
    rows = ledger.device_rows(person=person)
    if any(row.state not in (*_BEFORE, DeviceState.EXEMPT) for row in rows):
        raise UsageError(
            "a phone of this person has left the old product already.",
            remedy="Help them to finish; nothing was changed.",
        )
    for row in rows:
        ledger.set_device(row.source_id, state=DeviceState.EXEMPT, since=now, problem=None)
    ledger.note(now, "administrator", "exempted", reason or "stays for now", person)
    return len(rows)
