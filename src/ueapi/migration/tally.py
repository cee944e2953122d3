"""Counting people and phones: what became of each, and why those wait who do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from ueapi.migration.base import Document
from ueapi.migration.ledger import Ledger
from ueapi.migration.outline import Outline
from ueapi.migration.problems import Problem
from ueapi.migration.rows import DeviceRow, DeviceState


class Count(Document):
    """A balance: total = moved + waiting + excluded + failed."""

    total: int
    moved: int
    waiting: int
    excluded: int
    failed: int


Answer = tuple[str, str | None]
Answers = Mapping[Answer, int]
"""How often each outcome was found with which reason."""

_OUTCOMES: Final = {
    DeviceState.VERIFIED: "moved",
    DeviceState.FAILED: "failed",
    DeviceState.ROLLED_BACK: "failed",
    DeviceState.EXEMPT: "excluded",
}
_REASONS: Final = {
    DeviceState.PLANNED: "wave-not-begun",
    DeviceState.ANNOUNCED: Problem.NO_ANSWER.value,
    DeviceState.LEFT: Problem.NOT_SIGNED_IN.value,
    DeviceState.ENROLLED: "not-verified-yet",
    DeviceState.EXEMPT: "exempt",
    DeviceState.ROLLED_BACK: "rolled-back",
}


def _answer(state: DeviceState, problem: str | None) -> Answer:
    outcome = _OUTCOMES.get(state, "waiting")
    if state is DeviceState.VERIFIED:
        return outcome, None
    return outcome, problem or _REASONS.get(state, "failed")


def answer_of(rows: Sequence[DeviceRow]) -> Answer:
    """A person is where the first of their phones is that is not done; one that stays doesn't count beside others."""
    done = (DeviceState.VERIFIED, DeviceState.EXEMPT)
    first = next((r for r in rows if r.state not in done), None)
    if first is not None:
        return _answer(first.state, first.problem)
    if rows and all(r.state is DeviceState.EXEMPT for r in rows):
        return _answer(DeviceState.EXEMPT, None)
    return _answer(DeviceState.VERIFIED, None)


def answers_of_people(ledger: Ledger) -> Answers:
    """As `answer_of` for everyone, counted by the database."""
    answers: Counter[Answer] = Counter()
    excluded = dict(ledger.excluded())
    moved = excluded.pop(None, 0)
    for reason, count in excluded.items():
        answers["excluded", reason] += count
    for state, problem, count in ledger.open_people():
        answers[_answer(state, problem)] += count
        moved -= count
    if exempt := ledger.exempt_people():
        answers[_answer(DeviceState.EXEMPT, None)] += exempt
    answers[_answer(DeviceState.VERIFIED, None)] += moved - exempt
    return answers


def answers_of_phones(ledger: Ledger, outline: Outline) -> Answers:
    """What became of every phone of the source, those that stay included."""
    answers: Counter[Answer] = Counter()
    for state, problem, count in ledger.problems():
        answers[_answer(state, problem)] += count
    for reason, count in outline.left_out.items():
        answers["excluded", reason] += count
    return answers


def counted(answers: Answers) -> Count:
    """The balance, whatever the reasons."""
    sums: Counter[str] = Counter()
    for (outcome, _), count in answers.items():
        sums[outcome] += count
    return Count(
        total=sums.total(),
        moved=sums["moved"],
        waiting=sums["waiting"],
        excluded=sums["excluded"],
        failed=sums["failed"],
    )


def reasons_in(answers: Answers) -> Mapping[str, int]:
    """How often each reason was found, whatever the outcome."""
    sums: Counter[str] = Counter()
    for (_, reason), count in answers.items():
        if reason:
            sums[reason] += count
    return dict(sorted(sums.items()))


def reasons_to_wait(answers: Answers) -> Mapping[str, int]:
    """How often each reason was found among those who wait."""
    return reasons_in(
        {answer: count for answer, count in answers.items() if answer[0] == "waiting"}
    )
