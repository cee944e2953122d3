"""What can go wrong in a rehearsal, as plays on a stage: the world with both products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from attrs import define, evolve, field, frozen

from ueapi.apple.profiles import read, write
from ueapi.rehearsal.faults import (
    FaultRates,
    Faulty,
    HintForm,
    LaggingNodes,
    OddContent,
    Oddities,
    Oddity,
    Outage,
)
from ueapi.rehearsal.wire import Application
from ueapi.rehearsal.world import Place, World

Line = Faulty | OddContent | LaggingNodes
HOUR: Final = 3600.0
ALL_HINTS: Final = (HintForm.SECONDS, HintForm.DATE, HintForm.RESET, HintForm.NONE)
EDITED_AFTER: Final = 30 * HOUR
"""Seconds from the beginning; staging takes most of a day."""
SHORT_TOKEN: Final = 60
"""Seconds."""


@define(kw_only=True)
class Stage:
    """The world a scenario is played in, once everyone is enrolled at the source."""

    world: World
    source: Place
    target: Place
    lines: list[Line] = field(factory=list)
    """What was put between the products and ueapi, for counting afterwards."""
    mends: list[Callable[[], None]] = field(factory=list)
    """What an operator who looks into a pause sets right, once."""

    def mend(self) -> None:
        """Do what an operator does who looks into a pause."""
        while self.mends:
            self.mends.pop(0)()

    @property
    def places(self) -> tuple[Place, Place]:
        """Both products."""
        return self.source, self.target


@frozen(kw_only=True)
class Scenario:
    """One trouble. `play` installs it; `skew` is how far the products' clocks are ahead of the world's."""

    name: str
    happens: str
    sees: str
    do: str
    play: Callable[[Stage], None] = field(repr=False)
    source_skew: timedelta = timedelta(0)
    target_skew: timedelta = timedelta(0)
    page_rows: int | None = None
    """Rows of a page, where small fleets shall have several."""


def bad_line(rates: FaultRates) -> Callable[[Stage], None]:
    """Both products behind a bad line."""

    def play(stage: Stage) -> None:
        for place in stage.places:
            _wrap(stage, place, partial(_faulty, stage, place, rates, ()))

    return play


def outages(*hours: float, minutes: float) -> Callable[[Stage], None]:
    """The target, then the source, answers 503 to everything for some minutes, at these hours from now."""

    def play(stage: Stage) -> None:
        now = stage.world.clock.now()
        for place, shift in ((stage.target, 0.0), (stage.source, 0.75)):
            times = tuple(Outage(now + timedelta(hours=h + shift), minutes) for h in hours)
            _wrap(stage, place, partial(_faulty, stage, place, FaultRates(), times))

    return play


def odd_answers(rates: Mapping[Oddity, float]) -> Callable[[Stage], None]:
    """Both products answer oddly now and then."""

    def play(stage: Stage) -> None:
        for place in stage.places:
            _wrap(stage, place, partial(_odd, stage, place, Oddities(rates)))

    return play


def lagging(stage: Stage) -> None:
    """Both products are clusters whose nodes lag a minute."""
    for place in stage.places:
        _wrap(stage, place, partial(_lagging, stage, place))


def short_tokens(stage: Stage) -> None:
    """Tokens live a minute."""
    for place in stage.places:
        place.simulator.limit_credentials(SHORT_TOKEN)


def revoked_tokens(stage: Stage) -> None:
    """Every token ends at once, twice a day for a week."""
    for place in stage.places:
        for half_day in range(14):
            after = (1.5 + 12 * half_day) * HOUR
            stage.world.clock.after(after, partial(_revoke, place))


def hand_edits(stage: Stage) -> None:
    """Someone changes a staged policy on the target by hand, while the first people move; the operator mends it."""
    stage.world.clock.after(EDITED_AFTER, partial(_edit, stage))


def _edit(stage: Stage) -> None:
    console = stage.target.simulator.console
    for seed in stage.world.fleet.profiles:
        content = console.profile_content(seed.name)
        changed = _flipped(content) if content else None
        if content and changed:
            console.edit_profile(seed.name, changed)
            stage.mends.append(partial(console.edit_profile, seed.name, content))
            return


def _flipped(content: bytes) -> bytes | None:
    """A profile with its first truth value turned round; `None` when it has none."""
    whole = read(content)
    for place, payload in enumerate(whole.payloads):
        for key, value in payload.content.items():
            if isinstance(value, bool):
                wrong = evolve(payload, content={**payload.content, key: not value})
                payloads = (*whole.payloads[:place], wrong, *whole.payloads[place + 1 :])
                return write(evolve(whole, payloads=payloads))
    return None


def _revoke(place: Place) -> None:
    place.simulator.revoke_credentials()


def storm(stage: Stage) -> None:
    """The bad line, the refusals and the short tokens together."""
    short_tokens(stage)
    bad_line(
        FaultRates(dropped_reply=0.02, unavailable=0.05, too_many=0.05, hint=20, hints=ALL_HINTS)
    )(stage)


def _wrap(stage: Stage, place: Place, make: Callable[[Application], Line]) -> None:
    hosts = stage.world.network.hosts
    line = make(hosts[place.server.host])
    hosts[place.server.host] = line
    stage.lines.append(line)


def _faulty(
    stage: Stage, place: Place, rates: FaultRates, outages: tuple[Outage, ...], app: Application
) -> Faulty:
    rng = stage.world.stream(f"line:{place.server.name}")
    return Faulty(app, rng, rates, clock=stage.world.clock, outages=outages)


def _odd(stage: Stage, place: Place, rates: Oddities, app: Application) -> OddContent:
    rng = stage.world.stream(f"odd:{place.server.name}")
    return OddContent(app, rng, rates, enumerated=place.simulator.enumerated)


def _lagging(stage: Stage, place: Place, app: Application) -> LaggingNodes:
    rng = stage.world.stream(f"nodes:{place.server.name}")
    return LaggingNodes(app, rng, stage.world.clock)
