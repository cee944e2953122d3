"""Before people are asked: judging whether it would work for them, and holding back those for whom it wouldn't.

It takes what the plan knows of the source, one listing of the target's users, and one of its licenses where it has any:
the number of calls doesn't grow with the people. What nobody can see holds nobody back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import ValidationError

from ueapi.contract import Capability
from ueapi.errors import UsageError
from ueapi.migration.documents import PlannedPerson, Wave
from ueapi.migration.ledger import Ledger
from ueapi.migration.licensing import store_id_of
from ueapi.migration.policy import Policy
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState, WaveState
from ueapi.migration.unready import FREED, NOTHING, Hold, hold_of, key_of
from ueapi.migration.work import Move
from ueapi.model import (
    AppKind,
    Device,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    Origin,
    Ref,
    User,
    UserLink,
)
from ueapi.readiness import (
    Check,
    Directory,
    Facts,
    Finding,
    Invitee,
    Readiness,
    Standing,
    read_seats,
    ready,
    tally,
)

AGAIN: Final = timedelta(hours=6)
"""Between two looks whether what holds people back has gone."""
_UNSEEN: Final = {
    Check.DOMAIN: "nobody said which domains are federated; read them in Apple Business Manager, and name them in the"
    " policy",
    Check.LICENSES: "free seats can't be read; compare those in Apple Business Manager with the people who move",
    Check.CONDITIONAL_ACCESS: "a rule of the identity provider that demands a managed device would refuse the sign-in;"
    " have its administrator leave that out of such rules",
}
"""Checks that nobody can make here and that no task of an administrator is about, with what to do."""
_LOOKED: Final = "preflight"
_AT_ONCE: Final = "at-once"
"""Instead of when the last look was: that the next one is due."""
_JUDGED: Final = "judged:"
_FEDERATED: Final = "federated:"
_TELL_DOMAIN: Final = (
    "Then name it to `ueapi migrate apply` with --federated, also if only the policy lacks it."
)
_MAKES: Final = frozenset((Check.KNOWN, Check.MANAGED_APPLE_ID))
"""Checks that fail before a record is there, and not after it was made."""
_LICENSED: Final = (AppKind.STORE, AppKind.CUSTOM)
_ON_THE_WAY: Final = (DeviceState.ANNOUNCED, DeviceState.LEFT)


def judge(move: Move, keys: Sequence[str], users: Sequence[User]) -> dict[str, Hold]:
    """Who of these people is to be held back, and why; `users` are those of the target."""
    if not move.plan.policy.hold_unready:
        return {}
    people = [move.people[key] for key in keys]
    earlier = [move.people[key] for key in _claimants(move, keys)]
    facts = _facts(move, [*earlier, *people], users)
    found = ready([_invitee(move, p) for p in (*earlier, *people)], facts)[len(earlier) :]
    _tell_unseen(move, found)
    judged = zip(people, found, strict=True)
    return {p.key: hold for p, one in judged if (hold := _verdict(move, one, facts)) is not None}


def judge_wave(move: Move, wave: Wave, users: Sequence[User]) -> None:
    """Judge a wave's people once, before anything is made for them, and note who is held back.

    It is not repeated when the move goes on after a stop: what was made meanwhile would count against them.
    """
    if is_judged(move, wave):
        return
    held = judge(move, _still_to_move(move, wave), users)
    with move.ledger.together():
        for person, why in sorted(held.items()):
            _hold(move, person, why)
        _note(move, f"{_JUDGED}{wave.number}", "judged", operation="preflight")


def is_judged(move: Move, wave: Wave) -> bool:
    """Whether a wave's people were judged already."""
    return move.ledger.outcome(f"{_JUDGED}{wave.number}") is not None


def _still_to_move(move: Move, wave: Wave) -> list[str]:
    """People of the wave with a phone that is still to be asked for; whoever stays takes no seat of others."""
    rows = move.of_wave(wave.number, move.ledger.devices())
    waiting = {r.person for r in rows if r.state is DeviceState.PLANNED}
    return [key for key in wave.people if key in waiting]


