"""The product's own APIs, for what the neutral one has no word for."""

from __future__ import annotations

from typing import Final, Literal

from ueapi.contract import Capability, needs
from ueapi.flow import JSON, Call, Effect, Flow, ask, json_body
from ueapi_jamf.paths import classic, pro
from ueapi_jamf.wire.calls import XML, classic_get, pro_get

Method = Literal["POST", "PUT", "PATCH", "DELETE"]

_READ: Final = "native.read"
_WRITE: Final = "native.write"


class JamfApi:
    """Flows for any endpoint of both APIs; `native` fills a path's `{id}`.

    A tenant runs them: `tenant.run(tenant.native, JamfApi.read, "/v1/departments")`. It runs what its sheet has a row
    for, so they carry the one of listing devices. A change is never sent again by itself: after a lost answer, read
    whether it happened.
    """

    @needs(Capability.DEVICES_LIST)
    def read(self, path: str, native: str = "") -> Flow[object]:
        """Get what is at a path of the Jamf Pro API, which starts with its version, such as `/v1/users/{id}`."""
        reply = yield from ask(pro_get(_READ, path, at={"id": native}))
        return reply.json()

    @needs(Capability.DEVICES_LIST)
    def write(
        self, method: Method, path: str, body: object = None, *, native: str = ""
    ) -> Flow[object]:
        """Change something through the Jamf Pro API. `None` as the body sends none; an empty answer is `None`."""
        content = None if body is None else json_body(body)
        reply = yield from ask(_change(method, pro(path), native, content=content, kind=JSON))
        return reply.json() if reply.body else None

    @needs(Capability.DEVICES_LIST)
    def read_classic(self, path: str, native: str = "") -> Flow[bytes]:
        """Get the XML at a path of the Classic API, such as `/mobiledevices/id/{id}`."""
        reply = yield from ask(classic_get(_READ, path, at={"id": native}))
        return reply.body

    @needs(Capability.DEVICES_LIST)
    def write_classic(
        self, method: Method, path: str, body: bytes | None = None, *, native: str = ""
    ) -> Flow[bytes]:
        """Change something through the Classic API, with a body of XML or none; the answer's XML comes back."""
        call = _change(method, classic(path), native, content=body, kind=XML)
        reply = yield from ask(call)
        return reply.body


def _change(method: Method, path: str, native: str, *, content: bytes | None, kind: str) -> Call:
    return Call(
        operation=_WRITE,
        method=method,
        path=path,
        effect=Effect.READABLE,
        at={"id": native},
        body=content,
        content_type=None if content is None else kind,
        accept=kind,
    )
