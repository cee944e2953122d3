"""Applying a plan: look, note, act, note; again until nothing is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ueapi.client import Tenant
from ueapi.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    PlanRefused,
    RateLimited,
    UeapiError,
    Unavailable,
    Unintelligible,
    Unreachable,
)
from ueapi.migration import (
    announcing,
    blocked,
    carrying,
    drift,
    finishing,
    forgetting,
    inviting,
    leading,
    leaving,
    looking,
    staging,
    stopping,
)
from ueapi.migration.documents import Plan, Wave
from ueapi.migration.ledger import Ledger
from ueapi.migration.rows import DeviceState, WaveState
from ueapi.migration.scheduling import may_begin
from ueapi.migration.steering import Event, Lookout, Signpost, Silent, Steering
from ueapi.migration.work import Clock, Move, hours
from ueapi.wording import counted

SHORT_PAUSE: Final = timedelta(minutes=5)
"""Between two looks while someone is without work or just arrived."""
LONG_PAUSE: Final = timedelta(minutes=30)
"""Between two looks while only answers are awaited."""
LONGEST_WAIT: Final = timedelta(hours=2)
"""Between two tries while a product can't be worked with, unless it asks for more."""

ATTENTION: Final = timedelta(minutes=1)
"""How soon a request of another process is heard while the move waits."""

PASSING: Final = (RateLimited, Unavailable, Unreachable, OutcomeUnknown)
"""Faults that end by themselves. Every write of a move is harmless to repeat, so a lost reply is one of them."""
DOUBTFUL: Final = (Unintelligible, Conflict, NotFound)
"""What a garbled answer, or one from a node that lags behind, looks like; it may also be there to stay."""
MOST_DOUBTS: Final = 4
"""Doubtful faults in a row after which a person has to look."""


def run(
    plan: Plan,
    *,
    source: Tenant,
    target: Tenant,
    ledger: Ledger,
    clock: Clock,
    steering: Steering | None = None,
    signpost: Signpost | None = None,
    lookout: Lookout | None = None,
    follow: bool = False,
) -> Iterator[Event]:
    """Apply a plan, yielding what happens.

    Without `follow` it works until nothing is due and ends; run it again later to go on, also after every wave is
    closed: who comes late is then still taken care of. A passing fault is raised, and so is every other error: run it
    again to go on, nothing is done twice.

    A `signpost` is told where people's phones are led before anyone is asked, and whenever that changes. A `lookout`
    sees, before people are asked, whether their phones would be led to the target; without one that is believed.

    A plan that enrolls phones anew within one product is applied with that tenant as source; `target` isn't used.

    With `follow` it waits and goes on until every wave is closed and nobody is expected any minute, or until it is
    paused and nobody is between the products any more. A passing fault then becomes an event and a longer wait, and so
    does a doubtful one (an answer that doesn't fit, say) unless it stays.

    Raises:
        PlanRefused: losses nobody accepted, the plan was altered, or it was made for other tenants. Nothing was
            changed.
        PlanStale: an object was changed since planning. Nothing was changed.
        LedgerMismatch: the ledger belongs to another plan. Nothing was changed.
    """
    _require_sound(plan)
    _require_tenants(plan, source, target)
    move = Move(
        plan=plan,
        source=source,
        target=source if plan.reenrolls else target,
        ledger=ledger,
        clock=clock,
        steering=steering or Silent(),
        signpost=signpost,
        lookout=lookout,
    )
    spent = _Counted(move)
    try:
        if not ledger.require(plan):
            staging.check_fresh(move)
            ledger.begin(plan, move.now)
            move.emit("begun", counted(len(plan.waves), "wave"))
        stopping.heed(move)
        faults = doubts = 0
        while True:
            try:
                _tick(move)
                faults = doubts = 0
            except (*PASSING, *DOUBTFUL) as problem:
                doubts += isinstance(problem, DOUBTFUL)
                if not follow or doubts > MOST_DOUBTS:
                    raise
                faults += 1
                move.emit("postponed", str(problem))
                wait = _wait(problem, faults)
            else:
                wait = pause(move)
            spent.save()
            yield from move.drain()
            if not follow or _is_over(move) or _stands_still(move):
                break
            _sleep(move, wait)
        yield from move.drain()
    except UeapiError:
        yield from move.drain()
        raise
    finally:
        if ledger.started_at() is not None:
            spent.save()


def _is_over(move: Move) -> bool:
    """Whether every wave is closed, and nobody who was asked or left lately is still expected."""
    return _closed(move.ledger) and not looking.is_busy(move)


def _stands_still(move: Move) -> bool:
    return stopping.is_paused(move) and stopping.waits_for_nobody(move)


def _sleep(move: Move, wait: timedelta) -> None:
    """Wait, and wake up early when another process asks for something."""
    until = move.now + wait
    while move.now < until and move.ledger.requested() is None:
        move.clock.sleep(min(ATTENTION, until - move.now).total_seconds())
    stopping.heed(move)


def _require_sound(plan: Plan) -> None:
    if plan.hash != plan.computed_hash():
        raise PlanRefused(
            "the plan was altered after it was made.", remedy="Plan again; nothing was changed."
        )
    if plan.unaccepted:
        ids = ", ".join(loss.id for loss in plan.unaccepted[:8])
        raise PlanRefused(
            f"{counted(len(plan.unaccepted), 'loss is', several='losses are')} not accepted: {ids}.",
            remedy="Read them in the plan, then accept each with --accept ID; nothing was changed.",
        )


