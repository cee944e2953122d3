"""Pages of a listing that don't fit together: one shrinks, one repeats, a row comes twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Final
from unittest import SkipTest

from attrs import frozen

from ueapi.errors import Unintelligible
from ueapi.model import Thing
from ueapi.rehearsal.faults import OddContent, Oddities, Oddity
from ueapi.testing.faults.acts import LISTINGS
from ueapi.testing.faults.line import Line
from ueapi.testing.faults.outcome import Outcome, offered, rest, tried
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import with_pages
from ueapi.testing.tiers import Topic

SIZES: Final = (4, 5)
"""Rows of a page: small fleets then have several, and in one case or the other the last one is short."""


@frozen
class Listed:
    """One listing whose pages were odd: what came of it, and the ids there are."""

    outcome: Outcome
    ids: list[str]

    @property
    def found(self) -> list[str]:
        """The ids it yielded."""
        return _ids(self.outcome.value)


class PagesConformance:
    """A listing is whole, or says that it is not."""

    @promise(
        "faults.pages.shrinking",
        Topic.FAULTS,
        fix="Give each Page the product's total, so that the runtime can compare.",
    )
    def test_a_page_that_shrinks_loses_no_row_silently(self, harness: Harness) -> None:
        """A deletion moves a row to a page that was read already: the listing is whole, or raises Unintelligible."""
        for listed in _odd_listings(harness, Oddity.SHRUNK_PAGE):
            what = listed.outcome.what
            if listed.outcome.error is not None:
                _require_doubt(listed.outcome)
                continue
            assert sorted(listed.found) == sorted(listed.ids), (
                f"{what} lacks {len(set(listed.ids) - set(listed.found))} rows and says nothing. Fix: give each Page "
                "the product's total, so that the runtime can compare."
            )

    @promise(
        "faults.pages.row-twice",
        Topic.FAULTS,
        fix="Give each row the product's own id as `ref`; the runtime leaves repetitions out.",
    )
    def test_a_row_that_comes_twice_is_listed_once(self, harness: Harness) -> None:
        """The last row of a page is also the first of the next one."""
        for listed in _odd_listings(harness, Oddity.DUPLICATE_ROW):
            what = listed.outcome.what
            if listed.outcome.error is not None:
                _require_doubt(listed.outcome)
                continue
            assert sorted(listed.found) == sorted(listed.ids), (
                f"{what} yields {len(listed.found)} rows, and there are {len(listed.ids)}. Fix: give each row the "
                "product's own id as `ref`; the runtime leaves repetitions out."
            )

    @promise(
        "faults.pages.repeated",
        Topic.FAULTS,
        fix="Give each Page the product's total and its own cursor, so that the runtime sees the repetition.",
    )
    def test_a_page_that_repeats_ends_the_listing(self, harness: Harness) -> None:
        """Every later page is the first one again, its cursor included: an error, and not the rows without an end."""
        for listed in _odd_listings(harness, Oddity.REPEATED_PAGE):
            what = listed.outcome.what
            if listed.outcome.error is not None:
                _require_doubt(listed.outcome)
                continue
            assert sorted(listed.found) == sorted(listed.ids), (
                f"{what} lacks {len(set(listed.ids) - set(listed.found))} rows and says nothing. Fix: give each Page "
                "the product's total and its own cursor, so that the runtime sees the repetition."
            )


def _odd_listings(harness: Harness, oddity: Oddity) -> Iterator[Listed]:
    """Each listing of things, with small pages that are odd whenever they can be."""
    harness, sizes = with_pages(harness, SIZES)
    readings = [(r, _ids(r.prepare(harness)(harness.tenant))) for r in offered(harness, LISTINGS)]
    line = Line.at(harness)
    application, happened = line.application, False
    for rows, (reading, ids) in product(sizes, readings):
        odd = OddContent(application, random.Random(0), Oddities({oddity: 1.0}))
        line.application = odd
        rest(harness)
        line.clear()
        what = f"{reading.capability.value} with {oddity.value}"
        tenant = harness.connect(page_rows=rows)
        outcome = tried(what, reading.prepare(harness), tenant=tenant, line=line)
        if odd.seen:
            happened = True
            yield Listed(outcome, ids)
    if not happened:
        raise SkipTest(_why_not(harness))


def _why_not(harness: Harness) -> str:
    if not harness.simulator.page_setting:
        return f"{harness.tenant.backend}: no setting makes pages small enough for this fleet to have several"
    return f"{harness.tenant.backend}: no listing had a second page"


def _ids(rows: object) -> list[str]:
    return [row.id for row in rows if isinstance(row, Thing)] if isinstance(rows, list) else []


def _require_doubt(outcome: Outcome) -> None:
    assert isinstance(outcome.error, Unintelligible), (
        f"{outcome.what} {outcome.ended}. Fix: raise Unintelligible, which tells the caller to list again."
    )