def judge_again(move: Move, keys: Sequence[str], users: Sequence[User]) -> None:
    """Judge people who are held back, and free those for whom nothing stands in the way any more."""
    held = judge(move, keys, users)
    with move.ledger.together():
        for person in keys:
            why = held.get(person)
            if why is None:
                _free(move, person)
            elif why != hold_of(move.ledger, person):
                _hold(move, person, why)
        _note(move, _LOOKED, "looked", operation="preflight")


def _hold(move: Move, person: str, why: Hold) -> None:
    _note(move, key_of(person), why.text)
    _mark(move, person, Problem.NOT_READY)
    text = f"{why.check}: {why.reason}. {why.do}"
    move.emit("held-back", text, person=person, wave=move.people[person].wave)


def _free(move: Move, person: str) -> None:
    _note(move, key_of(person), FREED)
    _mark(move, person, None)
    text = "what held them back has gone"
    move.emit("ready", text, person=person, wave=move.people[person].wave)


def note_federated(ledger: Ledger, domains: frozenset[str], now: datetime) -> None:
    """Note domains that were verified since the plan was made; who was held back for one is looked at again at once.

    Raises:
        UsageError: the move was not begun, or one is no domain. Nothing was noted.
    """
    if ledger.started_at() is None:
        raise UsageError(
            "the move was not begun yet.",
            remedy="Name the domains in the policy, and plan again; nothing was noted.",
        )
    try:
        names = Policy(federated=domains).federated
    except ValidationError:
        raise UsageError(
            "what was given is no domain.",
            remedy="Give bare domains such as example.org, as they stand behind the @; nothing was noted.",
        ) from None
    with ledger.together():
        for name in sorted(names):
            ledger.open_intent(f"{_FEDERATED}{name}", "preflight", now)
            ledger.close_intent(f"{_FEDERATED}{name}", "verified", now)
        ledger.open_intent(_LOOKED, "preflight", now)
        ledger.close_intent(_LOOKED, _AT_ONCE, now)


def asked(move: Move, keys: Iterable[str]) -> None:
    """Note that people who were freed have been asked."""
    for person in keys:
        _note(move, key_of(person), NOTHING)


def _mark(move: Move, person: str, problem: Problem | None) -> None:
    for row in move.ledger.devices():
        if row.person == person and row.state is DeviceState.PLANNED:
            move.ledger.set_device(row.source_id, problem=problem, now=move.now)


def _note(move: Move, key: str, outcome: str, *, operation: str = "unready") -> None:
    move.ledger.open_intent(key, operation, move.now)
    move.ledger.close_intent(key, outcome, move.now)


def due(move: Move) -> list[str]:
    """People of waves that have begun who are held back, if it is time to look again."""
    held = {r.person for r in move.ledger.devices() if _is_held(r)}
    if not held:
        return []
    last = move.ledger.intent(_LOOKED)
    is_recent = last is not None and last.closed_at and move.now - last.closed_at < AGAIN
    if last is not None and is_recent and last.outcome != _AT_ONCE:
        return []
    states = move.ledger.wave_states()
    begun = {number for number, state in states.items() if state is not WaveState.PLANNED}
    return sorted(key for key in held if move.people[key].wave in begun)


def _is_held(row: DeviceRow) -> bool:
    return row.state is DeviceState.PLANNED and row.problem == Problem.NOT_READY


# -- what is known ---------------------------------------------------------------------------------


def _facts(move: Move, people: Sequence[PlannedPerson], users: Sequence[User]) -> Facts:
    source = _source(move, people)
    target = (
        source if move.plan.reenrolls else Directory(tenant=move.target.name, users=tuple(users))
    )
    counts = not move.plan.reenrolls and move.can(move.target, Capability.LICENSES_LIST)
    locations, pools, missing = read_seats(move.target) if counts else ((), None, {})
    return Facts(
        target=target,
        sheet=move.target.sheet,
        source=source,
        locations=locations,
        pools=pools,
        missing=missing,
        federated=_federated(move) or None,
    )


