"""Check-in messages: a device introduces itself, says where to push, and says goodbye."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from attrs import field, frozen

from ueapi.apple import plist
from ueapi.apple.mdm.message import (
    ENROLLMENT_ID,
    UDID,
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
_AWAITING: Final = "AwaitingConfiguration"


@frozen(kw_only=True)
class _UserEnrolled:
    """A message of a user-enrolled device."""

    topic: str
    enrollment_id: EnrollmentID = field(repr=False)

    @property
    def identifier(self) -> str:
        """By what the service knows the device."""
        return self.enrollment_id


@frozen(kw_only=True)
class _DeviceEnrolled:
    """A message of a device whose owner chose, or was given, device enrollment."""

    topic: str
    udid: str = field(repr=False)

    @property
    def identifier(self) -> str:
        """By what the service knows the device."""
        return self.udid


@frozen(kw_only=True)
class Authenticate(_UserEnrolled):
    """The first message of an enrollment; the device counts as enrolled only after `TokenUpdate`."""

    os_version: str | None = None
    build_version: str | None = None
    product_name: str | None = None

    def to_plist(self) -> bytes:
        """The message as XML."""
        return _written(
            "Authenticate", ENROLLMENT_ID, self.enrollment_id, self.topic, _device(self)
        )


@frozen(kw_only=True)
class TokenUpdate(_UserEnrolled):
    """Where to push to from now on. The first one completes the enrollment."""

    token: bytes = field(repr=False)
    push_magic: str = field(repr=False)
    awaiting_configuration: bool = False

    def to_plist(self) -> bytes:
        """The message as XML."""
        return _written("TokenUpdate", ENROLLMENT_ID, self.enrollment_id, self.topic, _push(self))


@frozen(kw_only=True)
class CheckOut(_UserEnrolled):
    """The enrollment ended on the device. Best effort: a service may never get it."""

    def to_plist(self) -> bytes:
        """The message as XML."""
        return _written("CheckOut", ENROLLMENT_ID, self.enrollment_id, self.topic, {})


@frozen(kw_only=True)
class DeviceEnrollmentAuthenticate(_DeviceEnrolled):
    """The first message under device enrollment; it shows the hardware, which `repr` never does."""

    serial_number: str | None = field(default=None, repr=False)
    imei: str | None = field(default=None, repr=False)
    meid: str | None = field(default=None, repr=False)
    os_version: str | None = None
    build_version: str | None = None
    product_name: str | None = None

    def to_plist(self) -> bytes:
        """The message as XML."""
        hardware = {"SerialNumber": self.serial_number, "IMEI": self.imei, "MEID": self.meid}
        rest = {**_device(self), **hardware}
        return _written("Authenticate", UDID, self.udid, self.topic, rest)


@frozen(kw_only=True)
class DeviceEnrollmentTokenUpdate(_DeviceEnrolled):
    """Where to push to, under device enrollment. The token for unlocking the device is not kept."""

    token: bytes = field(repr=False)
    push_magic: str = field(repr=False)
    awaiting_configuration: bool = False

    def to_plist(self) -> bytes:
        """The message as XML."""
        return _written("TokenUpdate", UDID, self.udid, self.topic, _push(self))


@frozen(kw_only=True)
class DeviceEnrollmentCheckOut(_DeviceEnrolled):
    """The device enrollment ended on the device."""

    def to_plist(self) -> bytes:
        """The message as XML."""
        return _written("CheckOut", UDID, self.udid, self.topic, {})


CheckIn: TypeAlias = (
    Authenticate
    | TokenUpdate
    | CheckOut
    | DeviceEnrollmentAuthenticate
    | DeviceEnrollmentTokenUpdate
    | DeviceEnrollmentCheckOut
)
"""Every check-in message that is understood."""


def checkin_from_plist(content: bytes) -> CheckIn:
    """Read a check-in message.

    Raises:
        InvalidModel: no property list, an unknown message, a missing key, neither or both of EnrollmentID and UDID, or
            an identifier that User Enrollment keeps hidden beside an EnrollmentID. No value is in the message.
    """
    return checkin_from_dict(plist.read(content))


def checkin_from_dict(row: PlistDict) -> CheckIn:
    """The same out of a property list that was read already.

    Raises:
        InvalidModel: as `checkin_from_plist`.
    """
    name = text(row, _TYPE, "check-in")
    refuse_hidden(row, name)
    readers = _USER_READERS if ENROLLMENT_ID in row else _DEVICE_READERS
    if ENROLLMENT_ID not in row and UDID not in row:
        refuse(name, f"neither {ENROLLMENT_ID} nor {UDID} is there")
    if name not in readers:
        refuse("check-in", f"{_TYPE} is none of {', '.join(sorted(readers))}")
    return readers[name](row)


def _authenticate(row: PlistDict) -> Authenticate:
    return Authenticate(
        topic=text(row, "Topic", "Authenticate"),
        enrollment_id=EnrollmentID(text(row, ENROLLMENT_ID, "Authenticate")),
        os_version=text_or_none(row, "OSVersion", "Authenticate"),
        build_version=text_or_none(row, "BuildVersion", "Authenticate"),
        product_name=text_or_none(row, "ProductName", "Authenticate"),
    )


def _device_authenticate(row: PlistDict) -> DeviceEnrollmentAuthenticate:
    return DeviceEnrollmentAuthenticate(
        topic=text(row, "Topic", "Authenticate"),
        udid=text(row, UDID, "Authenticate"),
        serial_number=text_or_none(row, "SerialNumber", "Authenticate"),
        imei=text_or_none(row, "IMEI", "Authenticate"),
        meid=text_or_none(row, "MEID", "Authenticate"),
        os_version=text_or_none(row, "OSVersion", "Authenticate"),
        build_version=text_or_none(row, "BuildVersion", "Authenticate"),
        product_name=text_or_none(row, "ProductName", "Authenticate"),
    )


def _token_update(row: PlistDict) -> TokenUpdate:
    return TokenUpdate(
        topic=text(row, "Topic", "TokenUpdate"),
        enrollment_id=EnrollmentID(text(row, ENROLLMENT_ID, "TokenUpdate")),
        token=octets(row, "Token", "TokenUpdate"),
        push_magic=text(row, "PushMagic", "TokenUpdate"),
        awaiting_configuration=_awaiting(row),
    )


def _device_token_update(row: PlistDict) -> DeviceEnrollmentTokenUpdate:
    return DeviceEnrollmentTokenUpdate(
        topic=text(row, "Topic", "TokenUpdate"),
        udid=text(row, UDID, "TokenUpdate"),
        token=octets(row, "Token", "TokenUpdate"),
        push_magic=text(row, "PushMagic", "TokenUpdate"),
        awaiting_configuration=_awaiting(row),
    )


def _check_out(row: PlistDict) -> CheckOut:
    enrollment_id = EnrollmentID(text(row, ENROLLMENT_ID, "CheckOut"))
    return CheckOut(topic=text(row, "Topic", "CheckOut"), enrollment_id=enrollment_id)


def _device_check_out(row: PlistDict) -> DeviceEnrollmentCheckOut:
    return DeviceEnrollmentCheckOut(
        topic=text(row, "Topic", "CheckOut"), udid=text(row, UDID, "CheckOut")
    )


_USER_READERS: Final[Mapping[str, Callable[[PlistDict], CheckIn]]] = {
    "Authenticate": _authenticate,
    "TokenUpdate": _token_update,
    "CheckOut": _check_out,
}
_DEVICE_READERS: Final[Mapping[str, Callable[[PlistDict], CheckIn]]] = {
    "Authenticate": _device_authenticate,
    "TokenUpdate": _device_token_update,
    "CheckOut": _device_check_out,
}


def _awaiting(row: PlistDict) -> bool:
    value = row.get(_AWAITING, False)
    if not isinstance(value, bool):
        refuse("TokenUpdate", f"{_AWAITING} is neither true nor false")
    return value


def _device(message: Authenticate | DeviceEnrollmentAuthenticate) -> dict[str, PlistValue | None]:
    return {
        "OSVersion": message.os_version,
        "BuildVersion": message.build_version,
        "ProductName": message.product_name,
    }


def _push(message: TokenUpdate | DeviceEnrollmentTokenUpdate) -> dict[str, PlistValue | None]:
    return {
        "Token": message.token,
        "PushMagic": message.push_magic,
        _AWAITING: message.awaiting_configuration,
    }


def _written(
    name: str, key: str, identifier: str, topic: str, rest: Mapping[str, PlistValue | None]
) -> bytes:
    row = present(rest)
    return plist.write_canonical({_TYPE: name, key: identifier, "Topic": topic, **row})
