"""Commands in the Jamf Pro API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.apple import mdm
from ueapi.apple.plist import PlistValue
from ueapi.errors import UeapiError
from ueapi.rehearsal.device_side import QUERIES
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Json, Row, answer_json, json_object, moment, names, refuse
from ueapi_jamf.simulator.commands import CommandRow, apple_name, shown
from ueapi_jamf.simulator.paging import in_order, order, page_of, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import DeviceRow

VIEW: Final = "View MDM command information in Jamf Pro API"
KINDS: Final = names(
    """
    APPLY_REDEMPTION_CODE CANCEL_ENHANCED_LOG_COLLECTION CERTIFICATE_LIST CLEAR_PASSCODE
    CLEAR_RESTRICTIONS_PASSWORD DECLARATIVE_MANAGEMENT DELETE_USER DEVICE_INFORMATION
    DEVICE_LOCATION DEVICE_LOCK DISABLE_LOST_MODE DISABLE_REMOTE_DESKTOP ENABLE_LOST_MODE
    ENABLE_REMOTE_DESKTOP ERASE_DEVICE INSTALLED_APPLICATION_LIST LOG_OUT_USER
    MANAGED_APPLICATION_LIST MANAGED_MEDIA_LIST REFRESH_CELLULAR_PLANS PLAY_LOST_MODE_SOUND
    PROFILE_LIST PROVISIONING_PROFILE_LIST RESTART_DEVICE REQUEST_MIRRORING SECURITY_INFO SETTINGS
    SET_AUTO_ADMIN_PASSWORD SET_RECOVERY_LOCK SHUT_DOWN_DEVICE STOP_MIRRORING
    TRIGGER_ENHANCED_LOG_COLLECTION UNLOCK_USER_ACCOUNT VALIDATE_APPLICATIONS VERIFY_RECOVERY_LOCK
    """
)
"""Source: Jamf Pro API 11.30 schema, `MdmCommandType`. Installing profiles and apps is not among them."""
FIELDS: Final = names(
    """
    uuid clientManagementId command status clientType dateSent validAfter dateCompleted profileId
    profileIdentifier active
    """
)
_DATES: Final = frozenset({"dateSent", "validAfter", "dateCompleted"})
_PRIVILEGES: Final = {
    "DEVICE_LOCK": "Send Mobile Device Remote Lock Command",
    "ERASE_DEVICE": "Send Mobile Device Remote Wipe Command",
    "CLEAR_PASSCODE": "Send Mobile Device Remove Passcode Command",
    "RESTART_DEVICE": "Send Mobile Device Restart Device Command",
    "SHUT_DOWN_DEVICE": "Send Mobile Device Shut Down Command",
}
"""The further privilege some commands need; others need the one for inventory."""
INVENTORY: Final = "Send Inventory Requests to Mobile Devices"

Touch = Callable[..., None]


@define
class CommandRoutes:
    """Sending commands and reading what became of them."""

    server: Server
    touch: Touch

    def rows(self) -> list[Row]:
        """The routes."""
        return [
            Row("GET", "/api/v2/mdm/commands", self.listing, READS, VIEW),
            Row("POST", "/api/v2/mdm/commands", self.send, CHANGES, VIEW),
            Row("POST", "/api/v2/mdm/blank-push", self.push, CHANGES, VIEW),
        ]

    async def listing(self, request: Request) -> Response:
        """Commands; at least one filter is needed. Source: Jamf Pro API 11.30 schema, `/v2/mdm/commands`.

        Guess: the code when there is none, and when a date is compared for equality.
        """
        expression = rsql.parse(request.query_params.get("filter", ""), FIELDS)
        if expression is None:
            refuse(400, "INVALID_FILTER", "A filter is required", field="filter")
        for one in rsql.selectors(expression):
            if one.selector in _DATES and one.op in {"==", "!=", "=in=", "=out="}:
                refuse(400, "INVALID_FIELD", "Dates need < <= > or >=", field=one.selector)
        test = rsql.compiled(expression)
        asked, wanted = window(request), order(request, "dateSent:asc", FIELDS)
        found = (row for row in self._candidates(expression) if test(_getter(row)))
        rows = in_order(found, wanted, _value, lambda row: row.uuid)
        return page_of(len(rows), [shown(row) for row in asked.cut(rows)])

    async def send(self, request: Request) -> Response:
        """Queue a command for some devices. Source: Jamf Pro API 11.30 schema, `MdmCommandRequest`.

        Guess: one unknown device makes the whole request fail; the form of `href`.
        """
        body = await json_object(request)
        kind, keys = _command(body.get("commandData"))
        if self.server.is_denied(_PRIVILEGES.get(kind, INVENTORY)):
            refuse(403, "INVALID_PRIVILEGE", "Forbidden")
        devices = self._clients(body.get("clientData"))
        self.touch(request, *(str(d.id) for d in devices))
        commands = [self._built(kind, keys, device) for device in devices]
        rows = [self.server.send(d, c) for d, c in zip(devices, commands, strict=True)]
        base = f"{request.url.scheme}://{request.url.netloc}/api/v2/mdm/commands?filter=uuid=="
        return answer_json([{"id": r.uuid, "href": f"{base}{r.uuid}"} for r in rows], status=201)

    async def push(self, request: Request) -> Response:
        """Wake phones without a command. Source: Jamf Pro API 11.30 schema, `/v2/mdm/blank-push`."""
        ids = (await json_object(request)).get("clientManagementIds")
        if not isinstance(ids, list):
            refuse(400, "INVALID_FIELD", "A list was expected", field="clientManagementIds")
        failed = []
        for one in ids:
            device = self.server.devices.managed_as(str(one))
            if device is None or device.record is None or not device.is_managed:
                failed.append(str(one))
                continue
            self.touch(request, str(device.id))
            self.server.side.wake(device.record)
        return answer_json({"errorUuids": failed})

    def _clients(self, rows: object) -> list[DeviceRow]:
        if not isinstance(rows, list) or not rows:
            refuse(400, "REQUIRED_FIELD", "At least one client is required", field="clientData")
        found = []
        for row in rows:
            named = str(row.get("managementId", "")) if isinstance(row, dict) else ""
            device = self.server.devices.managed_as(named)
            if device is None or not device.is_managed:
                refuse(400, "INVALID_DEVICE", "Unknown or unmanaged client", field="managementId")
            found.append(device)
        return found

    def _built(self, kind: str, keys: Json, device: DeviceRow) -> mdm.Command:
        """The command for the phone. One that User Enrollment forbids is sent as well, and fails there."""
        name, content = apple_name(kind), _content(kind, keys)
        uuid = self.server.side.new_command_id()
        if device.is_personal and self.server.switches.refuses_forbidden_commands:
            try:
                return mdm.build_command(name, ios=device.os_version, uuid=uuid, content=content)
            except UeapiError:
                refuse(400, "INVALID_DEVICE", "The device does not support this command")
        return mdm.Command(uuid=uuid, request_type=name, content=content)

    def _candidates(self, expression: rsql.Expression) -> Iterable[CommandRow]:
        commands = self.server.commands
        if (uuids := rsql.wanted(expression, "uuid")) is not None:
            rows = (commands.rows.get(u.lower()) for u in dict.fromkeys(uuids))
            return [row for row in rows if row is not None]
        if (clients := rsql.wanted(expression, "clientManagementId")) is not None:
            return [row for c in dict.fromkeys(clients) for row in commands.of_client(c)]
        return commands.rows.values()


def _command(value: object) -> tuple[str, Json]:
    if not isinstance(value, dict) or value.get("commandType") not in KINDS:
        refuse(400, "INVALID_FIELD", "Unknown command", field="commandType")
    return str(value["commandType"]), {k: v for k, v in value.items() if k != "commandType"}


def _content(kind: str, keys: Json) -> dict[str, PlistValue]:
    if kind == "DEVICE_INFORMATION":
        return {"Queries": list(QUERIES)}
    if kind == "DEVICE_LOCK":
        given = {"Message": keys.get("message"), "PhoneNumber": keys.get("phoneNumber")}
        return {name: text for name, text in given.items() if isinstance(text, str) and text}
    return {}


def _getter(row: CommandRow) -> rsql.Getter:
    return lambda name: _value(row, name)


_VALUES: Final[Mapping[str, Callable[[CommandRow], object]]] = {
    "uuid": lambda row: row.uuid,
    "clientManagementId": lambda row: row.management_id,
    "command": lambda row: row.kind,
    "status": lambda row: row.state,
    "clientType": lambda _: "MOBILE_DEVICE",
    "dateSent": lambda row: moment(row.sent),
    "validAfter": lambda row: moment(row.sent),
    "dateCompleted": lambda row: moment(row.completed),
    "profileId": lambda row: row.profile_id,
    "profileIdentifier": lambda row: row.profile_identifier,
    "active": lambda row: row.completed is None,
}


def _value(row: CommandRow, name: str) -> object:
    return _VALUES[name](row)
