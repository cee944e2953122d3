"""A configuration profile as a value, read and written without loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn, TypeGuard

from attrs import field, frozen

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel

CONFIGURATION: Final = "Configuration"
"""The payload type of the profile itself."""
ONLY_VERSION: Final = 1
"""The one version of profiles and payloads there is; a missing version reads as this."""

_TYPE: Final = "PayloadType"
_IDENTIFIER: Final = "PayloadIdentifier"
_UUID: Final = "PayloadUUID"
_VERSION: Final = "PayloadVersion"
_NAME: Final = "PayloadDisplayName"
_CONTENT: Final = "PayloadContent"
_ENCRYPTED: Final = "EncryptedPayloadContent"
_COMMON: Final = frozenset({"PayloadDescription", "PayloadOrganization", "PayloadEnabled"})
_IN_PAYLOAD: Final = frozenset({_TYPE, _IDENTIFIER, _UUID, _VERSION, _NAME})
_SIGNED: Final = b"\x30"
"""How every ASN.1 sequence begins, and no property list does."""
_REMEDY: Final = "Correct the profile or export it again; nothing was changed."


@frozen(kw_only=True)
class Payload:
    """One unit of configuration.

    `content` holds the settings, `common` what any payload can carry besides (description, organization). Both are
    left out of `repr`: settings can be secrets. Source: Apple's schema, CommonPayloadKeys.
    """

    type: str
    identifier: str
    uuid: str
    content: Mapping[str, PlistValue] = field(repr=False)
    display_name: str | None = None
    version: int = ONLY_VERSION
    common: Mapping[str, PlistValue] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class ConfigurationProfile:
    """A profile with its payloads. `extra` holds further keys of the profile itself, such as `ConsentText`.

    Source: Apple's schema, TopLevel.
    """

    identifier: str
    uuid: str
    display_name: str | None = None
    payloads: tuple[Payload, ...] = ()
    organization: str | None = None
    description: str | None = None
    version: int = ONLY_VERSION
    extra: Mapping[str, PlistValue] = field(factory=dict, repr=False)


def read(content: bytes) -> ConfigurationProfile:
    """Read an unsigned, unencrypted profile, XML or binary.

    Raises:
        InvalidModel: no property list, signed or encrypted, or without what every profile has. The message names the
            key and the payload's position, never a value.
    """
    if is_signed(content):
        raise InvalidModel(
            "this configuration profile is signed, and is not read without saying so.",
            remedy="Open it with open_document, which keeps the signed original, or check the signature with verify.",
        )
    root = plist.read(content)
    if _ENCRYPTED in root:
        _refuse("the profile is encrypted for one device and can't be read here")
    if root.get(_TYPE) != CONFIGURATION:
        _refuse(f"{_TYPE} is not {CONFIGURATION!r}, so this is no configuration profile")
    rows = root.get(_CONTENT)
    if not isinstance(rows, list):
        _refuse(f"{_CONTENT} is missing or no array")
    return ConfigurationProfile(
        identifier=_text(root, _IDENTIFIER, "the profile"),
        uuid=_text(root, _UUID, "the profile"),
        display_name=_text_or_none(root, _NAME, "the profile"),
        payloads=tuple(_payload(row, place) for place, row in enumerate(rows, start=1)),
        organization=_text_or_none(root, "PayloadOrganization", "the profile"),
        description=_text_or_none(root, "PayloadDescription", "the profile"),
        version=_version(root, "the profile"),
        extra=_rest(root, _IN_PAYLOAD | _COMMON - {"PayloadEnabled"} | {_CONTENT}),
    )


def is_signed(content: bytes) -> bool:
    """Whether bytes look like a signed message rather than a property list."""
    return content.startswith(_SIGNED)


def write(profile: ConfigurationProfile) -> bytes:
    """Write a profile as canonical XML; equal profiles give equal bytes.

    Raises:
        InvalidModel: a value no property list can hold.
    """
    return plist.write_canonical(profile_dict(profile))


def profile_dict(profile: ConfigurationProfile) -> PlistDict:
    """The profile as a property list."""
    named = {
        _NAME: profile.display_name,
        "PayloadOrganization": profile.organization,
        "PayloadDescription": profile.description,
    }
    return {
        **profile.extra,
        **{key: value for key, value in named.items() if value is not None},
        _TYPE: CONFIGURATION,
        _IDENTIFIER: profile.identifier,
        _UUID: profile.uuid,
        _VERSION: profile.version,
        _CONTENT: [payload_dict(payload) for payload in profile.payloads],
    }


def payload_dict(payload: Payload) -> PlistDict:
    """One payload as a property list."""
    name = {} if payload.display_name is None else {_NAME: payload.display_name}
    return {
        **payload.content,
        **payload.common,
        **name,
        _TYPE: payload.type,
        _IDENTIFIER: payload.identifier,
        _UUID: payload.uuid,
        _VERSION: payload.version,
    }


def _payload(row: PlistValue, place: int) -> Payload:
    where = f"payload {place}"
    if not _is_dict(row):
        _refuse(f"{where} is no dictionary")
    return Payload(
        type=_text(row, _TYPE, where),
        identifier=_text(row, _IDENTIFIER, where),
        uuid=_text(row, _UUID, where),
        content=_rest(row, _IN_PAYLOAD | _COMMON),
        display_name=_text_or_none(row, _NAME, where),
        version=_version(row, where),
        common={key: value for key, value in row.items() if key in _COMMON},
    )


def _is_dict(value: PlistValue) -> TypeGuard[PlistDict]:
    return isinstance(value, dict)


def _rest(row: Mapping[str, PlistValue], known: frozenset[str]) -> PlistDict:
    return {key: value for key, value in row.items() if key not in known}


def _text(row: Mapping[str, PlistValue], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        _refuse(f"{key} of {where} is missing, empty or no text")
    return value


def _text_or_none(row: Mapping[str, PlistValue], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        _refuse(f"{key} of {where} is no text")
    return value


def _version(row: Mapping[str, PlistValue], where: str) -> int:
    value = row.get(_VERSION, ONLY_VERSION)
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(f"{_VERSION} of {where} is no integer")
    return value


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this configuration profile can't be used: {why}.", remedy=_REMEDY)
