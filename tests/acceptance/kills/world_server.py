"""A rehearsed world in a process of its own, which survives whoever moves people in it.

    python -m tests.acceptance.kills.world_server --users 12 --seed 5 --plan plan.json

It serves the management APIs of both products on loopback ports of their own, and on a third one what movers and
tests ask of the world. The first line on stdout says where. It ends with its standard input.

Time moves only when a mover sleeps; the wall clock counts for nothing. Handlers never wait, so requests are handled
one after another.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import uvicorn
from attrs import define, field
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ueapi import migration
from ueapi.apple.profiles.signing import Signer
from ueapi.contract import Fate
from ueapi.migration.documents import Plan, Policy, Task
from ueapi.migration.rehearse import Rehearsal, people_by_key, wave_sizes
from ueapi.migration.steering import Question
from ueapi.model import Snapshot
from ueapi.plugins import Registry
from ueapi.rehearsal.serving import LOOPBACK
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.rehearsal.world import Place
from ueapi.testing.facts import facts

Json = Any
_KEPT = 3600
"""Seconds an idle connection stays; a shorter time would end some in the middle of a move, by chance."""

SERVER_ENDS = 2
"""The wave whose old enrollments the server ends."""
CLOSE_AFTER = 192.0
"""Hours until a wave closes: one day more than the latest person needs, weekend included."""

Answer = Callable[[Json], Json]


@define
class Whole:
    """Passes on requests that arrived whole; what a dying client sent half of, the product never saw."""

    application: Application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        parts, is_open = [], True
        while is_open:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            is_open = message.get("more_body", False)
        body = iter([{"type": "http.request", "body": b"".join(parts), "more_body": False}])

        async def replayed() -> Message:
            return next(body, {"type": "http.disconnect"})

        await self.application(scope, replayed, send)


@define
class Control:
    """What is asked of the world itself: POST a JSON object to a name, and a JSON object comes back."""

    answers: dict[str, Answer]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        asked = json.loads((await receive())["body"] or b"null")
        body = json.dumps(self.answers[scope["path"].strip("/")](asked)).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@define
class Ports:
    """One application a port."""

    applications: dict[int, Application]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await self.applications[scope["server"][1]](scope, receive, send)


@define
class ServedWorld:
    """The world behind its ports."""

    rehearsal: Rehearsal
    plan: Plan
    asked: Counter[str] = field(factory=Counter)

    @classmethod
    def of(cls, *, users: int, seed: int) -> ServedWorld:
        rehearsal = Rehearsal.of(
            Registry.installed(), source="jamf", target="hexnode", users=users, seed=seed
        )
        source, target = rehearsal.snapshots()
        policy = Policy(
            wave_sizes=wave_sizes(users),
            leave_by_server=frozenset({SERVER_ENDS}),
            close_after=CLOSE_AFTER,
            invite=True,
        )
        plan = migration.plan(source, target, policy=policy, registry=rehearsal.registry)
        plan = plan.accepting(frozenset(loss.id for loss in plan.losses if loss.fate is Fate.LOST))
        rehearsal._people = people_by_key(plan, rehearsal.world)
        return cls(rehearsal, plan)

    def answers(self) -> dict[str, Answer]:
        return {
            "sleep": self.sleep,
            "ask": self.ask,
            "task": self.task,
            "reported": lambda _: sorted(self.rehearsal.reported()),
            "state": self.state,
            "inventory": self.inventory,
        }

    # -- what movers ask ---------------------------------------------------------------------------

    def sleep(self, asked: Json) -> Json:
        """Let time pass, also none, and tell what it is."""
        clock = self.rehearsal.world.clock
        clock.sleep(asked["seconds"])
        return {"start": clock.start.isoformat(), "elapsed": clock.monotonic()}

    def ask(self, asked: Json) -> Json:
        people = {person.key: person for person in self.plan.people}
        question = Question(asked["question"])
        self.asked[question.value] += len(asked["people"])
        self.rehearsal.ask([people[key] for key in asked["people"]], question)

    def task(self, asked: Json) -> Json:
        self.rehearsal.task(Task.model_validate_json(asked["task"]), asked["remark"])

    # -- what tests ask ----------------------------------------------------------------------------

    def state(self, _: Json) -> Json:
        """Where phones are, who holds which license, what was made; time does not move."""
        world = self.rehearsal.world
        people = self.rehearsal._people.items()
        return {
            "people": {key: [p.seed.key for p in person.phones] for key, person in people},
            "phones": {key: _phone(phone) for key, phone in sorted(world.phones.items())},
            "licenses": self._licenses(),
            "made": {name: _made(place) for name, place in self._places()},
            "asked": dict(self.asked),
            "elapsed": world.clock.monotonic(),
        }

    def _licenses(self) -> Json:
        apple = self.rehearsal.world.apple
        return {
            name: {
                app: sorted(apple.holders(place.server.location, app))
                for app in apple.store_ids(place.server.location)
            }
            for name, place in self._places()
        }

    def _places(self) -> Iterator[tuple[str, Place]]:
        yield "source", self.rehearsal.source
        yield "target", self.rehearsal.target

    def inventory(self, _: Json) -> Json:
        """Every object of both products by name, read as a user would; it costs requests, and so time."""
        taken = {
            "source": migration.snapshot(self.rehearsal.old),
            "target": migration.snapshot(self.rehearsal.new),
        }
        return {
            side: {"names": _names(found), "facts": _facts(found)} for side, found in taken.items()
        }


def _phone(phone: Any) -> Json:
    held = phone.enrollment
    if held is None:
        return None
    profiles = sorted(p.display_name or p.identifier for p in held.contents.profiles.values())
    return [held.server.name, held.kind.value, profiles, dict(sorted(held.contents.apps.items()))]


def _made(place: Place) -> Json:
    """Requests that changed something, by route."""
    changes = place.simulator.log.changing()
    return dict(sorted(Counter(f"{e.method} {e.route}" for e in changes).items()))


def _names(taken: Snapshot) -> Json:
    """Names of every kind, with those that are there twice."""
    maids = [u.managed_apple_id.key for u in taken.users if u.managed_apple_id]
    return {
        "users": sorted(maids),
        "groups": sorted(g.name for g in taken.groups),
        "profiles": sorted(p.name for p in taken.profiles),
        "apps": sorted(a.bundle_id or a.name for a in taken.apps),
    }


def _facts(taken: Snapshot) -> Json:
    """What is said of users, groups, profiles and apps; phones come and go."""
    found = facts(taken)
    return {key: repr(found[key]) for key in sorted(found) if not key.startswith("devices/")}


# -- serving ----------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """Announces itself, and ends when nobody holds its standard input any more."""

    def __init__(self, config: uvicorn.Config, first: Json) -> None:
        super().__init__(config)
        self._first = first

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._look)
        print(json.dumps(self._first), flush=True)

    def _look(self) -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            self.should_exit = True


def _listening() -> socket.socket:
    """A free loopback port. The event loop switches off Nagle's delay only for sockets that name the protocol."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((LOOPBACK, 0))
    return listener


