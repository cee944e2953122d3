"""MDM commands. Source: Jamf Pro API 11.30 schema, `/v2/mdm/commands`."""

from __future__ import annotations

from typing import Final, NotRequired

from pydantic import AwareDatetime, TypeAdapter
from typing_extensions import TypedDict


class CommandErrorWire(TypedDict):
    """What the phone complained about."""

    errorCode: NotRequired[int | str | None]
    errorDomain: NotRequired[str | None]
    errorEnglishDescription: NotRequired[str | None]


class CommandWire(TypedDict):
    """One command."""

    uuid: str
    commandType: str
    commandState: str
    dateSent: NotRequired[AwareDatetime | None]
    dateCompleted: NotRequired[AwareDatetime | None]
    commandError: NotRequired[CommandErrorWire | None]


class CommandPageWire(TypedDict):
    """One page of commands."""

    totalCount: int
    results: list[CommandWire]


class QueuedWire(TypedDict):
    """One command just queued."""

    id: str


COMMAND_PAGE: Final = TypeAdapter(CommandPageWire)
QUEUED: Final = TypeAdapter(list[QueuedWire])
