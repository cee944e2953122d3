"""Phones and people in the ledger: everyone's state, narrow questions about it, and counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, or_, select, update

from ueapi.errors import UsageError
from ueapi.migration import tables as t
from ueapi.migration.chain import EntryKind, content_digest
from ueapi.migration.ledger_store import Store, utc
from ueapi.migration.rows import DeviceRow, DeviceState, device_row

# Built once, since each costs more to build than to execute.
_ONE: Final = select(t.devices).where(t.devices.c.source_id == bindparam("id"))
_SET: Final = update(t.devices).where(t.devices.c.source_id == bindparam("id"))
_TOLD: Final = ("state", "problem", "target_id", "left_by", "escalated_at", "blind")
"""Columns whose change is an entry of the evidence; the others say when to look or ask again."""
_TIMES: Final = ("since", "asked_at")


class PeoplePart(Store):
    """Reading and changing everyone's state."""

    def devices(self) -> list[DeviceRow]:
        """Every phone's row, in a stable order. Of many phones, ask `device_rows` for those that matter."""
        if self._kept_devices is None:
            found = {row.source_id: row for row in self.device_rows()}
            if not self._keeps:
                return list(found.values())
            self._kept_devices = found
        return list(self._kept_devices.values())

    def device_rows(
        self,
        *,
        states: Collection[DeviceState] | None = None,
        wave: int | None = None,
        person: str | None = None,
    ) -> list[DeviceRow]:
        """The rows of phones in these states, of this wave, of this person; in a stable order."""
        wanted = select(t.devices).order_by(t.devices.c.source_id)
        if states is not None:
            wanted = wanted.where(t.devices.c.state.in_(sorted(state.value for state in states)))
        if wave is not None:
            wanted = wanted.where(t.devices.c.wave == wave)
        if person is not None:
            wanted = wanted.where(t.devices.c.person == person)
        return [device_row(row._mapping) for row in self._rows(wanted)]

    def device(self, source_id: str) -> DeviceRow | None:
        """One phone's row."""
        rows = self._rows(select(t.devices).where(t.devices.c.source_id == source_id))
        return device_row(rows[0]._mapping) if rows else None

    def counts(self) -> dict[int, dict[DeviceState, int]]:
        """How many phones of each wave are in which state; what is not there is none."""
        columns = (t.devices.c.wave, t.devices.c.state)
        found: dict[int, dict[DeviceState, int]] = {}
        for wave, state, count in self._rows(select(*columns, func.count()).group_by(*columns)):
            found.setdefault(int(wave or 0), {})[DeviceState(state)] = int(count)
        return found

    def set_device(self, source_id: str, *, now: datetime | None = None, **values: object) -> None:
        """Change columns of a phone's row; times as datetime.

        A change of state, problem, new enrollment, or of who left how is an entry of the evidence. Its time is `now`,
        or else the time among the values, or else that of the entry before.

        Raises:
            UsageError: no such phone moves.
        """
        plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
        with self._write() as db:
            before = db.execute(_ONE, {"id": source_id}).mappings().one_or_none()
            if before is None:
                raise UsageError(
                    "no phone of that id moves.",
                    remedy="Take ids from the plan; nothing was changed.",
                )
            db.execute(_SET, {"id": source_id, **plain})
            changed = [k for k in _TOLD if k in plain and plain[k] != before[k]]
            if changed:
                self._tell_device(source_id, plain, changed, now=now or _time_in(values))
        if self._kept_devices is not None:
            self._kept_devices[source_id] = device_row({**before, **plain})

    def _tell_device(
        self,
        source_id: str,
        plain: Mapping[str, object],
        changed: Sequence[str],
        *,
        now: datetime | None,
    ) -> None:
        state = f"device.{plain['state']}" if "state" in changed else "device.noted"
        self._tell(
            utc(now) if now else self._last_time(),
            EntryKind.DEVICE,
            state,
            subject=f"device:{source_id}",
            output_digest=content_digest(plain),
            text=str(plain.get("problem") or ""),
        )

    # -- people ------------------------------------------------------------------------------------

    def find(self, user: str) -> list[tuple[str, int | None, str | None]]:
        """Key, wave and exclusion of everyone known by this key, Managed Apple ID, address or username."""
        p, folded = t.people.c, user.casefold()
        known = or_(p.key == folded, p.account == folded, p.email == folded, p.username == folded)
        rows = self._rows(select(p.key, p.wave, p.exclusion).where(known).order_by(p.key))
        return [(str(key), wave, exclusion) for key, wave, exclusion in rows]


def _time_in(values: Mapping[str, object]) -> datetime | None:
    times = (values.get(name) for name in _TIMES)
    return next((at for at in times if isinstance(at, datetime)), None)
