"""Who moves in which wave, and when: pure, so the same people and policy give the same waves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from math import ceil, inf
from typing import Final

from attrs import frozen

from ueapi.migration.documents import Wave, WaveKind
from ueapi.migration.matching import Candidate, Phone, ios_version
from ueapi.migration.policy import Policy

FORTNIGHT: Final = 14
DAY_HOURS: Final = 24.0
_NEVER_SEEN: Final = 10_000


class Turn(IntEnum):
    """The order in which kinds of people move."""

    PILOT = 0
    REGULAR = 1
    VIP = 2
    INACTIVE = 3


_KINDS: Final = {
    Turn.PILOT: WaveKind.PILOT,
    Turn.REGULAR: WaveKind.REGULAR,
    Turn.VIP: WaveKind.VIP,
    Turn.INACTIVE: WaveKind.INACTIVE,
}


@frozen
class _Lists:
    """The policy's lists of people, ready to compare."""

    pilot: frozenset[str]
    vips: frozenset[str]

    @classmethod
    def of(cls, policy: Policy) -> _Lists:
        vips = policy.vips if policy.vips_last else frozenset()
        return cls(frozenset(p.key for p in policy.pilot), frozenset(p.key for p in vips))


def waves(movers: Sequence[Candidate], policy: Policy, *, at: datetime) -> tuple[Wave, ...]:
    """Put everyone who moves into a wave; `at` is when the source was read.

    Volunteers of the pilot go first. Then active phones on recent iOS: whoever was in contact in the same fortnight
    goes by iOS version, newest first. VIPs and long inactive people follow in waves of their own. People who are equal
    in all of that keep an order that their own keys give, whatever order the product lists them in.
    """
    lists = _Lists.of(policy)
    turns: dict[Turn, list[Candidate]] = {turn: [] for turn in Turn}
    for mover in movers:
        turns[_turn(mover, lists, policy, at)].append(mover)
    for queue in turns.values():
        queue.sort(key=lambda mover: _rank(mover, at))
    first = [*turns[Turn.PILOT], *turns[Turn.REGULAR]]
    queues = (
        (Turn.REGULAR, first),
        (Turn.VIP, turns[Turn.VIP]),
        (Turn.INACTIVE, turns[Turn.INACTIVE]),
    )
    return tuple(_numbered(list(_cut(queues, policy)), policy))


def _turn(mover: Candidate, lists: _Lists, policy: Policy, at: datetime) -> Turn:
    account = mover.account
    if account is not None and account.key in lists.pilot:
        return Turn.PILOT
    if account is not None and account.key in lists.vips:
        return Turn.VIP
    is_inactive = all(_silent_days(p, at, unknown=0) > policy.inactive_days for p in mover.devices)
    return Turn.INACTIVE if mover.devices and is_inactive else Turn.REGULAR


def _silent_days(phone: Phone, at: datetime, *, unknown: int) -> int:
    """Days since the last contact; a product that doesn't tell makes nobody inactive."""
    return unknown if phone.last_seen is None else max((at - phone.last_seen).days, 0)


def _rank(mover: Candidate, at: datetime) -> tuple[int, tuple[int, ...], str]:
    silent = max((_silent_days(p, at, unknown=_NEVER_SEEN) for p in mover.devices), default=0)
    oldest = min((ios_version(p.os_version) for p in mover.devices), default=())
    return silent // FORTNIGHT, tuple(-part for part in (*oldest, 0, 0, 0)[:3]), mover.key


def _cut(
    queues: Sequence[tuple[Turn, Sequence[Candidate]]], policy: Policy
) -> Iterator[tuple[WaveKind, tuple[str, ...]]]:
    """Cut the queues into waves that never mix; the first wave of all is the pilot."""
    number = 0
    for turn, queue in queues:
        waiting = [mover.key for mover in queue]
        done = 0
        while done < len(waiting):
            size = wave_size(number, policy)
            kind = WaveKind.PILOT if number == 0 and turn is Turn.REGULAR else _KINDS[turn]
            yield kind, tuple(waiting[done : done + size])
            done += size
            number += 1


def wave_size(number: int, policy: Policy) -> int:
    """The most people of a wave, numbered from 0."""
    size = policy.wave_sizes[min(number, len(policy.wave_sizes) - 1)]
    return min(size, policy.help_desk_per_day or size)


def _numbered(cut: Sequence[tuple[WaveKind, tuple[str, ...]]], policy: Policy) -> Iterator[Wave]:
    times = list(starts([len(people) for _, people in cut], policy))
    for number, ((kind, people), (after, at)) in enumerate(zip(cut, times, strict=True), start=1):
        yield Wave(
            number=number,
            kind=kind,
            starts_after=after,
            starts_at=at,
            leave="server" if number in policy.leave_by_server else "person",
            people=people,
        )


def starts(sizes: Sequence[int], policy: Policy) -> Iterator[tuple[float, datetime | None]]:
    """When waves of these sizes begin: hours after the first one and, if the policy has a start, UTC."""
    if policy.start is None:
        for after in _relative(sizes, policy):
            yield after, None
        return
    step = timedelta(days=ceil(policy.wave_gap / DAY_HOURS))
    day, first = policy.start, None
    for _ in sizes:
        day = next_day(day, policy)
        at = datetime.combine(day, time(policy.hour), policy.zone).astimezone(UTC)
        first = first or at
        yield round((at - first).total_seconds() / 3600, 4), at
        day += step


def _relative(sizes: Sequence[int], policy: Policy) -> Iterator[float]:
    """Waves a gap apart, later where the help desk has its day's people already."""
    day: list[tuple[float, int]] = []
    at = 0.0
    for number, size in enumerate(sizes):
        at += policy.wave_gap if number else 0.0
        day = [(t, n) for t, n in day if t + DAY_HOURS > at]
        most = policy.help_desk_per_day or inf
        while day and sum(n for _, n in day) + size > most:
            at = max(at, day.pop(0)[0] + DAY_HOURS)
        day.append((at, size))
        yield at


def next_day(day: date, policy: Policy) -> date:
    """The first day from that one on which a wave may begin.

    It ends, since a week has an allowed day and every freeze has a last one.
    """
    while not policy.allows(day):
        day += timedelta(days=1)
    return day


def may_begin(policy: Policy, now: datetime) -> bool:
    """Whether a wave may begin now by the calendar: for a move that runs late, so that its waves keep to it too.

    A policy without `start` has no calendar and always says yes.
    """
    if policy.start is None:
        return True
    local = now.astimezone(policy.zone)
    return (
        local.date() >= policy.start and policy.allows(local.date()) and local.hour >= policy.hour
    )
