"""Buying tokens. Both APIs take the same one.

Nothing here renews a token with `keep-alive`: the old token dies with it, and other parts of the program may still be
using it. Signing in again is as cheap.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Final, NotRequired
from urllib.parse import urlencode

from attrs import field, frozen
from pydantic import AwareDatetime, TypeAdapter
from typing_extensions import TypedDict

from ueapi.contract import Auth, Context, Credential
from ueapi.errors import InvalidSettings
from ueapi.flow import Call, Effect, Flow, ask
from ueapi_jamf.paths import ACCOUNT_TOKEN, OAUTH_TOKEN, pro
from ueapi_jamf.settings import JamfSettings
from ueapi_jamf.wire.reading import read

SIGN_IN: Final = "sign-in"


class GrantWire(TypedDict):
    """Source: Jamf Pro API 11.30 schema, `OAuthTokenResponse`."""

    access_token: str
    expires_in: int


class AccountTokenWire(TypedDict):
    """Source: Jamf Pro API 11.30 schema, `AuthTokenV1`."""

    token: str
    expires: NotRequired[AwareDatetime | None]


_GRANT: Final = TypeAdapter(GrantWire)
_ACCOUNT_TOKEN: Final = TypeAdapter(AccountTokenWire)


def auth_for(settings: JamfSettings, context: Context) -> Auth:
    """The way in that the settings describe."""
    if settings.client_id and settings.client_secret:
        return ClientCredentials(settings.client_id, settings.client_secret.get_secret_value())
    if settings.username and settings.password:
        return UserAccount(settings.username, settings.password.get_secret_value(), context)
    raise InvalidSettings(
        "no credentials are set.",
        remedy="Give client_id and client_secret, or username and password.",
        backend="jamf",
    )


@frozen
class ClientCredentials:
    """An API client: OAuth 2 client credentials, for all roles of the client."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    def sign_in(self) -> Flow[Credential]:
        """Buy a token; it lives as long as the API client is set to, often for minutes only."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        reply = yield from ask(
            Call(
                operation=SIGN_IN,
                method="POST",
                path=pro(OAUTH_TOKEN),
                effect=Effect.IDEMPOTENT,
                body=urlencode(form).encode(),
                content_type="application/x-www-form-urlencoded",
                anonymous=True,
            )
        )
        grant = read(_GRANT, reply, what="the token")
        return _bearer(grant["access_token"], lifetime=timedelta(seconds=grant["expires_in"]))


@frozen
class UserAccount:
    """A user account of Jamf Pro: its name and password buy a token and open nothing else."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    context: Context = field(repr=False)

    def sign_in(self) -> Flow[Credential]:
        """Buy a token; its end is told by the server and measured on our clock."""
        basic = b64encode(f"{self.username}:{self.password}".encode()).decode()
        reply = yield from ask(
            Call(
                operation=SIGN_IN,
                method="POST",
                path=pro(ACCOUNT_TOKEN),
                effect=Effect.IDEMPOTENT,
                headers={"authorization": f"Basic {basic}"},
                anonymous=True,
            )
        )
        token = read(_ACCOUNT_TOKEN, reply, what="the token")
        expires = token.get("expires")
        lifetime = None if expires is None else expires - self.context.now()
        return _bearer(token["token"], lifetime=lifetime)


def _bearer(token: str, *, lifetime: timedelta | None) -> Credential:
    return Credential(headers={"authorization": f"Bearer {token}"}, lifetime=lifetime)
