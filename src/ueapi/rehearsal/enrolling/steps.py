"""The steps of an enrollment: where it is, why it ends, and the log of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from attrs import frozen

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict
from ueapi.errors import InvalidModel
from ueapi.flow import Reply


class Step(StrEnum):
    """Where an enrollment is."""

    DISCOVERY = "discovery"
    CHALLENGE = "challenge"
    APP = "app"
    SIGN_IN = "sign-in"
    TOKEN = "token"
    PROFILE = "profile"
    IDENTITY = "identity"
    CHECK_IN = "check-in"
    COMMANDS = "commands"
    CHECK_OUT = "check-out"


class EnrollmentFailed(Exception):
    """The device ends the enrollment; nothing of it stays. `step` is where, `reason` why; neither holds the person."""

    def __init__(self, step: Step, reason: str, *, status: int | None = None) -> None:
        super().__init__(f"{step.value}: {reason}")
        self.step, self.reason, self.status = step, reason, status


class NoAnswer(EnrollmentFailed):
    """Nobody answered, or the one who did isn't trusted."""


class Declined(EnrollmentFailed):
    """The person isn't let in."""


class Send(Protocol):
    """Sends one request over whatever network there is."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send it; redirections are not followed."""
        ...


@frozen(kw_only=True)
class Exchanged:
    """One message of the log: what was sent where, and what came back, without secrets."""

    step: Step
    method: str
    url: str
    """Without its query."""
    sent: Mapping[str, str]
    """The headers that carry meaning; a token is only said to be there."""
    status: int
    got: Mapping[str, str]
    asked: str = ""
    """Which message of device management it is, such as "Authenticate", or which operation of SCEP."""
    told: str = ""
    """Which command came back."""


@frozen
class Recording:
    """Sends as another one does, and writes each message into the log."""

    send: Send
    step: Step
    log: list[Exchanged]

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request."""
        reply = self.send(method, url, headers, body)
        self.log.append(
            Exchanged(
                step=self.step,
                method=method,
                url=url.partition("?")[0],
                sent={k: _HIDDEN.get(k.lower(), v) for k, v in headers.items()},
                status=reply.status,
                got={k: _told(k, v) for k, v in reply.headers.items() if k in _TELLING},
                asked=_asked(url, headers.get("content-type", ""), body),
                told=_command(headers.get("content-type", ""), reply),
            )
        )
        return reply


def _told(name: str, value: str) -> str:
    """Queries of addresses carry tokens and codes."""
    return value.partition("?")[0] if name in _ADDRESSES else value


_ADDRESSES: Final = frozenset({"location", "x-apple-mdm-esso"})


def _asked(url: str, content_type: str, body: bytes) -> str:
    if _OPERATION in url and (operation := parse_qs(urlsplit(url).query).get(_OPERATION)):
        return operation[-1]
    row = _read(body) if content_type.startswith(_MANAGEMENT) else {}
    name = row.get("MessageType", row.get("Status"))
    return name if isinstance(name, str) else ""


def _command(content_type: str, reply: Reply) -> str:
    is_answer = content_type.startswith(_MANAGEMENT) and reply.body
    row = _read(reply.body) if is_answer else {}
    command = row.get("Command")
    name = command.get("RequestType") if isinstance(command, Mapping) else None
    return name if isinstance(name, str) else ""


def _read(body: bytes) -> PlistDict:
    try:
        return plist.read(body)
    except InvalidModel:
        return {}


_OPERATION: Final = "operation"
_MANAGEMENT: Final = "application/x-apple-aspen-mdm"
_TELLING: Final = frozenset({"content-type", "www-authenticate", *_ADDRESSES})
_HIDDEN: Final[Mapping[str, str]] = {"authorization": "Bearer ...", "mdm-signature": "CMS ..."}
