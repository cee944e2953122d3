"""Turning one value into its equal, in both directions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, TypeAlias, TypeGuard

from attrs import field, frozen
from cryptography import x509

from ueapi.apple.declarations.declaration import can_hold
from ueapi.apple.declarations.equals import Items, Turn, Turning, Words
from ueapi.apple.declarations.fates import NoEqual
from ueapi.apple.plist import PlistDict, PlistValue, is_array

_PEM_BEGIN: Final = b"-----BEGIN"
_HTTPS: Final = "https://"
_TYPES: Final = {
    Turn.PEM: "com.apple.security.pem",
    Turn.DER_ROOT: "com.apple.security.root",
    Turn.DER: "com.apple.security.pkcs1",
}


@frozen
class Turned:
    """A value on the other side; `note` says what about it differs, empty for an exact equal."""

    value: PlistValue = field(repr=False)
    note: str = ""


Link: TypeAlias = Callable[[str], str]
"""From what one side calls an identity to what the other does; raises `NoEqual` for an unknown one."""


def forward(value: PlistValue, turning: Turning, link: Link) -> Turned:
    """From payload to declaration.

    Raises:
        NoEqual: the value can't be expressed there.
    """
    if isinstance(turning, Words):
        return Turned(_word(value, turning.names))
    if isinstance(turning, Items):
        return Turned([_item(item, turning, link) for item in _elements(value)])
    return _FORWARD.get(turning, _same)(value, turning, link)


def back(value: PlistValue, turning: Turning, link: Link) -> Turned:
    """From declaration to payload.

    Raises:
        NoEqual: the value can't be expressed there.
    """
    if isinstance(turning, Words):
        return Turned(_word(value, {new: old for old, new in turning.names.items()}))
    if isinstance(turning, Items):
        return Turned([_item_back(item, turning, link) for item in _elements(value)])
    return _BACK.get(turning, _same)(value, turning, link)


def certificate_turn(content: bytes) -> Turn:
    """Which kind of certificate payload holds such content: PEM text, a root (issued by itself), or another."""
    if content.lstrip().startswith(_PEM_BEGIN):
        return Turn.PEM
    try:
        certificate = x509.load_der_x509_certificate(content)
        is_root = certificate.issuer.public_bytes() == certificate.subject.public_bytes()
    except (ValueError, x509.InvalidVersion):
        return Turn.DER
    return Turn.DER_ROOT if is_root else Turn.DER


def _same(value: PlistValue, _: Turn, __: Link) -> Turned:
    if not can_hold(value):
        raise NoEqual("A declaration can't hold data or dates here.")
    return Turned(value)


def _not(value: PlistValue, _: Turn, __: Link) -> Turned:
    if not isinstance(value, bool):
        raise NoEqual("It is no truth value.")
    return Turned(not value)


def _encoded(value: PlistValue, _: Turn, __: Link) -> Turned:
    if not isinstance(value, bytes):
        raise NoEqual("It is no data.")
    return Turned(base64.b64encode(value).decode())


def _decoded(value: PlistValue, _: Turn, __: Link) -> Turned:
    try:
        return Turned(base64.b64decode(value if isinstance(value, str) else "?", validate=True))
    except (binascii.Error, ValueError):
        raise NoEqual("It is no base64 text.") from None


def _linked(value: PlistValue, _: Turn, link: Link) -> Turned:
    if not isinstance(value, str):
        raise NoEqual("It names nothing.")
    return Turned(link(value))


def _server_path(value: PlistValue, _: Turn, __: Link) -> Turned:
    if not isinstance(value, str) or not value.startswith("/"):
        raise NoEqual("A declaration takes a path on the server, and this is a whole address.")
    return Turned(value, "Apple calls it the path on the server, not the person's own collection.")


def _https(value: PlistValue, _: Turn, __: Link) -> Turned:
    if not isinstance(value, str) or not value.startswith(_HTTPS):
        raise NoEqual("A declaration takes a whole address that begins with https://.")
    return Turned(value)


def _certificate(value: PlistValue, turn: Turn, _: Link) -> Turned:
    if not isinstance(value, bytes):
        raise NoEqual("It is no data.")
    actual = certificate_turn(value)
    if actual is turn:
        return Turned(value)
    return Turned(value, f"As a payload again it would be of the type {_TYPES[actual]}.")


def _word(value: PlistValue, names: Mapping[str, str]) -> str:
    if not isinstance(value, str) or value not in names:
        raise NoEqual("Its value is none that Apple names.")
    return names[value]


def _elements(value: PlistValue) -> Sequence[PlistValue]:
    if not _is_list(value):
        raise NoEqual("It is no array.")
    return value


def _is_list(value: PlistValue) -> TypeGuard[Sequence[PlistValue]]:
    return is_array(value)


def _item(item: PlistValue, items: Items, link: Link) -> PlistValue:
    """An element whole: a key without an equal makes the array have none."""
    rows = {row.key: row for row in items.rows}
    made: PlistDict = {}
    for key, value in _keys(item, rows.keys()):
        made[rows[key].place] = forward(value, rows[key].turn, link).value
    return made


def _item_back(item: PlistValue, items: Items, link: Link) -> PlistValue:
    rows = {row.place: row for row in items.rows}
    made: PlistDict = {}
    for key, value in _keys(item, rows.keys()):
        made[rows[key].key] = back(value, rows[key].turn, link).value
    return made


def _keys(item: PlistValue, known: Set[str]) -> Sequence[tuple[str, PlistValue]]:
    if not isinstance(item, Mapping):
        raise NoEqual("An element is no dictionary.")
    if not item.keys() <= known:
        raise NoEqual("An element has a key without an equal.")
    return list(item.items())


_Turner: TypeAlias = Callable[[PlistValue, Turn, Link], Turned]

_BOTH: Final[Mapping[Turn, _Turner]] = {
    Turn.NOT: _not,
    Turn.LINK: _linked,
    Turn.SERVER_PATH: _server_path,
    Turn.HTTPS: _https,
    Turn.PEM: _certificate,
    Turn.DER_ROOT: _certificate,
    Turn.DER: _certificate,
}
_FORWARD: Final[Mapping[Turn, _Turner]] = {**_BOTH, Turn.DATA: _encoded}
_BACK: Final[Mapping[Turn, _Turner]] = {**_BOTH, Turn.DATA: _decoded}
