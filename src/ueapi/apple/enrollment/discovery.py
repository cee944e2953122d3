"""Service discovery: from the address a person types to the service that enrolls them.

Source: Apple, Device Management, the account-driven enrollment flows (simple and OAuth 2), step 1 to 3.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import lru_cache
from typing import Final, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from attrs import field, frozen

from ueapi.errors import InvalidModel

WELL_KNOWN: Final = "/.well-known/com.apple.remotemanagement"
"""Path at the address's domain that a device asks, over https only."""
CONTENT_TYPE: Final = "application/json"
LARGEST: Final = 64 * 1024
"""Bytes of a document; real ones have a hundred."""
_KEPT: Final = 32
_WRITER: Final = json.JSONEncoder(separators=(",", ":"))
_REMEDY: Final = (
    'Serve {"Servers": [{"Version": "mdm-byod", "BaseURL": "https://..."}]}; '
    "the device ends the enrollment otherwise."
)

_SHOWN: Final = (
    "Give the enrollment address as the product's console shows it, beginning with https://; "
    "nothing was written."
)
_TYPE_IT: Final = "Give it as a person types it, such as sam@example.org; nothing was sent."
_ASK_THERE: Final = 'Give one such as "https://mdm.example.org"; nothing was sent.'
_NEVER_IN_DOMAINS: Final = frozenset("/:?#%\\[]@")
"""What would make another address of a domain that it is put into."""


class Version(StrEnum):
    """Which kind of enrollment a server offers."""

    BYOD = "mdm-byod"
    """Account-driven User Enrollment: a person's own device."""
    ADDE = "mdm-adde"
    """Account-driven Device Enrollment: the organization's device."""


_VERSIONS: Final = frozenset(Version)


class ModelFamily(StrEnum):
    """What kind of device asks."""

    IPHONE = "iPhone"
    IPAD = "iPad"
    MAC = "Mac"
    APPLE_TV = "AppleTV"
    WATCH = "Watch"
    VISION = "RealityDevice"


@frozen
class UserIdentifier:
    """What a person types into Settings, split at the last `@` as a device does."""

    name: str = field(repr=False)
    domain: str

    @classmethod
    def of(cls, typed: str) -> UserIdentifier:
        """Take an address apart.

        Raises:
            InvalidModel: a part is missing, or the domain is none with a dot. Nothing of the address is in the message.
        """
        name, at, domain = typed.strip().rpartition("@")
        if not at or not name:
            _refuse("the address has no @ with a name before it", _TYPE_IT)
        if not is_domain(domain):
            _refuse("what follows the @ is no full domain name", _TYPE_IT)
        return cls(name, domain.lower())

    def __str__(self) -> str:
        return f"{self.name}@{self.domain}"

    def url(self, family: ModelFamily = ModelFamily.IPHONE) -> str:
        """The address a device asks."""
        query = urlencode(
            {"user-identifier": str(self), "model-family": family.value}, quote_via=quote
        )
        return f"https://{self.domain}{WELL_KNOWN}?{query}"


def is_domain(text: str) -> bool:
    """Whether a text is a full domain name, such as can stand after the `@`: with a dot, and with no blank or sign."""
    labels = text.split(".")
    is_whole = len(labels) > 1 and all(labels) and text.split() == [text]
    return is_whole and _NEVER_IN_DOMAINS.isdisjoint(text)


def asked_at(given: str) -> str:
    """The whole address that is asked in place of a domain; a host alone, with or without a port, gets Apple's path.

    Raises:
        InvalidModel: no https address, or one with a query.
    """
    try:
        parts = urlsplit(given)
        is_right = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        _refuse("it is asked at an https address, and this is no address", _ASK_THERE)
    if not is_right or parts.query or parts.fragment or parts.username is not None:
        _refuse("it is asked at an https address without a query", _ASK_THERE)
    return given if parts.path.strip("/") else f"https://{parts.netloc}{WELL_KNOWN}"


@frozen(kw_only=True)
class Server:
    """A service that enrolls; `base_url` is where the enrollment profile is asked for."""

    version: Version
    base_url: str


@frozen
class Document:
    """The answer of discovery. Devices use the first server and, for now, no other."""

    servers: tuple[Server, ...]

    @property
    def first(self) -> Server:
        """The one a device uses."""
        return self.servers[0]

    def to_json(self) -> bytes:
        """The document as it is served, the same bytes for the same content."""
        rows = [{"Version": s.version.value, "BaseURL": s.base_url} for s in self.servers]
        return _WRITER.encode({"Servers": rows}).encode()


def document(base_url: str, version: Version = Version.BYOD) -> Document:
    """The document for one service.

    Raises:
        InvalidModel: the address is not https, or has no host.
    """
    return Document((Server(version=version, base_url=_checked(base_url, _SHOWN)),))


@lru_cache(maxsize=_KEPT)
def document_from_json(content: bytes) -> Document:
    """Read a document as strictly as a device does; a domain's is the same for all its people.

    Raises:
        InvalidModel: it is larger than any real one, no JSON, or a key is missing or of another kind.
    """
    if len(content) > LARGEST:
        _refuse(f"it has {len(content)} bytes")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        _refuse("it is no JSON")
    rows = found.get("Servers") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows:
        _refuse("Servers is missing, empty or no list")
    return Document(tuple(_server(row) for row in rows))


def _server(row: object) -> Server:
    if not isinstance(row, dict):
        _refuse("an entry of Servers is no object")
    version, base_url = row.get("Version"), row.get("BaseURL")
    if not isinstance(version, str) or version not in _VERSIONS:
        _refuse("Version is neither mdm-byod nor mdm-adde")
    if not isinstance(base_url, str):
        _refuse("BaseURL is missing or no text")
    return Server(version=Version(version), base_url=_checked(base_url))


def _checked(base_url: str, remedy: str = _REMEDY) -> str:
    try:
        parts = urlsplit(base_url)
        host = parts.hostname
    except ValueError:
        _refuse("BaseURL is no address", remedy)
    if parts.scheme != "https" or not host:
        _refuse("BaseURL is no https address", remedy)
    return base_url


def _refuse(why: str, remedy: str = _REMEDY) -> NoReturn:
    raise InvalidModel(f"service discovery can't use this: {why}.", remedy=remedy)
