"""Which payload of one profile answers to which of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Final

from attrs import field, frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.keys import paths_of

_MOST_COMPARED: Final = 10_000
"""Pairs weighed key by key for one payload type; beyond, payloads are taken in order: real profiles have a few."""


@frozen(kw_only=True)
class Candidate:
    """What pairing looks at of one payload; `digest` stands for its whole meaning."""

    type: str
    identifier: str
    digest: str
    row: PlistDict = field(repr=False)


@frozen(kw_only=True)
class Pairs:
    """Positions in the two profiles."""

    matches: tuple[tuple[int, int], ...]
    only_before: tuple[int, ...]
    only_after: tuple[int, ...]


def paired(before: Sequence[Candidate], after: Sequence[Candidate]) -> Pairs:
    """Pair payloads: those of equal content first, then of one type and identifier, then of one type by likeness."""
    work = _Work(before, after)
    work.match(lambda payload: (payload.digest, payload.type, payload.identifier))
    # The digest alone decides, even where the type itself is masked.
    work.match(lambda payload: payload.digest)
    work.match(lambda payload: (payload.type, payload.identifier))
    work.match_alike()
    return Pairs(
        matches=tuple(work.matches),
        only_before=tuple(sorted(work.old)),
        only_after=tuple(sorted(work.new)),
    )


class _Work:
    def __init__(self, before: Sequence[Candidate], after: Sequence[Candidate]) -> None:
        self._before, self._after = before, after
        self.old, self.new = set(range(len(before))), set(range(len(after)))
        self.matches: list[tuple[int, int]] = []

    def match(self, key: Callable[[Candidate], Hashable]) -> None:
        """Pair what has the same key, in order."""
        waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
        for other in sorted(self.new, key=self._order_after, reverse=True):
            waiting[key(self._after[other])].append(other)
        for one in sorted(self.old, key=self._order_before):
            if rest := waiting.get(key(self._before[one])):
                self._take(one, rest.pop())

    def match_alike(self) -> None:
        """Pair what is left within each type, the most alike first."""
        for kind in sorted({self._before[one].type for one in self.old}):
            old = [one for one in self.old if self._before[one].type == kind]
            new = [other for other in self.new if self._after[other].type == kind]
            if len(old) * len(new) > _MOST_COMPARED:
                self.match(lambda payload: payload.type)
            else:
                self._match_best(old, new)

    def _match_best(self, old: Sequence[int], new: Sequence[int]) -> None:
        keys = {one: _paths(self._before[one]) for one in old}
        others = {other: _paths(self._after[other]) for other in new}
        ranked = sorted(
            ((one, other) for one in old for other in new),
            key=lambda pair: (
                *(-score for score in _likeness(keys[pair[0]], others[pair[1]])),
                self._order_before(pair[0]),
                self._order_after(pair[1]),
            ),
        )
        for one, other in ranked:
            if one in self.old and other in self.new:
                self._take(one, other)

    def _take(self, one: int, other: int) -> None:
        self.old.discard(one)
        self.new.discard(other)
        self.matches.append((one, other))

    def _order_before(self, one: int) -> tuple[str, str, int]:
        return self._before[one].digest, self._before[one].identifier, one

    def _order_after(self, other: int) -> tuple[str, str, int]:
        return self._after[other].digest, self._after[other].identifier, other


def _paths(payload: Candidate) -> dict[str, PlistValue]:
    return dict(paths_of(payload.row))


def _likeness(one: dict[str, PlistValue], other: dict[str, PlistValue]) -> tuple[int, int]:
    """How many keys have equal values, and how many keys are shared."""
    shared = one.keys() & other.keys()
    return sum(one[key] == other[key] for key in shared), len(shared)
