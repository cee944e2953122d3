"""Asking both sides the same questions. Each question yields one line for each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from tools.fidelity.chains import NOT_THERE, Leaf, number
from tools.fidelity.handmade import Handmade

from ueapi.apple.rules import RuleKind, Rules, RuleVerdict
from ueapi.apple.rules.kinds import SECTIONS

KIND_OF: Final = {section: kind for kind, sections in SECTIONS.items() for section in sections}


@dataclass(frozen=True)
class Check:
    """Both sides: the schema as read here, and the table as anyone asks it."""

    schema: dict[str, Leaf]
    handmade: Handmade
    rules: Rules = field(default_factory=Rules.load)

    @cached_property
    def answered(self) -> dict[str, Leaf]:
        """What can be asked for: of two sections of a kind with one id, the first answers."""
        order = {
            section: at for sections in SECTIONS.values() for at, section in enumerate(sections)
        }
        found: dict[tuple[RuleKind, str], Leaf] = {}
        for leaf in sorted(self.schema.values(), key=lambda leaf: order[leaf.section]):
            found.setdefault((KIND_OF[leaf.section], leaf.id), leaf)
        return {f"{leaf.section}/{leaf.id}": leaf for leaf in found.values()}

    @property
    def newest(self) -> str:
        """The iOS of the schema the table was made from."""
        return self.rules.release.ios

    def verdict(self, leaf: Leaf, ios: str) -> RuleVerdict | None:
        """What the table says of an item."""
        return self.rules.find(KIND_OF[leaf.section], leaf.id, ios=ios)

    def ids(self) -> Iterator[str]:
        """Items that one side has and the other lacks."""
        table = {
            f"{section}/{item}" for section in KIND_OF for item in self.rules.section_ids(section)
        }
        told = {(kind, item) for kind in RuleKind for item in self.rules.ids(kind)}
        known = {(KIND_OF[leaf.section], leaf.id) for leaf in self.schema.values()}
        added = {(KIND_OF[section], item) for section, item in self.handmade.later}
        yield from (f"the table lacks {key}" for key in sorted(self.schema.keys() - table))
        yield from (f"the schema lacks {key}" for key in sorted(table - self.schema.keys()))
        yield from (
            f"the table lacks {'/'.join(key)}, which is kept by hand"
            for key in sorted(added - told)
        )
        yield from (
            f"nobody told the table of {'/'.join(key)}" for key in sorted(told - known - added)
        )

    def facts(self) -> Iterator[str]:
        """Items whose versions, supervision or source differ, whatever iOS is asked for."""
        for leaf in self.answered.values():
            found = self.verdict(leaf, self.newest)
            if found is None:
                continue
            dates = (found.introduced, found.deprecated, found.removed)
            table = (*(date and date.parts for date in dates), found.supervised_only)
            schema = (*self.handmade.dates(leaf), leaf.is_supervised)
            if table != schema:
                yield f"{leaf}: the table says {table}, the schema {schema}"
            if not found.source.endswith(f"/{leaf.file}"):
                yield f"{leaf}: the table names {found.source}"

    def modes(self, ios: str) -> Iterator[str]:
        """Verdicts that differ from the schema on a proven version."""
        for leaf in self.answered.values():
            found, expected = self.verdict(leaf, ios), self.handmade.mode(leaf, number(ios))
            if found is None or found.mode != expected:
                yield f"{leaf}: the table says {found and found.mode}, the schema {expected}"

    def availability(self, ios: str) -> Iterator[str]:
        """Items whose presence differs on a version before the proven ones, or that claim to be proven."""
        for leaf in self.answered.values():
            found = self.verdict(leaf, ios)
            if found is None or (found.mode != NOT_THERE) != leaf.is_there(number(ios)):
                yield f"{leaf}: the table says {found and found.mode}"
            elif found.basis != "unproven":
                yield f"{leaf}: its basis is {found.basis}"

    def newer(self, ios: str) -> Iterator[str]:
        """Verdicts that changed since the schema without anyone's word for it."""
        for kind in RuleKind:
            for item in self.rules.ids(kind):
                then, now = (self.rules.verdict(kind, item, ios=v) for v in (self.newest, ios))
                is_told = now.basis == "overrides" and now.source.startswith("https://")
                if then.mode != now.mode and not is_told:
                    yield f"{kind}/{item}: {then.mode} became {now.mode}, from {now.basis}"

    def published(self, then: dict[str, Leaf], ios: str) -> Iterator[str]:
        """What Apple's data of that time said otherwise, and the overrides don't tell."""
        for leaf, said, ours in self.both(then, ios):
            if ours != said and not self.handmade.explains(leaf, number(ios), said):
                yield f"{leaf}: the table says {ours}, the release of that time {said}"

    def both(self, then: dict[str, Leaf], ios: str) -> Iterator[tuple[Leaf, str, str]]:
        """What a release of that time and the table say of each item that was there, and that both still list."""
        for key, leaf in then.items():
            said = leaf.mode(number(ios))
            found = self.verdict(leaf, ios) if key in self.schema else None
            if said != NOT_THERE and found is not None:
                yield leaf, said, found.mode

    def counted(self, then: dict[str, Leaf], ios: str) -> tuple[int, int, int]:
        """How many items of a release that time the table answers the same, otherwise, and not at all."""
        there = sum(leaf.is_there(number(ios)) for leaf in then.values())
        alike = [said == ours for _, said, ours in self.both(then, ios)]
        return alike.count(True), alike.count(False), there - len(alike)
