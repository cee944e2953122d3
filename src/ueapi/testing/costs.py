"""What operations cost: requests counted against what the author declares in `quality.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from math import ceil
from typing import Final

from ueapi.contract import Capability
from ueapi.testing.faults.acts import CHANGES, ENSURES, LISTINGS, ORDERS, READINGS, Deed, Reading
from ueapi.testing.faults.line import Line
from ueapi.testing.faults.outcome import rest
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import people
from ueapi.testing.tiers import Topic

FIND: Final = "users.find"
"""Finding is an operation of its own, since some products can only list."""
ROWS: Final = 5
"""Rows of a small page."""


def operations(harness: Harness) -> Iterator[str]:
    """The operations whose cost is to be declared: what the sheet claims and the kit can do."""
    for act in (*READINGS, *CHANGES):
        if harness.can(act.capability):
            yield act.capability.value
    if harness.can(Capability.USERS_GET):
        yield FIND


class CostConformance:
    """Who moves a thousand people wants to know what a call costs before making it."""

    facet = "cost"

    @promise(
        "cost.declared.each-operation",
        Topic.COST,
        fix="Add it under `costs` in quality.yaml, such as `users.list: 1 per page`; take out what isn't claimed.",
    )
    def test_each_operation_has_its_cost(self, harness: Harness) -> None:
        """Everything the sheet claims has a declared cost, and nothing else has."""
        claimed, declared = set(operations(harness)), set(harness.quality.costs)

        assert declared == claimed, (
            f"without a cost: {_names(claimed - declared)}; not claimed: {_names(declared - claimed)}"
        )

    @promise(
        "cost.reads.as-declared",
        Topic.COST,
        fix="Ask for what the operation needs once; or correct its cost in quality.yaml.",
    )
    def test_reading_costs_what_is_declared(self, harness: Harness) -> None:
        """A reading of one page takes exactly the declared requests."""
        line = Line.at(harness)
        for reading in READINGS:
            if harness.can(reading.capability):
                name = reading.capability.value
                _require(harness, name, _requests(harness, line, reading.prepare(harness)))
        found = [u.managed_apple_id for u in people(harness) if u.managed_apple_id]
        if found and harness.can(Capability.USERS_GET):
            _require(harness, FIND, _requests(harness, line, lambda t: t.users.find(found[0])))

    @promise(
        "cost.pages.as-declared",
        Topic.COST,
        fix="Make one call for a page, and none for each row; or correct the cost per page in quality.yaml.",
    )
    def test_a_listing_costs_no_more_than_its_pages(self, harness: Harness) -> None:
        """In small pages a listing takes at most the declared requests for each."""
        line = Line.at(harness)
        tenant = harness.connect(page_rows=ROWS)
        for reading in LISTINGS if harness.simulator.page_setting else ():
            cost = harness.quality.costs.get(reading.capability.value)
            if cost is None or not harness.can(reading.capability):
                continue
            deed = _prepared(harness, line, reading)
            rows = deed(tenant)
            found = _asked(line)
            most = cost.at(max(ceil(len(rows) / ROWS), 1)) if isinstance(rows, Sized) else found
            assert found <= most, (
                f"{reading.capability.value}: {found} requests, and {most} declared"
            )

    @promise(
        "cost.ensures.as-declared",
        Topic.COST,
        fix="Ask for what is needed once; or correct its cost in quality.yaml, which is that of a new object.",
    )
    def test_making_sure_costs_what_is_declared(self, harness: Harness) -> None:
        """Making a new object takes exactly the declared requests, and finding it there no more."""
        line = Line.at(harness)
        for change in ENSURES:
            if harness.can(change.capability):
                deed = change.prepare(harness, line.new_object())
                first = _requests(harness, line, deed)
                again = _requests(harness, line, deed)
                _require(harness, change.capability.value, first)
                assert again <= first, f"{change.capability.value}: {again} requests for no change"

    @promise(
        "cost.orders.as-declared",
        Topic.COST,
        fix="Ask for what the order needs once; or correct its cost in quality.yaml.",
    )
    def test_an_order_costs_no_more_than_declared(self, harness: Harness) -> None:
        """An order about one object takes at most the declared requests: fewer where there was nothing left to do."""
        line = Line.at(harness)
        for change in ORDERS:
            cost = harness.quality.costs.get(change.capability.value)
            if cost is not None and harness.can(change.capability):
                found = _requests(harness, line, change.prepare(harness, line.new_object()))
                most = cost.at(1)
                assert found <= most, (
                    f"{change.capability.value}: {found} requests, and {most} declared"
                )


def _prepared(harness: Harness, line: Line, reading: Reading) -> Deed:
    deed = reading.prepare(harness)
    rest(harness)
    line.clear()
    return deed


def _requests(harness: Harness, line: Line, deed: Deed) -> int:
    """What one run of the deed takes in a new process, signing in left out."""
    tenant = harness.connect()
    rest(harness)
    line.clear()
    deed(tenant)
    return _asked(line)


def _asked(line: Line) -> int:
    return sum(asked.path not in line.sign_in for asked in line.asked)


def _require(harness: Harness, operation: str, found: int) -> None:
    cost = harness.quality.costs.get(operation)
    assert cost is None or found == cost.at(1), (
        f"{operation}: {found} requests, and {cost} declared"
    )


def _names(operations: set[str]) -> str:
    return ", ".join(sorted(operations)) or "none"
