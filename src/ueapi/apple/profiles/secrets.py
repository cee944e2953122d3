"""Which values of a payload are secrets, and how to take them out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload

MARKER: Final = "secret:"
"""How a reference to a secret begins."""

_MARKER_DIGITS: Final = 16
_SECRET_NAME: Final = re.compile(
    r"(password|passphrase|passcode|secret|challenge|private_?key|token|api_?key|psk)$",
    re.IGNORECASE,
)
_SECRET_PLACES: Final = {
    "com.apple.security.pkcs12": frozenset({"PayloadContent"}),
    "com.apple.vpn.managed": frozenset({"IPSec.SharedSecret"}),
}
"""Secrets whose key doesn't sound like one: an identity is a private key."""
_SECRET_BRANCHES: Final = frozenset({"AdditionalHTTPHeaderFields"})
"""Dictionaries whose values are all credentials, as HTTP headers of a relay are."""
_KEY_TEXT: Final = "PRIVATE KEY-----"
_KEY_BYTES: Final = _KEY_TEXT.encode()
_LOGIN_IN_URL: Final = re.compile(r"://[^/@\s:]*:[^/@\s]+@")


def secret_keys(payload: Payload) -> tuple[str, ...]:
    """The paths of the keys whose values are secrets, such as `EAPClientConfiguration.UserPassword`.

    An element of an array is named by its position: `Passwords[0].Password`. Markers and empty values are not listed.
    A value counts by its place in Apple's schema, by the name of its key (which covers payloads the schema doesn't
    know), or because it is a private key or an address with a login.
    """
    return tuple(path for path, _ in _secrets(payload.content, payload.type, "", covered=False))


def redacted(profile: ConfigurationProfile) -> ConfigurationProfile:
    """The same profile with every secret replaced by a marker.

    The marker tells the place (payload type and key path) and nothing about the value, so two profiles that differ
    only in a secret become equal. Doing it twice changes nothing more.
    """
    payloads = tuple(
        evolve(payload, content=_cleaned(payload.content, payload.type))
        for payload in profile.payloads
    )
    return evolve(profile, payloads=payloads, extra=_cleaned(profile.extra, CONFIGURATION))


def is_marker(value: PlistValue) -> bool:
    """Whether a value is the reference left in a secret's place."""
    if isinstance(value, bytes):
        return value.startswith(MARKER.encode())
    return isinstance(value, str) and value.startswith(MARKER)


def marker_of(payload_type: str, path: str) -> str:
    """The reference to the secret at a place."""
    place = hashlib.sha256(f"{payload_type}\0{path}".encode()).hexdigest()
    return f"{MARKER}{place[:_MARKER_DIGITS]}"


def _cleaned(content: Mapping[str, PlistValue], payload_type: str) -> PlistDict:
    markers = {
        path: marker_of(payload_type, path)
        for path, _ in _secrets(content, payload_type, "", covered=False)
    }
    return _replaced_dict(content, markers, "")


def _replaced_dict(
    value: Mapping[str, PlistValue], markers: Mapping[str, str], path: str
) -> PlistDict:
    return {key: _replaced(child, markers, _below(path, key)) for key, child in value.items()}


def _replaced(value: PlistValue, markers: Mapping[str, str], path: str) -> PlistValue:
    if path in markers:
        # The type stays as the key demands it.
        return markers[path].encode() if isinstance(value, bytes) else markers[path]
    if isinstance(value, Mapping):
        return _replaced_dict(value, markers, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_replaced(child, markers, f"{path}[{at}]") for at, child in enumerate(value)]
    return value


def _secrets(
    value: PlistValue, payload_type: str, path: str, *, covered: bool
) -> Iterator[tuple[str, PlistValue]]:
    """Every secret below a value; `covered` says that all text below is one."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            within = covered or key in _SECRET_BRANCHES or _names_secret(key, child)
            yield from _secrets(child, payload_type, _below(path, key), covered=within)
    elif isinstance(value, str | bytes):
        if _is_secret(value, payload_type, path, covered=covered):
            yield path, value
    elif isinstance(value, Sequence):
        for at, child in enumerate(value):
            yield from _secrets(child, payload_type, f"{path}[{at}]", covered=covered)
    elif covered and not isinstance(value, bool):
        # A PIN written as a number is one as well.
        yield path, value


def _names_secret(key: str, value: PlistValue) -> bool:
    return _SECRET_NAME.search(key) is not None and not isinstance(value, bool)


def _is_secret(value: str | bytes, payload_type: str, path: str, *, covered: bool) -> bool:
    if not value or is_marker(value):
        return False
    return covered or path in _SECRET_PLACES.get(payload_type, ()) or _shows_itself(value)


def _shows_itself(value: str | bytes) -> bool:
    if isinstance(value, bytes):
        return _KEY_BYTES in value
    return _KEY_TEXT in value or _LOGIN_IN_URL.search(value) is not None


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
