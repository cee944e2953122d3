"""The product's own API, for what the neutral one has no word for."""

from __future__ import annotations

from collections.abc import Mapping

from ueapi.flow import Effect, Flow, ask
from ueapi.testing.memory.calls import reading, writing


class ExampleApi:
    """Flows for any endpoint; a path is a template such as `/v1/devices/{id}/report`.

    A tenant runs them: `tenant.run(tenant.native_as(ExampleApi), ExampleApi.read, "/v1/groups")`. They name no
    capability, since no row of the sheet decides about them.
    """

    def read(self, path: str, native: str | None = None) -> Flow[object]:
        """Get what is at a path; `native` fills its `{id}`."""
        return (yield from ask(reading("native.read", path, native))).json()

    def write(
        self, method: str, path: str, body: Mapping[str, object], native: str | None = None
    ) -> Flow[object]:
        """Send a body; never repeated by itself, since we can't know what it does."""
        call = writing(
            "native.write", method, path, effect=Effect.READABLE, native=native, body=body
        )
        return (yield from ask(call)).json()
