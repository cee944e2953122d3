"""Counts over everyone in the ledger, made by the database so that many people cost little."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, select

from ueapi.migration import tables as t
from ueapi.migration.chain import EntryKind
from ueapi.migration.ledger_store import Store
from ueapi.migration.rows import DeviceState, HaltRow, WaveRow, WaveState


class TotalsPart(Store):
    """What a report asks."""

    def excluded(self) -> dict[str | None, int]:
        """How many people are left out for which reason; under `None` those who move."""
        reason = t.people.c.exclusion
        rows = self._rows(select(reason, func.count()).group_by(reason))
        return {name: int(count) for name, count in rows}

    def problems(self) -> list[tuple[DeviceState, str | None, int]]:
        """How many phones are in which state with which problem."""
        d = t.devices.c
        rows = self._rows(select(d.state, d.problem, func.count()).group_by(d.state, d.problem))
        return [(DeviceState(state), problem, int(count)) for state, problem, count in rows]

    def open_people(self) -> list[tuple[DeviceState, str | None, int]]:
        """For how many people the first phone that is not done is in which state with which problem."""
        d, done = t.devices.c, (DeviceState.VERIFIED.value, DeviceState.EXEMPT.value)
        first = (
            select(func.min(d.source_id).label("id"))
            .where(d.state.not_in(done))
            # Not by the column itself: in the order of its index, rows are fetched one by one, which takes longer.
            .group_by(d.person.concat(""))
            .subquery()
        )
        joined = select(d.state, d.problem, func.count()).join(first, d.source_id == first.c.id)
        rows = self._rows(joined.group_by(d.state, d.problem))
        return [(DeviceState(state), problem, int(count)) for state, problem, count in rows]

    def exempt_people(self) -> int:
        """How many people keep all of their phones where they are."""
        d, exempt = t.devices.c, DeviceState.EXEMPT.value
        if not self._rows(select(d.state).where(d.state == exempt).limit(1)):
            return 0
        whole = (
            select(d.person)
            .group_by(d.person)
            .having(func.min(d.state) == exempt, func.max(d.state) == exempt)
            .subquery()
        )
        return int(self._rows(select(func.count()).select_from(whole))[0][0])

    def wave_numbers(self) -> dict[int, tuple[int, int, int]]:
        """Phones, phones that left, and verified phones of each wave."""
        d = t.devices.c
        verified = func.sum(case((d.state == DeviceState.VERIFIED.value, 1), else_=0))
        wave = d.wave + 0  # as with people above, not in the order of the index
        rows = self._rows(
            select(wave, func.count(), func.count(d.left_at), verified).group_by(wave)
        )
        return {int(w or 0): (int(n), int(left), int(done)) for w, n, left, done in rows}

    def gaps(self) -> list[tuple[str, str]]:
        """When each phone that is back lost work and regained it."""
        found: list[tuple[str, str]] = self._plain_rows(
            "SELECT left_at, enrolled_at FROM devices WHERE left_at IS NOT NULL AND enrolled_at IS NOT NULL"
        )
        return found

    def wave_rows(self) -> list[WaveRow]:
        """Every wave with the times of its last change and of its first announcement."""
        w = t.waves.c
        rows = self._rows(select(w.number, w.state, w.since, w.announced_at).order_by(w.number))
        return [
            WaveRow(
                number=int(number),
                state=WaveState(state),
                since=datetime.fromisoformat(since),
                announced_at=datetime.fromisoformat(announced) if announced else None,
            )
            for number, state, since, announced in rows
        ]

    def verified_since(self, at: datetime) -> int:
        """How many phones were verified at that time or later."""
        d = t.devices.c
        is_verified = (d.state == DeviceState.VERIFIED.value) & (d.verified_at >= at.isoformat())
        return int(self._rows(select(func.count()).select_from(t.devices).where(is_verified))[0][0])

    def halts(self) -> list[HaltRow]:
        """What the evidence says on the course of the move and its waves, pauses among it; oldest first."""
        e = t.evidence.c
        waves = self._rows(select(t.waves.c.number))
        # Entries without a person or phone are few, and found by their subject.
        subjects = ["", *(f"wave:{number}" for (number,) in waves)]
        kinds = [EntryKind.JOB.value, EntryKind.WAVE.value]
        wanted = select(e.at, e.actor, e.action, e.subject, e.text).where(
            e.subject.in_(subjects), e.kind.in_(kinds)
        )
        return [
            HaltRow(
                at=datetime.fromisoformat(at),
                actor=actor,
                action=action,
                subject=subject,
                text=text,
            )
            for at, actor, action, subject, text in self._rows(wanted.order_by(e.n))
        ]
