"""Signing in: version 2.0 with its refresh tokens where the instance has it, else version 1.0.

Refused credentials can come with status 200 and an `errorCode`; `faults.disguised` has made an error of that before
anything here reads the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from attrs import define, field, frozen

from ueapi.contract import Credential
from ueapi.errors import (
    CredentialsRejected,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    Rejected,
    Unintelligible,
)
from ueapi.flow import JSON, Call, Effect, Flow, Reply, ask, json_body
from ueapi_maas360.settings import Maas360Settings
from ueapi_maas360.wire.reading import read

OPERATION: Final = "sign-in"

AUTHENTICATE: Final = "/auth-apis/auth/2.0/authenticate/customer/{billing}"
REFRESH: Final = "/auth-apis/auth/2.0/refreshToken/customer/{billing}"
AUTHENTICATE_1: Final = "/auth-apis/auth/1.0/authenticate/{billing}"

LIFETIME: Final = timedelta(minutes=60)
"""How long a token is good; the answer doesn't say it."""

_TOKEN: Final = re.compile(r"[\x21\x23-\x7e]+")
"""Visible ASCII without the quotation mark, which would end the header's value."""

_REFRESH_IS_USELESS: Final = (
    CredentialsRejected,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    Rejected,
    Unintelligible,
)


@frozen
class _Grant:
    credential: Credential
    refresh_token: str | None = field(repr=False)


@define
class TokenAccess:
    """An administrator's token, renewed by a refresh token that is used once and replaced by the next.

    The password and the access key go out for the first token and when a refresh fails, and not in between.
    """

    _settings: Maas360Settings
    _refresh_token: str | None = field(default=None, init=False, repr=False)
    _is_version_1: bool = field(default=False, init=False)

    def sign_in(self) -> Flow[Credential]:
        """Refresh the token if there is one to refresh with, else buy one with the password.

        Raises:
            CredentialsRejected: the password, the access key or the administrator isn't accepted.
        """
        if self._refresh_token is not None:
            # Forgotten before it is used: after a lost answer it may have been replaced already.
            token, self._refresh_token = self._refresh_token, None
            try:
                return self._kept((yield from self._refreshed(token)))
            except _REFRESH_IS_USELESS:
                # It has lapsed or been used up; how long one lives is not known, and the password still opens.
                pass
        return self._kept((yield from self._bought()))

    def _kept(self, grant: _Grant) -> Credential:
        self._refresh_token = grant.refresh_token
        return grant.credential

    def _refreshed(self, token: str) -> Flow[_Grant]:
        call = self._call(REFRESH, {"refreshToken": token})
        return _grant((yield from ask(call)))

    def _bought(self) -> Flow[_Grant]:
        secrets = {
            "password": self._settings.password.get_secret_value(),
            "appAccessKey": self._settings.app_access_key.get_secret_value(),
        }
        if not self._is_version_1:
            try:
                return _grant((yield from ask(self._call(AUTHENTICATE, secrets))))
            except NotFound:
                self._is_version_1 = True
        return _grant((yield from ask(self._call(AUTHENTICATE_1, secrets))))

    def _call(self, path: str, proof: Mapping[str, str]) -> Call:
        who = {
            "billingID": self._settings.billing_id,
            "platformID": self._settings.platform_id,
            "appID": self._settings.app_id,
            "appVersion": self._settings.app_version,
            "userName": self._settings.username,
        }
        return Call(
            operation=OPERATION,
            method="POST",
            path=path,
            effect=Effect.IDEMPOTENT,
            at={"billing": self._settings.billing_id},
            body=json_body({"authRequest": {"maaS360AdminAuth": {**who, **proof}}}),
            content_type=JSON,
            anonymous=True,
        )


def _grant(reply: Reply) -> _Grant:
    response = read(reply, "authResponse", of="signing in")
    token = response.needed("authToken")
    if not _TOKEN.fullmatch(token):
        raise response.misfit("authToken", "a token")
    header = f'MaaS token="{token}"'
    return _Grant(Credential({"Authorization": header}, LIFETIME), response.text("refreshToken"))
