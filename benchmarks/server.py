"""Serves a simulated Jamf Pro with many devices from a process of its own.

Pages are worked out once and then repeated from memory, so that clients are measured and not the simulator.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from subprocess import PIPE, Popen
from sys import executable
from typing import Any

import uvicorn
from attrs import define, field, frozen

from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.serving import LOOPBACK, listening
from ueapi.rehearsal.simulator import Surroundings
from ueapi_jamf.simulator import build

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

LOCATION = "Location of the source"


@frozen
class Served:
    """A server that answers: where, and the settings to connect with."""

    url: str
    settings: dict[str, str]


@define
class Remembering:
    """Answers a GET that was answered before from memory; the token has then been checked once."""

    application: Application
    kept: dict[str, list[Message]] = field(factory=dict)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Repeat the answer, or pass the request on and keep what comes back."""
        key = f"{scope['path']}?{scope['query_string'].decode()}"
        if scope["method"] != "GET":
            await self.application(scope, receive, send)
            return
        if key not in self.kept:
            await self._ask(key, scope, receive)
        for message in self.kept[key]:
            await send(message)

    async def _ask(self, key: str, scope: Message, receive: Receive) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.application(scope, receive, keep)
        self.kept[key] = answer


def serve(devices: int, seed: int, *, remembers: bool) -> None:
    """Serve until stopped; the first line on stdout says where."""
    apple = AppsAndBooks()
    apple.open_location(LOCATION)
    simulator = build(
        Surroundings(
            clock=VirtualClock(start=datetime.now(UTC)),
            rng=random.Random(seed),
            apple=apple,
            location=LOCATION,
        )
    )
    simulator.populate(devices, seed)
    application: Any = Remembering(simulator.app) if remembers else simulator.app
    with listening(0) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        first = json.dumps({"url": url, "settings": dict(simulator.settings(url))})
        config = uvicorn.Config(
            application, log_level="error", lifespan="off", access_log=False, ws="none"
        )
        _Announcing(config, first).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """Prints a line once it answers."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._line, flush=True)


@contextmanager
def apart(devices: int, seed: int, *, remembers: bool = True) -> Iterator[Served]:
    """Run the server in another process while the block lasts."""
    command = [executable, "-m", "benchmarks.server", str(devices), str(seed)]
    with Popen(command + ["--remember"] * remembers, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.server")
    parser.add_argument("devices", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--remember", action="store_true")
    asked = parser.parse_args()
    serve(asked.devices, asked.seed, remembers=asked.remember)


if __name__ == "__main__":
    main()