def _require_tenants(plan: Plan, source: Tenant, target: Tenant) -> None:
    """Refuse swapped tenants: seen from the wrong side, every phone would look as if it had left."""
    for side, tenant in ((plan.source, source), (plan.target, target)):
        if (side.tenant, side.backend) != (tenant.name, tenant.backend):
            raise PlanRefused(
                f"the plan names tenant {side.tenant!r} ({side.backend}), not {tenant.name!r} ({tenant.backend}).",
                remedy="Give the tenants the plan was made for, by their names in it; nothing was changed.",
            )


def _wait(problem: UeapiError, faults: int) -> timedelta:
    """Ever longer while faults follow one another, and never shorter than the product asks for."""
    wait: timedelta = min(SHORT_PAUSE * 2 ** min(faults, 12), LONGEST_WAIT)
    hint = problem.retry_after if isinstance(problem, RateLimited) else None
    return max(wait, timedelta(seconds=hint or 0))


class _Counted:
    """Adds to the ledger what the tenants' meters counted since the last time."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._seen = {t.name: dict(t.meter.by_operation) for t in (move.source, move.target)}

    def save(self) -> None:
        for tenant in (self._move.source, self._move.target):
            now = dict(tenant.meter.by_operation)
            before = self._seen[tenant.name]
            self._move.ledger.add_calls(
                tenant.name,
                {op: n - before.get(op, 0) for op, n in now.items() if n > before.get(op, 0)},
            )
            self._seen[tenant.name] = now


def _closed(ledger: Ledger) -> bool:
    return all(state is WaveState.CLOSED for state in ledger.wave_states().values())


def _tick(move: Move) -> None:
    leading.publish(move)
    staging.give_tasks(move)
    if not staging.check_tasks(move):
        return
    if move.ledger.outcome("stage") is None:
        _stage(move)
        move.once("stage", "stage", lambda: "staged", system="")
        is_there = "nothing is to be made: groups, profiles and apps are there"
        made = "groups, profiles and apps are on the target"
        move.emit("staged", is_there if move.plan.reenrolls else made)
    elif blocked.refusals(move.ledger):
        _stage(move)
    elif not move.is_target_read:
        move.read_target()
    if not stopping.is_paused(move):
        _start_waves(move)
        announcing.release(move)
        inviting.send_invitations(move)
    looking.look(move)
    _give(move)
    finishing.verify_due(move)
    forgetting.forget_records(move)
    stopping.judge(move)
    if stopping.is_paused(move):
        finishing.remind(move, (DeviceState.LEFT,))
        return
    leaving.end_by_server(move)
    finishing.remind(move)
    finishing.escalate(move)
    _close_waves(move)


def _stage(move: Move) -> None:
    if move.plan.reenrolls:
        move.read_target()
    else:
        staging.stage_objects(move)
    drift.remember(move)


def _give(move: Move) -> None:
    """Give phones that just arrived what they shall have, as far as it doesn't come by itself."""
    if move.plan.reenrolls:
        carrying.carry_over(move)
        return
    finishing.assign_profiles(move)
    finishing.assign_apps(move)


def _start_waves(move: Move) -> None:
    states = move.ledger.wave_states()
    for wave in move.plan.waves:
        if states[wave.number] is not WaveState.PLANNED or not _may_start(move, wave):
            continue
        if blocked.holds_back(move, wave) or not _is_as_staged(move):
            return
        if not announcing.begin(move, wave):
            return
        states = move.ledger.wave_states()


def _is_as_staged(move: Move) -> bool:
    names = drift.changed(move)
    if names:
        reason = f"changed on the target since they were staged: {', '.join(names)}"
        stopping.pause(move, reason, by="rule")
    return not names


def _may_start(move: Move, wave: Wave) -> bool:
    is_early = wave.starts_at is not None and move.now < wave.starts_at
    if is_early or not may_begin(move.plan.policy, move.now):
        return False
    first = move.ledger.announced_at(1)
    if wave.number == 1:
        return True
    if first is None or move.now < first + hours(wave.starts_after):
        return False
    if move.ledger.wave_states()[wave.number - 1] is WaveState.CLOSED:
        return True
    before = move.of_wave(wave.number - 1, move.ledger.devices())
    left = [r for r in before if r.state in (DeviceState.LEFT, *_ARRIVED)]
    verified = [r for r in left if r.state is DeviceState.VERIFIED]
    return bool(left) and len(verified) >= move.plan.policy.gate * len(left)


_ARRIVED = (DeviceState.ENROLLED, DeviceState.VERIFIED)


def _close_waves(move: Move) -> None:
    states = move.ledger.wave_states()
    rows = move.ledger.devices()
    for wave in move.plan.waves:
        if states[wave.number] is not WaveState.MOVING:
            continue
        mine = move.of_wave(wave.number, rows)
        announced = move.ledger.announced_at(wave.number) or move.now
        done = all(r.state in (DeviceState.VERIFIED, DeviceState.FAILED) for r in mine)
        late = move.now - announced >= hours(move.plan.policy.close_after)
        if done or late:
            looking.catch_up(move, mine)
            forgetting.hand_over(move, wave)
            move.ledger.set_wave(wave.number, WaveState.CLOSED, move.now)
            left = counted(sum(1 for r in mine if r.state is not DeviceState.VERIFIED), "phone")
            move.emit("closed", f"wave {wave.number} closes, {left} open", wave=wave.number)


def pause(move: Move) -> timedelta:
    """How long to wait before the next look: short while someone is in between."""
    rows = move.ledger.devices()
    looks = [r.look_at for r in rows if r.state is DeviceState.ENROLLED and r.look_at]
    if looking.is_busy(move) or any(at <= move.now + SHORT_PAUSE for at in looks):
        return SHORT_PAUSE
    return LONG_PAUSE
