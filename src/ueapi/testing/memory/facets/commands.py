"""Commands and what became of them."""

from __future__ import annotations

from functools import partial
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Commands
from ueapi.errors import Unintelligible
from ueapi.flow import Effect, Flow, ask
from ueapi.model import Command
from ueapi.testing.memory.calls import Listing, writing
from ueapi.testing.memory.mapping import command
from ueapi.testing.memory.wire import CommandRow, CommandsRow, PageRow, read

MOST_PAGES: Final = 50


@frozen
class MemoryCommands(Commands):
    """The commands of a device."""

    _rows: int

    def of_device(self, device_id: str) -> Flow[tuple[Command, ...]]:
        """List all of them, newest first: one call for each page.

        Raises:
            Unintelligible: the list doesn't end.
        """
        listing = Listing(
            operation="commands.status",
            path="/v1/devices/{id}/commands",
            rows=self._rows,
            native=device_id,
        )
        found: list[Command] = []
        cursor: str | None = None
        # The runtime walks the pages of listings; this method returns one answer, so it walks them itself.
        for _ in range(MOST_PAGES):
            translate = partial(command, device_id)
            page = yield from listing.page(PageRow[CommandRow], cursor, translate=translate)
            found += page.items
            cursor = page.next
            if cursor is None:
                return tuple(found)
        raise Unintelligible(
            f"the commands of a device fill more than {MOST_PAGES} pages.",
            remedy="Repeat later; if it stays so, report it to the plugin's author.",
        )

    def refresh(self, device_id: str) -> Flow[Accepted]:
        """Ask the phone to report again: one call."""
        call = writing(
            "commands.send",
            "POST",
            "/v1/devices/{id}/refresh",
            # Twice would be two rounds of questions; the list of commands tells whether it happened.
            effect=Effect.READABLE,
            native=device_id,
        )
        return Accepted(read(CommandsRow, (yield from ask(call)), of="the order").commands)
