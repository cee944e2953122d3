"""Watching people move: one listing of each tenant tells who left and who arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ueapi.contract import Capability
from ueapi.errors import NotFound
from ueapi.migration.pairing import ask_once, fits, match_arrivals
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState, WaveState
from ueapi.migration.steering import Question
from ueapi.migration.work import Move, chunks
from ueapi.model import Device, EnrollmentKind, EnrollmentState, UserLink

_OPEN = (DeviceState.ANNOUNCED, DeviceState.LEFT, DeviceState.ENROLLED)


SOURCE_PAUSE: Final = timedelta(minutes=30)
"""Between two listings of the source. Who left is known sooner when they arrive, and that is what matters to them."""
HIDDEN_PAUSE: Final = timedelta(minutes=10)
"""The same for a product that doesn't say when an enrollment ended: it is told from the last look before."""
QUIET_PAUSE: Final = timedelta(hours=1)
"""The same for any product while nobody was asked or left lately: a listing costs as many requests then."""
FRESH: Final = timedelta(hours=4)
"""How long someone who was asked, or who left, is expected any minute."""


def look(move: Move) -> None:
    """List the target, and the source when it is time again, and move everyone's state on."""
    if not any(r.state in _OPEN for r in move.ledger.devices()):
        return
    if move.plan.reenrolls:
        _look_once(move)
        return
    if _source_is_due(move):
        _look_at_source(move)
    _note_arrivals(move, move.target.devices.list())


def _look_once(move: Move) -> None:
    """Within one product a single listing tells both who left and who arrived."""
    began, listed = move.now, list(move.source.devices.list())
    there = {d.id: d for d in listed}
    _note_renewals(move, there)
    _note_leaving(move, there)
    move.ledger.note_look(began)
    move.confirmed.clear()
    _note_arrivals(move, listed)


def _note_renewals(move: Move, there: Mapping[str, Device]) -> None:
    """A product may go on with the old record for a new enrollment: then the phone left, and arrived."""
    for row in move.ledger.devices():
        device = there.get(row.source_id)
        if (
            row.state is not DeviceState.ANNOUNCED
            or device is None
            or not _is_renewed(move, device)
        ):
            continue
        left = device.enrollment.since or move.now
        with move.ledger.together():
            move.ledger.set_device(
                row.source_id,
                state=DeviceState.LEFT,
                since=move.now,
                left_at=left,
                problem=None,
                left_by=row.left_by or "person",
            )
            move.emit("left", "the record is enrolled anew", person=row.person, actor="person")


def _is_renewed(move: Move, device: Device) -> bool:
    """Whether a record of the plan, none of which was account-driven for sure, is now."""
    enrollment, planned_at = device.enrollment, move.plan.source.taken_at
    if enrollment.state is not EnrollmentState.ENROLLED or not enrollment.kind.is_user_enrollment:
        return False
    if enrollment.kind is EnrollmentKind.USER:
        return enrollment.since is not None and enrollment.since > planned_at
    return enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER


def _source_is_due(move: Move) -> bool:
    last = move.ledger.looked_at()
    if last is None:
        return True
    busy = HIDDEN_PAUSE if move.hides_ends else SOURCE_PAUSE
    is_quiet = not is_busy(move) and not any(
        _awaits_release(move, row) and _is_fresh(move, row.left_at) for row in move.ledger.devices()
    )
    return move.now - last >= (QUIET_PAUSE if is_quiet else busy)


def is_busy(move: Move) -> bool:
    """Whether somebody was asked, or left, less than `FRESH` ago."""
    since = (
        row.left_at if row.state is DeviceState.LEFT else row.since
        for row in move.ledger.devices()
        if row.state in (DeviceState.ANNOUNCED, DeviceState.LEFT)
    )
    return any(_is_fresh(move, at) for at in since)


def _is_fresh(move: Move, at: datetime | None) -> bool:
    return at is not None and move.now - at < FRESH


def _awaits_release(move: Move, row: DeviceRow) -> bool:
    """Whether a phone arrived whose person's old licenses are still held."""
    return (
        row.state in (DeviceState.ENROLLED, DeviceState.VERIFIED)
        and move.can(move.source, Capability.LICENSES_UNASSIGN)
        and move.ledger.outcome(f"release:{row.person}") is None
    )


def catch_up(move: Move, rows: Sequence[DeviceRow]) -> None:
    """Before a wave closes: list the source once more if old licenses of those who arrived are still held."""
    if not move.plan.reenrolls and any(_awaits_release(move, row) for row in rows):
        _look_at_source(move)


def _look_at_source(move: Move) -> None:
    began = move.now
    there = {d.id: d for d in move.source.devices.list()}
    _note_leaving(move, there)
    _note_returns(move, there.values())
    _release_licenses(move, there.values())
    move.ledger.note_look(began)
    move.confirmed.clear()


