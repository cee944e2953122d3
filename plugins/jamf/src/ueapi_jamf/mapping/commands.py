"""Commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import Command, CommandState
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.commands import CommandErrorWire, CommandWire

_STATES: Final[Mapping[str, CommandState]] = {
    "PENDING": CommandState.PENDING,
    "ACKNOWLEDGED": CommandState.ACKNOWLEDGED,
    "NOT_NOW": CommandState.NOT_NOW,
    "ERROR": CommandState.FAILED,
    "COMMAND_FORMAT_ERROR": CommandState.FAILED,
}

_OF_APPLE: Final = frozenset(
    {
        "CERTIFICATE_LIST",
        "CLEAR_PASSCODE",
        "DECLARATIVE_MANAGEMENT",
        "DEVICE_INFORMATION",
        "DEVICE_LOCK",
        "ERASE_DEVICE",
        "INSTALLED_APPLICATION_LIST",
        "INSTALL_APPLICATION",
        "INSTALL_PROFILE",
        "MANAGED_APPLICATION_LIST",
        "MANAGED_MEDIA_LIST",
        "PROFILE_LIST",
        "PROVISIONING_PROFILE_LIST",
        "REMOVE_APPLICATION",
        "REMOVE_PROFILE",
        "SECURITY_INFO",
        "SETTINGS",
        "VALIDATE_APPLICATIONS",
    }
)


def command_from_wire(row: CommandWire, *, device: str) -> Command:
    """Translate one command."""
    return Command(
        id=row["uuid"],
        device=device,
        kind=request_type(row["commandType"]),
        state=state_from_wire(row["commandState"]),
        sent=row.get("dateSent"),
        completed=row.get("dateCompleted"),
        problem=_problem(row.get("commandError")),
    )


def request_type(kind: str) -> str:
    """Apple's request type: DEVICE_LOCK is DeviceLock. What Apple doesn't know stays in Jamf's words."""
    if kind not in _OF_APPLE:
        return kind
    return "".join(part.capitalize() for part in kind.split("_"))


def state_from_wire(state: str) -> CommandState:
    """What became of a command.

    Raises:
        Unintelligible: a state the schema doesn't have.
    """
    try:
        return _STATES[state]
    except KeyError:
        raise Unintelligible(
            f"commandState is {state!r}; known are {', '.join(_STATES)}.",
            remedy="Update the plugin; nothing was changed.",
        ) from None


def _problem(error: CommandErrorWire | None) -> str | None:
    if error is None:
        return None
    code = error.get("errorCode")
    parts = (
        filled(error.get("errorDomain")),
        None if code is None else str(code),
        filled(error.get("errorEnglishDescription")),
    )
    return " ".join(part for part in parts if part) or None
