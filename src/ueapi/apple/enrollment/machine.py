"""What a device says of itself when it asks for an enrollment profile: a property list that it signs.

Source: Apple's schema, other/machineinfo.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NoReturn

from attrs import field, frozen
from cryptography import x509

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.signing import Signer, sign
from ueapi.apple.profiles.trust import Trust
from ueapi.apple.profiles.verification import verify
from ueapi.errors import InvalidModel

CONTENT_TYPE: Final = "application/pkcs7-signature"
USER_AGENT: Final = "DeviceManagementClient/1.0"
HIDDEN: Final = ("IMEI", "MEID", "SERIAL", "UDID")
"""Keys a device leaves out when the person asks for User Enrollment."""
_REMEDY: Final = "The device breaks Apple's protocol; nothing was enrolled."


@frozen(kw_only=True)
class MachineInformation:
    """A device asking to be enrolled.

    `udid` and `serial_number` are there under Device Enrollment only, and are never shown. `version` is the build,
    `product` the hardware's name such as "iPhone17,1".
    """

    product: str
    version: str
    language: str | None = None
    os_version: str | None = None
    supplemental_build_version: str | None = None
    supplemental_os_version_extra: str | None = None
    software_update_device_id: str | None = None
    can_request_software_update: bool | None = None
    udid: str | None = field(default=None, repr=False)
    serial_number: str | None = field(default=None, repr=False)

    @property
    def shows_hardware(self) -> bool:
        """Whether it names the hardware, as no device does under User Enrollment."""
        return self.udid is not None or self.serial_number is not None

    def to_plist(self) -> bytes:
        """The property list, unsigned."""
        rows: dict[str, PlistValue | None] = {
            key: getattr(self, name) for key, name in _KEYS.items()
        }
        rows[_CAN_REQUEST] = self.can_request_software_update
        return plist.write_canonical({k: v for k, v in rows.items() if v is not None})

    def signed(self, signer: Signer) -> bytes:
        """The message as it is sent, signed by the device's own identity."""
        return sign(self.to_plist(), signer=signer)


_KEYS: Final = {
    "LANGUAGE": "language",
    "PRODUCT": "product",
    "VERSION": "version",
    "OS_VERSION": "os_version",
    "SUPPLEMENTAL_BUILD_VERSION": "supplemental_build_version",
    "SUPPLEMENTAL_OS_VERSION_EXTRA": "supplemental_os_version_extra",
    "SOFTWARE_UPDATE_DEVICE_ID": "software_update_device_id",
    "UDID": "udid",
    "SERIAL": "serial_number",
}
_CAN_REQUEST: Final = "MDM_CAN_REQUEST_SOFTWARE_UPDATE"


def machine_from_plist(content: bytes) -> MachineInformation:
    """Read the unsigned property list.

    Raises:
        InvalidModel: no property list, a key is of another kind, or the product or the build is missing.
    """
    row = plist.read(content)
    texts = {name: _text(row, key) for key, name in _KEYS.items()}
    product, version = texts.pop("product"), texts.pop("version")
    if product is None or version is None:
        _refuse("PRODUCT or VERSION is missing")
    can_request = row.get(_CAN_REQUEST)
    if can_request is not None and not isinstance(can_request, bool):
        _refuse(f"{_CAN_REQUEST} is neither true nor false")
    return MachineInformation(
        product=product, version=version, can_request_software_update=can_request, **texts
    )


def machine_from_signed(
    body: bytes, *, anchors: Sequence[x509.Certificate], at: datetime
) -> MachineInformation:
    """Read the signed message, and make sure that a device of these authorities signed it.

    Raises:
        InvalidModel: unsigned, altered, signed by someone else, or not what a device says of itself.
    """
    found = verify(body, anchors=anchors, at=at)
    if found.trust is not Trust.TRUSTED:
        _refuse(f"its signer is {found.trust.value}")
    return machine_from_plist(found.content)


def _text(row: PlistDict, key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        _refuse(f"{key} is empty or no text")
    return value


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this is no device asking to be enrolled: {why}.", remedy=_REMEDY)
