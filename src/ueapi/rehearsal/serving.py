"""One simulated product on a loopback port, in real time."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn
from attrs import define, field, frozen

from ueapi.errors import UnreadableInput
from ueapi.plugins import Registry
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.enrolling.built_in import write_identity
from ueapi.rehearsal.reachable import Reachable, Tls, WaysIn
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


@frozen(kw_only=True)
class Secured:
    """How to serve https; `identity` is a folder for a device identity that the product takes."""

    tls: Tls
    ways: WaysIn = field(factory=WaysIn)
    identity: Path | None = None


def serve(
    registry: Registry,
    backend: str,
    *,
    port: int,
    users: int,
    seed: int,
    secured: Secured | None = None,
) -> None:
    """Serve a furnished product until it is stopped.

    The first line on stdout is a JSON object with the backend, the URL and the settings to connect with, printed once
    the product answers. With `secured` it is served by https, and the line says with whose account to enroll a phone.
    """
    world, place = furnished(registry, backend, users=users, seed=seed)
    with listening(port) as listener:
        number = listener.getsockname()[1]
        if secured is None:
            url, more = f"http://{LOOPBACK}:{number}", dict[str, object]()
            config = _config(RealTime(place.simulator.app, world.clock))
        else:
            address = f"{secured.tls.host}:{number}"
            reachable = Reachable(world=world, place=place, address=address, ways=secured.ways)
            url, more = f"https://{address}", _prepared(reachable, secured)
            config = _config(RealTime(reachable, world.clock), secured.tls)
        settings = dict(place.simulator.settings(url))
        first = {"backend": backend, "url": url, "settings": settings, **more}
        server = _Announcing(config, lambda: _print_line(json.dumps(first)))
        server.run(sockets=[listener])


def _prepared(reachable: Reachable, secured: Secured) -> dict[str, object]:
    """Write the device identity, and say who can enroll."""
    if secured.identity is not None:
        write_identity(secured.identity, reachable.device_identity())
    found = reachable.invitation()
    row = {
        "base_url": found.base_url,
        "account": found.account,
        "password": found.password.get_secret_value(),
    }
    return {"enrollment": row}


def _config(application: RealTime, tls: Tls | None = None) -> uvicorn.Config:
    """The web server's settings.

    Raises:
        UnreadableInput: the certificate or its key can't be used.
    """
    config = uvicorn.Config(
        application,
        log_level="error",
        lifespan="off",
        access_log=False,
        ws="none",
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    try:
        config.load()
    except (OSError, ValueError):
        raise UnreadableInput(
            "the certificate or its key is no PEM, is missing, or they don't belong together.",
            remedy="Name the two files; the key has no password. Nothing is served.",
        ) from None
    return config


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
    with listening(0) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        with _answering(_config(RealTime(place.simulator.app, world.clock)), listener):
            yield Place(
                simulator=place.simulator,
                server=place.server,
                settings=place.simulator.settings(url),
            )


@contextmanager
def secured_in_background(
    registry: Registry, backend: str, *, users: int, seed: int, tls: Tls, ways: WaysIn
) -> Iterator[Reachable]:
    """The same by https, for phones and tenants over real sockets."""
    world, place = furnished(registry, backend, users=users, seed=seed)
    with listening(0) as listener:
        address = f"{tls.host}:{listener.getsockname()[1]}"
        reachable = Reachable(world=world, place=place, address=address, ways=ways)
        with _answering(_config(RealTime(reachable, world.clock), tls), listener):
            yield reachable


@contextmanager
def _answering(config: uvicorn.Config, listener: socket.socket) -> Iterator[None]:
    ready = threading.Event()
    server = _Announcing(config, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS):
        raise RuntimeError("the simulated product did not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
