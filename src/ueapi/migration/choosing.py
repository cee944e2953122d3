"""The answer to "which phone is which": said by the operator, noted at once, and taken up with the next look."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ueapi.errors import UnreadableInput, UsageError
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceRow, DeviceState

PREFIX: Final = "match:"


def choose(ledger: Ledger, user: str, *, old: str, new: str, now: datetime) -> None:
    """Say that the person's phone that was `old` at the source is `new` at the target.

    Whether the new enrollment is there, is this person's, and fits by model and time is checked with the next look.

    Raises:
        UnreadableInput: nobody, or several people, are known by that name, or the old phone is none of theirs.
        UsageError: the phone has not left, has arrived already, or the new enrollment belongs to another phone.
    """
    found = ledger.find(user)
    if len(found) != 1:
        raise UnreadableInput(
            f"{'several people are' if found else 'nobody in the plan is'} known by that name.",
            remedy="Give a Managed Apple ID, an e-mail address or a key from the plan; nothing was changed.",
        )
    person = found[0][0]
    row = ledger.device(old)
    if row is None or row.person != person:
        raise UnreadableInput(
            "no phone of that id is this person's.",
            remedy="Take the ids from `ueapi migrate who`; nothing was changed.",
        )
    _require_open(row)
    _require_free(ledger, old, new)
    with ledger.together():
        ledger.open_intent(f"{PREFIX}{old}", "match", now)
        ledger.close_intent(f"{PREFIX}{old}", new, now)
        ledger.note(now, "administrator", "matched", f"phone {old} is enrollment {new}", person)


def chosen(ledger: Ledger) -> dict[str, str]:
    """New enrollment → old phone, as far as the operator said so."""
    return {new: key.removeprefix(PREFIX) for key, new in ledger.outcomes_of(PREFIX).items() if new}


def withdraw(ledger: Ledger, old: str, now: datetime) -> None:
    """Forget an answer that doesn't fit."""
    with ledger.together():
        ledger.open_intent(f"{PREFIX}{old}", "match", now)
        ledger.close_intent(f"{PREFIX}{old}", "", now)


def _require_open(row: DeviceRow) -> None:
    if row.state is DeviceState.LEFT:
        return
    has_arrived = row.state in (DeviceState.ENROLLED, DeviceState.VERIFIED)
    raise UsageError(
        "the phone has its new enrollment already." if has_arrived else "the phone has not left.",
        remedy="Look with `ueapi migrate who`; nothing was changed.",
    )


def _require_free(ledger: Ledger, old: str, new: str) -> None:
    taken = any(r.target_id == new and r.source_id != old for r in ledger.device_rows())
    if taken or chosen(ledger).get(new, old) != old:
        raise UsageError(
            "the new enrollment belongs to another phone.",
            remedy="Look with `ueapi migrate who` which is which; nothing was changed.",
        )
