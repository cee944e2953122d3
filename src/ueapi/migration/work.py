"""What all phases share: the two tenants, the plan, the ledger, the clock, and writing with an intent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from attrs import define, field

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.migration.chain import content_digest
from ueapi.migration.documents import Plan, PlannedPerson
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceRow, DeviceState, Resolved, Sample
from ueapi.migration.steering import Event, Lookout, Question, Signpost, Steering

T = TypeVar("T")

CALLED_OFF: Final = "called-off"
"""Key of the note that the move was called off: people without work are led back then."""
YES: Final = "yes"
_MOVING: Final = frozenset(
    (
        Question.MOVE,
        Question.REMIND,
        Question.SIGN_IN,
        Question.WRONG_ENROLLMENT,
        Question.ESCALATE,
    )
)
"""Questions nobody is asked after the move was called off: their answer would be the target."""


class Clock(Protocol):
    """Time as a port: virtual in a rehearsal."""

    def now(self) -> datetime:
        """The time, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


def _nothing() -> None:
    """What follows from most questions."""


@define(kw_only=True)
class Move:
    """A move at work."""

    plan: Plan
    source: Tenant
    target: Tenant
    ledger: Ledger
    clock: Clock
    steering: Steering
    signpost: Signpost | None = None
    """Who answers people's phones; `None` where somebody else sees to it."""
    lookout: Lookout | None = None
    """Who looks where people's phones would be led; `None` where that is believed."""
    events: list[Event] = field(factory=list)
    people: Mapping[str, PlannedPerson] = field(init=False)
    target_profiles: dict[str, str] = field(factory=dict)
    """Name → id of profiles on the target."""
    target_apps: dict[str, str] = field(factory=dict)
    """Bundle id → id of apps on the target."""
    store_ids: dict[str, str | None] = field(factory=dict)
    """Bundle id → Apple's number of apps on the target, as far as it was asked for."""
    is_target_read: bool = False
    """Whether the two listings above were read in this run."""
    hides_ends: bool = False
    """Whether the source was seen not to say when an enrollment ended."""
    confirmed: set[str] = field(factory=set)
    """New enrollments on the target for which the owner's old phones were read alone since the last listing."""
    freed: frozenset[str] | None = None
    """People who were held back and are about to be asked; `None` while nobody looked into the ledger."""
    target_users: dict[str, str] = field(factory=dict)
    """Target user, as `id:…` and `name:…`, → person key."""

    def __attrs_post_init__(self) -> None:
        self.people = {p.key: p for p in self.plan.people}

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self.clock.now()

    @property
    def is_called_off(self) -> bool:
        """Whether the move was called off and not taken up again."""
        return self.ledger.outcome(CALLED_OFF) == YES

    def emit(
        self,
        kind: str,
        text: str,
        *,
        person: str | None = None,
        wave: int | None = None,
        actor: str = "ueapi",
    ) -> None:
        """Log what happened, and queue it for whoever follows."""
        now = self.now
        self.ledger.note(now, actor, kind, text, person)
        self.events.append(Event(at=now, kind=kind, text=text, person=person, wave=wave))

    def drain(self) -> Iterator[Event]:
        """Hand out queued events."""
        while self.events:
            yield self.events.pop(0)

    def once(
        self,
        key: str,
        operation: str,
        act: Callable[[], str],
        *,
        system: str | None = None,
        sent: object = "",
    ) -> str:
        """Do a write once: intent before, outcome after; a known outcome is not done again.

        What is run here must be harmless to repeat, or look before it acts: an intent without outcome is run again.
        `system` is the tenant that is changed, the target unless said; `sent` is what goes there, for its digest only.
        """
        known = self.ledger.outcome(key)
        if known is not None:
            return known
        attempt = self.begin(key, operation, system=system, sent=sent)
        outcome = act()
        resolved: Resolved = "read-back" if attempt > 1 else "answered"
        self.ledger.close_intent(key, outcome, self.now, resolved=resolved)
        return outcome

    def begin(
        self,
        key: str,
        operation: str,
        *,
        system: str | None = None,
        sent: object = "",
        blind: bool = False,
    ) -> int:
        """Note that something is about to be sent; returns the number of this attempt."""
        return self.ledger.open_intent(
            key,
            operation,
            self.now,
            system=self.target.name if system is None else system,
            input_digest=content_digest(sent) if sent else "",
            blind=blind,
        )

    def sample(self, person: str, kind: Sample) -> None:
        """Tell the rules of the person's wave how something went."""
        wave = self.people[person].wave
        if wave is not None:
            self.ledger.sample(wave, kind, self.now)

    def read_target(self) -> None:
        """Read names and ids of the target's profiles and apps: two listings."""
        self.target_profiles = {p.name: p.id for p in self.target.profiles.list()}
        self.target_apps = {a.bundle_id: a.id for a in self.target.apps.list() if a.bundle_id}
        self.is_target_read = True

    def ask(
        self, keys: Iterable[str], question: Question, *, then: Callable[[], None] = _nothing
    ) -> None:
        """Ask people something, then log it and note what follows from it, both or neither.

        Whoever dies in between asks once more: better twice than never. After the move was called off nobody is asked
        to go on with it.
        """
        is_moot = question in _MOVING and self.is_called_off
        people = [] if is_moot else [self.people[key] for key in keys]
        if people:
            self.steering.ask(people, question)
        with self.ledger.together():
            for person in people:
                self.emit("asked", question.value, person=person.key, wave=person.wave)
            then()

    def fail(self, person: str, problem: str) -> None:
        """Give up on a person's phones, with the reason."""
        for row in self.ledger.devices():
            if row.person == person:
                self.ledger.set_device(
                    row.source_id, state=DeviceState.FAILED, problem=problem, since=self.now
                )

    def can(self, tenant: Tenant, capability: Capability) -> bool:
        """Whether the product does it by itself."""
        return tenant.sheet[capability].is_callable

    def of_wave(self, number: int, rows: Sequence[DeviceRow]) -> list[DeviceRow]:
        """The phones of a wave."""
        return [r for r in rows if self.people[r.person].wave == number]


def chunks(items: Sequence[T], size: int) -> Iterator[tuple[int, Sequence[T]]]:
    """Cut a sequence into numbered chunks."""
    for n, start in enumerate(range(0, len(items), size)):
        yield n, items[start : start + size]


def hours(value: float) -> timedelta:
    """A duration in hours."""
    return timedelta(hours=value)
