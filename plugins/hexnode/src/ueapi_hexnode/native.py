"""The product's own API, for what the neutral one has no word for."""

from __future__ import annotations

from collections.abc import Mapping

from ueapi.flow import Effect, Flow, ask
from ueapi_hexnode.facets.calls import reading, writing


class HexnodeApi:
    """Flows for any endpoint. A path starts after `/api/v1` and ends with a slash, such as `/appgroups/{id}/`.

    A tenant runs them: `tenant.run(tenant.native_as(HexnodeApi), HexnodeApi.read, "/appgroups/")`.
    """

    def read(self, path: str, native: str | None = None) -> Flow[object]:
        """Get what is at a path; `native` fills its `{id}`."""
        reply = yield from ask(reading("native.read", path, native))
        return reply.json()

    def write(
        self, method: str, path: str, body: Mapping[str, object], native: str | None = None
    ) -> Flow[object]:
        """Send a bare object; never repeated by itself. An empty answer is `None`."""
        call = writing("native.write", method, path, body, effect=Effect.READABLE, native=native)
        reply = yield from ask(call)
        return reply.json() if reply.body else None
