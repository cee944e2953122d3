"""Which values of a payload are secrets, how to take them out, and how to put them back."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload
from ueapi.apple.profiles.meaning import Meaning
from ueapi.apple.profiles.secret_places import (
    NAMING_KEYS,
    SECRET_BRANCHES,
    SECRET_NAME,
    SECRET_PLACES,
    shows_itself,
)
from ueapi.errors import InvalidModel

MARKER: Final = "secret:"
"""How a reference to a secret begins; sixteen hexadecimal digits follow."""
Secret: TypeAlias = str | bytes | int | float
"""A secret's value; a PIN can be a number."""

_MARKER_DIGITS: Final = 16
_MARKER_SHAPE: Final = re.compile(rf"{MARKER}[0-9a-f]{{{_MARKER_DIGITS}}}")
_RESTORE_REMEDY: Final = "Give its value under the reference; nothing was changed."


@frozen(kw_only=True)
class Separated:
    """A profile with references in place of its secrets, and the secrets by reference."""

    profile: ConfigurationProfile
    secrets: Mapping[str, PlistValue] = field(repr=False)


def secret_keys(payload: Payload) -> tuple[str, ...]:
    """The paths of the keys whose values are secrets, such as `EAPClientConfiguration.UserPassword`.

    An element of an array is named by its position: `Passwords[0].Password`. Markers and empty values are not listed.
    A value counts by its place in Apple's schema, by the name of its key (which covers payloads the schema doesn't
    know, and what vendors put into free content), or because it is a private key or an address that lets anyone in.
    """
    return tuple(path for path, _ in _found(payload.content, payload.type))


def redacted(profile: ConfigurationProfile) -> ConfigurationProfile:
    """The same profile with every secret replaced by a marker.

    A marker tells the place and nothing about the value, so two profiles that differ only in a secret become equal.
    The place is the payload type, the key path, and what tells payloads of one type apart: a network's or server's
    name, or else the payload's other settings. Doing it twice changes nothing more.
    """
    return separated(profile).profile


def separated(profile: ConfigurationProfile) -> Separated:
    """Take the secrets out and keep them apart; `restored` is the way back."""
    names = _marker_names(profile)
    secrets: dict[str, PlistValue] = {}
    payloads = []
    for payload, marker in zip(profile.payloads, names, strict=True):
        taken = dict(_found(payload.content, payload.type))
        secrets.update({marker(path): value for path, value in taken.items()})
        payloads.append(evolve(payload, content=_marked(payload.content, taken, marker)))
    outer = dict(_found(profile.extra, CONFIGURATION))
    secrets.update({_outer_marker(path): value for path, value in outer.items()})
    extra = _marked(profile.extra, outer, _outer_marker)
    return Separated(
        profile=evolve(profile, payloads=tuple(payloads), extra=extra), secrets=secrets
    )


def restored(profile: ConfigurationProfile, secrets: Mapping[str, Secret]) -> ConfigurationProfile:
    """The same profile with real values in place of the markers; values nobody refers to are left alone.

    Raises:
        InvalidModel: a marker has no value, or one of a type its key can't hold. The message names the place, never a
            value.
    """
    payloads = tuple(
        evolve(
            payload,
            content={
                key: _restored(child, secrets, (payload.type, key))
                for key, child in payload.content.items()
            },
        )
        for payload in profile.payloads
    )
    extra = {
        key: _restored(child, secrets, (CONFIGURATION, key)) for key, child in profile.extra.items()
    }
    return evolve(profile, payloads=payloads, extra=extra)


def markers(profile: ConfigurationProfile) -> tuple[str, ...]:
    """Every reference in a profile, each once, in the order of the payloads."""
    found: dict[str, None] = {}
    for content in (*(payload.content for payload in profile.payloads), profile.extra):
        found.update(dict.fromkeys(markers_in(content)))
    return tuple(found)


def markers_in(value: PlistValue) -> Iterator[str]:
    """Every reference in a value, as text."""
    if isinstance(value, Mapping):
        for child in value.values():
            yield from markers_in(child)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for child in value:
            yield from markers_in(child)
    elif isinstance(value, str | bytes) and is_marker(value):
        yield value if isinstance(value, str) else value.decode()


def is_marker(value: PlistValue) -> bool:
    """Whether a value is the reference left in a secret's place."""
    if isinstance(value, bytes):
        return len(value) < 2 * len(MARKER) + _MARKER_DIGITS and is_marker(
            value.decode("ascii", "replace")
        )
    return isinstance(value, str) and _MARKER_SHAPE.fullmatch(value) is not None


def marker_of(payload_type: str, path: str, *, among: str = "") -> str:
    """The reference to the secret at a place; `among` tells payloads of one type apart."""
    place = "\0".join((payload_type, path, among) if among else (payload_type, path))
    return f"{MARKER}{hashlib.sha256(place.encode()).hexdigest()[:_MARKER_DIGITS]}"


