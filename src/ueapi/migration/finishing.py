"""After sign-in: assign apps, verify from what the phone reports, remind, and close waves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from attrs import frozen

from ueapi.contract import Capability
from ueapi.errors import NotFound, PlanStale
from ueapi.migration.documents import PlannedProfile
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.steering import Question
from ueapi.migration.work import Move, chunks, hours
from ueapi.model import DeviceReport, InstalledApp, Scope

FIRST_LOOK: Final = timedelta(minutes=4)
LONGEST_PAUSE: Final = timedelta(hours=6)


MOST_REMINDERS: Final = 2
_SILENT: Final = (DeviceState.ANNOUNCED, DeviceState.LEFT)


def _arrived(move: Move) -> list[DeviceRow]:
    """Phones that are on the target and were given nothing yet."""
    return [
        r
        for r in move.ledger.devices()
        if r.state is DeviceState.ENROLLED and r.target_id and r.looks == 0 and r.look_at is None
    ]


def assign_profiles(move: Move) -> None:
    """Assign profiles to phones that just arrived, for a target that takes no groups of users: one call for each."""
    wanted = [p for p in move.plan.profiles if p.people]
    if not wanted:
        return
    arrived = _arrived(move)
    for profile in wanted:
        people = frozenset(profile.people)
        rows = [r for r in arrived if r.person in people]
        for _, chunk in chunks(rows, move.plan.policy.chunk):
            _assign_profile(move, profile, chunk)


def _assign_profile(move: Move, profile: PlannedProfile, rows: Sequence[DeviceRow]) -> None:
    name = profile.by_hand or profile.name
    keys = [f"profile:{profile.source_id}:{r.source_id}:{r.target_id}" for r in rows]
    open_ones = [
        (key, r)
        for key, r in zip(keys, rows, strict=True)
        if r.target_id and move.ledger.outcome(key) is None
    ]
    if not open_ones:
        return
    if name not in move.target_profiles:
        raise PlanStale(
            f"the profile {name!r} was on the target and is gone.",
            remedy="Make it again in the console under the same name, then go on.",
        )
    for key, _ in open_ones:
        move.begin(key, "profiles.assign", sent=name)
    devices = tuple(r.target_id for _, r in open_ones if r.target_id)
    move.target.profiles.assign(move.target_profiles[name], Scope(devices=devices))
    for key, _ in open_ones:
        move.ledger.close_intent(key, "assigned", move.now)


def assign_apps(move: Move) -> None:
    """Assign the planned apps to phones that just arrived: one call for all phones with the same apps."""
    by_apps: defaultdict[tuple[str, ...], list[DeviceRow]] = defaultdict(list)
    for row in _arrived(move):
        by_apps[expected_apps(move, row.person)].append(row)
    for bundles, rows in by_apps.items():
        for _, chunk in chunks(rows, move.plan.policy.chunk):
            _assign(move, bundles, chunk)


def _assign(move: Move, bundles: Sequence[str], rows: Sequence[DeviceRow]) -> None:
    ids = [move.target_apps[b] for b in bundles if b in move.target_apps]
    devices = tuple(r.target_id for r in rows if r.target_id)
    for row in rows:
        move.begin(f"apps:{row.source_id}:{row.target_id}", "apps.assign", sent=list(bundles))
    if ids:
        move.target.apps.assign(ids, Scope(devices=devices))
    for row in rows:
        move.ledger.close_intent(f"apps:{row.source_id}:{row.target_id}", "assigned", move.now)
        move.ledger.set_device(row.source_id, look_at=move.now + FIRST_LOOK)


def expected_apps(move: Move, person: str) -> tuple[str, ...]:
    """Bundle ids of the apps this person shall have."""
    return tuple(a.bundle_id for a in move.plan.apps if person in a.people)


def expected_profiles(move: Move, person: str) -> frozenset[str]:
    """Names of the target profiles this person shall have."""
    groups = {g.name for g in move.plan.groups if person in g.members}
    return frozenset(
        p.by_hand or p.name
        for p in move.plan.profiles
        if groups.intersection(p.groups) or person in p.people
    )


def verify_due(move: Move) -> None:
    """Read what each due phone reports; one call a phone, ever less often."""
    for row in move.ledger.devices():
        due = row.look_at is not None and row.look_at <= move.now
        if row.state is DeviceState.ENROLLED and row.target_id and due:
            try:
                report = move.target.devices.report(row.target_id)
            except NotFound:
                # The next listing tells whether the enrollment is gone.
                _look_again(move, row, Missing(profiles=True))
                continue
            _verify(move, row, report)


def _verify(move: Move, row: DeviceRow, report: DeviceReport) -> None:
    missing_profiles = _missing_profiles(move, row, report)
    wanted = expected_apps(move, row.person)
    apps = {b: _app_of(move, b, report.apps or ()) for b in wanted}
    if report.apps is None and wanted:
        missing_apps = list(wanted)
    else:
        missing_apps = [b for b, app in apps.items() if app is None or not app.is_installed]
    if not missing_profiles and not missing_apps:
        with move.ledger.together():
            move.ledger.set_device(
                row.source_id,
                state=DeviceState.VERIFIED,
                since=move.now,
                verified_at=move.now,
                problem=None,
                look_at=None,
            )
            move.emit("verified", "the phone reports everything as planned", person=row.person)
            move.sample(row.person, "ok")
        return
    missing = Missing(
        profiles=bool(missing_profiles),
        is_told=any((found := apps.get(b)) and found.problem for b in missing_apps),
        is_some=len(missing_apps) < len(wanted),
    )
    _look_again(move, row, missing)


def _missing_profiles(move: Move, row: DeviceRow, report: DeviceReport) -> frozenset[str]:
    wanted = expected_profiles(move, row.person)
    if report.profiles is None:
        return wanted
    return wanted - {p.name for p in report.profiles}


def _app_of(move: Move, bundle_id: str, apps: Sequence[InstalledApp]) -> InstalledApp | None:
    name = next(a.name for a in move.plan.apps if a.bundle_id == bundle_id)
    for app in apps:
        if app.bundle_id == bundle_id or (app.bundle_id is None and app.name == name):
            return app
    return None


@frozen(kw_only=True)
class Missing:
    """What a phone still lacks: profiles, or apps, of which the product tells the problem or some are there."""

    profiles: bool = False
    is_told: bool = False
    is_some: bool = False

    @property
    def is_for_person(self) -> bool:
        """Whether the person has to accept or delete something first.

        Some products don't tell. There it is taken to be so if other apps are on the phone: without licenses, or
        without a linked location, none would be.
        """
        return self.is_told or (self.is_some and not self.profiles)


def _look_again(move: Move, row: DeviceRow, missing: Missing) -> None:
    pause = min(FIRST_LOOK * 2 ** min(row.looks, 12), LONGEST_PAUSE)
    problem = None
    if missing.is_told:
        problem = Problem.APP_NOT_INSTALLED
    elif row.looks >= 6:
        problem = Problem.PROFILE_NOT_INSTALLED if missing.profiles else Problem.APP_NOT_INSTALLED
    fresh = problem is not None and row.problem != problem
    asks = fresh and problem is Problem.APP_NOT_INSTALLED
    if asks:
        move.ask([row.person], Question.ACCEPT_APP)
    with move.ledger.together():
        if fresh and not missing.is_for_person:
            # What a person has to accept or delete first is no fault of the move.
            move.sample(row.person, "error")
        if asks:
            move.emit(str(problem), "an app is missing on the phone", person=row.person)
        move.ledger.set_device(
            row.source_id,
            look_at=move.now + pause,
            looks=row.looks + 1,
            problem=problem,
            asked_at=move.now if asks else row.asked_at,
        )
    if not asks and problem is Problem.APP_NOT_INSTALLED and row.looks % 3 == 2:
        # Some products don't tell why an app is missing: after so many looks it counts as refused there, too.
        _assign_again(move, row)


def _assign_again(move: Move, row: DeviceRow) -> None:
    """Offer the apps once more, since a refused installation is not repeated by itself."""
    ids = [move.target_apps[b] for b in expected_apps(move, row.person) if b in move.target_apps]
    if ids and row.target_id and move.can(move.target, Capability.APPS_ASSIGN):
        move.target.apps.assign(ids, Scope(devices=(row.target_id,)))


def remind(move: Move, states: Collection[DeviceState] = _SILENT) -> None:
    """Ask silent people again, as far as they are in one of these states."""
    after = hours(move.plan.policy.remind_after)
    for row in move.ledger.devices():
        since = row.asked_at or row.since
        if row.state not in states or move.now - since < after:
            continue
        if row.asked >= MOST_REMINDERS:
            continue
        left = row.state is DeviceState.LEFT
        question = Question.SIGN_IN if left else Question.REMIND
        if row.problem == Problem.WRONG_ENROLLMENT:
            question = Question.WRONG_ENROLLMENT
        if row.problem == Problem.BACK_AT_SOURCE:
            question = Question.MOVE
        problem = row.problem or (Problem.NOT_SIGNED_IN if left else Problem.NO_ANSWER)
        move.ask([row.person], question)
        move.ledger.set_device(
            row.source_id, asked_at=move.now, asked=row.asked + 1, problem=problem
        )


def escalate(move: Move) -> None:
    """Tell, once, of people who stay silent whatever they are asked."""
    after = hours(move.plan.policy.escalate_after)
    for row in move.ledger.devices():
        is_silent = row.state is DeviceState.ANNOUNCED and row.left_by is None
        if is_silent and row.escalated_at is None and move.now - row.since >= after:
            move.ask([row.person], Question.ESCALATE)
            move.ledger.set_device(row.source_id, escalated_at=move.now, now=move.now)
