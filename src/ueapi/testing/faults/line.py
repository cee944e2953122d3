"""The line between a backend and its product, where the kit makes trouble for chosen requests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from attrs import define, evolve, field, frozen

from ueapi.errors import UeapiError
from ueapi.flow import Call, Reply
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.faults import ConnectionDropped, Fault, FaultRates, Faulty, HintForm
from ueapi.rehearsal.faults.line import DEVICE_PATHS, TooSlow
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.testing.harness import Harness

HINT: Final = 30
"""Seconds a 429 asks to wait."""
SLOWNESS: Final = 30.0
"""Seconds until a client gives up waiting for a byte."""
MOST_REQUESTS: Final = 150
"""Requests of one operation, small fleet given, from which on it counts as endless."""


class Endless(AssertionError):
    """An operation asks and asks."""


@frozen(kw_only=True)
class Asked:
    """One request that reached the line. `hit` is the trouble it met; `number` counts from zero."""

    number: int
    at: float
    method: str
    target: str
    content: int = field(repr=False)
    hit: Fault | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes it the same request as another."""
        return self.method, self.target, self.content

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


Choice = Callable[[Asked], bool]
"""Which requests meet the trouble."""


def nobody(_: Asked) -> bool:
    """No trouble."""
    return False


def everyone(_: Asked) -> bool:
    """Every request meets it."""
    return True


def request(number: int) -> Choice:
    """Only that request, counted from zero."""
    return lambda asked: asked.number == number


_SIGN_INS: Final = 2
"""The second one shows how a backend renews what it was given."""


@define(eq=False)
class Line:
    """The product behind a line that fails exactly the requests it is told to. Phones are spared."""

    application: Application = field(repr=False)
    clock: VirtualClock = field(repr=False)
    sign_in: frozenset[str] = frozenset()
    """Paths where credentials are bought and renewed."""
    entry: frozenset[str] = frozenset()
    """Those of them that a sign-in from nothing asks: one of them for each sign-in."""
    asked: list[Asked] = field(factory=list)
    delay: float = 0.0
    """Seconds each answer takes."""
    before: Callable[[Asked], None] | None = None
    """Called with each request before it is answered."""
    _fault: Fault | None = None
    _choice: Choice = nobody
    _hint: HintForm = HintForm.SECONDS
    _writes: int = 0
    _objects: int = 0

    @classmethod
    def at(cls, harness: Harness) -> Line:
        """Put a line in front of the harness's product."""
        hosts = harness.world.network.hosts
        host = harness.place.server.host
        entry = frozenset(_asked_for(harness))
        line = cls(hosts[host], harness.world.clock, entry | sign_in_paths(harness), entry)
        hosts[host] = line
        return line

    def meet(
        self, fault: Fault, choice: Choice = everyone, *, hint: HintForm = HintForm.SECONDS
    ) -> None:
        """From now on, the chosen requests meet this fault; counting begins anew."""
        self.clear()
        self._fault, self._choice, self._hint = fault, choice, hint

    def clear(self) -> None:
        """No trouble from now on; counting begins anew."""
        self.asked, self._writes = [], 0
        self._fault, self._choice, self.delay, self.before = None, nobody, 0.0, None

    def write(self, number: int) -> Choice:
        """Only that request of those that may change something, counted from zero."""

        def choose(asked: Asked) -> bool:
            if asked.method == "GET" or asked.path in self.sign_in:
                return False
            self._writes += 1
            return self._writes == number + 1

        return choose

    def new_object(self) -> int:
        """A number no object of this harness has yet."""
        self._objects += 1
        return self._objects

    @property
    def hits(self) -> list[Asked]:
        """The requests that met the trouble."""
        return [asked for asked in self.asked if asked.hit is not None]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or fail, one request.

        Raises:
            ConnectionDropped: no reply comes.
            TooSlow: the reply doesn't come in time.
            Endless: there were far too many requests already.
        """
        if str(scope["path"]).startswith(DEVICE_PATHS):
            await self.application(scope, receive, send)
            return
        message = await receive()
        asked = self._noted(scope, message.get("body", b""))
        if self.before is not None:
            self.before(asked)
        if self.delay:
            self.clock.sleep(self.delay)
        if asked.hit is None:
            await self.application(scope, _once(message), send)
        else:
            await self._fail(asked.hit, scope, _once(message), send)

    def _noted(self, scope: Message, body: bytes) -> Asked:
        if len(self.asked) >= MOST_REQUESTS:
            raise Endless(f"{MOST_REQUESTS} requests for one operation: a listing never ends")
        query = scope["query_string"].decode()
        asked = Asked(
            number=len(self.asked),
            at=self.clock.monotonic(),
            method=str(scope["method"]),
            target=f"{scope['path']}?{query}" if query else str(scope["path"]),
            content=hash(body),
        )
        if self._choice(asked):
            asked = evolve(asked, hit=self._fault)
        self.asked.append(asked)
        return asked

    async def _fail(self, fault: Fault, scope: Message, receive: Receive, send: Send) -> None:
        match fault:
            case Fault.DROPPED_REPLY:
                await self.application(scope, receive, _into_nothing)
                raise ConnectionDropped("the reply was lost on the way")
            case Fault.SLOW:
                await self.application(scope, receive, _into_nothing)
                self.clock.sleep(SLOWNESS)
                raise TooSlow("the reply came too slowly")
            case _:
                await self._as_rehearsed(fault)(scope, receive, send)

    def _as_rehearsed(self, fault: Fault) -> Application:
        """The very fault that rehearsals have, hitting for certain."""
        rates = evolve(_CERTAIN[fault], hints=(self._hint,))
        return Faulty(self.application, random.Random(0), rates, clock=self.clock)


_CERTAIN: Final = {
    Fault.TOO_MANY: FaultRates(too_many=1.0, hint=HINT),
    Fault.UNAVAILABLE: FaultRates(unavailable=1.0),
    Fault.RESET: FaultRates(reset=1.0),
    Fault.PAGE: FaultRates(page=1.0),
    Fault.PORTAL: FaultRates(portal=1.0),
    Fault.TRUNCATED: FaultRates(truncated=1.0),
}


def sign_in_paths(harness: Harness) -> frozenset[str]:
    """Where the backend buys credentials, and where it renews them; empty where it needs no call for that."""
    paths: set[str] = set()
    for _ in range(_SIGN_INS):
        paths.update(_asked_for(harness))
    return frozenset(paths)


def _asked_for(harness: Harness) -> Iterator[str]:
    """Sign in by hand, telling each path; a refusal ends it. Whoever claims nothing need not be able to."""
    if not any(harness.tenant.sheet[c].is_callable for c in harness.tenant.sheet):
        return
    flow = harness.backend.auth.sign_in()
    try:
        asked = next(flow)
        while True:
            yield from (call.target for call in asked.calls)
            asked = flow.send([_answered(harness, call) for call in asked.calls])
    except (StopIteration, UeapiError, ConnectionError):
        return
    finally:
        flow.close()


def _answered(harness: Harness, call: Call) -> Reply:
    headers = {"accept": call.accept, **call.headers}
    if call.content_type is not None:
        headers["content-type"] = call.content_type
    url = f"{harness.backend.url.rstrip('/')}{call.target}"
    return harness.world.network.ask(call.method, url, headers, call.body or b"")


async def _into_nothing(_: Message) -> None:
    return


def _once(message: Message) -> Receive:
    async def receive() -> Message:
        return message

    return receive
