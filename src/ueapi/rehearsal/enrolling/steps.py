"""The steps of an enrollment: where it is, why it ends, and the log of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from attrs import frozen

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
            )
        )
        return reply


def _told(name: str, value: str) -> str:
    """Queries of addresses carry tokens and codes."""
    return value.partition("?")[0] if name in _ADDRESSES else value


_ADDRESSES: Final = frozenset({"location", "x-apple-mdm-esso"})
_TELLING: Final = frozenset({"content-type", "www-authenticate", *_ADDRESSES})
_HIDDEN: Final[Mapping[str, str]] = {"authorization": "Bearer ...", "mdm-signature": "CMS ..."}
