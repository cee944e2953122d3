"""The product's own APIs, for what the neutral one has no word for."""

from __future__ import annotations

from typing import Final, Literal

from ueapi.flow import JSON, Call, Effect, Flow, ask, json_body
from ueapi_jamf.paths import classic, pro
from ueapi_jamf.wire.calls import XML, classic_get, pro_get

Method = Literal["POST", "PUT", "PATCH", "DELETE"]

_READ: Final = "native.read"
_WRITE: Final = "native.write"


class JamfApi:
    """Flows for any endpoint of both APIs; `native` fills a path's `{id}`.

    A tenant runs them: `tenant.run(tenant.native_as(JamfApi), JamfApi.read, "/v1/departments")`. A change is never sent
    again by itself: after a lost answer, read whether it happened.
    """

    def read(self, path: str, native: str | None = None) -> Flow[object]:
        """Get what is at a path of the Jamf Pro API, which starts with its version, such as `/v1/users/{id}`."""
        reply = yield from ask(pro_get(_READ, path, at=_place(native)))
        return reply.json()

    def write(
        self, method: Method, path: str, body: object = None, *, native: str | None = None
    ) -> Flow[object]:
        """Change something through the Jamf Pro API. `None` as the body sends none; an empty answer is `None`."""
        content = None if body is None else json_body(body)
        reply = yield from ask(_change(method, pro(path), native, content=content, kind=JSON))
        return reply.json() if reply.body else None

    def read_classic(self, path: str, native: str | None = None) -> Flow[bytes]:
        """Get the XML at a path of the Classic API, such as `/mobiledevices/id/{id}`."""
        reply = yield from ask(classic_get(_READ, path, at=_place(native)))
        return reply.body

    def write_classic(
        self, method: Method, path: str, body: bytes | None = None, *, native: str | None = None
    ) -> Flow[bytes]:
        """Change something through the Classic API, with a body of XML or none; the answer's XML comes back."""
        call = _change(method, classic(path), native, content=body, kind=XML)
        reply = yield from ask(call)
        return reply.body


def _change(
    method: Method, path: str, native: str | None, *, content: bytes | None, kind: str
) -> Call:
    return Call(
        operation=_WRITE,
        method=method,
        path=path,
        effect=Effect.READABLE,
        at=_place(native),
        body=content,
        content_type=None if content is None else kind,
        accept=kind,
    )


def _place(native: str | None) -> dict[str, str]:
    return {} if native is None else {"id": native}
