"""A declaration as a value, and Apple's wire form of it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn

from attrs import field, frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel

LARGEST: Final = 1024 * 1024
"""Bytes of one declaration or credential; Apple's own stay below a few thousand."""
DEEPEST: Final = 32
"""Levels of nesting."""
LONGEST_NAME: Final = 64
"""Bytes of an identifier or a server token. Source: Apple's schema, DeclarationBase."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_READ_REMEDY: Final = "Check that it is one of Apple's JSON documents; nothing was changed."
_WRITE_REMEDY: Final = "Change the value; nothing was written."


@frozen(kw_only=True)
class Declaration:
    """One declaration of Declarative Device Management.

    `server_token` names the revision: iOS takes a declaration again when it changed. `payload` is left out of `repr`,
    as it can name people. Secrets are never in it: they are hosted. Source: Apple's schema, DeclarationBase.
    """

    type: str
    identifier: str
    server_token: str
    payload: Mapping[str, PlistValue] = field(repr=False)

    @classmethod
    def of(cls, type: str, identifier: str, payload: Mapping[str, PlistValue]) -> Declaration:  # noqa: A002
        """A declaration whose server token is the digest of its content.

        Raises:
            InvalidModel: JSON can't hold the payload, or the identifier is longer than 64 bytes.
        """
        _check_name(identifier, "Identifier")
        content: PlistDict = {"Type": type, "Identifier": identifier, "Payload": payload}
        token = hashlib.sha256(write_object(content)).hexdigest()
        return cls(type=type, identifier=identifier, server_token=token, payload=payload)


def to_json(declaration: Declaration) -> bytes:
    """The wire form; equal declarations give equal bytes.

    Raises:
        InvalidModel: JSON can't hold the payload.
    """
    return write_object(
        {
            "Type": declaration.type,
            "Identifier": declaration.identifier,
            "ServerToken": declaration.server_token,
            "Payload": declaration.payload,
        }
    )


def from_json(content: bytes) -> Declaration:
    """Read the wire form; nothing about it is trusted.

    Raises:
        InvalidModel: no JSON object, too large or too deep, with a key twice, or without what every declaration has.
            The message never holds a value.
    """
    root = read_object(content)
    names = {key: root.get(key) for key in ("Type", "Identifier", "ServerToken")}
    for key, value in names.items():
        if not isinstance(value, str) or not value:
            _refuse(f"{key} is missing, empty or no text")
    _check_name(str(names["Identifier"]), "Identifier")
    _check_name(str(names["ServerToken"]), "ServerToken")
    payload = root.get("Payload")
    if not isinstance(payload, Mapping):
        _refuse("Payload is missing or no object")
    return Declaration(
        type=str(names["Type"]),
        identifier=str(names["Identifier"]),
        server_token=str(names["ServerToken"]),
        payload=payload,
    )


def read_object(content: bytes) -> PlistDict:
    """Read a JSON object within bounds.

    Raises:
        InvalidModel: anything else, or a value that neither a declaration nor a profile can hold.
    """
    if len(content) > LARGEST:
        _refuse(f"it has {len(content)} bytes, over the limit of {LARGEST}")
    try:
        root: object = json.loads(
            content, object_pairs_hook=_object_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, _KeyTwice):
            _refuse("an object has the same key twice")
        _refuse(f"it can't be read ({type(problem).__name__})")
    if not isinstance(root, dict):
        _refuse("its root is no object")
    return {str(key): _read_value(child, 1) for key, child in root.items()}


def write_object(value: Mapping[str, PlistValue]) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8.

    Raises:
        InvalidModel: a value JSON can't hold.
    """
    plain = {key: _plain(child, 1) for key, child in value.items()}
    try:
        return json.dumps(
            plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()
    except (ValueError, TypeError) as problem:
        raise InvalidModel(
            f"a declaration can't hold this content: {type(problem).__name__}.",
            remedy=_WRITE_REMEDY,
        ) from None


def can_hold(value: PlistValue, depth: int = 4) -> bool:
    """Whether a declaration can hold a value: no data or dates, no numbers without end, and not too deep.

    `depth` is how deep in the declaration it will stand at most.
    """
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str | int):
        return True
    if depth > DEEPEST or isinstance(value, bytes | datetime):
        return False
    children = value.values() if isinstance(value, Mapping) else value
    return all(can_hold(child, depth + 1) for child in children)


def _plain(value: PlistValue, depth: int) -> PlistValue:
    if depth > DEEPEST:
        raise InvalidModel(
            f"a declaration nests deeper than {DEEPEST} levels.", remedy=_WRITE_REMEDY
        )
    if isinstance(value, Mapping):
        return {key: _plain(child, depth + 1) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(child, depth + 1) for child in value]
    return value


def _read_value(value: object, depth: int) -> PlistValue:
    if depth > DEEPEST:
        _refuse(f"it nests deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        return {str(key): _read_value(child, depth + 1) for key, child in value.items()}
    if isinstance(value, list):
        return [_read_value(child, depth + 1) for child in value]
    if isinstance(value, float) and not math.isfinite(value):
        _refuse("a number is too large")
    if not isinstance(value, str | int | float):
        _refuse("a value is null")
    if isinstance(value, str) and _LONE_SURROGATE.search(value):
        _refuse("a text is no Unicode")
    return value


class _KeyTwice(ValueError):
    pass


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _KeyTwice
    if _LONE_SURROGATE.search("".join(made)):
        raise ValueError("a key is no Unicode")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_name(text: str, key: str) -> None:
    if len(text.encode(errors="surrogatepass")) > LONGEST_NAME:
        _refuse(f"{key} is longer than {LONGEST_NAME} bytes")


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"this declaration can't be used: {why}.", remedy=_READ_REMEDY)
