"""Standing still: at the operator's wish, or by a rule of the policy. Nobody new is asked to move then.

Whoever has left already is still taken care of: their new phones get what they should have, and are verified.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ueapi.migration import drift, leading
from ueapi.migration.rows import DeviceRow, DeviceState, PausedBy, WaveState
from ueapi.migration.work import Move
from ueapi.wording import counted

BETWEEN: Final = timedelta(hours=4)
"""How long a paused move that is followed waits for someone who left and has not arrived yet."""
_THROUGH: Final = (DeviceState.ENROLLED, DeviceState.VERIFIED)


def is_paused(move: Move) -> bool:
    """Whether nobody new may be asked."""
    return move.ledger.paused() is not None


def heed(move: Move) -> None:
    """Do what another process asked for: pause, or go on."""
    request = move.ledger.requested()
    if request is None:
        return
    if request.wanted == "pause":
        pause(move, request.reason or "the operator asked for it", by="operator")
        return
    go_on(move)


def pause(move: Move, reason: str, *, by: PausedBy, wave: int | None = None) -> None:
    """Stand still from now on; `wave` is the one a rule is about."""
    move.ledger.pause(reason, move.now, by=by)
    if wave is not None and move.ledger.wave_states()[wave] is WaveState.MOVING:
        move.ledger.set_wave(wave, WaveState.PAUSED, move.now)
    actor = "administrator" if by == "operator" else "ueapi"
    move.emit("paused", reason, wave=wave, actor=actor)


def go_on(move: Move) -> None:
    """Take up a paused move; what the operator has seen doesn't stop it again."""
    was_paused = is_paused(move)
    if was_paused:
        # It asks the target: if that fails, the request is still there and is heeded next time.
        drift.accept(move)
        leading.take_up(move)
    move.ledger.resume(move.now, by="operator")
    for number, state in move.ledger.wave_states().items():
        if state is WaveState.PAUSED:
            move.ledger.set_wave(number, WaveState.MOVING, move.now)
        if state is not WaveState.CLOSED:
            move.ledger.forget_samples(number)
            move.ledger.open_intent(_seen(number), "resume", move.now)
            move.ledger.close_intent(_seen(number), move.now.isoformat(), move.now)
    if was_paused:
        move.emit("resumed", "the move goes on", actor="administrator")


def seen_at(move: Move, wave: int) -> datetime | None:
    """When the operator let a wave go on last; what was before doesn't stop it again."""
    at = move.ledger.outcome(_seen(wave))
    return datetime.fromisoformat(at) if at else None


def _seen(wave: int) -> str:
    return f"seen:{wave}"


def judge(move: Move) -> None:
    """Pause the move when a wave breaks a rule of the policy."""
    if is_paused(move):
        return
    for number, state in move.ledger.wave_states().items():
        if state is not WaveState.MOVING:
            continue
        reason = broken_rule(move, number)
        if reason:
            pause(move, reason, by="rule", wave=number)
            return


def broken_rule(move: Move, wave: int) -> str:
    """Which rule a wave breaks, in words; empty when none."""
    return error_text(move, wave, *move.ledger.samples(wave)) or _gap_text(move, wave)


def error_text(move: Move, wave: int, good: int, bad: int) -> str:
    """What is wrong with that many errors; empty while they are few, or too little is known."""
    rule, total = move.plan.policy.stop, good + bad
    if total < rule.samples or bad <= rule.error_rate * total:
        return ""
    return (
        f"wave {wave}: {bad} of {total} went wrong, "
        f"more than the {rule.error_rate:.0%} that the policy allows"
    )


def _gap_text(move: Move, wave: int) -> str:
    rule = move.plan.policy.stop
    if rule.gap_p95_minutes is None:
        return ""
    since = seen_at(move, wave)
    gaps = sorted(
        _gap(row)
        for row in move.of_wave(wave, move.ledger.devices())
        if row.enrolled_at and row.left_at and (since is None or row.enrolled_at >= since)
    )
    if len(gaps) < rule.samples:
        return ""
    worst = gaps[-(-95 * len(gaps) // 100) - 1]
    if worst <= rule.gap_p95_minutes:
        return ""
    return (
        f"wave {wave}: one phone in twenty was without work for {counted(round(worst), 'minute')}, "
        f"more than the {rule.gap_p95_minutes:.0f} that the policy allows"
    )


def _gap(row: DeviceRow) -> float:
    if row.enrolled_at is None or row.left_at is None:
        return 0.0
    return max((row.enrolled_at - row.left_at).total_seconds() / 60, 0.0)


def waits_for_nobody(move: Move) -> bool:
    """Whether a paused move has nobody to take care of any more, for now."""
    rows = move.ledger.devices()
    between = [r for r in rows if r.state is DeviceState.LEFT and r.left_at]
    arriving = [r for r in rows if r.state is DeviceState.ENROLLED and r.problem is None]
    recent = [r for r in between if r.left_at and move.now - r.left_at < BETWEEN]
    return not recent and not arriving
