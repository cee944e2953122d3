"""One simulated product on a loopback port, in real time."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import uvicorn
from attrs import define

from ueapi.plugins import Registry
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.rehearsal.world import SETTLING, Place, World

LOOPBACK: Final = "127.0.0.1"
START_SECONDS: Final = 20.0


@define
class RealTime:
    """An application that brings its virtual clock up to the wall clock before each request."""

    application: Application
    clock: VirtualClock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let due work happen, then answer."""
        behind = (datetime.now(UTC) - self.clock.now()).total_seconds()
        if behind > 0:
            self.clock.sleep(behind)
        await self.application(scope, receive, send)


def furnished(registry: Registry, backend: str, *, users: int, seed: int) -> tuple[World, Place]:
    """A product with its fleet, whose clock shows the present."""
    clock = VirtualClock(start=datetime.now(UTC) - timedelta(seconds=SETTLING))
    world = World.empty(users=users, seed=seed, clock=clock)
    place = world.open_installed(registry, backend, "source")
    world.settle(place)
    return world, place


def serve(registry: Registry, backend: str, *, port: int, users: int, seed: int) -> None:
    """Serve a furnished product until it is stopped.

    The first line on stdout is a JSON object with the backend, the URL and the settings to connect with, printed once
    the product answers.
    """
    world, place = furnished(registry, backend, users=users, seed=seed)
    application = RealTime(place.simulator.app, world.clock)
    with listening(port) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        settings = dict(place.simulator.settings(url))
        first = {"backend": backend, "url": url, "settings": settings}
        server = _Announcing(_config(application), lambda: _print_line(json.dumps(first)))
        server.run(sockets=[listener])


def _config(application: RealTime) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_level="error",
        lifespan="off",
        access_log=False,
        ws="none",
    )


class _Announcing(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, answers: Callable[[], None]) -> None:
        super().__init__(config)
        self._answers = answers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._answers()


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A loopback socket; port 0 takes a free one."""
    # Only a socket that names its protocol gets its answers sent at once.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        yield listener
    finally:
        listener.close()


@contextmanager
def in_background(registry: Registry, backend: str, *, users: int, seed: int) -> Iterator[Place]:
    """Serve a furnished product from a thread, for tests and tutorials; the settings carry its URL."""
    world, place = furnished(registry, backend, users=users, seed=seed)
    application = RealTime(place.simulator.app, world.clock)
    with listening(0) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        ready = threading.Event()
        server = _Announcing(_config(application), ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        if not ready.wait(START_SECONDS):
            raise RuntimeError("the simulated product did not start")
        try:
            yield Place(
                simulator=place.simulator,
                server=place.server,
                settings=place.simulator.settings(url),
            )
        finally:
            server.should_exit = True
            thread.join()
