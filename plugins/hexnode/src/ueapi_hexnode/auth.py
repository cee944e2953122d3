"""Signing calls with the portal's key."""

from __future__ import annotations

from attrs import field, frozen
from pydantic import SecretStr

from ueapi.contract import Credential
from ueapi.flow import Flow, done


@frozen
class PortalKey:
    """The raw key in the Authorization header, without any scheme; it does not expire.

    Source: Hexnode developer documentation, sample requests.
    """

    _key: SecretStr = field(repr=False)

    def sign_in(self) -> Flow[Credential]:
        """Return the credential; there is no sign-in call."""
        return done(Credential({"Authorization": self._key.get_secret_value()}))
