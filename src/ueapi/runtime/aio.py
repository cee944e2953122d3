"""Does the deeds for asynchronous callers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from inspect import isawaitable
from typing import Protocol, TypeVar, assert_never

from attrs import frozen

from ueapi.flow import Reply
from ueapi.runtime.clock import Clock
from ueapi.runtime.deeds import Deed, Deeds, Pause, Request, Send, Take, Together

T = TypeVar("T")


class SendsAsync(Protocol):
    """A connection that gives way while it waits."""

    async def send(self, request: Request) -> Reply:
        """Send one request, or raise `NoAnswer`."""
        ...


@frozen
class AsyncDriver:
    """Runs work to its end in this task; several tasks of one loop may share it."""

    connection: SendsAsync
    clock: Clock

    async def run(self, work: Deeds[T]) -> T:
        """Do what the work yields, and return what it returns."""
        try:
            deed = next(work)
            while True:
                try:
                    replies = await self._do(deed)
                except BaseException as problem:  # noqa: BLE001 - also a cancellation must release what is held
                    deed = work.throw(problem)
                else:
                    deed = work.send(replies)
        except StopIteration as stop:
            value: T = stop.value
            return value

    async def _do(self, deed: Deed) -> Sequence[Reply]:
        match deed:
            case Send(request):
                return (await self.connection.send(request),)
            case Pause(seconds):
                await self.clock.asleep(seconds)
                return ()
            case Take(gate):
                taken = gate.acquire()
                if isawaitable(taken):
                    await taken
                return ()
            case Together(parts, at_once):
                return await self._together(parts, at_once)
            case _:
                assert_never(deed)

    async def _together(self, parts: Sequence[Deeds[Reply]], at_once: int) -> Sequence[Reply]:
        replies: dict[int, Reply] = {}
        failures: dict[int, Exception] = {}
        waiting = iter(enumerate(parts))

        async def work_off() -> None:
            # A change under way is waited for and not cancelled: its outcome would be unknown for no reason.
            while not failures and (following := next(waiting, None)) is not None:
                index, part = following
                try:
                    replies[index] = await self.run(part)
                except Exception as problem:  # noqa: BLE001 - raised below, once the others are done
                    failures[index] = problem

        async with asyncio.TaskGroup() as group:
            for _ in range(min(max(at_once, 1), len(parts))):
                group.create_task(work_off())
        if failures:
            raise failures[min(failures)]
        return [replies[index] for index in range(len(parts))]
