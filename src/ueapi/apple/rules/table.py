"""Asking the table."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from attrs import evolve, field, frozen

from ueapi.apple.rules.demands import Condition, Demand
from ueapi.apple.rules.judging import BY_LETTER, OVERRIDES, Before, Row, judge, version_or_none
from ueapi.apple.rules.kinds import (
    DEFAULT_OWNERS,
    NOUNS,
    SECTIONS,
    Alternative,
    Mode,
    RuleKind,
    RuleVerdict,
)
from ueapi.apple.rules.source import Disagreement, Forced, Release, Rows, Stored, load_stored
from ueapi.apple.rules.version import CURRENT_IOS, IosRange, IosVersion
from ueapi.errors import UsageError

Ios = str | IosVersion | IosRange
"""A version of iOS or iPadOS, or a range of them: `26.0`, `15.0-26.0`."""

REMEMBERED: Final = 16_384
"""Verdicts kept for the next profile; the table has about 2,500 items."""


@frozen(eq=False)
class Rules:
    """Apple's rules for User Enrollment. Get them with `Rules.load()`; asking does no I/O."""

    _stored: Stored = field(repr=False)

    @classmethod
    def load(cls) -> Rules:
        """The table shipped with ueapi; read once per process."""
        return _shipped()

    @property
    def release(self) -> Release:
        """Which state of Apple's schema the table was made from."""
        return self._stored.source

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where products' documentation and Apple's data differ."""
        return self._stored.disagreements

    def verdict(self, kind: RuleKind, id: str, *, ios: Ios) -> RuleVerdict:  # noqa: A002
        """Say what Apple allows for one item; in a range of versions the worst answer counts.

        Args:
            kind: what the item is.
            id: Apple's own name: `com.apple.wifi.managed`, `com.apple.wifi.managed:ProxyType`, `EraseDevice`.
                A query or setting may go without its command: `SerialNumber`.
            ios: the version of iOS or iPadOS, or a range such as `15.0-26.0`.

        Raises:
            UsageError: the version is none, or the table has no such item; the remedy names near matches.
                Not knowing is no verdict: the item can be new, or misspelled.
        """
        found = _judged(self, kind, id, IosRange.parse(ios))
        if found is None:
            raise UsageError(
                f"Apple's rules, as known here, have no {NOUNS[kind]} {id!r}.",
                remedy=self._advice(kind, id),
            )
        return found

    def find(self, kind: RuleKind, id: str, *, ios: Ios) -> RuleVerdict | None:  # noqa: A002
        """The same as `verdict`, with `None` for an item the table doesn't know."""
        return _judged(self, kind, id, IosRange.parse(ios))

    def ids(self, kind: RuleKind) -> Iterator[str]:
        """Every item of a kind, items of a later iOS than the schema's included."""
        for section in SECTIONS[kind]:
            for rows in (self._stored.kinds.get(section, {}), self._stored.later.get(section, {})):
                yield from _flat(rows)

    def section_ids(self, section: str) -> Iterator[str]:
        """Every item of one section of Apple's schema, such as `payload-key` or `command-key`."""
        yield from _flat(self._stored.kinds.get(section, {}))

    def modes(self, section: str, *, owner: str = "") -> Counter[Mode]:
        """How many items of a section the schema marks how, as published, whatever the version.

        With an `owner`, such as a payload type, only its keys count. What the schema still lists and iOS has lost
        counts with the mode it had.
        """
        rows = self._stored.kinds.get(section, {})
        if owner:
            rows = {owner: rows[owner]}
        return Counter(BY_LETTER[text[0]] for text in _texts(rows))

    def keys_of(self, payload_type: str) -> frozenset[str]:
        """The key paths the table knows for a payload type, such as `EAPClientConfiguration.UserName`."""
        return _keys_of(self, payload_type)

    def conditions(self, payload_type: str, *, ios: Ios) -> tuple[Condition, ...]:
        """The demands on a payload on one version of iOS, or anywhere in a range."""
        highest = IosRange.parse(ios).highest
        found = (
            Condition(
                payload_type=owner,
                key=key,
                since=IosVersion.parse(since),
                demand=Demand(demand),
                source=source,
            )
            for owner, key, since, demand, source in self._stored.conditions
            if owner == payload_type
        )
        return tuple(condition for condition in found if condition.since <= highest)

    def forced(self, id: str) -> Forced | None:  # noqa: A002
        """What iOS enforces by itself once this payload or declaration is present."""
        return self._stored.forced.get(id)

    def neutral(self, payload_type: str, key: str) -> bool | int | str | None:
        """The value of a key without effect that asks for what iOS does anyway; `None` where none is known."""
        return self._stored.neutral.get(payload_type, {}).get(key)

    def instead(self, kind: RuleKind, id: str) -> Alternative | None:  # noqa: A002
        """What does a similar thing and is allowed; `None` where nothing is known."""
        found = self._stored.instead.get(f"{kind}/{id}")
        if found is None:
            return None
        use_kind = RuleKind(found.use_kind) if found.use_kind else None
        return Alternative(words=found.words, kind=use_kind, id=found.use)

    def _row(self, kind: RuleKind, full: str) -> Row | None:
        for section in SECTIONS[kind]:
            text = _look_up(self._stored.kinds.get(section, {}), full)
            if text is not None:
                return self._read(section, full, text, f"iOS {self.release.ios}")
            text = _look_up(self._stored.later.get(section, {}), full)
            if text is not None:
                return self._read(section, full, text, OVERRIDES)
        return self._of_base(full) if kind is RuleKind.KEY else None

    def _of_base(self, full: str) -> Row | None:
        """A key that a payload takes over from the one it is built on: allowed as far as the payload itself is."""
        owner, _, key = full.partition(":")
        base = self._stored.built_on.get(owner)
        own = self._row(RuleKind.PAYLOAD, owner) if base else None
        row = self._row(RuleKind.KEY, f"{base}:{key}") if base else None
        if own is None or row is None or row.introduced is None or own.introduced is None:
            return row
        return evolve(
            row,
            mode=own.mode,
            introduced=max(own.introduced, row.introduced),
            source=own.source,
        )

    def _read(self, section: str, full: str, text: str, basis: str) -> Row:
        mode, *rest = text.split("|")
        introduced, deprecated, removed = (*rest, "", "", "")[:3]
        new_deprecated, new_removed, changed_by = self._stored.changed.get(full, ("", "", ""))
        return Row(
            mode=BY_LETTER[mode[0]],
            supervised=mode.endswith("s"),
            introduced=version_or_none(introduced),
            deprecated=version_or_none(new_deprecated or deprecated),
            removed=version_or_none(new_removed or removed),
            basis=basis,
            source=self._source(section, full),
            changed_by=changed_by,
            snapshot=IosVersion.parse(self.release.ios),
            earlier=self._earlier(section, full),
            published=_before(self._stored.published.get(f"{section}/{full}")),
        )

    def _source(self, section: str, full: str) -> str:
        if later := self._stored.later_sources.get(f"{section}/{full}"):
            return later
        file = self._stored.files[f"{section}/{full.partition(':')[0]}"]
        return f"{self.release.repository}/blob/{self.release.commit[:7]}/{file}"

    def _earlier(self, section: str, full: str) -> Before | None:
        if section not in ("payload", "payload-key"):
            return None
        return _before(self._stored.earlier.get(full.partition(":")[0]))

    def _advice(self, kind: RuleKind, asked: str) -> str:
        near = difflib.get_close_matches(asked, list(self.ids(kind)), n=3, cutoff=0.7)
        meant = f"Did you mean {', '.join(near)}?" if near else "Check the spelling and the kind."
        return f"{meant} The table holds iOS {self.release.ios} and what was added by hand since."


