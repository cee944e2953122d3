"""One customer's instance: what every route works on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import Surroundings
from ueapi.testing.memory.simulator.delivery import Delivery
from ueapi.testing.memory.simulator.state import Store

TOKEN_SECONDS: Final = 3600


@define(kw_only=True)
class Tenancy:
    """Rows, phones, the key of the API, and the tokens it gave out with the moments they end."""

    around: Surroundings
    store: Store
    delivery: Delivery
    touch: Callable[..., None]
    key: str = field(repr=False)
    tokens: dict[str, datetime] = field(factory=dict, repr=False)
    token_seconds: int = TOKEN_SECONDS

    def new_token(self) -> str:
        """Give out a token."""
        token = f"{self.around.rng.getrandbits(160):040x}"
        self.tokens[token] = self.around.clock.now() + timedelta(seconds=self.token_seconds)
        return token

    def takes(self, token: str) -> bool:
        """Whether a token is good now."""
        end = self.tokens.get(token)
        return end is not None and self.around.clock.now() < end


Act = Callable[[Tenancy, Request], Awaitable[Response]]
"""A handler before it is given its tenancy."""

Route = tuple[str, str, Act, bool]
"""Method, path, handler, and whether it changes something."""
