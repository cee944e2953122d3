"""The device-facing side every simulator shares: check-ins, the command queue, push."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import astuple, define, evolve, field, frozen
from starlette.responses import Response
from starlette.routing import Route

from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.apps_and_books import account_key
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.declaring import declared, tokens_of
from ueapi.rehearsal.endpoints import Guarded, bearer
from ueapi.rehearsal.enrollments import (
    ENROLLMENT_PROFILE,
    EnrollmentRecord,
    Grant,
    Hooks,
    Push,
    SignInRefused,
)
from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.proving import Proofs, Received
from ueapi.rehearsal.refusing import (
    UNRECOGNIZED,
    Refused,
    gone,
    problem,
    sign_in_again,
)
from ueapi.rehearsal.reported import hardware_shown, note_reported
from ueapi.rehearsal.vouching import Vouching, no_token

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


_Introduction = mdm.Authenticate | mdm.DeviceEnrollmentAuthenticate
_PushAddress = mdm.TokenUpdate | mdm.DeviceEnrollmentTokenUpdate


@frozen
class _Pending:
    """A sign-in whose token was handed out."""

    managed_apple_id: str = field(repr=False)
    kind: EnrollmentKind
    hardware: Hardware | None = field(repr=False)
    ends: datetime | None = None
    """From when on the token isn't accepted any more."""
    has_identity: bool = False
    """Whether the profile of this sign-in names an identity, which every message has to prove."""

    def is_over(self, now: datetime) -> bool:
        """Whether it isn't any more."""
        return self.ends is not None and self.ends <= now


