"""Exchanging the key for a token."""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen
from pydantic import SecretStr

from ueapi.contract import Credential
from ueapi.flow import JSON, Call, Effect, Flow, ask, json_body
from ueapi.testing.memory.wire import TokenRow, read


@frozen
class KeyExchange:
    """Buys a token whenever the runtime asks for one; it decides when, and lets one caller at a time do it.

    Source: Example UEM API, Access.
    """

    _key: SecretStr = field(repr=False)

    def sign_in(self) -> Flow[Credential]:
        """Buy a token: one call."""
        call = Call(
            operation="sign-in",
            method="POST",
            path="/v1/token",
            # A second token does no harm, so a lost answer is simply asked for again.
            effect=Effect.IDEMPOTENT,
            body=json_body({"key": self._key.get_secret_value()}),
            content_type=JSON,
            # It carries the key itself; signing it with a token would go round in circles.
            anonymous=True,
        )
        row = read(TokenRow, (yield from ask(call)), of="the token")
        headers = {"Authorization": f"Bearer {row.token.get_secret_value()}"}
        # A lifetime, not a moment: it is counted on our clock, however wrong the product's is.
        return Credential(headers, timedelta(seconds=row.expires_in))