_Namer: TypeAlias = Callable[[str], str]
"""From a key path to the marker there."""


def _outer_marker(path: str) -> str:
    return marker_of(CONFIGURATION, path)


def _marker_names(profile: ConfigurationProfile) -> list[_Namer]:
    """How markers of each payload are named: after its own name, and where that is no name, after its content."""
    among = [_name_among(payload) for payload in profile.payloads]
    kinds = [payload.type for payload in profile.payloads]
    seen = Counter(zip(kinds, among, strict=True))
    if max(seen.values(), default=0) > 1:
        digests = _digests(profile, among)
        twins: Counter[tuple[str, str]] = Counter()
        for at, kind in enumerate(kinds):
            if seen[kind, among[at]] > 1:
                twin = (kind, digests[at])
                twins[twin] += 1
                among[at] = f"{digests[at]}:{twins[twin]}"
    return [_namer(kind, name) for kind, name in zip(kinds, among, strict=True)]


def _digests(profile: ConfigurationProfile, among: Sequence[str]) -> tuple[str, ...]:
    """What each payload says apart from its secrets."""
    payloads = tuple(
        evolve(
            payload,
            content=_marked(
                payload.content,
                dict(_found(payload.content, payload.type)),
                _namer(payload.type, name),
            ),
        )
        for payload, name in zip(profile.payloads, among, strict=True)
    )
    return Meaning.of(evolve(profile, payloads=payloads)).digests


def _namer(payload_type: str, among: str) -> _Namer:
    return lambda path: marker_of(payload_type, path, among=among)


def _name_among(payload: Payload) -> str:
    names = (payload.content.get(key) for key in NAMING_KEYS.get(payload.type, ()))
    return "\0".join(
        name for name in names if isinstance(name, str) and name and not shows_itself(name)
    )


def _marked(
    content: Mapping[str, PlistValue], taken: Mapping[str, PlistValue], marker: _Namer
) -> PlistDict:
    replacements = {path: marker(path) for path in taken}
    return _replaced_dict(content, replacements, "")


def _replaced_dict(
    value: Mapping[str, PlistValue], replacements: Mapping[str, str], path: str
) -> PlistDict:
    return {key: _replaced(child, replacements, _below(path, key)) for key, child in value.items()}


def _replaced(value: PlistValue, replacements: Mapping[str, str], path: str) -> PlistValue:
    if path in replacements:
        # The type stays as the key demands it.
        return replacements[path].encode() if isinstance(value, bytes) else replacements[path]
    if isinstance(value, Mapping):
        return _replaced_dict(value, replacements, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_replaced(child, replacements, f"{path}[{at}]") for at, child in enumerate(value)]
    return value


def _restored(
    value: PlistValue, secrets: Mapping[str, Secret], place: tuple[str, str]
) -> PlistValue:
    owner, path = place
    if isinstance(value, Mapping):
        return {
            key: _restored(child, secrets, (owner, _below(path, key)))
            for key, child in value.items()
        }
    if isinstance(value, str | bytes):
        return _revealed(value, secrets, place) if is_marker(value) else value
    if isinstance(value, Sequence):
        return [
            _restored(child, secrets, (owner, f"{path}[{at}]")) for at, child in enumerate(value)
        ]
    return value


def _revealed(
    marker: str | bytes, secrets: Mapping[str, Secret], place: tuple[str, str]
) -> PlistValue:
    where = f"{place[1]} of the payload {place[0]}"
    text = marker if isinstance(marker, str) else marker.decode()
    if text not in secrets:
        raise InvalidModel(
            f"the secret of {where} is missing (reference {text}).", remedy=_RESTORE_REMEDY
        )
    value = secrets[text]
    if isinstance(marker, bytes) and isinstance(value, str):
        return value.encode()
    if isinstance(marker, bytes) is not isinstance(value, bytes):
        expected = "data" if isinstance(marker, bytes) else "text or a number"
        raise InvalidModel(f"the secret of {where} is no {expected}.", remedy=_RESTORE_REMEDY)
    return value


def _found(
    content: Mapping[str, PlistValue], payload_type: str
) -> Iterator[tuple[str, PlistValue]]:
    return _secrets(content, payload_type, "", covered=False)


def _secrets(
    value: PlistValue, payload_type: str, path: str, *, covered: bool
) -> Iterator[tuple[str, PlistValue]]:
    """Every secret below a value; `covered` says that all text below is one."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            within = covered or key in SECRET_BRANCHES or _names_secret(key, child)
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
    return SECRET_NAME.search(key) is not None and not isinstance(value, bool)


def _is_secret(value: str | bytes, payload_type: str, path: str, *, covered: bool) -> bool:
    if not value or is_marker(value):
        return False
    return covered or path in SECRET_PLACES.get(payload_type, ()) or shows_itself(value)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
