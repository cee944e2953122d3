"""Groups of users and of devices: static ones with members, smart ones with criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from attrs import define, field

from ueapi_jamf.simulator.criteria import CriterionRow, Lookup, Test, test_of


class Subject(Protocol):
    """What can be in a group."""

    id: int


S = TypeVar("S", bound=Subject)


@define(kw_only=True, eq=False)
class GroupRow:
    """One group."""

    id: int
    name: str
    description: str = ""
    is_smart: bool = False
    is_notify: bool = False
    criteria: tuple[CriterionRow, ...] = ()
    members: set[int] = field(factory=set, repr=False)
    """Ids of a static group's members."""


@define(eq=False)
class Groups(Generic[S]):
    """All groups of one kind; `subjects`, `version` and `lookup` belong to the table of users or devices."""

    subjects: Callable[[], dict[int, S]] = field(repr=False)
    version: Callable[[], int] = field(repr=False)
    lookup: Callable[[S], Lookup] = field(repr=False)
    rows: dict[int, GroupRow] = field(factory=dict)
    _changes: int = 0
    _last: int = 0
    _tests: dict[int, Test] = field(factory=dict, repr=False)
    _known: dict[int, tuple[tuple[int, int], frozenset[int]]] = field(factory=dict, repr=False)

    def add(
        self,
        name: str,
        *,
        description: str = "",
        is_smart: bool = False,
        criteria: tuple[CriterionRow, ...] = (),
    ) -> GroupRow:
        """Store a new group."""
        self._last += 1
        row = GroupRow(
            id=self._last,
            name=name,
            description=description,
            is_smart=is_smart,
            criteria=criteria,
        )
        self.rows[row.id] = row
        self.changed(row)
        return row

    def changed(self, row: GroupRow) -> None:
        """Note that a group changed."""
        self._tests.pop(row.id, None)
        self._changes += 1

    def remove(self, row: GroupRow) -> None:
        """Delete a group."""
        del self.rows[row.id]
        self.changed(row)

    def named(self, name: str) -> GroupRow | None:
        """The group of that name; upper and lower case are alike."""
        return next((r for r in self.rows.values() if r.name.casefold() == name.casefold()), None)

    def members(self, row: GroupRow) -> frozenset[int]:
        """Ids of the members that exist, worked out anew when something changed."""
        now = (self.version(), self._changes)
        known = self._known.get(row.id)
        if known is None or known[0] != now:
            known = (now, frozenset(self._work_out(row)))
            self._known[row.id] = known
        return known[1]

    def holds(self, row: GroupRow, subject: S) -> bool:
        """Whether this one is a member, without working out the others."""
        if not row.is_smart:
            return subject.id in row.members
        return self._test(row)(self.lookup(subject))

    def of(self, subject: S) -> Iterator[GroupRow]:
        """The groups it is in."""
        return (row for row in self.rows.values() if self.holds(row, subject))

    def union(self, ids: Iterable[int]) -> set[int]:
        """Members of any of these groups; unknown groups have none."""
        found = set[int]()
        for row in filter(None, map(self.rows.get, ids)):
            found |= self.members(row)
        return found

    def forget(self, subject_id: int) -> None:
        """Take a deleted subject out of all static groups."""
        for row in self.rows.values():
            row.members.discard(subject_id)

    def _work_out(self, row: GroupRow) -> Iterator[int]:
        if not row.is_smart:
            return (i for i in row.members if i in self.subjects())
        test = self._test(row)
        return (s.id for s in self.subjects().values() if test(self.lookup(s)))

    def _test(self, row: GroupRow) -> Test:
        if row.id not in self._tests:
            self._tests[row.id] = test_of(row.criteria)
        return self._tests[row.id]
