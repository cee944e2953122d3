"""Orders for a device."""

from __future__ import annotations

from ueapi.model import Command, CommandState
from ueapi_hexnode import assumed
from ueapi_hexnode.wire.base import unknown_word
from ueapi_hexnode.wire.commands import ActionRow


def command_from_row(device_id: str, row: ActionRow) -> Command:
    """Translate an order; its number, where there is one, is not the answer to having given it."""
    state = _state(row.status)
    return Command(
        id=None if row.id is None else str(row.id),
        device=device_id,
        kind=assumed.COMMAND_KINDS.get(assumed.word(row.action), row.action),
        state=state,
        sent=row.initiated_time,
        completed=row.completed_time,
        problem=row.remarks if state is CommandState.FAILED else None,
    )


def _state(raw: str) -> CommandState:
    try:
        return assumed.COMMAND_STATES[assumed.word(raw)]
    except KeyError:
        known = ", ".join(assumed.COMMAND_STATES)
        raise unknown_word(raw, of="an action's status", known=known) from None
