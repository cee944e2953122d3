"""The enrollment profile: the one payload that makes a device managed, and what makes a device refuse it.

Source: Apple's schema, mdm/profiles/com.apple.mdm; Apple, Device Management, the account-driven enrollment flows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NoReturn
from urllib.parse import urlsplit

from attrs import field, frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.errors import InvalidModel

CONTENT_TYPE: Final = "application/x-apple-aspen-config"
PAYLOAD_TYPE: Final = "com.apple.mdm"
TOPIC_BEGINS: Final = "com.apple.mgmt."
IDENTITIES: Final = frozenset(
    {"com.apple.security.acme", "com.apple.security.scep", "com.apple.security.pkcs12"}
)
"""Payload types that can give the device its identity."""
_Row = Mapping[str, PlistValue]
_REMEDY: Final = "Correct the enrollment profile; the device ends the enrollment otherwise."


class Mode(StrEnum):
    """What kind of account-driven enrollment a profile begins."""

    BYOD = "BYOD"
    """User Enrollment."""
    ADDE = "ADDE"
    """Device Enrollment."""


_MODES: Final = frozenset(Mode)


@frozen(kw_only=True)
class EnrollmentProfile:
    """The MDM payload together with the payload of the device's identity.

    `mode` and `assigned_managed_apple_id` belong to the account-driven ways, `managed_apple_id` to the profile-driven
    one (iOS 13.1 to 17). Addresses are https. `required_app_id` is the store id of an app installed without asking.
    """

    identifier: str
    name: str
    topic: str
    server_url: str
    identity: Payload
    checkin_url: str | None = None
    mode: Mode | None = None
    assigned_managed_apple_id: str | None = field(default=None, repr=False)
    managed_apple_id: str | None = field(default=None, repr=False)
    access_rights: int | None = None
    sign_message: bool = False
    check_out_when_removed: bool = True
    capabilities: tuple[str, ...] = ()
    required_app_id: int | None = None
    organization: str | None = None
    others: tuple[Payload, ...] = ()
    """Further payloads, such as certificates of authorities."""

    @property
    def account(self) -> str | None:
        """The Managed Apple ID the profile is for."""
        return self.assigned_managed_apple_id or self.managed_apple_id

    def to_profile(self) -> ConfigurationProfile:
        """The configuration profile as it is served; write it with `ueapi.apple.profiles.write`."""
        common = {} if self.organization is None else {"PayloadOrganization": self.organization}
        payload = Payload(
            type=PAYLOAD_TYPE,
            identifier=f"{self.identifier}.mdm",
            uuid=payload_uuid(f"{self.identifier}.mdm"),
            display_name=self.name,
            content=self._content(),
            common=common,
        )
        return ConfigurationProfile(
            identifier=self.identifier,
            uuid=payload_uuid(self.identifier),
            display_name=self.name,
            payloads=(*self.others, self.identity, payload),
        )

    def _content(self) -> PlistDict:
        rows: dict[str, PlistValue | None] = {
            "AccessRights": self.access_rights,
            "AssignedManagedAppleID": self.assigned_managed_apple_id,
            "CheckInURL": self.checkin_url,
            "CheckOutWhenRemoved": self.check_out_when_removed,
            "EnrollmentMode": self.mode.value if self.mode else None,
            "IdentityCertificateUUID": self.identity.uuid,
            "ManagedAppleID": self.managed_apple_id,
            "RequiredAppIDForMDM": self.required_app_id,
            "ServerCapabilities": list(self.capabilities) or None,
            "ServerURL": self.server_url,
            "SignMessage": self.sign_message,
            "Topic": self.topic,
        }
        return {key: value for key, value in rows.items() if value is not None}


def enrollment_profile(profile: ConfigurationProfile) -> EnrollmentProfile:
    """Find the MDM payload and the identity in a profile.

    Raises:
        InvalidModel: none or several MDM payloads, a required key missing or of another kind, or no identity. No value
            is in the message.
    """
    found = [p for p in profile.payloads if p.type == PAYLOAD_TYPE]
    if len(found) != 1:
        _refuse(f"it has {len(found)} payloads {PAYLOAD_TYPE}, and needs one")
    row = found[0].content
    uuid = _text(row, "IdentityCertificateUUID")
    identity = next((p for p in profile.payloads if p.uuid == uuid), None)
    if identity is None or identity.type not in IDENTITIES:
        _refuse("IdentityCertificateUUID names no payload of an identity")
    return EnrollmentProfile(
        identifier=profile.identifier,
        name=profile.display_name or profile.identifier,
        topic=_topic(row),
        server_url=_https(row, "ServerURL"),
        identity=identity,
        checkin_url=_https(row, "CheckInURL") if "CheckInURL" in row else None,
        mode=_mode(row),
        assigned_managed_apple_id=_text_or_none(row, "AssignedManagedAppleID"),
        managed_apple_id=_text_or_none(row, "ManagedAppleID"),
        access_rights=_number_or_none(row, "AccessRights"),
        sign_message=_truth(row, "SignMessage"),
        check_out_when_removed=_truth(row, "CheckOutWhenRemoved"),
        capabilities=tuple(_texts(row, "ServerCapabilities")),
        required_app_id=_number_or_none(row, "RequiredAppIDForMDM"),
        others=tuple(p for p in profile.payloads if p is not identity and p is not found[0]),
    )


def account_driven_problems(found: EnrollmentProfile, wanted: Mode) -> tuple[str, ...]:
    """Why a device that signs in with a work account ends the enrollment; empty when it goes on."""
    return tuple(_problems(found, wanted))


def _problems(found: EnrollmentProfile, wanted: Mode) -> Iterator[str]:
    if found.mode is not wanted:
        yield f"EnrollmentMode is {found.mode.value if found.mode else 'missing'}, not {wanted.value}"
    if found.assigned_managed_apple_id is None:
        yield "AssignedManagedAppleID is missing"
    if wanted is Mode.BYOD and found.access_rights is not None:
        yield "AccessRights is there, which User Enrollment doesn't allow"
    if found.managed_apple_id is not None:
        yield "ManagedAppleID belongs to the profile-driven way"


def _topic(row: _Row) -> str:
    topic = _text(row, "Topic")
    if not topic.startswith(TOPIC_BEGINS):
        _refuse(f"Topic does not begin with {TOPIC_BEGINS}")
    return topic


def _mode(row: _Row) -> Mode | None:
    value = _text_or_none(row, "EnrollmentMode")
    if value is not None and value not in _MODES:
        _refuse("EnrollmentMode is neither BYOD nor ADDE")
    return None if value is None else Mode(value)


def _https(row: _Row, key: str) -> str:
    value = _text(row, key)
    try:
        parts = urlsplit(value)
    except ValueError:
        _refuse(f"{key} is no address")
    if parts.scheme != "https" or not parts.netloc:
        _refuse(f"{key} is no https address")
    return value


def _text(row: _Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        _refuse(f"{key} is missing, empty or no text")
    return value


def _text_or_none(row: _Row, key: str) -> str | None:
    return _text(row, key) if key in row else None


def _number_or_none(row: _Row, key: str) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse(f"{key} is no whole number")
    return value


def _truth(row: _Row, key: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        _refuse(f"{key} is neither true nor false")
    return value


def _texts(row: _Row, key: str) -> Iterator[str]:
    value = row.get(key, [])
    if not isinstance(value, list):
        _refuse(f"{key} is no list")
    for item in value:
        if not isinstance(item, str):
            _refuse(f"an entry of {key} is no text")
        yield item


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this is no enrollment profile: {why}.", remedy=_REMEDY)
