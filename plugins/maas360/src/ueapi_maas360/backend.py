"""Puts the backend together: an address and no facet."""

from __future__ import annotations

from typing import Final, NoReturn

from ueapi.contract import Backend, Context, Credential, Limits
from ueapi.errors import CapabilityUnsupported, UeapiError, Unintelligible
from ueapi.flow import Call, Flow, Reply
from ueapi_maas360.settings import Maas360Settings

_NAME: Final = "maas360"


class _NoSignIn:
    """Refuses to sign in, so that credentials are never sent for nothing."""

    def sign_in(self) -> Flow[Credential]:
        _refuse()


def build(settings: Maas360Settings, context: Context) -> Backend:  # noqa: ARG001 - nothing needs the clock yet
    """Make the backend for one account; it can be opened, and refuses each operation before any request."""
    return Backend(url=settings.url, auth=_NoSignIn(), fault=_fault, limits=Limits(concurrency=1))


def _refuse() -> NoReturn:
    raise CapabilityUnsupported(
        "this backend doesn't sign in yet.",
        remedy="See `ueapi capabilities maas360` for what it offers; nothing was sent.",
        backend=_NAME,
        operation="sign-in",
    )


def _fault(call: Call, reply: Reply) -> UeapiError:
    return Unintelligible(
        f"an answer of status {reply.status} to a call this backend does not make.",
        remedy="Report it to the plugin's author.",
        backend=_NAME,
        operation=call.operation,
    )
