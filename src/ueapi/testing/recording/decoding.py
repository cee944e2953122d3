"""A text through every encoding a product may use, so that nothing hides behind one."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from lxml import etree

from ueapi.apple import plist
from ueapi.contract.xml import read_xml
from ueapi.errors import InvalidModel, Unintelligible

DEEPEST: Final = 4
"""Encodings inside of each other."""
MOST: Final = 400
"""Texts taken out of one; what has more is no leaf of an answer, and what is left is searched as it stands."""

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\([\"\\/bfnrt])")
_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_READABLE: Final = 0.9


def folded(text: str) -> str:
    """Without differences of case and of how letters are put together."""
    return unicodedata.normalize("NFKC", text).casefold()


def views(text: str) -> Iterator[str]:
    """The text, and what it says once it is decoded; each once."""
    seen = {text}
    layer = [text]
    yield text
    for _ in range(DEEPEST):
        following = []
        for one in layer:
            for decoded in _decoded(one):
                if decoded not in seen and len(seen) < MOST:
                    seen.add(decoded)
                    following.append(decoded)
                    yield decoded
        layer = following


def _decoded(text: str) -> Iterator[str]:
    if "%" in text or "+" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, text)
    for found in _BASE64.findall(text):
        yield from _from_base64(found)
    for found in _HEX.findall(text):
        yield from _readable(bytes.fromhex(found))


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN.get(found[3], found[3])


def _from_base64(text: str) -> Iterator[str]:
    bare = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    # A value may begin anywhere in a longer run.
    for start in range(4):
        part = bare[start:]
        part = part[: len(part) - 1] if len(part) % 4 == 1 else part
        try:
            yield from _readable(base64.b64decode(part + "=" * (-len(part) % 4), validate=True))
        except (binascii.Error, ValueError):
            continue


def _readable(content: bytes) -> Iterator[str]:
    """Text that the bytes are, in the encodings text comes in; a few odd bytes at the ends are let go."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = content.decode(encoding, "ignore")
        is_likely = encoding == "utf-8" or text.isascii()
        if (
            is_likely
            and len(text) >= 4
            and sum(map(str.isprintable, text)) >= _READABLE * len(text)
        ):
            yield text


# -- documents in documents ------------------------------------------------------------------------

Found = tuple[tuple[str, ...], bool, str]
"""The way to a text, whether it is a field's name, and the text."""

_NESTED: Final = 6


def leaves_of(value: object, path: tuple[str, ...] = (), documents: int = 0) -> Iterator[Found]:
    """Every text in a JSON value, also in documents that are texts of it."""
    match value:
        case dict():
            for name, child in value.items():
                yield path, True, str(name)
                yield from leaves_of(child, (*path, str(name)), documents)
        case list() | tuple():
            for child in value:
                yield from leaves_of(child, path, documents)
        case str():
            inner = _document(value) if documents < _NESTED else None
            if inner is None:
                yield path, False, value
            else:
                yield from leaves_of(inner, path, documents + 1)
        case bytes():
            yield path, False, value.decode("latin-1")
        case bool() | None:
            pass
        case _:
            yield path, False, str(value)


def _document(text: str) -> object:
    """What a text says if it is a document, as a JSON value; otherwise `None`."""
    bare = text.strip()
    if bare[:1] == "<" and bare[-1:] == ">":
        try:
            return plist.read(bare.encode())
        except InvalidModel:
            pass
        try:
            return _element(read_xml(bare.encode()))
        except Unintelligible:
            return None
    if bare[:1] in ("{", "[") and bare[-1:] in ("}", "]"):
        try:
            return json.loads(bare)
        except (ValueError, RecursionError):
            return None
    return None


def _element(element: etree._Element) -> dict[str, object]:
    texts = [element.text, *(child.tail for child in element)]
    inside: list[object] = [text for text in texts if text and text.strip()]
    inside += [{str(name): str(value)} for name, value in element.attrib.items()]
    inside += [_element(child) for child in element]
    return {str(element.tag): inside}