def _pem(signer: Signer) -> bytes:
    key = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return signer.certificate.public_bytes(Encoding.PEM) + key


def serve(*, users: int, seed: int, plan: Path) -> None:
    served = ServedWorld.of(users=users, seed=seed)
    served.plan.write(plan)
    signpost = served.rehearsal.signpost(plan.parent)
    signer = plan.with_name("signer.pem")
    signer.write_bytes(_pem(signpost.signer))
    sides = {name: place.simulator for name, place in served._places()}
    applications = {
        **{name: simulator.app for name, simulator in sides.items()},
        "control": Control(served.answers()),
    }
    with ExitStack() as stack:
        listeners = {name: stack.enter_context(_listening()) for name in applications}
        ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
        urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
        led = {"new": signpost.addresses.new, "old": signpost.addresses.old, "signer": str(signer)}
        first = {"control": urls["control"], "led": {**led, "list": str(signpost.path)}} | {
            name: {"backend": simulator.backend, "settings": dict(simulator.settings(urls[name]))}
            for name, simulator in sides.items()
        }
        application = Ports({ports[name]: Whole(app) for name, app in applications.items()})
        config = uvicorn.Config(
            application,
            log_level="error",
            lifespan="off",
            access_log=False,
            ws="none",
            timeout_keep_alive=_KEPT,
        )
        _Server(config, first).run(sockets=list(listeners.values()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    options = parser.parse_args()
    serve(users=options.users, seed=options.seed, plan=options.plan)


if __name__ == "__main__":
    main()
