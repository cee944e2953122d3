"""What stands before the application: a count of requests under way, and the cookie that pins a client to a node.

Jamf asks for at most five connections at a time and refuses nobody who opens more. Source: Jamf developer
documentation, scalability and sticky sessions.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final

from attrs import define
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE: Final = b"jpro-ingress=6f1d2c; Path=/; HttpOnly"
_ROOTS: Final = ("/api/", "/JSSResource/")


@define(eq=False)
class Gauge:
    """Counts requests under way."""

    now: int = 0
    peak: int = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with its requests counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith(_ROOTS):
                await app(scope, receive, send)
                return
            has_cookie = any(k == b"cookie" and b"jpro-ingress=" in v for k, v in scope["headers"])

            async def pinned(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start" and not has_cookie:
                    message["headers"] = [*message.get("headers", ()), (b"set-cookie", COOKIE)]
                await send(message)

            self.now += 1
            self.peak = max(self.peak, self.now)
            try:
                await app(scope, receive, pinned)
            finally:
                self.now -= 1

        return counted
