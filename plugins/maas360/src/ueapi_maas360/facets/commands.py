"""Actions for a device, and asking it to report."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Commands
from ueapi.flow import Effect, Flow, ask
from ueapi.model import Command
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account, taken
from ueapi_maas360.mapping.commands import command_from_row
from ueapi_maas360.wire.reading import read

_HISTORY: Final = "/device-apis/devices/1.0/searchActionHistory/{billing}"
_REFRESH: Final = "/device-apis/devices/1.0/refreshDeviceInformation/{billing}"


@frozen(kw_only=True)
class Maas360Commands(Commands):
    """The account's action history, and the one command that needs no word of the product's own."""

    _account: Account

    def of_device(self, device_id: str) -> Flow[tuple[Command, ...]]:
        """Read a device's history: one call. How far back it goes is not known."""
        query = {"deviceId": device_id}
        reply = yield from ask(self._account.reading("commands.of-device", _HISTORY, query=query))
        root, name = assumed.ACTION_HISTORY
        rows = read(reply, root, of="the action history").records(name)
        return tuple(command_from_row(device_id, row) for row in rows)

    def refresh(self, device_id: str) -> Flow[Accepted]:
        """Ask the device to report: one call. Two requests tell no more than one, so a repetition does no harm."""
        fields = {"deviceId": device_id}
        call = self._account.form("commands.refresh", _REFRESH, fields, effect=Effect.IDEMPOTENT)
        return taken((yield from ask(call)))
