"""Pairing phones that left with new enrollments: by person, time and model, and never by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ueapi.migration.choosing import chosen, withdraw
from ueapi.migration.digests import digest_of
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState
from ueapi.migration.steering import Question
from ueapi.migration.work import Move
from ueapi.model import Device, EnrollmentKind

CLOCKS_APART: Final = timedelta(minutes=10)
"""How far the clocks of two products may differ. A new enrollment that seems to begin before the old one ended by no
more than this is taken as what followed."""


def match_arrivals(
    move: Move, person: str, left: Sequence[DeviceRow], fresh: Sequence[Device]
) -> None:
    """Pair phones that left with new enrollments: same person, same model, enrolled after leaving.

    What the operator said about one of them comes first, as long as it fits.
    """
    said = chosen(move.ledger)
    for device in fresh:
        named = next((r for r in left if r.source_id == said.get(device.id)), None)
        if named is not None and _takes_answer(move, person, named, device):
            left = [r for r in left if r is not named]
            continue
        if not _is_right(move, device):
            _wrong_enrollment(move, [r for r in left if fits(move, person, r, device)])
            continue
        fitting = [r for r in left if fits(move, person, r, device)]
        fitting = _narrowed(move, person, fitting, device)
        if len(fitting) == 1:
            _arrive(move, fitting[0], device)
            left = [r for r in left if r is not fitting[0]]
        elif fitting:
            ids = " or ".join(r.source_id for r in fitting)
            text = f"new enrollment {device.id} may be phone {ids}"
            ask_once(move, fitting, Problem.AMBIGUOUS, Question.WHICH_PHONE, text=text)


def _takes_answer(move: Move, person: str, row: DeviceRow, device: Device) -> bool:
    """Take up what the operator said, unless the phone itself speaks against it."""
    if _is_right(move, device) and fits(move, person, row, device):
        _arrive(move, row, device)
        return True
    withdraw(move.ledger, row.source_id, move.now)
    text = f"enrollment {device.id} can't be phone {row.source_id}: model, time or kind differ"
    move.emit("match-refused", text, person=person)
    return False


def _is_right(move: Move, device: Device) -> bool:
    """Whether a new enrollment is of the kind that was asked for; within one product the old way is none."""
    kind = device.enrollment.kind
    if move.plan.reenrolls and kind is EnrollmentKind.PROFILE_DRIVEN_USER:
        return False
    return kind.is_user_enrollment


def fits(move: Move, person: str, row: DeviceRow, device: Device) -> bool:
    """Whether a new enrollment of the person may be this phone's, by model and by when it left."""
    planned = next(d for d in move.people[person].devices if d.id == row.source_id)
    same_model = planned.model is None or device.model is None or planned.model == device.model
    since = device.enrollment.since
    return same_model and (
        since is None or row.left_at is None or since >= row.left_at - CLOCKS_APART
    )


def _narrowed(
    move: Move, person: str, fitting: Sequence[DeviceRow], device: Device
) -> list[DeviceRow]:
    """Of two phones of one model, the one with the same name; the name alone never joins."""
    if len(fitting) < 2:
        return list(fitting)
    name = digest_of(device.name or "")
    same = {d.id for d in move.people[person].devices if d.name_digest == name}
    named = [r for r in fitting if r.source_id in same]
    return named if len(named) == 1 else list(fitting)


def _arrive(move: Move, row: DeviceRow, device: Device) -> None:
    at: datetime = device.enrollment.since or move.now
    with move.ledger.together():
        move.ledger.set_device(
            row.source_id,
            state=DeviceState.ENROLLED,
            since=move.now,
            target_id=device.id,
            enrolled_at=at,
            problem=None,
            asked_at=None,
            look_at=None,
            looks=0,
        )
        move.emit("enrolled", "the new enrollment is there", person=row.person, actor="person")


def _wrong_enrollment(move: Move, left: Sequence[DeviceRow]) -> None:
    """Say so once for the phone it may be; a device the person had on the target before is none of them."""
    ask_once(move, left[:1], Problem.WRONG_ENROLLMENT, Question.WRONG_ENROLLMENT)


def ask_once(
    move: Move,
    rows: Sequence[DeviceRow],
    problem: Problem,
    question: Question,
    *,
    text: str = "",
) -> None:
    """Ask about a problem of these phones, unless that was asked already."""
    for row in rows:
        if row.problem == problem:
            continue
        move.emit(problem.value, text or question.value, person=row.person, actor="person")
        move.ask([row.person], question)
        move.ledger.set_device(row.source_id, problem=problem, asked_at=move.now)
