"""Enrollment SSO: the document that names an app to sign in with, which a device installs before the sign-in.

Source: Apple, Device Management, implementing the Enrollment SSO flow; Apple's schema, other/esso.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

from attrs import field, frozen

from ueapi.apple.declarations import Declaration, from_json
from ueapi.apple.profiles import ConfigurationProfile
from ueapi.apple.profiles.envelope import open_document
from ueapi.apple.rules import IosVersion
from ueapi.errors import InvalidModel

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a document; real ones have a few thousand."""
MOST_DECLARATIONS: Final = 64
SINCE: Final = IosVersion((16,))
"""From here on devices heed the header."""
DECLARED_SINCE: Final = IosVersion((18, 4))
"""From here on declarations are used in place of the profile, where there are any."""
EXTENSION: Final = "com.apple.extensiblesso"
CERTIFICATES: Final = frozenset(
    {
        "com.apple.security.pem",
        "com.apple.security.pkcs1",
        "com.apple.security.pkcs12",
        "com.apple.security.root",
    }
)
"""What may be in the profile beside the extension."""
_ACTIVATION: Final = "com.apple.activation.simple"
_CONFIGURATION: Final = "com.apple.configuration."
APP: Final = "com.apple.configuration.app.managed"
"""The declaration that manages the app."""
_LEGACY: Final = "com.apple.configuration.legacy"
_REMEDY: Final = "Correct the Enrollment SSO document; the device ends the enrollment otherwise."


@frozen(kw_only=True)
class EnrollmentSso:
    """The app and how its extension is set up: by `profile`, or by `declarations` where the device uses those."""

    store_id: int
    profile: ConfigurationProfile | None = field(default=None, repr=False)
    declarations: tuple[Declaration, ...] = field(default=(), repr=False)
    associated_domains: tuple[str, ...] = ()
    downloads_directly: bool = False


def enrollment_sso_from_json(content: bytes, *, ios: str) -> EnrollmentSso:
    """Read a document as a device of that iOS does; what it doesn't use is not in the result.

    Raises:
        InvalidModel: too large, no JSON, a key missing or of another kind, or a profile or declarations that can't set
            up an extension. No value is in the message.
    """
    row = _object(content)
    store_id = row.get("iTunesStoreID")
    if isinstance(store_id, bool) or not isinstance(store_id, int):
        _refuse("iTunesStoreID is missing or no whole number")
    declared = IosVersion.parse(ios) >= DECLARED_SINCE and "Declarations" in row
    if not declared and "ConfigurationProfile" not in row:
        _refuse("there is neither ConfigurationProfile nor Declarations that this iOS uses")
    directly = row.get("AssociatedDomainsEnableDirectDownloads", False)
    if not isinstance(directly, bool):
        _refuse("AssociatedDomainsEnableDirectDownloads is neither true nor false")
    if declared:
        found = tuple(_declarations(row["Declarations"]))
        _check_declarations(found, store_id)
        return EnrollmentSso(store_id=store_id, declarations=found)
    return EnrollmentSso(
        store_id=store_id,
        profile=_profile(row["ConfigurationProfile"]),
        associated_domains=_texts(row.get("AssociatedDomains", []), "AssociatedDomains"),
        downloads_directly=directly,
    )


def extension_problem(profile: ConfigurationProfile) -> str | None:
    """Why a profile can't set up the extension: it holds none, or something else beside certificates."""
    types = {payload.type for payload in profile.payloads}
    if EXTENSION not in types:
        return f"the profile holds no {EXTENSION}"
    other = types - CERTIFICATES - {EXTENSION}
    return f"the profile holds {min(other)}" if other else None


def _object(content: bytes) -> dict[str, object]:
    if len(content) > LARGEST:
        _refuse(f"it has {len(content)} bytes")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        _refuse("it is no JSON")
    if not isinstance(found, dict):
        _refuse("it is no object")
    return found


def _profile(value: object) -> ConfigurationProfile:
    found = open_document(_bytes(value, "ConfigurationProfile")).profile
    problem = extension_problem(found)
    if problem is not None:
        _refuse(problem)
    return found


def _declarations(value: object) -> Iterator[Declaration]:
    for text in _texts(value, "Declarations"):
        yield from_json(_bytes(text, "an entry of Declarations"))


def _check_declarations(found: Sequence[Declaration], store_id: int) -> None:
    """One activation for all configurations, one app with the same store id, and profiles for the extension."""
    by_type = {kind: [d for d in found if d.type == kind] for kind in (_ACTIVATION, APP, _LEGACY)}
    if len(by_type[_ACTIVATION]) != 1:
        _refuse(f"there are {len(by_type[_ACTIVATION])} activations, not one")
    named = by_type[_ACTIVATION][0].payload.get("StandardConfigurations")
    configurations = {d.identifier for d in found if d.type.startswith(_CONFIGURATION)}
    if not isinstance(named, list) or not configurations <= {str(name) for name in named}:
        _refuse("the activation doesn't name every configuration")
    if len(by_type[APP]) != 1 or by_type[APP][0].payload.get("AppStoreID") != str(store_id):
        _refuse("no declaration, or more than one, manages the app that iTunesStoreID names")
    if not by_type[_LEGACY]:
        _refuse("no declaration brings the profile of the extension")


def _bytes(value: object, name: str) -> bytes:
    try:
        return (
            b64decode(value, validate=True)
            if isinstance(value, str)
            else _refuse(f"{name} is no text")
        )
    except ValueError:
        _refuse(f"{name} is no Base64")


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        _refuse(f"{name} is no list of texts")
    if len(value) > MOST_DECLARATIONS:
        _refuse(f"{name} has {len(value)} entries")
    return tuple(value)


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"a device can't use this Enrollment SSO document: {why}.", remedy=_REMEDY)
