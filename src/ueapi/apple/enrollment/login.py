"""The web sign-in: what the device opens, and what comes back.

Source: Apple, Device Management, account-driven enrollment flows, steps 6 to 11; RFC 6749, sections 4.1 and 6.
"""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Final, NoReturn
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from attrs import field, frozen

from ueapi.apple.enrollment.challenge import CALLBACK_SCHEME, OAuth2Challenge, SimpleChallenge
from ueapi.errors import InvalidModel

RESULTS_HOST: Final = "authentication-results"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
_LARGEST: Final = 64 * 1024
_REMEDY: Final = "The sign-in ends here; nothing was enrolled."


@frozen(kw_only=True)
class TokenAnswer:
    """What a token endpoint hands out; the tokens are opaque to the device and never shown."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    lifetime: timedelta | None = None

    def to_json(self) -> bytes:
        """The answer as it is sent."""
        rows: dict[str, str | int] = {"token_type": "Bearer", "access_token": self.access_token}
        if self.lifetime is not None:
            rows["expires_in"] = int(self.lifetime.total_seconds())
        if self.refresh_token is not None:
            rows["refresh_token"] = self.refresh_token
        return json.dumps(rows, separators=(",", ":")).encode()


# -- simple ----------------------------------------------------------------------------------------


def login_url(challenge: SimpleChallenge, identifier: str) -> str:
    """The page the device opens, with the typed address added to its query."""
    return _with_query(challenge.url, {"user-identifier": identifier})


def results_url(token: str) -> str:
    """Where the page redirects to (status 308) once the person is known."""
    return f"{CALLBACK_SCHEME}://{RESULTS_HOST}?{urlencode({'access-token': token})}"


def token_from_results(url: str) -> str:
    """The token out of the redirection.

    Raises:
        InvalidModel: another scheme or host, or no token.
    """
    parts = urlsplit(url)
    if parts.scheme != CALLBACK_SCHEME or parts.netloc != RESULTS_HOST:
        _refuse("the sign-in page redirects elsewhere")
    return _only(parts.query, "access-token")


# -- OAuth 2 ---------------------------------------------------------------------------------------


def authorization_url(challenge: OAuth2Challenge, *, state: str, login_hint: str) -> str:
    """The page the device opens at the authorization server."""
    return _with_query(
        challenge.authorization_url,
        {
            "response_type": "code",
            "client_id": challenge.client_id,
            "redirect_uri": challenge.redirect_url,
            "scope": challenge.scope,
            "state": state,
            "login_hint": login_hint,
        },
    )


def redirect_url(challenge_redirect: str, *, code: str, state: str) -> str:
    """Where the authorization server redirects to (status 308) once the person is known."""
    return _with_query(challenge_redirect, {"code": code, "state": state})


def code_from_redirect(url: str, challenge: OAuth2Challenge, *, state: str) -> str:
    """The code out of the redirection.

    Raises:
        InvalidModel: it points elsewhere, its state is not ours, or it carries no code.
    """
    parts, wanted = urlsplit(url), urlsplit(challenge.redirect_url)
    if (parts.scheme, parts.netloc, parts.path) != (wanted.scheme, wanted.netloc, wanted.path):
        _refuse("the authorization server redirects elsewhere")
    if not hmac.compare_digest(_only(parts.query, "state").encode(), state.encode()):
        _refuse("the authorization server answers to another request")
    return _only(parts.query, "code")


def code_form(challenge: OAuth2Challenge, code: str) -> bytes:
    """The form that buys a token for a code."""
    return urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": challenge.redirect_url,
            "client_id": challenge.client_id,
        }
    ).encode()


def refresh_form(challenge: OAuth2Challenge, refresh_token: str) -> bytes:
    """The form that buys a token for a refresh token, silently."""
    return urlencode(
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": challenge.client_id,
        }
    ).encode()


def token_answer(body: bytes) -> TokenAnswer:
    """Read the answer of a token endpoint.

    Raises:
        InvalidModel: no JSON object, another kind of token, or none.
    """
    try:
        row = json.loads(body) if len(body) <= _LARGEST else None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        _refuse("the token endpoint's answer is no JSON object")
    token, refresh = row.get("access_token"), row.get("refresh_token")
    if not isinstance(token, str) or not token or str(row.get("token_type")).lower() != "bearer":
        _refuse("the token endpoint hands out no bearer token")
    return TokenAnswer(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        lifetime=_lifetime(row.get("expires_in")),
    )


def _lifetime(seconds: object) -> timedelta | None:
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        _refuse("the token endpoint's expires_in is no number of seconds")
    return timedelta(seconds=seconds)


def _with_query(url: str, more: dict[str, str]) -> str:
    parts = urlsplit(url)
    there = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*there, *more.items()], quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _only(query: str, name: str) -> str:
    found = parse_qs(query).get(name, [])
    if len(found) != 1:
        _refuse(f"the redirection has no {name}, or more than one")
    return found[0]


def _refuse(why: str) -> NoReturn:
    raise InvalidModel(f"a device can't go on with this sign-in: {why}.", remedy=_REMEDY)
