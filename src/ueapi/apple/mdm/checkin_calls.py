"""Check-in messages that ask for something: a token, or a part of declarative management.

Source: Apple's schema, mdm/checkin/gettoken and declarativemanagement. Under User Enrollment the device is known by its
EnrollmentID only, and asks for no token that would name the hardware.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from ueapi.apple import plist
from ueapi.apple.mdm.checkin import CheckIn, checkin_from_dict
from ueapi.apple.mdm.message import (
    ENROLLMENT_ID,
    UDID,
    is_dict,
    octets,
    present,
    refuse,
    refuse_hidden,
    text,
    text_or_none,
)
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.model import EnrollmentID

_TYPE: Final = "MessageType"
_ASKING: Final = "GetToken"
_DECLARATIVE: Final = "DeclarativeManagement"
_PARAMETERS: Final = "TokenParameters"
_OF_THE_HARDWARE: Final = frozenset({"PhoneUDID", "SecurityToken", "WatchUDID"})
"""Parameters that User Enrollment forbids. Source: Apple's schema, GetToken."""
_DECLARATION: Final = re.compile(r"declaration/([^/]+)/(.+)")


class TokenService(StrEnum):
    """Whom a token is for."""

    MANAGED_APPLE_ID = "com.apple.maid"
    """Apple's identity service: that the account and the management service are of one organization."""
    WATCH_PAIRING = "com.apple.watch.pairing"
    """Never under User Enrollment."""


class Endpoint(StrEnum):
    """What declarative management is asked for."""

    TOKENS = "tokens"
    DECLARATION_ITEMS = "declaration-items"
    STATUS = "status"
    DECLARATION = "declaration"
    """One declaration, named by kind and identifier."""


@frozen(kw_only=True)
class _Caller:
    """The sender: `enrollment_id` under User Enrollment, `udid` under device enrollment, never both."""

    enrollment_id: EnrollmentID | None = field(default=None, repr=False)
    udid: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if (self.enrollment_id is None) is (self.udid is None):
            refuse("check-in", f"it needs exactly one of {ENROLLMENT_ID} and {UDID}")

    @property
    def identifier(self) -> str:
        """By what the service knows the device."""
        return self.enrollment_id or self.udid or ""

    def _written(self, name: str, rest: Mapping[str, PlistValue | None]) -> bytes:
        sender = {ENROLLMENT_ID: self.enrollment_id, UDID: self.udid}
        return plist.write_canonical({_TYPE: name, **present({**sender, **rest})})


@frozen(kw_only=True)
class GetToken(_Caller):
    """The device asks for a token of its management service; the answer is a `TokenData`. From iOS 17."""

    service: TokenService = TokenService.MANAGED_APPLE_ID
    parameters: Mapping[str, PlistValue] | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.enrollment_id is None:
            return
        if self.service is not TokenService.MANAGED_APPLE_ID:
            refuse(_ASKING, f"User Enrollment has no token for {self.service}")
        if shown := sorted(_OF_THE_HARDWARE & (self.parameters or {}).keys()):
            refuse(_ASKING, f"{', '.join(shown)} beside {ENROLLMENT_ID}")

    def to_plist(self) -> bytes:
        """The message as XML."""
        rest = {"TokenServiceType": self.service.value, _PARAMETERS: self.parameters}
        return self._written(_ASKING, rest)


@frozen
class TokenData:
    """The answer to `GetToken`. A text is carried as UTF-8."""

    token: bytes = field(repr=False)

    def to_plist(self) -> bytes:
        """The answer as XML."""
        return plist.write_canonical({"TokenData": self.token})

    @classmethod
    def from_plist(cls, content: bytes) -> TokenData:
        """Read the answer.

        Raises:
            InvalidModel: no property list, or without the token.
        """
        return cls(octets(plist.read(content), "TokenData", _ASKING))


@frozen(kw_only=True)
class DeclarativeManagement(_Caller):
    """The device asks for a part of declarative management, or reports with `STATUS`; the answer is JSON. From iOS 15.

    `declaration` is kind and identifier, such as `("configuration", "org.example.passcode")`; `content` is the JSON
    that comes with the message.
    """

    endpoint: Endpoint
    declaration: tuple[str, str] | None = None
    content: bytes | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if (self.declaration is not None) is not (self.endpoint is Endpoint.DECLARATION):
            refuse(_DECLARATIVE, "a declaration is named without being asked for, or the other way")
        if self.endpoint is Endpoint.STATUS and not self.content:
            refuse(_DECLARATIVE, "the status is missing")

    @property
    def path(self) -> str:
        """`Endpoint` as it is sent."""
        return "/".join((self.endpoint.value, *(self.declaration or ())))

    def to_plist(self) -> bytes:
        """The message as XML."""
        return self._written(_DECLARATIVE, {"Endpoint": self.path, "Data": self.content})


CheckInCall: TypeAlias = GetToken | DeclarativeManagement
"""Check-in messages that are answered with content."""


def call_from_plist(content: bytes) -> CheckInCall:
    """Read a check-in message that asks for something.

    Raises:
        InvalidModel: no property list, another message, a missing key, an unknown service or endpoint, neither or both
            of EnrollmentID and UDID, or what User Enrollment keeps hidden beside an EnrollmentID.
    """
    row = plist.read(content)
    if row.get(_TYPE) not in _READERS:
        refuse("check-in", f"{_TYPE} is none of {', '.join(_READERS)}")
    return _call(row)


def message_from_plist(content: bytes) -> CheckIn | CheckInCall:
    """Read any check-in message.

    Raises:
        InvalidModel: as `checkin_from_plist` and `call_from_plist`.
    """
    row = plist.read(content)
    return _call(row) if row.get(_TYPE) in _READERS else checkin_from_dict(row)


def _call(row: PlistDict) -> CheckInCall:
    name = text(row, _TYPE, "check-in")
    refuse_hidden(row, name)
    enrollment_id = text_or_none(row, ENROLLMENT_ID, name)
    sender = None if enrollment_id is None else EnrollmentID(enrollment_id)
    return _READERS[name](row, sender, text_or_none(row, UDID, name))


def _get_token(row: PlistDict, sender: EnrollmentID | None, udid: str | None) -> GetToken:
    service = text(row, "TokenServiceType", _ASKING)
    if service not in set(TokenService):
        refuse(_ASKING, "TokenServiceType is unknown")
    parameters = row.get(_PARAMETERS)
    if parameters is not None and not is_dict(parameters):
        refuse(_ASKING, f"{_PARAMETERS} is no dictionary")
    return GetToken(
        enrollment_id=sender, udid=udid, service=TokenService(service), parameters=parameters
    )


def _declarative(
    row: PlistDict, sender: EnrollmentID | None, udid: str | None
) -> DeclarativeManagement:
    path = text(row, "Endpoint", _DECLARATIVE)
    named = _DECLARATION.fullmatch(path)
    if named is None and (path not in set(Endpoint) or path == Endpoint.DECLARATION):
        refuse(_DECLARATIVE, "Endpoint is unknown")
    return DeclarativeManagement(
        enrollment_id=sender,
        udid=udid,
        endpoint=Endpoint.DECLARATION if named else Endpoint(path),
        declaration=(named[1], named[2]) if named else None,
        content=octets(row, "Data", _DECLARATIVE) if "Data" in row else None,
    )


_READERS: Final[
    Mapping[str, Callable[[PlistDict, EnrollmentID | None, str | None], CheckInCall]]
] = {_ASKING: _get_token, _DECLARATIVE: _declarative}
