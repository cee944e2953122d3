"""What came of one try under trouble, and when two readings are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

from attrs import frozen
from pydantic import BaseModel

from ueapi.client import Tenant
from ueapi.errors import UeapiError
from ueapi.rehearsal.faults import Fault
from ueapi.testing.faults.acts import Change, Deed, Reading
from ueapi.testing.faults.line import Asked, Choice, Line, request
from ueapi.testing.harness import Harness

A = TypeVar("A", Reading, Change)

PAUSE_HOURS: Final = 0.1
"""Time between two tries, so that neither limits of the product nor waits of the runtime reach into the next."""


MOST_REQUESTS: Final = 8
"""Requests of one operation that are tried one by one."""


@frozen(kw_only=True)
class Outcome:
    """One try: what was returned or raised, the seconds it took, and the requests it cost."""

    what: str
    value: object = None
    error: UeapiError | None = None
    seconds: float = 0.0
    asked: tuple[Asked, ...] = ()

    @property
    def hits(self) -> list[Asked]:
        """The requests that met the trouble."""
        return [asked for asked in self.asked if asked.hit is not None]

    @property
    def ended(self) -> str:
        """In a word."""
        return "returned" if self.error is None else f"raised {type(self.error).__name__}"

    def times(self, asked: Asked) -> int:
        """How often the same request came."""
        return sum(other.key == asked.key for other in self.asked)


def tried(what: str, deed: Deed, *, tenant: Tenant, line: Line) -> Outcome:
    """Do it, and note what came of it.

    Raises:
        AssertionError: an error that is none of ours came out, or there was no end to it.
    """
    began, before = line.clock.monotonic(), len(line.asked)
    value, error = None, None
    try:
        value = deed(tenant)
    except UeapiError as problem:
        error = problem
    except Exception as problem:
        if isinstance(problem, AssertionError):
            raise AssertionError(f"{what}: {problem}") from problem
        raise AssertionError(
            f"{what} let a {type(problem).__name__} out. Fix: have the adapter read the reply through a wire model, "
            "or raise a class of ueapi.errors."
        ) from problem
    return Outcome(
        what=what,
        value=value,
        error=error,
        seconds=line.clock.monotonic() - began,
        asked=tuple(line.asked[before:]),
    )


def offered(harness: Harness, acts: tuple[A, ...]) -> Iterator[A]:
    """The acts the sheet says the backend can do; the others are seen refused, without a request."""
    for act in acts:
        if harness.tenant.sheet[act.capability].is_callable:
            yield act
        elif isinstance(act, Reading):
            harness.both_ways(act.capability, act.prepare(harness))
        else:
            harness.both_ways(act.capability, act.prepare(harness, 0))


def told(value: object) -> object:
    """A result for comparing: without when it was read, and without the product's own row."""
    match value:
        case BaseModel():
            return told(value.model_dump(mode="python"))
        case Mapping():
            return {k: told(v) for k, v in value.items() if k not in ("read_at", "raw")}
        case list() | tuple():
            return [told(each) for each in value]
        case _:
            return value


def leaves(value: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every plain value in a result, by where it is; where it came from is left out."""
    if isinstance(value, Mapping):
        inner = [(str(k), v) for k, v in value.items() if k != "origin"]
        return {p: leaf for k, v in inner for p, leaf in leaves(v, (*path, k)).items()}
    return {path: value}


def timeless(value: object) -> object:
    """A result without moments, for comparing products whose clocks differ."""
    match value:
        case Mapping():
            return {k: timeless(v) for k, v in value.items()}
        case list():
            return [timeless(each) for each in value]
        case datetime():
            return None
        case _:
            return value


def rest(harness: Harness) -> None:
    """Let the time between two tries pass."""
    harness.pass_time(hours=PAUSE_HOURS)


def require_once(harness: Harness, change: Change, number: int) -> None:
    """See that the object of that number is there once, where the backend lists such objects.

    Raises:
        AssertionError: it is not there, or several times.
    """
    if change.there is None or change.shown_by is None:
        return
    if not harness.tenant.sheet[change.shown_by].is_callable:
        return
    times = change.there(harness.tenant, number)
    assert times == 1, (
        f"{change.capability.value}: the object is there {times} times. Fix: look for the object before making it, "
        "and mark calls whose repetition makes a second one READABLE, not IDEMPOTENT."
    )


def at_each_request(
    harness: Harness, line: Line, change: Change, fault: Fault
) -> Iterator[tuple[Outcome, int]]:
    """Make the change with trouble at its first request, then a new one with trouble at the second, and so on.

    What makes sure of something is repeated until it is done; an order is not, since its caller has to look first.
    Yields what came of the first attempt, and the object's number.
    """
    return _struck(harness, line, change, fault=fault, choose=request)


def at_each_write(
    harness: Harness, line: Line, change: Change, fault: Fault
) -> Iterator[tuple[Outcome, int]]:
    """As `at_each_request`, of those requests that may change something."""
    return _struck(harness, line, change, fault=fault, choose=line.write)


def _struck(
    harness: Harness,
    line: Line,
    change: Change,
    *,
    fault: Fault,
    choose: Callable[[int], Choice],
) -> Iterator[tuple[Outcome, int]]:
    for place in range(MOST_REQUESTS):
        number = line.new_object()
        deed = change.prepare(harness, number)
        rest(harness)
        line.meet(fault, choose(place))
        outcome = tried(change.capability.value, deed, tenant=harness.tenant, line=line)
        line.clear()
        if not outcome.hits:
            return
        if outcome.error is not None and change.there is not None:
            until_done(deed, harness.tenant, pause=lambda: rest(harness))
        yield outcome, number


def until_done(deed: Deed, tenant: Tenant, *, pause: Callable[[], None], times: int = 4) -> object:
    """Repeat until it goes through, as an operator does; the last error is raised."""
    for _ in range(times - 1):
        try:
            return deed(tenant)
        except UeapiError:
            pause()
    return deed(tenant)
