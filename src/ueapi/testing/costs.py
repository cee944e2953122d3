"""What operations cost: requests counted against what the sheet declares."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from math import ceil
from typing import Final

from ueapi.contract import Capability, Cost
from ueapi.contract.capability import FIND
from ueapi.testing.faults.acts import (
    CHANGES,
    ENSURES,
    LISTINGS,
    ORDERS,
    READINGS,
    Change,
    Deed,
    Reading,
)
from ueapi.testing.faults.line import Line
from ueapi.testing.faults.outcome import rest
from ueapi.testing.faults.several import MANY, OF_TWO_APPS, PERSON_BY_PERSON
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import people
from ueapi.testing.tiers import Topic

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
        fix='Add `calls` to the row in the sheet, such as calls="1 per page"; `users.get` takes `finding`, too.',
    )
    def test_each_operation_has_its_cost(self, harness: Harness) -> None:
        """Everything the sheet claims has a declared cost, and nothing else has."""
        claimed, declared = set(operations(harness)), set(harness.tenant.sheet.costs)

        assert declared == claimed, (
            f"without a cost: {_names(claimed - declared)}; not claimed: {_names(declared - claimed)}"
        )

    @promise(
        "cost.reads.as-declared",
        Topic.COST,
        fix="Ask for what the operation needs once; or correct its `calls` in the sheet.",
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
        fix="Make one call for a page, and none for each row; or correct the cost per page in the sheet.",
    )
    def test_a_listing_costs_no_more_than_its_pages(self, harness: Harness) -> None:
        """In small pages a listing takes at most the declared requests for each."""
        line = Line.at(harness)
        tenant = harness.connect(page_rows=ROWS)
        for reading in LISTINGS if harness.simulator.page_setting else ():
            cost = _declared(harness, reading.capability)
            if cost is None or not harness.can(reading.capability):
                continue
            deed = _prepared(harness, line, reading)
            rows = deed(tenant)
            found = _asked(line)
            most = (
                cost.at(pages=max(ceil(len(rows) / ROWS), 1)) if isinstance(rows, Sized) else found
            )
            assert found <= most, (
                f"{reading.capability.value}: {found} requests, and {most} declared"
            )

    @promise(
        "cost.ensures.as-declared",
        Topic.COST,
        fix="Ask for what is needed once; or correct its `calls` in the sheet, which are those of a new object.",
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
        fix="Ask for what the order needs once; or correct its `calls` in the sheet.",
    )
    def test_an_order_costs_no_more_than_declared(self, harness: Harness) -> None:
        """An order about one object takes at most the declared requests: fewer where there was nothing left to do."""
        line = Line.at(harness)
        for change in ORDERS:
            cost = _declared(harness, change.capability)
            if cost is not None and harness.can(change.capability):
                found = _requests(harness, line, change.prepare(harness, line.new_object()))
                _bound(change, found, cost.at(scopes=_scopes(harness)))

    @promise(
        "cost.apps.as-declared",
        Topic.COST,
        fix="Order several apps in one call where the product can; or declare the cost `per app` in the sheet.",
    )
    def test_an_order_about_two_apps_costs_no_more_than_declared(self, harness: Harness) -> None:
        """An order about two apps takes at most what is declared for two."""
        line = Line.at(harness)
        for change in OF_TWO_APPS:
            cost = _declared(harness, change.capability)
            if cost is not None and harness.can(change.capability):
                found = _requests(harness, line, change.prepare(harness, line.new_object()))
                _bound(change, found, cost.at(apps=MANY))

    @promise(
        "cost.further.as-declared",
        Topic.COST,
        fix="Keep what the first one listed for those that follow; or declare `..., then N` in the sheet.",
    )
    def test_a_further_person_costs_no_more_than_declared(self, harness: Harness) -> None:
        """The same for another person, in the same process, takes at most what is declared for each that follows."""
        line = Line.at(harness)
        for change in PERSON_BY_PERSON:
            cost = _declared(harness, change.capability)
            if cost is None or not harness.can(change.capability):
                continue
            first, second = (change.prepare(harness, line.new_object()) for _ in range(2))
            tenant = harness.connect()
            first(tenant)
            line.clear()
            second(tenant)
            _bound(change, _asked(line), cost.further.at())


def _declared(harness: Harness, capability: Capability) -> Cost | None:
    return harness.tenant.sheet.costs.get(capability.value)


def _bound(change: Change, found: int, most: int) -> None:
    assert found <= most, f"{change.capability.value}: {found} requests, and {most} declared"


def _scopes(harness: Harness) -> int:
    """Sets of groups that are given apps with licenses, and the one person to whom the kit gave one."""
    apps = harness.fleet.apps
    return len({app.groups for app in apps if app.groups and app.store_id}) + 1


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
    cost = harness.tenant.sheet.costs.get(operation)
    assert cost is None or found == cost.at(), f"{operation}: {found} requests, and {cost} declared"


def _names(operations: set[str]) -> str:
    return ", ".join(sorted(operations)) or "none"
