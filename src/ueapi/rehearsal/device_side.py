"""The device-facing side every simulator shares: check-ins, the command queue, push."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from attrs import astuple, define, evolve, field, frozen
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ueapi.apple import mdm, plist
from ueapi.errors import InvalidModel
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.apps_and_books import account_key
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrollments import (
    ENROLLMENT_PROFILE,
    EnrollmentRecord,
    Grant,
    Hooks,
    Push,
    SignInRefused,
)
from ueapi.rehearsal.fleet import Hardware

__all__ = [
    "CHECKIN_TYPE",
    "COMMAND_TYPE",
    "ENROLLMENT_PROFILE",
    "QUERIES",
    "UNRECOGNIZED",
    "DeviceSide",
    "EnrollmentRecord",
    "Grant",
    "Hooks",
    "Push",
    "SignInRefused",
    "bearer",
]

QUERIES: Final = ("DeviceName", "OSVersion", "ModelName", "ProductName")
"""What `inquire` asks; Apple allows all of it under User Enrollment."""
CHECKIN_TYPE: Final = "application/x-apple-aspen-mdm-checkin"
COMMAND_TYPE: Final = "application/x-apple-aspen-mdm"
UNRECOGNIZED: Final = "com.apple.unrecognized.device"


_Introduction = mdm.Authenticate | mdm.DeviceEnrollmentAuthenticate
_PushAddress = mdm.TokenUpdate | mdm.DeviceEnrollmentTokenUpdate


@frozen
class _Pending:
    """A sign-in whose token was handed out."""

    managed_apple_id: str = field(repr=False)
    kind: EnrollmentKind
    hardware: Hardware | None = field(repr=False)


class _Refused(Exception):
    """Ends a request early with this response."""

    def __init__(self, response: Response) -> None:
        self.response = response


@define(eq=False)
class DeviceSide:
    """The server phones talk to: who may check in, and what each is told to do.

    Source: Apple device management schema, check-in messages and commands; `push` may be set later.
    """

    clock: VirtualClock
    rng: random.Random = field(repr=False)
    hooks: Hooks = field(repr=False)
    push: Push | None = field(default=None, repr=False)
    _grants: dict[str, _Pending] = field(factory=dict, repr=False)
    _by_token: dict[str, EnrollmentRecord] = field(factory=dict, repr=False)
    _by_identifier: dict[str, EnrollmentRecord] = field(factory=dict, repr=False)

    # -- what the product does ---------------------------------------------------------------------

    def sign_in(
        self, managed_apple_id: str, kind: EnrollmentKind, *, hardware: Hardware | None = None
    ) -> Grant:
        """Let an account in: what the product does once its web sign-in knows the person.

        Raises:
            SignInRefused: the product doesn't let this account in that way.
            ValueError: hardware identifiers were shown under User Enrollment, which no phone does.
        """
        if hardware is not None and kind.is_user_enrollment:
            raise ValueError("a phone shows no hardware identifiers under User Enrollment")
        if (reason := self.hooks.refusal(managed_apple_id, kind)) is not None:
            raise SignInRefused(reason)
        grant = Grant(token=f"{self.rng.getrandbits(128):032x}")
        self._grants[grant.token] = _Pending(managed_apple_id, kind, hardware)
        return grant

    def account_of(self, token: str, kind: EnrollmentKind) -> str | None:
        """The account a sign-in of that kind handed the token to; `None` for any other token."""
        pending = self._grants.get(token)
        if pending is None or pending.kind is not kind or token in self._by_token:
            return None
        return pending.managed_apple_id

    def introduce(self, token: str, hardware: Hardware) -> None:
        """Note the hardware a device showed when it asked for its profile, as none does under User Enrollment."""
        pending = self._grants[token]
        if not pending.kind.is_user_enrollment:
            self._grants[token] = evolve(pending, hardware=hardware)

    def queue(self, record: EnrollmentRecord, command: mdm.Command) -> None:
        """Queue a command and wake the phone. Nothing is queued for an ended enrollment."""
        if record.ended is not None:
            return
        record.queue.append(command)
        self.wake(record)

    def wake(self, record: EnrollmentRecord) -> None:
        """Push to the phone without a new command."""
        if self.push is not None and record.is_active:
            self.push(record)

    def new_command_id(self) -> str:
        """A fresh id for a command, in the form of a UUID."""
        return str(UUID(int=self.rng.getrandbits(128), version=4)).upper()

    def end(self, record: EnrollmentRecord) -> str | None:
        """Tell the phone to remove its enrollment; return the command's id.

        The record is left when the phone has acknowledged; `None` when the enrollment has ended already.
        """
        if record.ended is not None:
            return None
        command = mdm.remove_profile(self.new_command_id(), ENROLLMENT_PROFILE)
        self.queue(record, command)
        return command.uuid

    def forget(self, record: EnrollmentRecord) -> None:
        """End the enrollment on the server only; the phone learns it at its next contact."""
        self._leave(record)

    def inquire(self, record: EnrollmentRecord) -> None:
        """Ask the phone what it is, which profiles it holds, and the state of its managed apps."""
        for command in (
            mdm.device_information(self.new_command_id(), QUERIES, ios=record.os_version or None),
            mdm.profile_list(self.new_command_id()),
            mdm.managed_application_list(self.new_command_id()),
        ):
            self.queue(record, command)

    # -- records -----------------------------------------------------------------------------------

    def record(self, identifier: str) -> EnrollmentRecord | None:
        """The enrollment with that EnrollmentID or UDID, ended ones included."""
        return self._by_identifier.get(identifier)

    def records(self) -> tuple[EnrollmentRecord, ...]:
        """Every enrollment there ever was, oldest first."""
        return tuple(self._by_token.values())

    def active_of(self, managed_apple_id: str) -> tuple[EnrollmentRecord, ...]:
        """The account's enrollments that are active now, oldest first."""
        key = account_key(managed_apple_id)
        return tuple(
            r
            for r in self._by_token.values()
            if r.is_active and account_key(r.managed_apple_id) == key
        )

    def secrets(self) -> frozenset[str]:
        """Tokens and hardware identifiers it holds or issued; none may ever leave."""
        return frozenset(_secrets(self._grants, self._by_token.values()))

    # -- what phones reach -------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """The check-in and the command endpoint; a phone without a sign-in of its own has its token in the path."""
        return [
            Route("/mdm/checkin", _Guarded(self._checkin), methods=["PUT"]),
            Route("/mdm/connect", _Guarded(self._connect), methods=["PUT"]),
            Route("/mdm/checkin/{token}", _Guarded(self._checkin), methods=["PUT"]),
            Route("/mdm/connect/{token}", _Guarded(self._connect), methods=["PUT"]),
        ]

    def _checkin(self, token: str, body: bytes) -> Response:
        pending = self._signed_in(token)
        message = mdm.checkin_from_plist(body)
        match message:
            case mdm.Authenticate() | mdm.DeviceEnrollmentAuthenticate():
                self._authenticate(token, pending, message)
            case mdm.TokenUpdate() | mdm.DeviceEnrollmentTokenUpdate():
                self._token_update(self._known(token, message), message)
            case mdm.CheckOut() | mdm.DeviceEnrollmentCheckOut():
                self._leave(self._known(token, message))
        return Response(status_code=200)

    def _connect(self, token: str, body: bytes) -> Response:
        self._signed_in(token)
        message = self._message(token, body)
        record = self._known(token, message)
        if isinstance(message, mdm.CommandResult):
            self._settle(record, message)
        else:
            record.postponed.clear()
        following = self._following(record)
        if following is None:
            return Response(status_code=200)
        return Response(following.to_plist(), media_type="application/xml")

    def _message(self, token: str, body: bytes) -> mdm.CommandPoll | mdm.CommandResult:
        """What a phone says; that it is idle, it says with the same bytes each time."""
        record = self._by_token.get(token)
        if record is not None and record.poll is not None and record.poll[0] == body:
            return record.poll[1]
        message = mdm.result_from_plist(body)
        if record is not None and isinstance(message, mdm.CommandPoll):
            record.poll = (body, message)
        return message

    def _signed_in(self, token: str) -> _Pending:
        pending = self._grants.get(token)
        if pending is None:
            raise _Refused(_problem(401, "sign in first"))
        record = self._by_token.get(token)
        if record is not None and record.ended is not None:
            raise _Refused(JSONResponse({"code": UNRECOGNIZED}, status_code=403))
        return pending

    def _known(self, token: str, message: mdm.FromDevice) -> EnrollmentRecord:
        record = self._by_token.get(token)
        if record is None or record.identifier != message.identifier:
            raise _Refused(
                _problem(400, "this token belongs to another enrollment, or to none yet")
            )
        record.last_seen = self.clock.now()
        return record

    def _authenticate(self, token: str, pending: _Pending, message: _Introduction) -> None:
        if isinstance(message, mdm.Authenticate) is not pending.kind.is_user_enrollment:
            raise _Refused(_problem(400, "the identifier doesn't fit the way of enrollment"))
        now = self.clock.now()
        record = EnrollmentRecord(
            identifier=message.identifier,
            managed_apple_id=pending.managed_apple_id,
            kind=pending.kind,
            token=token,
            since=now,
            last_seen=now,
            os_version=message.os_version or "",
            product_name=message.product_name or "",
            hardware=pending.hardware or _shown(message),
        )
        former = self._by_identifier.get(record.identifier)
        if former is not None and former.token != token and former.ended is None:
            self._leave(former)
        self._by_token[token] = self._by_identifier[record.identifier] = record

    def _token_update(self, record: EnrollmentRecord, message: _PushAddress) -> None:
        record.push_token, record.push_magic = message.token, message.push_magic
        if not record.is_active:
            record.is_active = True
            record.since = self.clock.now()
            self.hooks.enrolled(record)

    def _settle(self, record: EnrollmentRecord, result: mdm.CommandResult) -> None:
        command = next((c for c in record.queue if c.uuid == result.command_uuid), None)
        if command is None:
            return
        if result.status == mdm.Status.NOT_NOW:
            record.postponed.add(command.uuid)
            return
        record.queue.remove(command)
        _note_reported(record, result)
        self.hooks.answered(record, command, result)
        if _ends_enrollment(command) and result.status == mdm.Status.ACKNOWLEDGED:
            self._leave(record)

    def _following(self, record: EnrollmentRecord) -> mdm.Command | None:
        if record.ended is not None:
            return None
        return next((c for c in record.queue if c.uuid not in record.postponed), None)

    def _leave(self, record: EnrollmentRecord) -> None:
        if record.ended is not None:
            return
        record.ended, record.is_active = self.clock.now(), False
        record.queue.clear()
        self.hooks.left(record)


