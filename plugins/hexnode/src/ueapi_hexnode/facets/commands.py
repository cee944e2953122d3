"""Orders for a device, and asking it to report."""

from __future__ import annotations

from attrs import field, frozen

from ueapi.contract import Accepted, Commands
from ueapi.flow import Effect, Flow
from ueapi.model import Command
from ueapi_hexnode.facets.calls import action, number, taken
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.mapping.commands import command_from_row
from ueapi_hexnode.wire.commands import ActionRow


@frozen
class HexnodeCommands(Commands):
    """The product hands out no id for an order, so what became of it is read from the device's list."""

    _per_page: int = field(kw_only=True)

    def of_device(self, device_id: str) -> Flow[tuple[Command, ...]]:
        """Read the latest page of a device's orders: one call."""
        listing = Listing(
            operation="commands.of_device",
            path="/devices/{id}/action_status/",
            per_page=self._per_page,
            at=(("id", device_id),),
        )
        page = yield from listing.page(ActionRow, None)
        return tuple(command_from_row(device_id, row) for row in page.items)

    def refresh(self, device_id: str) -> Flow[Accepted]:
        """Order a scan: one call. Two scans tell no more than one, so a repetition does no harm."""
        body = {"devices": [number(device_id)]}
        yield from taken(action("commands.refresh", "scan_device", body, effect=Effect.IDEMPOTENT))
        return Accepted()
