"""What all messages share: reading keys strictly, and keeping hidden what Apple hides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn, TypeGuard

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel

ENROLLMENT_ID: Final = "EnrollmentID"
UDID: Final = "UDID"
HIDDEN_KEYS: Final = frozenset(
    {
        "BluetoothMAC",
        "EID",
        "EthernetMAC",
        "ICCID",
        "IMEI",
        "MEID",
        "PhoneNumber",
        "SerialNumber",
        UDID,
        "UnlockToken",
        "WiFiMAC",
    }
)
"""Keys that never accompany an EnrollmentID."""

_REMEDY: Final = "The sender breaks Apple's protocol; nothing was changed."


def refuse(message: str, why: str) -> NoReturn:
    """Say what is wrong with a message, without its values."""
    raise InvalidModel(f"this is no valid {message} message: {why}.", remedy=_REMEDY)


def text(row: Mapping[str, PlistValue], key: str, message: str) -> str:
    """A text that must be there and not be empty."""
    value = row.get(key)
    if not isinstance(value, str) or not value:
        refuse(message, f"{key} is missing, empty or no text")
    return value


def text_or_none(row: Mapping[str, PlistValue], key: str, message: str) -> str | None:
    """A text that may be missing."""
    return text(row, key, message) if key in row else None


def octets(row: Mapping[str, PlistValue], key: str, message: str) -> bytes:
    """Data that must be there and not be empty."""
    value = row.get(key)
    if not isinstance(value, bytes) or not value:
        refuse(message, f"{key} is missing, empty or no data")
    return value


def is_dict(value: PlistValue | None) -> TypeGuard[PlistDict]:
    """Whether a value is a dictionary as the reader makes them."""
    return isinstance(value, dict)


def refuse_hidden(row: Mapping[str, PlistValue], message: str) -> None:
    """Refuse identifiers of the hardware or the person beside an EnrollmentID.

    Raises:
        InvalidModel: one of them is there.
    """
    if ENROLLMENT_ID in row:
        refuse_beside_id(row, message)


def refuse_beside_id(row: Mapping[str, PlistValue], message: str) -> None:
    """Refuse identifiers of the hardware or the person among what goes along with an EnrollmentID.

    Raises:
        InvalidModel: one of them is there.
    """
    if not HIDDEN_KEYS.isdisjoint(row):
        shown = ", ".join(sorted(HIDDEN_KEYS & row.keys()))
        refuse(message, f"{shown} beside {ENROLLMENT_ID}, which User Enrollment keeps hidden")


def present(row: Mapping[str, PlistValue | None]) -> PlistDict:
    """The keys that have a value."""
    return {key: value for key, value in row.items() if value is not None}
