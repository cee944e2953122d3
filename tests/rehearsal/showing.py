"""What a phone shows with its messages, and what others show in its place."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from tests.rehearsal.scene import Scene
from ueapi.apple import mdm
from ueapi.flow import Reply
from ueapi.model import EnrollmentID
from ueapi.rehearsal.enrolling.issuing import Issuing
from ueapi.rehearsal.phone import PhoneEnrollment
from ueapi.rehearsal.proving import Tls

HOST = "https://tiny.example.org"


def issuing(here: Scene) -> Issuing:
    return here.product.way_in.identities.issuing


def heard(here: Scene) -> list[tuple[str, Mapping[str, str], str]]:
    """Path, headers and certificate of each request from now on."""
    found: list[tuple[str, Mapping[str, str], str]] = []
    product = here.phone.network.hosts["tiny.example.org"]

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        shown = scope["extensions"].get("tls", {}).get("client_cert_chain", ("",))[0]
        found.append((scope["path"], headers, shown))
        await product(scope, receive, send)

    here.phone.network.hosts["tiny.example.org"] = noting
    return found


def held(here: Scene) -> PhoneEnrollment:
    assert here.phone.enrollment is not None
    return here.phone.enrollment


def put(
    here: Scene, body: bytes, *, tls: Tls | None, headers: Mapping[str, str] | None = None
) -> Reply:
    """Send a message with the phone's token over this connection; headers replace the phone's."""
    sent = {"authorization": f"Bearer {held(here).token}", **held(here).proof.headers(body)}
    url = f"{HOST}/mdm/connect"
    return here.phone.network.send("PUT", url, {**sent, **(headers or {})}, body, tls=tls)


def as_usual(here: Scene) -> Reply:
    """What the phone itself sends."""
    return put(here, idle(here), tls=held(here).proof.tls)


def idle(here: Scene) -> bytes:
    return mdm.CommandPoll(enrollment_id=EnrollmentID(held(here).identifier)).to_plist()
