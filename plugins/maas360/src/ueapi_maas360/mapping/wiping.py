"""Whether a device may be told to wipe itself: only one that can't be under User Enrollment.

Apple allows neither a wipe of the phone nor a passcode reset there, and IBM's page on User Enrollment says the same.
The personal side of somebody's phone is at stake, so a doubt counts as a no, and this asks for more than what
`enrollment.kind` is concluded from.
"""

from __future__ import annotations

import re
from typing import Final

from ueapi_maas360.wire.reading import Record

_NOT_APPLE: Final = frozenset({"android", "windows"})
_SERIAL_NUMBER: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{8,14}", re.IGNORECASE)
"""A serial number of Apple's. A UDID is no proof: a product could show the enrollment's identifier in its place."""


def is_surely_whole(row: Record, *, user_enrollment_mode: str | None = None) -> bool:
    """Whether the row proves that the organization manages the whole device.

    An Apple device proves it by its serial number, which User Enrollment never shows, or by being supervised, which
    excludes it. `user_enrollment_mode` is the account's word for User Enrollment, where it is known.
    """
    mode = (row.text("enrollmentMode") or "").strip().lower()
    if "user" in mode or (mode and mode == (user_enrollment_mode or "").strip().lower()):
        return False
    if (row.text("platformName") or "").strip().lower() in _NOT_APPLE:
        return True
    serial = (row.text("platformSerialNumber") or "").strip()
    return _SERIAL_NUMBER.fullmatch(serial) is not None or row.truth("isSupervisedDevice") is True
