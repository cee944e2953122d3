"""Content that a declaration names by address and somebody has to serve."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from attrs import Attribute, field, frozen

from ueapi.errors import UsageError

_SHORTEST_KEY: Final = 16
_PATH_DIGITS: Final = 40
_SUFFIXES: Final = {
    "application/json": "json",
    "application/pem": "pem",
    "application/pkcs1": "der",
    "application/x-apple-aspen-config": "mobileconfig",
}


@frozen(kw_only=True)
class Hosted:
    """Content to serve at `url` with the media type `content_type`.

    `path` is the part below the address given in `Hosting`. `missing_secrets` names the references of secrets that are
    still to be put in place (see `ueapi.apple.profiles.restored`); while there are any, the content must not be served:
    iOS would take a reference for a password.
    """

    url: str
    path: str
    content_type: str
    content: bytes = field(repr=False)
    missing_secrets: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal. For content with a password, keep it as private as that."""
        return hashlib.sha256(self.content).hexdigest()


@frozen(kw_only=True)
class Hosting:
    """Where content will be served, and the key its paths are made with.

    A path is made from the content by HMAC: nobody can guess it or test passwords against it, and it changes with the
    content, so that iOS fetches again. Keep the key (16 bytes or more) between builds, or everything is fetched again.
    """

    address: str = field()
    key: bytes = field(repr=False)

    @address.validator
    def _check_address(self, _: Attribute[str], value: str) -> None:
        if not value.startswith("https://"):
            raise UsageError(
                "iOS fetches hosted content from https addresses only.",
                remedy="Give an address that begins with https://.",
            )

    @key.validator
    def _check_key(self, _: Attribute[bytes], value: bytes) -> None:
        if len(value) < _SHORTEST_KEY:
            raise UsageError(
                f"the key of hosted paths has fewer than {_SHORTEST_KEY} bytes.",
                remedy="Give 32 random bytes, and keep them.",
            )

    def host(
        self,
        content: bytes,
        *,
        owner: str,
        content_type: str,
        missing_secrets: tuple[str, ...] = (),
    ) -> Hosted:
        """Content for one declaration, `owner`."""
        code = hmac.new(self.key, owner.encode() + b"\0" + content, hashlib.sha256).hexdigest()
        path = f"{code[:_PATH_DIGITS]}.{_SUFFIXES[content_type]}"
        return Hosted(
            url=f"{self.address.rstrip('/')}/{path}",
            path=path,
            content_type=content_type,
            content=content,
            missing_secrets=missing_secrets,
        )
