"""Names in certificates: as bytes to compare, and as text that is safe to show."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from asn1crypto import x509 as asn1_x509
from attrs import field, frozen

_LONGEST: Final = 300
_SHORT: Final = {
    "common_name": "CN",
    "country_name": "C",
    "domain_component": "DC",
    "email_address": "E",
    "locality_name": "L",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "serial_number": "serialNumber",
    "state_or_province_name": "ST",
    "user_id": "UID",
}
_ESCAPES: Final = str.maketrans({sign: f"\\{sign}" for sign in '\\,+"<>;='})


@frozen(kw_only=True)
class Name:
    """One name: `encoded` to compare, `text` to show, such as `CN=Example,O=Example Company`."""

    encoded: bytes = field(repr=False)
    text: str


def read_name(name: asn1_x509.Name) -> Name:
    """Read a name, the nearest part first (RFC 4514), without control characters and of bounded length.

    Raises:
        ValueError: the name breaks the format.
    """
    parts = [part for group in reversed(name.chosen) for part in group]
    text = ",".join(f"{_kind(part)}={_value(part)}" for part in parts)
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return Name(encoded=name.dump(), text=shown)


def _kind(part: Any) -> str:  # noqa: ANN401 - the parser has no types
    kind: str = part["type"].native
    return _SHORT.get(kind, kind)


def _value(part: Any) -> str:  # noqa: ANN401 - the parser has no types
    value = part["value"].native
    text = value if isinstance(value, str) else f"#{part['value'].dump().hex()}"
    # "C" are control and formatting characters, such as those that turn the direction of writing.
    clean = (sign for sign in text if unicodedata.category(sign)[0] != "C")
    return "".join(sign for sign in clean if sign not in "\u2028\u2029").translate(_ESCAPES)
