"""Work in the ledger: what was intended and what came of it, looks, samples and requests spent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert, select, update

from ueapi.errors import UsageError
from ueapi.migration import tables as t
from ueapi.migration.chain import EntryKind, sha256_of
from ueapi.migration.ledger_store import Store
from ueapi.migration.rows import IntentRow, Resolved, Sample, intent_row

LOOK: Final = "look"
# Built once, since each costs more to build than to execute.
_ONE: Final = select(t.intents).where(t.intents.c.key == bindparam("id"))
_SET: Final = update(t.intents).where(t.intents.c.key == bindparam("id"))
_LOOKED: Final = select(t.intents.c.opened_at).where(t.intents.c.key == LOOK)
_MORE_CALLS: Final = (
    update(t.calls)
    .where(t.calls.c.tenant == bindparam("on"), t.calls.c.operation == bindparam("of"))
    .values(count=t.calls.c.count + bindparam("more"))
)


class WorkPart(Store):
    """Intents, looks, samples and calls."""

    def open_intent(
        self,
        key: str,
        operation: str,
        now: datetime,
        *,
        system: str = "",
        input_digest: str = "",
        blind: bool = False,
    ) -> int:
        """Note what is about to be done; returns the number of this attempt, on disk before the call.

        An intent that is opened again has no outcome until it is closed again.

        Args:
            key: names the intent; the same key is the same intent.
            operation: such as `users.ensure`.
            now: the time, UTC.
            system: the tenant that will be changed.
            input_digest: of what will be sent.
            blind: whether the effect can't be read back.
        """
        with self._write() as db:
            known = self._known(key)
            attempt = known.attempts + 1 if known else 1
            values = {
                "operation": operation,
                "attempts": attempt,
                "opened_at": now.isoformat(),
                "system": system or (known.system if known else ""),
                "input_digest": input_digest or (known.input_digest if known else ""),
                "blind": int(blind),
                "closed_at": None,
                "outcome": None,
                "resolved": None,
            }
            if known is None:
                db.execute(insert(t.intents), {"key": key, **values})
            else:
                db.execute(_SET, {"id": key, **values})
            self._tell(
                now,
                EntryKind.OPENED,
                operation,
                system=str(values["system"]),
                subject=key,
                input_digest=str(values["input_digest"]),
                text=f"attempt {attempt}{', blind' if blind else ''}",
            )
        if self._kept_outcomes is not None:
            self._kept_outcomes.pop(key, None)
        return attempt

    def close_intent(
        self, key: str, outcome: str, now: datetime, *, resolved: Resolved = "answered"
    ) -> None:
        """Note what came of it, and how that is known.

        Raises:
            UsageError: it was never opened.
        """
        values = {"outcome": outcome, "closed_at": now.isoformat(), "resolved": resolved}
        with self._write() as db:
            known = self._known(key)
            if known is None:
                raise UsageError(
                    "an outcome without an intent.",
                    remedy="Open the intent first; nothing was changed.",
                )
            db.execute(_SET, {"id": key, **values})
            self._tell(
                now,
                EntryKind.CLOSED,
                known.operation,
                system=known.system,
                subject=key,
                input_digest=known.input_digest,
                output_digest=sha256_of(outcome),
                text=resolved,
            )
        if self._kept_outcomes is not None:
            self._kept_outcomes[key] = outcome

    def outcome(self, key: str) -> str | None:
        """What came of an intent; `None` when it is unknown or was never begun."""
        if self._kept_outcomes is None or not self._keeps:
            closed = select(t.intents.c.key, t.intents.c.outcome).where(
                t.intents.c.outcome.is_not(None)
            )
            self._kept_outcomes = {str(k): str(o) for k, o in self._rows(closed)}
        return self._kept_outcomes.get(key)

    def outcomes_of(self, prefix: str) -> dict[str, str]:
        """Outcomes of all intents whose key begins so; a reader reads only those."""
        if not self._keeps:
            i = t.intents.c
            known = select(i.key, i.outcome).where(i.outcome.is_not(None))
            if prefix:
                known = known.where(i.key.startswith(prefix, autoescape=True))
            if prefix and self._engine.dialect.name == "sqlite":
                # Only so does the index serve; other databases compare by the words of a language.
                known = known.where(i.key >= prefix, i.key < prefix[:-1] + chr(ord(prefix[-1]) + 1))
            return {str(key): str(outcome) for key, outcome in self._rows(known)}
        self.outcome("")
        kept = self._kept_outcomes or {}
        return {key: outcome for key, outcome in kept.items() if key.startswith(prefix)}

    def open_intents(self) -> list[str]:
        """Keys of intents without an outcome."""
        return [row.key for row in self.unresolved()]

    def unresolved(self) -> list[IntentRow]:
        """Intents without an outcome, the oldest first."""
        wanted = select(t.intents).where(t.intents.c.outcome.is_(None))
        return self._intents(wanted.order_by(t.intents.c.opened_at, t.intents.c.key))

    def blind_intents(self) -> list[IntentRow]:
        """Intents whose effect can't be read back, the oldest first."""
        wanted = select(t.intents).where(t.intents.c.blind != 0)
        return self._intents(wanted.order_by(t.intents.c.opened_at, t.intents.c.key))

    def intent(self, key: str) -> IntentRow | None:
        """One intent; `None` when it was never begun."""
        found = self._known(key)
        self._release()
        return found

    def _known(self, key: str) -> IntentRow | None:
        row = self._connection.execute(_ONE, {"id": key}).one_or_none()
        return intent_row(row._mapping) if row else None

    def _intents(self, wanted: Select[*tuple[Any, ...]]) -> list[IntentRow]:
        return [intent_row(row._mapping) for row in self._rows(wanted)]

    # -- looks -------------------------------------------------------------------------------------

    def note_look(self, began: datetime) -> None:
        """Note when a look at both tenants began, once it is through. It changes nothing, so it is no entry."""
        with self._write() as db:
            times = {"opened_at": began.isoformat(), "closed_at": began.isoformat()}
            if not db.execute(_SET, {"id": LOOK, **times}).rowcount:
                first = {"key": LOOK, "operation": LOOK, "attempts": 1, "outcome": "looked"}
                db.execute(insert(t.intents), {**first, **times})

    def looked_at(self) -> datetime | None:
        """When the last whole look began, in this run or an earlier one."""
        rows = self._rows(_LOOKED)
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    # -- samples and calls -------------------------------------------------------------------------

    def sample(self, wave: int, kind: Sample, now: datetime, *, count: int = 1) -> None:
        """Add to what rules watch: how many things went well, and how many did not, in a wave."""
        where = (t.samples.c.wave == wave) & (t.samples.c.kind == kind)
        with self._write() as db:
            before = db.execute(select(t.samples.c.count).where(where)).scalar()
            self._changed(t.samples)
            if before is None:
                values = {"wave": wave, "kind": kind, "count": count, "last_at": now.isoformat()}
                db.execute(insert(t.samples).values(**values))
                return
            values = {"count": int(before) + count, "last_at": now.isoformat()}
            db.execute(update(t.samples).where(where).values(**values))

    def samples(self, wave: int) -> tuple[int, int]:
        """How many things went well and how many did not, in a wave."""
        rows = (row._mapping for row in self._table(t.samples))
        found = {str(row["kind"]): int(row["count"]) for row in rows if row["wave"] == wave}
        return found.get("ok", 0), found.get("error", 0)

    def forget_samples(self, wave: int) -> None:
        """Begin to count anew, so that a rule does not stop again for what the operator has seen."""
        with self._write() as db:
            db.execute(delete(t.samples).where(t.samples.c.wave == wave))
            self._changed(t.samples)

    def add_calls(self, tenant: str, counts: Mapping[str, int]) -> None:
        """Add to the number of requests spent."""
        with self._write() as db:
            for operation, count in counts.items():
                more = {"on": tenant, "of": operation, "more": count}
                if not db.execute(_MORE_CALLS, more).rowcount:
                    row = {"tenant": tenant, "operation": operation, "count": count}
                    db.execute(insert(t.calls), row)

    def calls(self) -> dict[str, dict[str, int]]:
        """Requests spent, by tenant and operation."""
        found: dict[str, dict[str, int]] = {}
        for tenant, operation, count in self._rows(
            select(t.calls).order_by(t.calls.c.tenant, t.calls.c.operation)
        ):
            found.setdefault(str(tenant), {})[str(operation)] = int(count)
        return found