def still_enrolled(move: Move, rows: Sequence[DeviceRow]) -> frozenset[str]:
    """Which of these phones are under their old enrollment now; one listing, and a call for each it doesn't name."""
    there = {d.id: d for d in move.source.devices.list()}
    found = ((r.source_id, there.get(r.source_id) or _read_alone(move, r.source_id)) for r in rows)
    return frozenset(
        source_id
        for source_id, device in found
        if device is not None and device.enrollment.state is EnrollmentState.ENROLLED
    )


def _note_leaving(move: Move, there: Mapping[str, Device]) -> None:
    for row in move.ledger.devices():
        if row.state is DeviceState.ANNOUNCED:
            _note_left(move, row, there.get(row.source_id) or _read_alone(move, row.source_id))


def _note_left(move: Move, row: DeviceRow, device: Device | None) -> None:
    """Note that a phone left, if it did."""
    if device is not None and device.enrollment.state is EnrollmentState.ENROLLED:
        return
    ended = device.enrollment.ended if device else None
    if device is not None and ended is None:
        move.hides_ends = True
    by_server = row.left_by == "server"
    if by_server:
        move.ask([row.person], Question.SIGN_IN)
    with move.ledger.together():
        move.ledger.set_device(
            row.source_id,
            state=DeviceState.LEFT,
            since=move.now,
            left_at=ended or _last_seen(move, row, device),
            problem=None,
            left_by=row.left_by or "person",
        )
        actor = "ueapi" if by_server else "person"
        move.emit("left", "the old enrollment is gone", person=row.person, actor=actor)


def _confirm_leaving(move: Move, rows: Sequence[DeviceRow], fresh: Sequence[Device]) -> None:
    """A new enrollment tells that its owner left: read their old phones alone, once for each new enrollment."""
    ids = {device.id for device in fresh}
    asked = [r for r in rows if r.state is DeviceState.ANNOUNCED]
    if not asked or ids <= move.confirmed:
        return
    if not move.can(move.source, Capability.DEVICES_GET):
        _look_at_source(move)
        return
    move.confirmed |= ids
    for row in asked:
        _note_left(move, row, _read_alone(move, row.source_id))


def _note_returns(move: Move, there: Iterable[Device]) -> None:
    """Someone who left and signed in to the old product again is asked to move once more."""
    planned = {d.id for p in move.plan.people for d in p.devices}
    fresh = [
        d
        for d in there
        if d.id not in planned
        and d.id not in move.plan.left_out
        and d.user
        and d.enrollment.state is EnrollmentState.ENROLLED
        and d.enrollment.kind.is_user_enrollment
    ]
    for row in move.ledger.devices():
        if row.state is not DeviceState.LEFT:
            continue
        mine = [d for d in fresh if d.user and _owns(move, row.person, [d.user])]
        if any(fits(move, row.person, row, d) for d in mine):
            ask_once(move, [row], Problem.BACK_AT_SOURCE, Question.MOVE)
        elif row.problem == Problem.BACK_AT_SOURCE:
            move.ledger.set_device(row.source_id, problem=None)


def _read_alone(move: Move, device_id: str) -> Device | None:
    """The phone a listing doesn't name: a list that changes while it is read can miss a row."""
    if not move.can(move.source, Capability.DEVICES_GET):
        return None
    try:
        return move.source.devices.get(device_id)
    except NotFound:
        return None


def _last_seen(move: Move, row: DeviceRow, device: Device | None) -> datetime:
    """When the phone was last seen under its old enrollment, by us or by a product that doesn't say when it ended.

    The phone left after that; so the time without work is never reported shorter than it was.
    """
    told = device.last_seen if device else None
    return max(move.ledger.looked_at() or row.since, row.since, min(told or row.since, move.now))


def _release_licenses(move: Move, there: Iterable[Device]) -> None:
    """Release a person's old licenses once their last old enrollment, of any kind, is gone."""
    still = [d.user for d in there if d.user and d.enrollment.state is EnrollmentState.ENROLLED]
    by_person: defaultdict[str, list[DeviceRow]] = defaultdict(list)
    for row in move.ledger.devices():
        by_person[row.person].append(row)
    waiting = (DeviceState.PLANNED, DeviceState.ANNOUNCED, DeviceState.FAILED)
    gone = [
        person
        for person, rows in by_person.items()
        if not any(r.state in waiting for r in rows)
        and move.ledger.outcome(f"release:{person}") is None
        and not _owns(move, person, still)
    ]
    for _, chunk in chunks(gone, move.plan.policy.chunk):
        _release(move, chunk)


def _owns(move: Move, person: str, links: Iterable[UserLink]) -> bool:
    planned = move.people[person]
    name = (planned.username or "").casefold()
    return any(
        planned.source_id == k.id or (k.id is None and (k.username or "").casefold() == name)
        for k in links
    )


