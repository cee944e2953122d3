"""Oddities in what a product answers: fields that come and go, rows twice or missing, pages that repeat.

They work on any JSON or XML answer that holds rows, without knowing the product.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from attrs import define, field, frozen

from ueapi.rehearsal.faults.line import DEVICE_PATHS
from ueapi.rehearsal.faults.recording import Recorded, recorded, replay
from ueapi.rehearsal.faults.rows import Table, table_of
from ueapi.rehearsal.wire import Application, Message, Receive, Send


class Oddity(StrEnum):
    """What is odd about one answer."""

    EXTRA_FIELD = "extra-field"
    """Each row has a field nobody documented."""
    MISSING_FIELD = "missing-field"
    """A row lacks a field it always had."""
    UNKNOWN_VALUE = "unknown-value"
    """A field with few values has a new one."""
    DUPLICATE_ROW = "duplicate-row"
    """The last page begins with the last row of the page before."""
    SHRUNK_PAGE = "shrunk-page"
    """A row was deleted while the list was read, so the last page begins one row further on."""
    REPEATED_PAGE = "repeated-page"
    """A later page is the page before once more, its cursor included."""


@frozen
class Oddities:
    """How often each oddity befalls an answer with rows, as a part of those answers."""

    rates: Mapping[Oddity, float]


@define(eq=False)
class OddContent:
    """The application with odd answers; `seen` counts them. `enumerated` names fields that have few values."""

    application: Application = field(repr=False)
    rng: random.Random = field(repr=False)
    oddities: Oddities
    enumerated: frozenset[str] = frozenset()
    seen: Counter[Oddity] = field(factory=Counter)
    _before: dict[str, tuple[str, Recorded]] = field(factory=dict, repr=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, perhaps oddly."""
        path = str(scope["path"])
        if scope["method"] != "GET" or path.startswith(DEVICE_PATHS):
            await self.application(scope, receive, send)
            return
        answer = await recorded(self.application, scope, receive)
        query = repr(scope["query_string"])
        last_query, last = self._before.get(path, (query, None))
        self._before[path] = (query, answer)
        odd = self._made_odd(answer, last if last_query != query else None)
        await replay(odd, send)

    def _made_odd(self, answer: Recorded, last: Recorded | None) -> Recorded:
        if answer.status != 200:
            return answer
        for oddity, rate in self.oddities.rates.items():
            if self.rng.random() < rate:
                changed = self._with(oddity, answer, last)
                if changed is not None:
                    self.seen[oddity] += 1
                    return changed
        return answer

    def _with(self, oddity: Oddity, answer: Recorded, last: Recorded | None) -> Recorded | None:
        table = table_of(answer)
        if table is None or not len(table):
            return None
        match oddity:
            case Oddity.EXTRA_FIELD:
                table.add_field()
            case Oddity.MISSING_FIELD:
                table.drop_field(self.rng)
            case Oddity.UNKNOWN_VALUE:
                if not table.change_value(self.rng, self.enumerated):
                    return None
            case _:
                return self._with_pages(oddity, answer, table, last)
        return answer.saying(table.written())

    def _with_pages(
        self, oddity: Oddity, answer: Recorded, table: Table, last: Recorded | None
    ) -> Recorded | None:
        before = table_of(last) if last is not None else None
        if last is None or before is None or not len(before):
            return None
        match oddity:
            case Oddity.REPEATED_PAGE:
                return last
            case _ if len(table) >= len(before):
                # Only the last page can hold a row more or less without the ones after it changing as well.
                return None
            case Oddity.DUPLICATE_ROW:
                table.repeat_last_of(before)
            case _:
                table.lose_first()
        return answer.saying(table.written())