def _federated(move: Move) -> frozenset[str]:
    """The policy's, and those noted since; empty where the policy names none, so that nobody looks at it."""
    named = move.plan.policy.federated
    noted = (key.removeprefix(_FEDERATED) for key in move.ledger.outcomes_of(_FEDERATED))
    return named.union(noted) if named else named


def _source(move: Move, people: Iterable[PlannedPerson]) -> Directory:
    """The source as the plan knows it."""
    pairs = [(_user(move, p), tuple(_devices(move, p))) for p in people]
    return Directory(
        tenant=move.source.name,
        users=tuple(user for user, _ in pairs),
        devices=tuple(device for _, devices in pairs for device in devices),
    )


def _user(move: Move, person: PlannedPerson) -> User:
    return User(
        ref=Ref(tenant=move.source.name, id=person.source_id),
        origin=_origin(move),
        username=person.username,
        name=person.name,
        email=person.email,
        managed_apple_id=person.managed_apple_id,
    )


def _devices(move: Move, person: PlannedPerson) -> Iterator[Device]:
    for planned in person.devices:
        yield Device(
            ref=Ref(tenant=move.source.name, id=planned.id),
            origin=_origin(move),
            model=planned.model,
            os_version=planned.os_version,
            enrollment=Enrollment(kind=EnrollmentKind.USER, state=EnrollmentState.ENROLLED),
            user=UserLink(id=person.source_id),
        )


def _origin(move: Move) -> Origin:
    return Origin(backend=move.source.backend, read_at=move.plan.source.taken_at)


def _invitee(move: Move, person: PlannedPerson) -> Invitee:
    address = str(person.managed_apple_id or person.email or "")
    return Invitee(address=address, apps=_apps(move, person.key))


def _apps(move: Move, person: str) -> frozenset[str]:
    """Apple's numbers of the licensed apps a person shall get."""
    if move.plan.reenrolls or not move.can(move.target, Capability.LICENSES_LIST):
        return frozenset()
    mine = (a for a in move.plan.apps if a.kind in _LICENSED and person in a.people)
    return frozenset(found for app in mine if (found := store_id_of(move, app)))


def _claimants(move: Move, keys: Collection[str]) -> list[str]:
    """People asked earlier whose seats are still to be taken, where a seat is taken with the app only."""
    if move.plan.reenrolls or move.can(move.target, Capability.LICENSES_ASSIGN):
        return []
    rows = (r for r in move.ledger.devices() if r.state in _ON_THE_WAY and not r.target_id)
    return sorted({r.person for r in rows} - set(keys))


# -- what follows ----------------------------------------------------------------------------------


def _verdict(move: Move, one: Readiness, facts: Facts) -> Hold | None:
    wrong = [f for f in one.findings if f.level is Standing.NOT_READY]
    if _is_made(move, facts.records(one.person)):
        wrong = [f for f in wrong if f.check not in _MAKES]
    if not wrong:
        return None
    first = wrong[0]
    more = f" {_TELL_DOMAIN}" if first.check is Check.DOMAIN else ""
    return Hold(check=first.check.value, reason=first.reason, do=f"{first.fix}{more}")


def _is_made(move: Move, records: Sequence[User]) -> bool:
    """Whether the move itself makes the record that the checks miss."""
    if not move.can(move.target, Capability.USERS_ENSURE):
        return False
    return all(user.managed_apple_id is None for user in records)


def _tell_unseen(move: Move, found: Sequence[Readiness]) -> None:
    """Say once a move what nobody can see for the people asked."""
    for finding, count in tally(found).items():
        if finding.level is Standing.UNKNOWN and finding.check in _UNSEEN:
            tell = partial(_told, move, finding, count)
            move.once(f"unseen:{finding.check.value}", "preflight", tell, system="")


def _told(move: Move, finding: Finding, count: int) -> str:
    who = "1 person" if count == 1 else f"{count:,} people"
    move.emit("unseen", f"{finding.check.value} ({who}): {_UNSEEN[finding.check]}")
    return "told"