@cache
def _shipped() -> Rules:
    return Rules(load_stored())


@lru_cache(maxsize=REMEMBERED)
def _judged(rules: Rules, kind: RuleKind, asked: str, span: IosRange) -> RuleVerdict | None:
    for full in _spellings(kind, asked):
        row = rules._row(kind, full)
        if row is not None:
            return _verdict(rules, kind, full, row, span)
    return None


def _verdict(rules: Rules, kind: RuleKind, full: str, row: Row, span: IosRange) -> RuleVerdict:
    found = judge(kind, row, span)
    is_gone = row.removed is not None and row.removed <= found.ios
    return RuleVerdict(
        kind=kind,
        id=full,
        ios=found.ios,
        mode=found.mode,
        reason=found.reason,
        basis=found.basis,
        source=found.source,
        introduced=row.introduced,
        deprecated=row.deprecated,
        removed=row.removed,
        supervised_only=row.supervised,
        was_forbidden=is_gone and row.mode is Mode.FORBIDDEN,
        instead=rules.instead(kind, full),
        note=found.note,
    )


@lru_cache(maxsize=1024)
def _keys_of(rules: Rules, payload_type: str) -> frozenset[str]:
    found = set[str]()
    for owner in (payload_type, rules._stored.built_on.get(payload_type)):
        for kinds in (rules._stored.kinds, rules._stored.later):
            rows = kinds.get("payload-key", {}).get(owner or "")
            found.update(rows if isinstance(rows, dict) else ())
    return frozenset(found)


def _before(stored: tuple[str, str, str] | None) -> Before | None:
    if stored is None:
        return None
    until, letter, source = stored
    return Before(IosVersion.parse(until), BY_LETTER[letter], source)


def _flat(rows: Rows) -> Iterator[str]:
    for name, row in rows.items():
        if isinstance(row, str):
            yield name
        else:
            yield from (f"{name}:{key}" for key in row)


def _texts(rows: Rows) -> Iterator[str]:
    for row in rows.values():
        if isinstance(row, str):
            yield row
        else:
            yield from row.values()


def _look_up(rows: Rows, full: str) -> str | None:
    owner, _, key = full.partition(":")
    row = rows.get(owner)
    if isinstance(row, dict):
        return row.get(key)
    return row if not key else None


def _spellings(kind: RuleKind, asked: str) -> tuple[str, ...]:
    if ":" in asked:
        return (asked,)
    return tuple(f"{owner}:{asked}" for owner in DEFAULT_OWNERS.get(kind, ())) or (asked,)


def verdict(kind: RuleKind, id: str, *, ios: Ios = CURRENT_IOS) -> RuleVerdict:  # noqa: A002
    """Ask the shipped table; the same as `Rules.load().verdict(...)`.

    Raises:
        UsageError: the version is none, or the table has no such item.
    """
    return Rules.load().verdict(kind, id, ios=ios)
