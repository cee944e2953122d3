"""What is shaped like a person, a phone or a secret, whoever it may be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from ueapi.testing.recording.decoding import folded

_RESERVED: Final = re.compile(r"[^@]+@([\w-]+\.)*example\.(org|com|net)", re.IGNORECASE)
_EDGE: Final = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(_EDGE.format(f"(?:{pattern})"))


_SHAPES: Final = (
    ("an e-mail address", re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")),
    ("a signed token", re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}")),
    ("a signed call", re.compile(r"\b(?:Bearer|Basic)\s+[\w~+/.=-]{6,}", re.IGNORECASE)),
    ("a private key or certificate", re.compile(r"-----BEGIN [A-Z ]+-----")),
    ("a UDID or UUID", _shape(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")),
    ("a UDID", _shape(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40}")),
    ("a MAC address", _shape(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")),
    ("an IMEI or MEID", _shape(r"\d{14,16}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d")),
    ("a phone number", re.compile(r"(?<![\w.])(?:\+|00)[1-9][\d ()./-]{6,18}\d")),
    ("a serial number", _shape(r"(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{8,14}")),
    ("a hexadecimal blob", _shape(r"(?=[0-9A-Fa-f]*\d)(?=[0-9A-Fa-f]*[A-Fa-f])[0-9A-Fa-f]{16,}")),
    (
        "a base64 blob",
        re.compile(
            r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])[A-Za-z0-9+/_-]{24,}={0,2}"
        ),
    ),
    ("a place", re.compile(r"(?<![\d.])-?\d{1,3}\.\d{4,}[,; ]+-?\d{1,3}\.\d{4,}")),
)
_NETWORK: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_DOCUMENTATION: Final = ("192.0.2.", "198.51.100.", "203.0.113.", "127.")


def suspicions(text: str, issued: frozenset[str]) -> Iterator[str]:
    """The kinds of thing a text seems to hold, apart from what was issued as a replacement."""
    for kind, pattern in _SHAPES:
        if any(not _is_ours(found, issued) for found in pattern.findall(text)):
            yield kind
    if any(_is_address(found) for found in _NETWORK.findall(text)):
        yield "a network address"


def _is_ours(found: str, issued: frozenset[str]) -> bool:
    return folded(found) in issued or _RESERVED.fullmatch(found) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return not text.startswith(_DOCUMENTATION)
