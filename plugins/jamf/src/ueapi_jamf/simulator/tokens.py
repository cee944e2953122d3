"""Tokens: how they are bought, how long they live, and how they end.

Source: Jamf Pro API 11.30 schema, `/v1/oauth/token`, `/v1/auth/*`; RFC 6749 for what the token endpoint refuses.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator.answers import Row, answer_json, moment, problem

ANONYMOUS: Final = frozenset(
    {"/api/v1/oauth/token", "/api/oauth/token", "/api/v1/auth/token", "/api/v1/health-check"}
)
"""Paths that need no token."""
CLIENT_LIFETIME: Final = 1799
"""Seconds a client's token lives unless set otherwise."""
ACCOUNT_LIFETIME: Final = 1800
"""Seconds a user's token lives. Guess: about half an hour is widely relied on, and nowhere documented."""


@define(kw_only=True)
class Tokens:
    """Credentials the server accepts, and every token it issued with its end on the virtual clock."""

    clock: VirtualClock
    rng: random.Random = field(repr=False)
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    username: str = field(default="api.reader", repr=False)
    password: str = field(repr=False)
    lifetime: int = CLIENT_LIFETIME
    wrong_secret_status: int = 401
    """Guess: the schema names 400 for this endpoint, RFC 6749 allows both."""
    _ends: dict[str, float] = field(factory=dict, repr=False)
    _of_accounts: set[str] = field(factory=set, repr=False)

    def issue(self, lifetime: float, *, to_account: bool = False) -> str:
        """A new token."""
        now = self.clock.now().timestamp()
        claims = {
            "sub": self.username if to_account else self.client_id,
            "exp": int(now + lifetime),
            "iat": int(now),
            "token-uuid": f"{self.rng.getrandbits(128):032x}",
            "subject-type": "JSS_USER_ID" if to_account else "REGISTERED_CLIENT_ID",
        }
        parts = (b'{"alg":"HS256"}', json.dumps(claims).encode(), self.rng.randbytes(32))
        token = ".".join(urlsafe_b64encode(p).decode().rstrip("=") for p in parts)
        self._ends[token] = self.clock.monotonic() + lifetime
        if to_account:
            self._of_accounts.add(token)
        return token

    def accepts(self, request: Request) -> bool:
        """Whether the request carries a token that is alive."""
        end = self._ends.get(bearer(request))
        return end is not None and self.clock.monotonic() < end

    def belongs_to_account(self, token: str) -> bool:
        """Whether a user account bought it."""
        return token in self._of_accounts

    def end(self, token: str) -> None:
        """End one token."""
        if token in self._ends:
            self._ends[token] = -1.0

    def revoke_all(self) -> None:
        """Back door: end every token now, as a restart of the server or a changed secret does."""
        self._ends = dict.fromkeys(self._ends, -1.0)

    def issued(self) -> frozenset[str]:
        """Every token ever issued."""
        return frozenset(self._ends)


def bearer(request: Request) -> str:
    """The token a request carries, or nothing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


@define
class TokenRoutes:
    """Where tokens are bought and ended."""

    tokens: Tokens

    def rows(self) -> list[Row]:
        """The routes."""
        return [
            Row("POST", "/api/v1/oauth/token", self.grant, READS),
            Row("POST", "/api/oauth/token", self.grant, READS),
            Row("POST", "/api/v1/auth/token", self.account_token, READS),
            Row("POST", "/api/v1/auth/keep-alive", self.keep_alive, READS),
            Row("POST", "/api/v1/auth/invalidate-token", self.invalidate, CHANGES),
            Row("GET", "/api/v1/auth", self.whoami, READS),
        ]

    async def grant(self, request: Request) -> Response:
        """Client credentials. Source: Jamf Pro API 11.30 schema, `OAuthTokenResponse`; RFC 6749 §5.2 for refusals."""
        if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return _oauth_error(400, "invalid_request")
        form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        if any(len(values) > 1 for values in form.values()) or "grant_type" not in form:
            return _oauth_error(400, "invalid_request")
        if form["grant_type"] != ["client_credentials"]:
            return _oauth_error(400, "unsupported_grant_type")
        asked = form.get("client_id"), form.get("client_secret")
        if asked != ([self.tokens.client_id], [self.tokens.client_secret]):
            return _oauth_error(self.tokens.wrong_secret_status, "invalid_client")
        scope = form.get("scope", ["api-role:1"])[0]
        token = self.tokens.issue(self.tokens.lifetime)
        return answer_json(
            {
                "access_token": token,
                "token_type": "Bearer",
                "scope": scope,
                "expires_in": self.tokens.lifetime,
            }
        )

    async def account_token(self, request: Request) -> Response:
        """A user's name and password buy a token. Source: Jamf Pro API 11.30 schema, `/v1/auth/token`."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "basic" or not self._knows(encoded):
            return answer_json({"httpStatus": 401, "errors": []}, status=401)
        return self._account_token()

    async def keep_alive(self, request: Request) -> Response:
        """A new token for a living one, which ends. Source: Jamf Pro API 11.30 schema, `/v1/auth/keep-alive`.

        Guess: a client's token is refused; it is documented for users' tokens only.
        """
        token = bearer(request)
        if not self.tokens.belongs_to_account(token):
            return problem(401, "INVALID_TOKEN", "Unauthorized")
        self.tokens.end(token)
        return self._account_token()

    async def invalidate(self, request: Request) -> Response:
        """End the token. Source: Jamf Pro API 11.30 schema, `/v1/auth/invalidate-token`."""
        self.tokens.end(bearer(request))
        return Response(status_code=204)

    async def whoami(self, request: Request) -> Response:
        """Who the token belongs to. Source: Jamf Pro API 11.30 schema, `Authorization`."""
        is_account = self.tokens.belongs_to_account(bearer(request))
        account = {
            "id": 1,
            "username": self.tokens.username if is_account else self.tokens.client_id,
            "realName": "",
            "email": "",
            "accessLevel": "FullAccess",
            "privilegeSet": "CUSTOM",
            "privilegesBySite": {},
            "groupIds": [],
            "currentSiteId": -1,
        }
        way = "JSS" if is_account else "CLIENT_CREDENTIALS"
        return answer_json(
            {"account": account, "accountGroups": [], "sites": [], "authenticationType": way}
        )

    def _account_token(self) -> Response:
        token = self.tokens.issue(ACCOUNT_LIFETIME, to_account=True)
        expires = self.tokens.clock.now() + timedelta(seconds=ACCOUNT_LIFETIME)
        return answer_json({"token": token, "expires": moment(expires)})

    def _knows(self, encoded: str) -> bool:
        try:
            given = b64decode(encoded, validate=True).decode()
        except (NotBase64, UnicodeDecodeError):
            return False
        return given == f"{self.tokens.username}:{self.tokens.password}"


def _oauth_error(status: int, code: str) -> Response:
    return answer_json({"error": code}, status=status)
