"""What a device says on its command channel: that it is idle, or what became of a command."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import Attribute, field, frozen

from ueapi.apple import plist
from ueapi.apple.mdm.message import (
    ENROLLMENT_ID,
    UDID,
    is_dict,
    present,
    refuse,
    refuse_beside_id,
    refuse_hidden,
    text,
    text_or_none,
)
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.model import EnrollmentID

_IDLE: Final = "Idle"
_STATUS: Final = "Status"
_UUID: Final = "CommandUUID"
_CHAIN: Final = "ErrorChain"
_ANSWERS: Final = "QueryResponses"
_RESERVED: Final = frozenset({_STATUS, _UUID, _CHAIN, ENROLLMENT_ID, UDID, "RequestType"})


class Status(StrEnum):
    """What became of a command."""

    ACKNOWLEDGED = "Acknowledged"
    ERROR = "Error"
    NOT_NOW = "NotNow"
    """The device can't now, for example while it is locked; the service asks again later."""
    COMMAND_FORMAT_ERROR = "CommandFormatError"


@frozen(kw_only=True)
class ErrorLink:
    """One link of the chain of reasons, the outermost first. Descriptions can hold personal content."""

    code: int
    domain: str
    description: str | None = field(default=None, repr=False)
    english: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class _FromDevice:
    """The sender: `enrollment_id` under User Enrollment, `udid` under device enrollment, never both."""

    enrollment_id: EnrollmentID | None = field(default=None, repr=False)
    udid: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if (self.enrollment_id is None) is (self.udid is None):
            refuse("result", f"it needs exactly one of {ENROLLMENT_ID} and {UDID}")

    @property
    def identifier(self) -> str:
        """By what the service knows the device."""
        return self.enrollment_id or self.udid or ""

    def _sender(self) -> PlistDict:
        return present({ENROLLMENT_ID: self.enrollment_id, UDID: self.udid})


@frozen(kw_only=True)
class CommandPoll(_FromDevice):
    """The device asks for the next command."""

    def to_plist(self) -> bytes:
        """The message as XML."""
        return plist.write_canonical({**self._sender(), _STATUS: _IDLE})


def _no_reserved(
    _: object, attribute: Attribute[Mapping[str, PlistValue]], value: Mapping[str, PlistValue]
) -> None:
    if not _RESERVED.isdisjoint(value):
        taken = ", ".join(sorted(_RESERVED & value.keys()))
        refuse("result", f"{attribute.name} holds {taken}, which has its own field")


@frozen(kw_only=True)
class CommandResult(_FromDevice):
    """What became of one command. `response` holds the command's own answer keys."""

    command_uuid: str
    status: Status
    request_type: str | None = None
    error_chain: tuple[ErrorLink, ...] = ()
    response: Mapping[str, PlistValue] = field(factory=dict, repr=False, validator=_no_reserved)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.enrollment_id is not None:
            _refuse_hidden_answers(self.response)

    def to_plist(self) -> bytes:
        """The message as XML."""
        optional: PlistDict = {}
        if self.request_type is not None:
            optional["RequestType"] = self.request_type
        if self.error_chain:
            optional[_CHAIN] = [_link_dict(link) for link in self.error_chain]
        return plist.write_canonical(
            {
                **self.response,
                **optional,
                **self._sender(),
                _UUID: self.command_uuid,
                _STATUS: self.status.value,
            }
        )


def result_from_plist(content: bytes) -> CommandPoll | CommandResult:
    """Read what a device sent on its command channel.

    Raises:
        InvalidModel: no property list, an unknown status, a missing key, neither or both of EnrollmentID and UDID, or
            an answer that User Enrollment keeps hidden beside an EnrollmentID. No value is in the message.
    """
    row = plist.read(content)
    refuse_hidden(row, "result")
    enrollment_id = text_or_none(row, ENROLLMENT_ID, "result")
    udid = text_or_none(row, UDID, "result")
    sender = EnrollmentID(enrollment_id) if enrollment_id is not None else None
    status = text(row, _STATUS, "result")
    if status == _IDLE:
        return CommandPoll(enrollment_id=sender, udid=udid)
    return CommandResult(
        enrollment_id=sender,
        udid=udid,
        command_uuid=text(row, _UUID, "result"),
        status=_status(status),
        request_type=text_or_none(row, "RequestType", "result"),
        error_chain=_chain(row.get(_CHAIN)),
        response={key: value for key, value in row.items() if key not in _RESERVED},
    )


def _refuse_hidden_answers(row: Mapping[str, PlistValue]) -> None:
    refuse_beside_id(row, "result")
    answers = row.get(_ANSWERS)
    if is_dict(answers):
        refuse_beside_id(answers, "result")


def _status(status: str) -> Status:
    try:
        return Status(status)
    except ValueError:
        refuse("result", f"{_STATUS} is none of {', '.join([_IDLE, *Status])}")


def _chain(value: PlistValue | None) -> tuple[ErrorLink, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        refuse("result", f"{_CHAIN} is no array")
    return tuple(_link(row) for row in value)


def _link(row: PlistValue) -> ErrorLink:
    code = row.get("ErrorCode") if is_dict(row) else None
    if not is_dict(row) or not isinstance(code, int) or isinstance(code, bool):
        refuse("result", f"a link of {_CHAIN} has no ErrorCode")
    return ErrorLink(
        code=code,
        domain=text(row, "ErrorDomain", "result"),
        description=text_or_none(row, "LocalizedDescription", "result"),
        english=text_or_none(row, "USEnglishDescription", "result"),
    )


def _link_dict(link: ErrorLink) -> PlistDict:
    return present(
        {
            "ErrorCode": link.code,
            "ErrorDomain": link.domain,
            "LocalizedDescription": link.description,
            "USEnglishDescription": link.english,
        }
    )
