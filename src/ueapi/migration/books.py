"""What is forecast for the work before people are asked: reading, staging, and giving licenses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Final

from attrs import define, field

from ueapi.migration.costs import Bill, Pages
from ueapi.migration.documents import Plan, PlannedPerson
from ueapi.migration.estimates import ROLES, Habits, Role, Spending
from ueapi.migration.sides import Side
from ueapi.model import AppKind

_LICENSED: Final = (AppKind.STORE, AppKind.CUSTOM)


@define
class Books:
    """Both tenants' bills over the whole move."""

    plan: Plan
    habits: Habits
    starts: Mapping[int, datetime]
    """When waves begin, where that is known."""
    people: Mapping[str, PlannedPerson]
    moved: int = 0
    """Phones that are on the target already."""
    created: int = 0
    """Users made on the target."""
    licensed: set[str] = field(factory=set)
    """Apps of which licenses were given already."""
    knows_store_ids: bool = False
    """Whether the target was asked for Apple's numbers of the apps already."""
    total: dict[Role, Counter[str]] = field(factory=lambda: {r: Counter[str]() for r in ROLES})

    def side(self, role: Role) -> Side:
        """One of the tenants."""
        return self.plan.source if role == "source" else self.plan.target

    def bills(self) -> dict[Role, Bill]:
        """New bills, with nothing on them."""
        return {role: Bill(self.side(role)) for role in ROLES}

    def close(self, bills: Mapping[Role, Bill]) -> Spending:
        """Add bills to the total, and say what is on them."""
        for role, bill in bills.items():
            self.total[role].update(bill.operations)
        return spending({role: bill.operations for role, bill in bills.items()})


def spending(counted: Mapping[Role, Mapping[str, int]]) -> Spending:
    """Requests to both tenants, sorted."""
    return Spending(**{role: dict(sorted(found.items())) for role, found in counted.items()})


def before_the_waves(books: Books) -> Mapping[Role, Bill]:
    """Read both tenants again, look at finished tasks, and stage: groups, profiles, apps."""
    plan, bills = books.plan, books.bills()
    for role, bill in bills.items():
        for operation, calls in books.side(role).spent.items():
            bill.add(operation, calls)
    source, target, pages = bills["source"], bills["target"], Pages.of(plan.target)
    made = [p for p in plan.profiles if not p.by_hand]
    refreshes = len(plan.tasks) + 2
    target.add("profiles.list", refreshes * pages.count("profiles"))
    target.add("apps.list", refreshes * pages.count("apps"))
    by_hand = sum(1 for t in plan.tasks if t.kind == "make-profile")
    _read_profiles(target, by_hand + len(plan.profiles))
    if any(t.kind == "link-location" for t in plan.tasks):
        _list_licenses(target)
    _make_objects(plan, target)
    source.add("profiles.get", len(made) * source.cost("profiles.get").at())
    return bills


def _make_objects(plan: Plan, bill: Bill) -> None:
    pages, made = Pages.of(plan.target), [p for p in plan.profiles if not p.by_hand]
    group = bill.cost("groups.ensure").at(pages=pages.groups_of_users)
    bill.add("groups.ensure", len(plan.groups) * group)
    profile = bill.cost("profiles.ensure").at(pages=pages.count("profiles"))
    bill.add("profiles.ensure", len(made) * profile)
    assign = bill.cost("profiles.assign")
    bill.add(
        "profiles.assign", sum(assign.at(targets=len(p.groups)) for p in plan.profiles if p.groups)
    )
    if not any(t.kind == "link-location" for t in plan.tasks):
        app = bill.cost("apps.ensure").at(pages=pages.count("apps"))
        bill.add("apps.ensure", len(plan.apps) * app)


def _read_profiles(bill: Bill, count: int) -> int:
    if not bill.does("profiles.get"):
        return 0
    return bill.add("profiles.get", count * bill.cost("profiles.get").at())


def _list_licenses(bill: Bill) -> int:
    if not bill.does("licenses.list"):
        return 0
    return bill.add("licenses.list", bill.cost("licenses.list").at())


def stage(books: Books, people: Sequence[PlannedPerson], bill: Bill) -> float:
    """Make the wave's users, fill its groups and give licenses; minutes until people can be asked."""
    calls = _judge(books, bill)
    calls += _make_users(books, people, bill)
    calls += _fill_groups(books.plan, people, bill)
    calls += _give_licenses(books, people, bill)
    rows = books.plan.target.rows.get("users", 0) + books.created
    bill.add("users.list", Pages.of(books.plan.target).count("users", rows))
    # Whether profiles are still as they were staged.
    _read_profiles(bill, len(books.plan.profiles))
    if books.plan.policy.invite and not books.plan.reenrolls:
        _invite(books, people, bill, rows)
    return bill.minutes(calls)


def _judge(books: Books, bill: Bill) -> int:
    """Whether people are ready: free seats, and Apple's numbers of apps that the source doesn't show."""
    plan = books.plan
    if plan.reenrolls or not bill.does("licenses.list") or not plan.policy.hold_unready:
        return 0
    calls = _list_licenses(bill)
    # Of one location; how many there are isn't known beforehand.
    calls += bill.add("licenses.pools", calls)
    if not books.knows_store_ids and bill.does("apps.get"):
        books.knows_store_ids = True
        unknown = sum(1 for a in plan.apps if a.store_id is None and a.kind in _LICENSED)
        calls += bill.add("apps.get", unknown * bill.cost("apps.get").at())
    return calls


def _make_users(books: Books, people: Sequence[PlannedPerson], bill: Bill) -> int:
    fresh = sum(1 for p in people if p.target_id is None)
    rows = books.plan.target.rows.get("users", 0) + books.created
    listing = Pages.of(books.plan.target).count("users", rows)
    calls = bill.add("users.list", listing)
    if fresh:
        cost = bill.cost("users.ensure")
        further = (fresh - 1) * cost.further.at(pages=listing)
        calls += bill.add("users.ensure", cost.at(pages=listing) + further)
    books.created += fresh
    return calls


def _fill_groups(plan: Plan, people: Sequence[PlannedPerson], bill: Bill) -> int:
    wanted = {p.key for p in people}
    groups = sum(1 for g in plan.groups if not wanted.isdisjoint(g.members))
    fill = bill.cost("groups.ensure").further.at(pages=Pages.of(plan.target).groups_of_users)
    return bill.add("groups.ensure", groups * fill)


def _give_licenses(books: Books, people: Sequence[PlannedPerson], bill: Bill) -> int:
    """A call for each app and chunk of people, where the target hands out licenses by an order of their own."""
    plan = books.plan
    if plan.reenrolls or plan.target.does is None or not bill.does("licenses.assign"):
        return 0
    calls, cost = 0, bill.cost("licenses.assign")
    wanted = {p.key for p in people}
    for app in plan.apps:
        orders = ceil(len(wanted.intersection(app.people)) / plan.policy.chunk)
        if orders:
            first = cost.further if app.source_id in books.licensed else cost
            books.licensed.add(app.source_id)
            calls += bill.add("licenses.assign", first.at() + (orders - 1) * cost.further.at())
    return calls


def _invite(books: Books, people: Sequence[PlannedPerson], bill: Bill, rows: int) -> None:
    if bill.does("enrollments.invite"):
        pages = Pages.of(books.plan.target).count("users", rows)
        each = bill.cost("enrollments.invite").at(pages=pages)
        bill.add("enrollments.invite", len(people) * each)
