"""Lists, shelves and requests for the tests of the responder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import define, field
from tests.apple import signers

from ueapi.discovery import AllowList, Responder, Shelf, digest_of, write_list
from ueapi.discovery.allow_list import Answer
from ueapi.discovery.responder import Answered
from ueapi.rehearsal.wire import Network

SALT = "0123456789abcdef"
OLD = Answer(base_url="https://old.example.org/enroll")
NEW = Answer(base_url="https://new.example.org/enroll")


def allowed(number: int = 1, *people: str, **more: Any) -> AllowList:
    parts: dict[str, Any] = {
        "number": number,
        "issued_at": signers.NOW,
        "salt": SALT,
        "answers": {"old": OLD, "new": NEW},
        "default": "old",
        "people": {digest_of(address, SALT): "new" for address in people},
    }
    return AllowList(**(parts | more))


def put(path: Path, content: AllowList) -> None:
    """As an administrator does: write beside, then put in place."""
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(write_list(content, signers.signer()))
    fresh.replace(path)


@define
class Desk:
    """A responder with its files, and time that passes by hand."""

    folder: Path
    seconds: float = 0.0
    lines: list[Answered] = field(factory=list)
    told: list[tuple[str, str]] = field(factory=list)
    responder: Responder = field(init=False)
    network: Network = field(init=False)

    def __attrs_post_init__(self) -> None:
        shelf = Shelf(
            path=self.path,
            anchors=[signers.root().certificate],
            now=lambda: signers.NOW + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            halt=self.folder / "halt",
            tell=lambda outcome, detail: self.told.append((outcome, detail)),
        )
        self.responder = Responder(shelf, self.lines.append)
        self.network = Network({"example.org": self.responder})

    @property
    def path(self) -> Path:
        return self.folder / "allow-list"

    def ask(self, url: str, method: str = "GET") -> tuple[int, bytes]:
        reply = self.network.send(method, url, {}, b"")
        return reply.status, reply.body
