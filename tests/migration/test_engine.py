"""Promises of applying a plan: stopped anywhere it goes on, does nothing twice, and releases nothing too early."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from ueapi import migration
from ueapi.errors import PlanRefused, PlanStale, RateLimited, Unavailable, Unreachable
from ueapi.migration.documents import Plan, PlannedPerson, Task
from ueapi.migration.engine import LONGEST_WAIT, SHORT_PAUSE
from ueapi.migration.rehearse import Rehearsal, people_by_key
from ueapi.migration.reporting import Report
from ueapi.migration.steering import Question, Steering
from ueapi.model import GroupDraft
from ueapi.plugins import Registry
from ueapi.rehearsal.enrolling.domain import Domain, Handover
from ueapi.rehearsal.enrolling.service import BYOD
from ueapi.rehearsal.faults import FaultRates, Faulty
from ueapi.rehearsal.fleet import Habit
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.wire import Application, Message, Receive, Send

USERS = 10
SEED = 5


def world(users: int = USERS) -> tuple[Rehearsal, Plan]:
    rehearsal = Rehearsal.of(
        Registry.installed(), source="jamf", target="hexnode", users=users, seed=SEED
    )
    plan = rehearsal.plan(*rehearsal.snapshots())
    rehearsal._people = people_by_key(plan, rehearsal.world)
    return rehearsal, plan


def applying(
    rehearsal: Rehearsal,
    plan: Plan,
    ledger: str,
    *,
    follow: bool = True,
    steering: Steering | None = None,
) -> Generator[migration.Event]:
    """A run of its own: new tenants and a new ledger on the same world, as after a stop."""
    at = rehearsal.world.tenant
    signpost = rehearsal.signpost(Path(ledger.removeprefix("sqlite:///")).parent)
    yield from migration.apply(
        plan,
        source=at(rehearsal.registry, rehearsal.source, "old"),
        target=at(rehearsal.registry, rehearsal.target, "new"),
        ledger=ledger,
        clock=rehearsal.world.clock,
        steering=steering or rehearsal,
        signpost=signpost,
        follow=follow,
    )


def outcome(report: Report) -> tuple[object, ...]:
    """What a report says of people, without times and numbers of requests."""
    return (
        report.users,
        report.devices,
        report.reasons,
        report.device_reasons,
        report.losses,
        [(w.number, w.state, w.phones, w.left, w.verified) for w in report.waves],
    )


def balances(report: Report) -> bool:
    return all(
        c.total == c.moved + c.waiting + c.excluded + c.failed
        for c in (report.users, report.devices)
    )


def assert_nothing_twice(rehearsal: Rehearsal, plan: Plan) -> None:
    made = Counter(e.route for e in rehearsal.target.simulator.log.changing() if e.method == "POST")
    moving = [p for p in plan.people if p.exclusion is None]
    target = rehearsal.new
    users = [u.managed_apple_id.key for u in target.users.list() if u.managed_apple_id]
    profiles = [p.name for p in target.profiles.list()]
    groups = [g.name for g in target.groups.list()]
    assert made["/api/v1/users/"] == len(moving)
    for names in (users, profiles, groups):
        assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Report:
    rehearsal, plan = world()
    ledger = f"sqlite:///{tmp_path_factory.mktemp('whole') / 'move.db'}"
    for _ in applying(rehearsal, plan, ledger):
        pass
    return migration.status(ledger)


@pytest.mark.parametrize("every", [1, 4, 11])
def test_stopped_at_every_kth_event_it_comes_to_the_same_end(
    every: int, uninterrupted: Report, tmp_path: Path
) -> None:
    rehearsal, plan = world()
    ledger = f"sqlite:///{tmp_path / 'move.db'}"
    is_closed, stops = False, 0

    while not is_closed:
        events = applying(rehearsal, plan, ledger)
        for n, _ in enumerate(events, start=1):
            if n == every:
                break
        else:
            is_closed = True
        events.close()
        stops += 1
        assert balances(migration.status(ledger))

    assert stops > 2
    assert outcome(migration.status(ledger)) == outcome(uninterrupted)
    assert_nothing_twice(rehearsal, plan)


def held(rehearsal: Rehearsal, person: VirtualPerson) -> int:
    location = rehearsal.source.server.location
    apple = rehearsal.world.apple
    return sum(apple.holds(location, app, person.account) for app in apple.store_ids(location))


def test_licenses_of_two_phones_are_released_after_the_second_left(tmp_path: Path) -> None:
    rehearsal, plan = world()
    owner = next(p for p in plan.people if len(p.devices) == 2)
    person = rehearsal._people[owner.key]
    left = 0
    assert held(rehearsal, person) > 0

    for event in applying(rehearsal, plan, f"sqlite:///{tmp_path / 'move.db'}"):
        if event.person != owner.key:
            continue
        if event.kind == "left":
            left += 1
        if event.kind == "released":
            break
        if left == 1:
            assert held(rehearsal, person) > 0

    assert left == 2
    assert not any(p.enrollment and p.enrollment.server is person.old for p in person.phones)


class Refusing:
    """The target behind a gate that answers `status` for a number of requests of its API, or for all."""

    def __init__(self, application: Application, status: int, requests: int) -> None:
        self.application, self.status, self.left = application, status, requests

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        is_api = str(scope["path"]).startswith("/api/")
        if not is_api or self.left <= 0:
            await self.application(scope, receive, send)
            return
        self.left -= 1
        if not self.status:
            raise ConnectionError("nobody there")
        headers = [(b"retry-after", b"10800")] if self.status == 429 else []
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


FAULTS = [(429, RateLimited), (503, Unavailable), (0, Unreachable)]


def begun(tmp_path: Path, status: int, requests: int) -> tuple[Rehearsal, Plan, str]:
    """A move whose first wave moves, with the target failing from then on."""
    rehearsal, plan = world()
    ledger = f"sqlite:///{tmp_path / 'move.db'}"
    events = applying(rehearsal, plan, ledger)
    for event in events:
        if event.kind == "wave":
            break
    events.close()
    host = rehearsal.target.server.host
    hosts = rehearsal.world.network.hosts
    hosts[host] = Refusing(hosts[host], status, requests)
    return rehearsal, plan, ledger


@pytest.mark.parametrize(("status", "error"), FAULTS)
def test_a_passing_fault_ends_a_single_run_and_leaves_it_resumable(
    status: int, error: type[Exception], tmp_path: Path
) -> None:
    rehearsal, plan, ledger = begun(tmp_path, status, 10_000)

    with pytest.raises(error):
        list(applying(rehearsal, plan, ledger, follow=False))

    assert balances(migration.status(ledger))


@pytest.mark.parametrize(("status", "error"), FAULTS)
def test_a_passing_fault_only_delays_a_move_that_is_followed(
    status: int, error: type[Exception], uninterrupted: Report, tmp_path: Path
) -> None:
    rehearsal, plan, ledger = begun(tmp_path, status, 12)

    events = list(applying(rehearsal, plan, ledger))

    postponed = [i for i, e in enumerate(events) if e.kind == "postponed"]
    assert postponed
    waited = events[postponed[0] + 1].at - events[postponed[0]].at
    assert waited >= 2 * SHORT_PAUSE
    if status == 429:
        assert waited > LONGEST_WAIT
    assert migration.status(ledger).users == uninterrupted.users


def test_swapped_tenants_are_refused_also_when_going_on(tmp_path: Path) -> None:
    rehearsal, plan = world()
    ledger = f"sqlite:///{tmp_path / 'move.db'}"
    events = applying(rehearsal, plan, ledger)
    next(events)
    events.close()

    with pytest.raises(PlanRefused, match="'old'"):
        list(migration.apply(plan, source=rehearsal.new, target=rehearsal.old, ledger=ledger))

    assert rehearsal.target.simulator.log.changing() == []


def test_a_group_of_a_planned_name_that_appeared_since_stops_the_move(tmp_path: Path) -> None:
    rehearsal, plan = world()
    name = plan.groups[0].name
    rehearsal.new.groups.ensure(GroupDraft(name=name, of="users"))

    with pytest.raises(PlanStale, match="target:group"):
        list(applying(rehearsal, plan, f"sqlite:///{tmp_path / 'move.db'}"))


class Forgetful:
    """The source, whose listings of devices name nobody and say so in their totals."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] != LISTING or b"filter" in scope["query_string"]:
            await self.application(scope, receive, send)
            return
        body = json.dumps({"totalCount": 0, "results": []}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


LISTING = "/api/v2/mobile-devices/detail"


def test_phones_missing_from_a_listing_are_not_taken_for_gone(tmp_path: Path) -> None:
    rehearsal, plan, ledger = begun(tmp_path, 200, 0)
    hosts = rehearsal.world.network.hosts
    hosts[rehearsal.source.server.host] = Forgetful(hosts[rehearsal.source.server.host])
    assert list(rehearsal.old.devices.list()) == []

    events = list(applying(rehearsal, plan, ledger, follow=False))

    assert not {"left", "released"} & {e.kind for e in events}
    assert all(w.left == 0 for w in migration.status(ledger).waves)


def test_lost_replies_to_writes_make_nothing_twice(tmp_path: Path) -> None:
    rehearsal, plan = world()
    hosts = rehearsal.world.network.hosts
    for place in (rehearsal.source, rehearsal.target):
        hosts[place.server.host] = Faulty(
            hosts[place.server.host],
            rehearsal.world.stream("faults"),
            FaultRates(dropped_reply=0.5),
        )
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    for _ in applying(rehearsal, plan, ledger):
        pass

    report = migration.status(ledger)
    assert report.users.moved > 0
    assert balances(report)
    assert_nothing_twice(rehearsal, plan)


class Dying:
    """A messenger with whom the process ends the first time people are asked to move."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.asked: list[str] = []
        self.has_died = False

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        if question is Question.MOVE and not self.has_died:
            self.has_died = True
            raise KeyboardInterrupt
        self.asked += [p.key for p in people if question is Question.MOVE]
        self.rehearsal.ask(people, question)

    def task(self, task: Task, remark: str) -> None:
        self.rehearsal.task(task, remark)

    def reported(self) -> frozenset[str]:
        return self.rehearsal.reported()


def test_whoever_a_stop_kept_from_being_asked_is_asked_on_going_on(tmp_path: Path) -> None:
    rehearsal, plan = world()
    ledger = f"sqlite:///{tmp_path / 'move.db'}"
    dying = Dying(rehearsal)
    with pytest.raises(KeyboardInterrupt):
        list(applying(rehearsal, plan, ledger, steering=dying))

    for _ in applying(rehearsal, plan, ledger, steering=dying):
        pass

    moving = sorted(p.key for p in plan.people if p.exclusion is None)
    assert sorted(dying.asked) == moving


class Astray:
    """The people's domain, where somebody else's rule leads one person to the old product."""

    def __init__(self, answers: Application, address: str, host: str) -> None:
        self._answers, self._asked = answers, quote(address).encode()
        self._astray = Domain(lambda _: f"https://{host}{BYOD}")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        mine = self._asked in scope["query_string"]
        await (self._astray if mine else self._answers)(scope, receive, send)


def test_someone_who_signs_in_to_the_old_product_again_is_seen_and_asked(tmp_path: Path) -> None:
    rehearsal, plan = world()
    person = next(
        p
        for p in rehearsal.world.people.values()
        if p.person.habit is Habit.PROMPT and p.person.oddity is None
    )
    key = next(p.key for p in plan.people if p.username == person.person.username)
    ledger = f"sqlite:///{tmp_path / 'move.db'}"

    moving = applying(rehearsal, plan, ledger)
    begun, domain = next(moving), rehearsal.world.domain
    assert isinstance(domain, Handover)
    domain.after = Astray(domain.after, person.typed, rehearsal.source.server.host)
    events = [begun, *moving]

    found = migration.who(ledger, key)
    assert (found.state, found.reason) == ("waiting", "back-at-source")
    assert [e.kind for e in events if e.person == key].count("back-at-source") == 1
    assert migration.status(ledger).users.failed == 0
