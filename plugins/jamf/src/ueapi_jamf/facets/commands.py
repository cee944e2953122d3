"""Commands. Jamf Pro knows their receiver by its management id, which only the inventory tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Capability, Commands, needs
from ueapi.errors import NotFound
from ueapi.flow import Call, Flow, Reply, ask
from ueapi.model import Command
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.devices import one_device
from ueapi_jamf.mapping.commands import command_from_wire
from ueapi_jamf.paging import every_row
from ueapi_jamf.wire.calls import pro_get, pro_post
from ueapi_jamf.wire.commands import COMMAND_PAGE, QUEUED, CommandWire
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.rsql import equals

PAGE_SIZE: Final = 500
QUERIES: Final = ("DeviceName", "OSVersion", "BuildVersion", "ModelName", "ProductName")
"""What a phone is asked: names and versions, all of which Apple answers under User Enrollment."""


@frozen
class JamfCommands(Facet, Commands):
    """Commands of a Jamf Pro server."""

    @needs(Capability.COMMANDS_STATUS)
    def of_device(self, device_id: str) -> Flow[tuple[Command, ...]]:
        receiver = equals("clientManagementId", (yield from _management_id(device_id)))

        def call_at(page: int) -> Call:
            query = (
                ("filter", receiver),
                ("page", str(page)),
                ("page-size", str(PAGE_SIZE)),
                ("sort", "dateSent:desc"),
            )
            return pro_get("commands.of-device", paths.COMMANDS, query=query)

        rows = yield from every_row(call_at, _rows, size=PAGE_SIZE)
        return tuple(command_from_wire(row, device=device_id) for row in rows)

    @needs(Capability.COMMANDS_SEND)
    def refresh(self, device_id: str) -> Flow[Accepted]:
        management_id = yield from _management_id(device_id)
        order = {
            "clientData": [{"managementId": management_id}],
            "commandData": {"commandType": "DEVICE_INFORMATION", "queries": list(QUERIES)},
        }
        reply = yield from ask(pro_post("commands.refresh", paths.COMMANDS, value=order))
        queued = read(QUEUED, reply, what="the answer to an order")
        return Accepted(tuple(command["id"] for command in queued))


def _rows(reply: Reply) -> tuple[Sequence[CommandWire], int]:
    page = read(COMMAND_PAGE, reply, what="the commands of a device")
    return page["results"], page["totalCount"]


def _management_id(device_id: str) -> Flow[str]:
    row = yield from one_device("commands.device", device_id, sections=("GENERAL",))
    found = row["general"].get("managementId")
    if not found:
        raise NotFound(
            f"device {device_id} has no management id, so it can't be sent commands.",
            remedy="It is probably not enrolled any more; read it again.",
        )
    return found
