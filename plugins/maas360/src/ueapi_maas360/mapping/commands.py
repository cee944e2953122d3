"""Actions ordered for a device."""

from __future__ import annotations

from ueapi.errors import Unintelligible
from ueapi.model import Command, CommandState
from ueapi_maas360 import assumed
from ueapi_maas360.wire.reading import Record


def command_from_row(device_id: str, row: Record) -> Command:
    """Translate a row of a device's action history."""
    name = row.needed(assumed.ACTION_NAME)
    state = state_of(row.needed("status"))
    return Command(
        id=row.text(assumed.ACTION_PARAMETER),
        device=device_id,
        kind=assumed.COMMAND_KINDS.get(name.strip().lower(), name),
        state=state,
        sent=row.first_moment(*assumed.ACTION_BEGAN),
        completed=row.first_moment(*assumed.ACTION_ENDED),
        problem=row.text("description") if state is CommandState.FAILED else None,
    )


def state_of(word: str) -> CommandState:
    """What became of an action.

    Raises:
        Unintelligible: a word outside the table.
    """
    try:
        return assumed.COMMAND_STATES[word.strip().lower()]
    except KeyError:
        known = ", ".join(assumed.COMMAND_STATES)
        raise Unintelligible(
            f"an action's status has the unknown value {word[:40]!r}; known are {known}.",
            remedy="Report it to the plugin's author; nothing was guessed and nothing was changed.",
        ) from None