def _shown(message: _Introduction) -> Hardware | None:
    """The hardware as a device names it under Device Enrollment."""
    if isinstance(message, mdm.Authenticate):
        return None
    return Hardware(
        serial=message.serial_number or "",
        udid=message.udid,
        imei=message.imei or "",
        phone_number="",
    )


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header, or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@frozen
class _Guarded:
    """An endpoint for phones, with refusals turned into responses."""

    answer: Callable[[str, bytes], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message."""
        request = Request(scope, receive)
        token = bearer(request.headers) or request.path_params.get("token", "")
        response = self._answered(token, await request.body())
        await response(scope, receive, send)

    def _answered(self, token: str, body: bytes) -> Response:
        try:
            return self.answer(token, body)
        except (_Refused, InvalidModel) as problem:
            return _broken(body) or _refusal(problem)


def _refusal(problem: _Refused | InvalidModel) -> Response:
    return problem.response if isinstance(problem, _Refused) else _problem(400, problem.message)


def _broken(body: bytes) -> Response | None:
    """What is wrong with the message whoever sent it; that is said before anything else.

    Readers of messages refuse both identifiers too, so nothing has happened yet.
    """
    try:
        message = plist.read(body)
    except InvalidModel as problem:
        return _problem(400, problem.message)
    if "UDID" in message and "EnrollmentID" in message:
        return _problem(400, "a message carries EnrollmentID or UDID, never both")
    return None


def _problem(status: int, text: str) -> Response:
    return JSONResponse({"code": "org.example.refused", "description": text}, status_code=status)


def _secrets(grants: Mapping[str, _Pending], records: Iterable[EnrollmentRecord]) -> Iterator[str]:
    yield from grants
    for pending in grants.values():
        if pending.hardware is not None:
            yield from astuple(pending.hardware)
    for record in records:
        yield from filter(None, (record.push_magic, record.push_token.hex()))


def _ends_enrollment(command: mdm.Command) -> bool:
    return (
        command.request_type == mdm.RequestType.REMOVE_PROFILE
        and command.content.get("Identifier") == ENROLLMENT_PROFILE
    )


def _note_reported(record: EnrollmentRecord, result: mdm.CommandResult) -> None:
    """Keep what the phone says about itself."""
    match result.response:
        case {"QueryResponses": Mapping() as answers}:
            record.device_name = _text(answers, "DeviceName", record.device_name)
            record.os_version = _text(answers, "OSVersion", record.os_version)
            record.model = _text(answers, "ModelName", record.model)
            record.product_name = _text(answers, "ProductName", record.product_name)
        case {"ProfileList": list() as rows}:
            record.profiles = {
                _text(row, "PayloadIdentifier", ""): _text(row, "PayloadDisplayName", "")
                for row in rows
                if isinstance(row, Mapping)
            }
        case {"ManagedApplicationList": Mapping() as apps}:
            record.apps = {
                bundle_id: _text(app, "Status", "Unknown")
                for bundle_id, app in apps.items()
                if isinstance(app, Mapping)
            }
        case _:
            return


def _text(row: Mapping[str, plist.PlistValue], key: str, otherwise: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else otherwise