def _release(move: Move, people: Sequence[str]) -> None:
    if not move.can(move.source, Capability.LICENSES_UNASSIGN):
        return
    ids = [move.people[p].source_id for p in people]
    for person in people:
        move.begin(f"release:{person}", "licenses.unassign", system=move.source.name, sent=person)
    move.source.licenses.unassign(ids)
    for person in people:
        move.ledger.close_intent(f"release:{person}", "released", move.now)
        move.emit("released", "the old licenses are released", person=person)


def _note_arrivals(move: Move, listed: Iterable[Device]) -> None:
    rows = _open_rows(move)
    by_user = _target_users(move, {row.person for row in rows})
    arrived: defaultdict[str, list[Device]] = defaultdict(list)
    for device in listed:
        link = device.user
        person = link and (by_user.get(f"id:{link.id}") or by_user.get(f"name:{link.username}"))
        if person:
            arrived[person].append(device)
    fresh = _fresh(move, arrived)
    for person, mine in _by_person(rows).items():
        _lost_again(move, mine, arrived[person])
        if person in fresh:
            _confirm_leaving(move, mine, fresh[person])
    for person, mine in _by_person(_open_rows(move)).items():
        left = [r for r in mine if r.state is DeviceState.LEFT]
        if left and person in fresh:
            match_arrivals(move, person, left, fresh[person])


def _fresh(move: Move, arrived: Mapping[str, Sequence[Device]]) -> dict[str, list[Device]]:
    """Enrollments on the target that belong to no phone of the move yet, by person."""
    taken = {r.target_id for r in move.ledger.devices() if r.target_id}
    known = _known_before(move)
    found: defaultdict[str, list[Device]] = defaultdict(list)
    for person, devices in arrived.items():
        for device in devices:
            if device.id in taken or device.enrollment.state is not EnrollmentState.ENROLLED:
                continue
            if device.id not in known or _is_renewed(move, device):
                found[person].append(device)
    return dict(found)


def _known_before(move: Move) -> frozenset[str]:
    """Within one product: the records the plan knows, none of which is a new enrollment by being there."""
    if not move.plan.reenrolls:
        return frozenset()
    planned = (d.id for p in move.plan.people for d in p.devices)
    return frozenset((*planned, *move.plan.left_out))


def _open_rows(move: Move) -> list[DeviceRow]:
    """Phones to watch: whoever is on the way, and whoever arrived while their wave is open."""
    closed = {n for n, state in move.ledger.wave_states().items() if state is WaveState.CLOSED}
    return [
        r
        for r in move.ledger.devices()
        if r.state in _OPEN
        or (r.state is DeviceState.VERIFIED and move.people[r.person].wave not in closed)
    ]


def _by_person(rows: Iterable[DeviceRow]) -> dict[str, list[DeviceRow]]:
    found: defaultdict[str, list[DeviceRow]] = defaultdict(list)
    for row in rows:
        found[row.person].append(row)
    return found


def _target_users(move: Move, people: Iterable[str]) -> dict[str, str]:
    """Target user, as `id:…` and `name:…`, → person key.

    Read again after each wave's users were made, and as long as one of `people` is missing: a product's node may not
    have heard of a new user yet.
    """
    if not move.target_users or not set(people) <= set(move.target_users.values()):
        move.target_users = _read_target_users(move)
    return move.target_users


def _read_target_users(move: Move) -> dict[str, str]:
    wanted = {
        p.managed_apple_id.key: p.key
        for p in move.plan.people
        if p.exclusion is None and p.managed_apple_id
    }
    found: dict[str, str] = {}
    for user in move.target.users.list():
        key = user.managed_apple_id and wanted.get(user.managed_apple_id.key)
        if key:
            found[f"id:{user.id}"] = key
            if user.username:
                found[f"name:{user.username}"] = key
    return found


def _lost_again(move: Move, rows: Sequence[DeviceRow], arrived: Sequence[Device]) -> None:
    active = {d.id for d in arrived if d.enrollment.state is EnrollmentState.ENROLLED}
    for row in rows:
        arrived_before = row.state in (DeviceState.ENROLLED, DeviceState.VERIFIED)
        if not arrived_before or row.target_id in active or _is_there(move, row.target_id):
            continue
        move.ask([row.person], Question.SIGN_IN)
        with move.ledger.together():
            move.ledger.set_device(
                row.source_id,
                state=DeviceState.LEFT,
                since=move.now,
                target_id=None,
                enrolled_at=None,
                verified_at=None,
                look_at=None,
                looks=0,
                problem=Problem.SIGNED_OUT,
            )
            move.emit("signed-out", "the new enrollment is gone", person=row.person, actor="person")


def _is_there(move: Move, target_id: str | None) -> bool:
    """Whether an enrollment that a listing doesn't name is there all the same: read alone, where that is possible."""
    if target_id is None or not move.can(move.target, Capability.DEVICES_GET):
        return False
    try:
        device = move.target.devices.get(target_id)
    except NotFound:
        return False
    return device.enrollment.state is EnrollmentState.ENROLLED
