"""A whole move from any product to any other, and every promise about its end that came out broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from ueapi import migration
from ueapi.migration.documents import Plan, PlannedPerson
from ueapi.migration.ledger import Ledger
from ueapi.migration.rehearse import LEDGER_FILE, Rehearsal, people_by_key
from ueapi.migration.reporting import PersonStatus, Report
from ueapi.model import EnrollmentState, Snapshot
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Mix, Person
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.world import Place
from ueapi.testing.facts import taken

DIRECTIONS: Final = (
    ("jamf", "hexnode"),
    ("jamf", "maas360"),
    ("hexnode", "jamf"),
    ("hexnode", "maas360"),
    ("maas360", "jamf"),
    ("maas360", "hexnode"),
)
MOST_NAMED: Final = 3
"""People a broken promise names."""


@frozen(kw_only=True)
class Moved:
    """A move that ended, what both products and Apple hold after it, and what each person was made to do."""

    rehearsal: Rehearsal
    plan: Plan
    report: Report
    target: Snapshot
    states: dict[str, PersonStatus]
    people: dict[str, VirtualPerson]
    """The virtual people behind those who are planned to move."""

    @property
    def done(self) -> Iterator[tuple[PlannedPerson, VirtualPerson]]:
        """Whoever moved with all phones."""
        for planned in self.plan.people:
            if self.states[planned.key].state == "moved":
                yield planned, self.people[planned.key]


def moved(
    source: str, target: str, out: Path, *, users: int, seed: int, mix: Mix | None = None
) -> Moved:
    """Rehearse the move to its end; files land in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    rehearsal = Rehearsal.of(
        Registry.installed(), source=source, target=target, users=users, seed=seed, mix=mix
    )
    plan = rehearsal.plan(*rehearsal.snapshots())
    for _ in rehearsal.apply(plan, out):
        pass
    report = rehearsal.report(out)
    with Ledger(f"sqlite:///{out / LEDGER_FILE}", may_write=False) as ledger:
        states = {p.key: migration.who(ledger, p.key) for p in plan.people}
    return Moved(
        rehearsal=rehearsal,
        plan=plan,
        report=report,
        target=taken(rehearsal.new),
        states=states,
        people=people_by_key(plan, rehearsal.world),
    )


def broken(found: Moved) -> list[str]:
    """Every promise that this move broke, in a sentence; empty after a good one."""
    return [
        *_unbalanced(found),
        *_unexplained(found),
        *_doubled(found),
        *_doubled_phones(found),
        *_seats(found),
        *_left_behind(found),
    ]


def _unbalanced(found: Moved) -> Iterator[str]:
    world = found.rehearsal.world
    counts = (
        ("people", found.report.users, len(world.fleet.people)),
        ("phones", found.report.devices, len(world.phones)),
    )
    for name, count, there in counts:
        if count.total != count.moved + count.waiting + count.excluded + count.failed:
            yield f"the {name} don't balance: {count}"
        if count.total != there:
            yield f"{there} {name} are in the fleet, and {count.total} in the report"
        if count.failed:
            yield f"{count.failed} {name} failed"
    if not found.report.is_closed:
        yield "a wave is still open"


def _unexplained(found: Moved) -> Iterator[str]:
    """Whoever waits or stays was made that way by the fleet, and has a reason."""
    for planned in found.plan.people:
        status = found.states[planned.key]
        if status.state == "moved":
            continue
        if status.reason is None:
            yield f"{planned.key} is {status.state} without a reason"
        if status.state == "waiting" and not found.people[planned.key].never_finishes:
            yield f"{planned.key} waits ({status.reason}) and would have finished"
        if status.state == "excluded" and not any(p.oddity for p in _records(found, planned)):
            yield f"{planned.key} stays ({status.reason}) and nothing is odd about them"


def _records(found: Moved, planned: PlannedPerson) -> Iterator[Person]:
    """The records of the fleet a planned person may be; products show different fields of them."""
    account = planned.managed_apple_id.key if planned.managed_apple_id else None
    for person in found.rehearsal.world.fleet.people:
        theirs = (person.managed_apple_id or "").casefold() or None
        if person.name == planned.name or (account is not None and account == theirs):
            yield person


def _doubled(found: Moved) -> Iterator[str]:
    target = found.target
    lists: dict[str, Iterable[str]] = {
        "person": (u.managed_apple_id.key for u in target.users if u.managed_apple_id),
        "profile": (p.name for p in target.profiles),
        "group": (f"{g.of} {g.name}" for g in target.groups),
        "app": (a.bundle_id for a in target.apps if a.bundle_id),
    }
    for kind, names in lists.items():
        for name, number in Counter(names).items():
            if number > 1:
                yield f"the {kind} {name!r} is on the target {number} times"


def _doubled_phones(found: Moved) -> Iterator[str]:
    """As many phones are enrolled on the target as there are: none has a second living record."""
    server = found.rehearsal.target.server
    real = sum(
        1
        for phone in found.rehearsal.world.phones.values()
        if phone.enrollment is not None and phone.enrollment.server is server
    )
    shown = sum(d.enrollment.state is EnrollmentState.ENROLLED for d in found.target.devices)
    if shown != real:
        yield f"{real} phones are enrolled on the target, which shows {shown}"


def _seats(found: Moved) -> Iterator[str]:
    """On the target a license for each planned app and arrived person; on the source none for who has moved."""
    apple = found.rehearsal.world.apple
    planned = {a.bundle_id: frozenset(a.people) for a in found.plan.apps}
    accounts = {p.managed_apple_id.key: p.key for p in found.plan.people if p.managed_apple_id}
    here = found.rehearsal.target.server.location
    for store_id in apple.store_ids(here):
        app = apple.app(store_id)
        meant = planned.get(app.bundle_id, frozenset()) if app else frozenset()
        extra = [a for a in apple.holders(here, store_id) if accounts.get(a) not in meant]
        if extra:
            yield f"{len(extra)} hold a license of {store_id} on the target that isn't theirs"
    gone = {p.managed_apple_id.key for p, _ in found.done if p.managed_apple_id}
    yield from _kept_seats(found.rehearsal, found.rehearsal.source, gone)


def _kept_seats(rehearsal: Rehearsal, place: Place, gone: set[str]) -> Iterator[str]:
    apple, old = rehearsal.world.apple, place.server.location
    for store_id in apple.store_ids(old):
        kept = sorted(gone & apple.holders(old, store_id))
        if kept:
            named = ", ".join(kept[:MOST_NAMED])
            yield f"{len(kept)} moved and hold a license of {store_id} on the source: {named}"


def _left_behind(found: Moved) -> Iterator[str]:
    """Whoever is reported as moved has each phone on the target, with the apps of the plan."""
    server = found.rehearsal.target.server
    for planned, person in found.done:
        wanted = {a.bundle_id for a in found.plan.apps if planned.key in a.people}
        for phone in person.phones:
            if phone.enrollment is None or phone.enrollment.server is not server:
                yield f"a phone of {planned.key} isn't on the target"
            elif not phone.enrollment.kind.is_user_enrollment:
                yield f"a phone of {planned.key} is enrolled, and not by User Enrollment"
            elif missing := wanted - set(phone.enrollment.contents.apps):
                yield f"a phone of {planned.key} has not {', '.join(sorted(missing))}"