@define(eq=False)
class DeviceSide:
    """The server phones talk to: who may check in, and what each is told to do.

    Source: Apple device management schema, check-in messages and commands; `push` may be set later.
    """

    clock: VirtualClock
    rng: random.Random = field(repr=False)
    hooks: Hooks = field(repr=False)
    push: Push | None = field(default=None, repr=False)
    challenge: Callable[[EnrollmentKind], str] | None = field(default=None, repr=False)
    """What a phone is told whose token has ended: the value of `WWW-Authenticate`. Set by the way in."""
    proofs: Proofs | None = field(default=None, repr=False)
    """What messages are held to that an identity was promised for. Set by the way in."""
    vouching: Vouching | None = field(default=None, repr=False)
    """What tokens for Apple's identity service are signed with; without it none are handed out."""
    _grants: dict[str, _Pending] = field(factory=dict, repr=False)
    _by_token: dict[str, EnrollmentRecord] = field(factory=dict, repr=False)
    _records: dict[str, EnrollmentRecord] = field(factory=dict, repr=False)
    """By the token of the enrollment, which stays when another is issued."""
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
        return None if pending.is_over(self.clock.now()) else pending.managed_apple_id

    def introduce(self, token: str, hardware: Hardware) -> None:
        """Note the hardware a device showed when it asked for its profile, as none does under User Enrollment."""
        pending = self._grants[token]
        if not pending.kind.is_user_enrollment:
            self._grants[token] = evolve(pending, hardware=hardware)

    def hold_to_identity(self, token: str) -> None:
        """From now on take no message with this token that the enrollment's identity didn't send."""
        self._grants[token] = evolve(self._grants[token], has_identity=True)

    def limit(self, token: str, ends: datetime) -> None:
        """Accept a token until then only; the phone is asked to sign in again afterwards."""
        self._grants[token] = evolve(self._grants[token], ends=ends)

    def renew(self, token: str) -> Grant | None:
        """Another token for whoever holds this one, as a refresh token buys it; `None` once the enrollment ended."""
        record = self._by_token.get(token)
        if record is None or record.ended is not None:
            return None
        grant = Grant(token=f"{self.rng.getrandbits(128):032x}")
        self._grants[grant.token] = evolve(self._grants[token], ends=None)
        self._carry_on(record, grant.token)
        return grant

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

    def declare(self, record: EnrollmentRecord, declarations: Iterable[Declaration]) -> None:
        """Declare this and nothing else to a phone, and have it look."""
        record.declarations, record.declared_at = tuple(declarations), self.clock.now()
        uuid, ios = self.new_command_id(), record.os_version or None
        self.queue(record, mdm.declarative_management(uuid, tokens_of(record), ios=ios))

    # -- records -----------------------------------------------------------------------------------

    def record(self, identifier: str) -> EnrollmentRecord | None:
        """The enrollment with that EnrollmentID or UDID, ended ones included."""
        return self._by_identifier.get(identifier)

    def records(self) -> tuple[EnrollmentRecord, ...]:
        """Every enrollment there ever was, oldest first."""
        return tuple(self._records.values())

    def active_of(self, managed_apple_id: str) -> tuple[EnrollmentRecord, ...]:
        """The account's enrollments that are active now, oldest first."""
        key = account_key(managed_apple_id)
        return tuple(
            r
            for r in self._records.values()
            if r.is_active and account_key(r.managed_apple_id) == key
        )

    def secrets(self) -> frozenset[str]:
        """Tokens and hardware identifiers it holds or issued; none may ever leave."""
        return frozenset(_secrets(self._grants, self._records.values()))

    # -- what phones reach -------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """The check-in and the command endpoint; a phone without a sign-in of its own has its token in the path."""
        return [
            Route("/mdm/checkin", Guarded(self._checkin), methods=["PUT"]),
            Route("/mdm/connect", Guarded(self._connect), methods=["PUT"]),
            Route("/mdm/checkin/{token}", Guarded(self._checkin), methods=["PUT"]),
            Route("/mdm/connect/{token}", Guarded(self._connect), methods=["PUT"]),
        ]

    def _checkin(self, got: Received) -> Response:
        pending = self._signed_in(got.token)
        message = mdm.message_from_plist(got.body)
        match message:
            case mdm.Authenticate() | mdm.DeviceEnrollmentAuthenticate():
                self._prove(got.token, got)
                self._authenticate(got.token, pending, message)
            case mdm.TokenUpdate() | mdm.DeviceEnrollmentTokenUpdate():
                self._token_update(self._known(got, message), message)
            case mdm.CheckOut() | mdm.DeviceEnrollmentCheckOut():
                self._leave(self._known(got, message))
            case mdm.DeclarativeManagement():
                return declared(self._known(got, message), message)
            case mdm.GetToken():
                self._known(got, message)
                return self._vouch(message)
        return Response(status_code=200)

    def _connect(self, got: Received) -> Response:
        self._signed_in(got.token)
        message = self._message(got)
        record = self._known(got, message)
        if isinstance(message, mdm.CommandResult):
            self._settle(record, message)
        else:
            record.poll = (got.body, message)
            record.postponed.clear()
        following = self._following(record)
        if following is None:
            return Response(status_code=200)
        return Response(following.to_plist(), media_type="application/xml")

    def _message(self, got: Received) -> mdm.CommandPoll | mdm.CommandResult:
        """What a phone says; that it is idle, it says with the same bytes each time."""
        record = self._by_token.get(got.token)
        if record is not None and record.poll is not None and record.poll[0] == got.body:
            return record.poll[1]
        return mdm.result_from_plist(got.body)

    def _vouch(self, message: mdm.GetToken) -> Response:
        if self.vouching is None:
            raise no_token()
        return self.vouching.answer(message, at=self.clock.now(), id=self.new_command_id())

    def _signed_in(self, token: str) -> _Pending:
        pending = self._grants.get(token)
        record = self._by_token.get(token)
        if record is not None and record.ended is not None:
            raise Refused(gone(record.os_version))
        if pending is None:
            raise Refused(problem(401, "sign in first"))
        if pending.is_over(self.clock.now()):
            raise Refused(sign_in_again(self.challenge and self.challenge(pending.kind)))
        return pending

    def _known(self, got: Received, message: mdm.FromDevice) -> EnrollmentRecord:
        record = self._by_token.get(got.token) or self._returned(got.token, message)
        if record is None or record.identifier != message.identifier:
            raise Refused(problem(400, "this token belongs to another enrollment, or to none yet"))
        self._prove(record.token, got)
        if record.bearer != got.token:
            self._carry_on(record, got.token)
        record.last_seen = self.clock.now()
        return record

    def _prove(self, enrolled_with: str, got: Received) -> None:
        """Refuse what the identity of the enrollment didn't send, however right its token is."""
        if self.proofs is not None and self._grants[enrolled_with].has_identity:
            self.proofs.demand(enrolled_with, got)

    def _returned(self, token: str, message: mdm.FromDevice) -> EnrollmentRecord | None:
        """The enrollment whose person signed in again: the same account came the same way."""
        record, pending = self._by_identifier.get(message.identifier), self._grants[token]
        if record is None or record.kind is not pending.kind:
            return None
        if account_key(record.managed_apple_id) != account_key(pending.managed_apple_id):
            return None
        if record.ended is not None:
            raise Refused(gone(record.os_version))
        return record

    def _carry_on(self, record: EnrollmentRecord, token: str) -> None:
        """From now on the enrollment's messages carry this token, and the one before is worth nothing."""
        self.limit(record.bearer, self.clock.now())
        record.bearer, self._by_token[token] = token, record

    def _authenticate(self, token: str, pending: _Pending, message: _Introduction) -> None:
        if isinstance(message, mdm.Authenticate) is not pending.kind.is_user_enrollment:
            raise Refused(problem(400, "the identifier doesn't fit the way of enrollment"))
        now = self.clock.now()
        record = EnrollmentRecord(
            identifier=message.identifier,
            managed_apple_id=pending.managed_apple_id,
            kind=pending.kind,
            token=token,
            bearer=token,
            since=now,
            last_seen=now,
            os_version=message.os_version or "",
            product_name=message.product_name or "",
            hardware=pending.hardware or hardware_shown(message),
        )
        former = self._by_identifier.get(record.identifier)
        if former is not None and former.token != token and former.ended is None:
            self._leave(former)
        self._by_token[token] = self._records[token] = record
        self._by_identifier[record.identifier] = record

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
        note_reported(record, result)
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
