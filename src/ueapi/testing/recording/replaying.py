"""Answers a backend's flows from golden cases, so that its reading is tested against what the product really said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from ueapi.client import doors
from ueapi.contract import Backend, Context
from ueapi.errors import NotFound, UeapiError
from ueapi.flow import Call, Flow, Page, Reply
from ueapi.plugins import Registry
from ueapi.runtime.walk import walk
from ueapi.testing.recording import cases as golden
from ueapi.testing.recording.cases import Case

F = TypeVar("F")
T = TypeVar("T")
P = ParamSpec("P")

READ_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of every replay."""


class Replay:
    """A tenant that knows only its golden cases: `users`, `devices` and so on read as an open tenant's do.

    ```python
    replay = Replay.of(Path("golden"))
    assert [user.name for user in replay.users.list()]
    ```
    """

    def __init__(self, cases: Iterable[Case], backend: Backend) -> None:
        """Answer this backend's calls; nothing is signed, paced or repeated."""
        self._backend = backend
        self._replies = {case.call: case.reply() for case in reversed(tuple(cases))}
        self.users = doors.UsersDoor(self, backend.users)
        self.groups = doors.GroupsDoor(self, backend.groups)
        self.devices = doors.DevicesDoor(self, backend.devices)
        self.profiles = doors.ProfilesDoor(self, backend.profiles)
        self.apps = doors.AppsDoor(self, backend.apps)
        self.licenses = doors.LicensesDoor(self, backend.licenses)
        self.commands = doors.CommandsDoor(self, backend.commands)

    @classmethod
    def of(cls, folder: Path, *, registry: Registry | None = None) -> Replay:
        """Read a folder of cases, and make the backend they are for.

        Raises:
            UnreadableInput: it is no folder of cases; record one.
            UnknownBackend: the plugin is not installed.
        """
        tape = golden.read(folder)
        plugins = registry if registry is not None else Registry.installed()
        settings = plugins.settings_type(tape.backend).model_validate(dict(tape.settings))
        context = Context(tenant=tape.backend, now=lambda: READ_AT)
        return cls(tape.cases, plugins.build(tape.backend)(settings, context))

    def run(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Drive the flow of a facet's method."""
        begin: Callable[P, Flow[T]] = getattr(facet, method.__name__)
        return self.drive(begin(*args, **kwargs))

    def walk(
        self, facet: F, method: Callable[Concatenate[F, ...], Flow[Page[T]]], *args: str
    ) -> Iterator[T]:
        """Walk the pages of a facet's listing."""
        begin: Callable[..., Flow[Page[T]]] = getattr(facet, method.__name__)
        return walk(lambda cursor: begin(*args, cursor), self.drive, lambda _: None)

    def drive(self, flow: Flow[T]) -> T:
        """Answer whatever the flow asks.

        Raises:
            NotFound: there is no case for a call; the message has its template, and never a value.
            UeapiError: the backend finds a failure in an answer, as it would in the product's.
        """
        try:
            asked = next(flow)
            while True:
                try:
                    replies = [self.answer(call) for call in asked.calls]
                except UeapiError as error:
                    asked = flow.throw(error)
                else:
                    asked = flow.send(replies)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            flow.close()

    def answer(self, call: Call) -> Reply:
        """The recorded answer to a call; a recorded refusal is raised as the backend understands it."""
        reply = self._replies.get((call.method, call.target, call.query))
        if reply is None:
            raise NotFound(
                f"no golden case for {call.method} {call.path}.",
                remedy="Record again, or ask what was recorded.",
                operation=call.operation,
            )
        if reply.status >= 400:
            raise self._backend.fault(call, reply)
        if (error := self._backend.disguised(call, reply)) is not None:
            raise error
        return reply
