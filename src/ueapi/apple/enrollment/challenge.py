"""The challenge a service answers first: how the person proves who they are.

Source: Apple, Device Management, the simple and the OAuth 2 account-driven enrollment flows; RFC 9110, 11.6.1.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NoReturn, TypeAlias
from urllib.parse import urlsplit

from attrs import frozen

from ueapi.errors import InvalidModel

CALLBACK_SCHEME: Final = "apple-remotemanagement-user-login"
"""The scheme by which the web sign-in hands back to the device."""
ESSO_HEADER: Final = "X-Apple-MDM-ESSO"
"""Header beside the challenge with the address of a document that names an app to sign in with; from iOS 16."""
_PARAMETER: Final = re.compile(r'\s*([A-Za-z0-9-]+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)')
_UNSENDABLE: Final = re.compile(r"[^\x20-\x7e]")
_LONGEST: Final = 8192
_KEPT: Final = 32
_REMEDY: Final = "Correct the WWW-Authenticate header; the device ends the enrollment otherwise."


@frozen
class SimpleChallenge:
    """Sign in on a web page (`apple-as-web`) that hands back a token."""

    url: str

    def to_header(self) -> str:
        """The value of `WWW-Authenticate`."""
        return _header({"method": "apple-as-web", "url": self.url})


@frozen(kw_only=True)
class OAuth2Challenge:
    """Sign in at an authorization server (`apple-oauth2`); the device is a public client, without a secret."""

    authorization_url: str
    token_url: str
    redirect_url: str
    client_id: str
    scope: str

    def to_header(self) -> str:
        """The value of `WWW-Authenticate`."""
        parameters = {key: getattr(self, name) for key, name in _OAUTH2.items()}
        return _header({"method": "apple-oauth2", **parameters})


Challenge: TypeAlias = SimpleChallenge | OAuth2Challenge

_OAUTH2: Final = {
    "authorization-url": "authorization_url",
    "token-url": "token_url",
    "redirect-url": "redirect_url",
    "client-id": "client_id",
    "scope": "scope",
}


@lru_cache(maxsize=_KEPT)
def challenge_from_header(value: str) -> Challenge:
    """Read a `WWW-Authenticate` header as a device does; a service's is the same for all.

    Raises:
        InvalidModel: another scheme or method, a parameter missing, or an address of the wrong kind.
    """
    found = _parameters(value)
    method = found.get("method")
    if method == "apple-as-web":
        return SimpleChallenge(_address(found, "url", ("https", "http")))
    if method != "apple-oauth2":
        _refuse("its method is neither apple-as-web nor apple-oauth2")
    return _oauth2(found)


def _oauth2(found: dict[str, str]) -> OAuth2Challenge:
    redirect = _address(found, "redirect-url", (CALLBACK_SCHEME,))
    if urlsplit(redirect).path in ("", "/") and not urlsplit(redirect).netloc:
        _refuse("its redirect-url has no path")
    return OAuth2Challenge(
        authorization_url=_address(found, "authorization-url", ("https",)),
        token_url=_address(found, "token-url", ("https",)),
        redirect_url=redirect,
        client_id=_required(found, "client-id"),
        scope=_required(found, "scope"),
    )


def _parameters(value: str) -> dict[str, str]:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "bearer" or len(value) > _LONGEST:
        _refuse("it is no Bearer challenge")
    found: dict[str, str] = {}
    place = 0
    while place < len(rest):
        part = _PARAMETER.match(rest, place)
        if part is None:
            _refuse('its parameters are not of the form name="value"')
        found[part[1].lower()] = re.sub(r"\\(.)", r"\1", part[2])
        place = part.end()
    return found


def _address(found: dict[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = _required(found, name)
    try:
        parts = urlsplit(value)
    except ValueError:
        _refuse(f"its {name} is no address")
    if parts.scheme not in schemes:
        _refuse(f"its {name} is no {' or '.join(schemes)} address")
    return value


def _required(found: dict[str, str], name: str) -> str:
    value = found.get(name)
    if not value:
        _refuse(f"its {name} is missing")
    return value


def _header(parameters: dict[str, str]) -> str:
    return "Bearer " + ", ".join(f'{key}="{_quoted(text)}"' for key, text in parameters.items())


def _quoted(text: str) -> str:
    if _UNSENDABLE.search(text):
        _refuse("a parameter has characters that a header can't carry")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"a device can't answer this challenge: {why}.", remedy=_REMEDY)
