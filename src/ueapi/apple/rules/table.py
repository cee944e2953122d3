"""Asking the table."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final

from attrs import evolve, field, frozen

from ueapi.apple.rules.kinds import DEFAULT_OWNERS, NOUNS, SECTIONS, Mode, RuleKind, RuleVerdict
from ueapi.apple.rules.source import Forced, Release, Rows, Stored, load_stored
from ueapi.apple.rules.version import IosVersion
from ueapi.errors import UsageError

FIRST_PROVEN: Final = IosVersion((15,))
"""From here on Apple's own schema of each release was compared; older answers are drawn from newer data."""

_BY_LETTER: Final = {
    "a": Mode.ALLOWED,
    "f": Mode.FORBIDDEN,
    "i": Mode.IGNORED,
    "r": Mode.REQUIRED,
    "v": Mode.REQUIRES_SUPERVISION,
    "n": Mode.NOT_AVAILABLE,
}
_OVERRIDES: Final = "overrides"
_UNPROVEN: Final = "unproven"


class Demand(StrEnum):
    """What a payload must or must not hold under User Enrollment."""

    REQUIRED = "required"
    REQUIRED_ACCOUNT_DRIVEN = "required-account-driven"
    ABSENT_ACCOUNT_DRIVEN = "absent-account-driven"


@frozen(kw_only=True)
class Condition:
    """A demand on one key of a payload, from a version of iOS on."""

    payload_type: str
    key: str
    since: IosVersion
    demand: Demand


@frozen(kw_only=True)
class _Row:
    mode: Mode
    supervised: bool = False
    introduced: IosVersion | None = None
    deprecated: IosVersion | None = None
    removed: IosVersion | None = None
    basis: str

    @classmethod
    def read(cls, text: str, basis: str) -> _Row:
        mode, *rest = text.split("|")
        introduced, deprecated, removed = (_version(v) for v in (*rest, "", "", "")[:3])
        return cls(
            mode=_BY_LETTER[mode[0]],
            supervised=mode.endswith("s"),
            introduced=introduced,
            deprecated=deprecated,
            removed=removed,
            basis=basis,
        )


def _version(text: str) -> IosVersion | None:
    return IosVersion.parse(text) if text else None


@frozen
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

    def verdict(self, kind: RuleKind, id: str, *, ios: str | IosVersion) -> RuleVerdict:  # noqa: A002
        """Say what Apple allows for one item on one version of iOS.

        Args:
            kind: what the item is.
            id: Apple's own name: `com.apple.wifi.managed`, `com.apple.wifi.managed:ProxyType`, `EraseDevice`.
                A query or setting may go without its command: `SerialNumber`.
            ios: the version of iOS or iPadOS.

        Raises:
            UsageError: the version is none, or the table has no such item; the remedy names near matches.
                Not knowing is no verdict: the item can be new, or misspelled.
        """
        asked = IosVersion.parse(ios)
        full, row = self._find(kind, id)
        return _judge(kind, full, row, self._earlier(kind, full, row), asked)

    def find(self, kind: RuleKind, id: str, *, ios: str | IosVersion) -> RuleVerdict | None:  # noqa: A002
        """The same as `verdict`, with `None` for an item the table doesn't know."""
        if not any(self._texts(kind, full) for full in _spellings(kind, id)):
            return None
        return self.verdict(kind, id, ios=ios)

    def ids(self, kind: RuleKind) -> Iterator[str]:
        """Every item of a kind, items of a later iOS than the schema's included."""
        for section in SECTIONS[kind]:
            for rows in (self._stored.kinds.get(section, {}), self._stored.later.get(section, {})):
                yield from _flat(rows)

    def section_ids(self, section: str) -> Iterator[str]:
        """Every item of one section of Apple's schema, such as `payload-key` or `command-key`."""
        yield from _flat(self._stored.kinds.get(section, {}))

    def keys_of(self, payload_type: str) -> frozenset[str]:
        """The key paths the table knows for a payload type, such as `EAPClientConfiguration.UserName`."""
        found = set[str]()
        for kinds in (self._stored.kinds, self._stored.later):
            rows = kinds.get("payload-key", {}).get(payload_type)
            found.update(rows if isinstance(rows, dict) else ())
        return frozenset(found)

    def conditions(self, payload_type: str, *, ios: str | IosVersion) -> tuple[Condition, ...]:
        """The demands on a payload on one version of iOS."""
        asked = IosVersion.parse(ios)
        found = (
            Condition(
                payload_type=owner, key=key, since=IosVersion.parse(since), demand=Demand(demand)
            )
            for owner, key, since, demand in self._stored.conditions
            if owner == payload_type
        )
        return tuple(condition for condition in found if condition.since <= asked)

    def forced(self, id: str) -> Forced | None:  # noqa: A002
        """What iOS enforces by itself once this payload or declaration is present."""
        return self._stored.forced.get(id)

    def _texts(self, kind: RuleKind, full: str) -> tuple[str, str] | None:
        for section in SECTIONS[kind]:
            for kinds, basis in (
                (self._stored.kinds, f"iOS {self.release.ios}"),
                (self._stored.later, _OVERRIDES),
            ):
                text = _look_up(kinds.get(section, {}), full)
                if text is not None:
                    return text, basis
        return None

    def _find(self, kind: RuleKind, asked: str) -> tuple[str, _Row]:
        for full in _spellings(kind, asked):
            if found := self._texts(kind, full):
                return full, self._amended(full, _Row.read(*found))
        raise UsageError(
            f"Apple's rules, as known here, have no {NOUNS[kind]} {asked!r}.",
            remedy=self._advice(kind, asked),
        )

    def _amended(self, full: str, row: _Row) -> _Row:
        if full not in self._stored.changed:
            return row
        deprecated, removed = (_version(text) for text in self._stored.changed[full])
        return evolve(row, deprecated=deprecated or row.deprecated, removed=removed or row.removed)

    def _earlier(self, kind: RuleKind, full: str, row: _Row) -> tuple[IosVersion, Mode] | None:
        owner = full.partition(":")[0]
        is_payload = kind in (RuleKind.PAYLOAD, RuleKind.KEY)
        if not is_payload or row.mode is Mode.NOT_AVAILABLE or owner not in self._stored.earlier:
            return None
        until, letter = self._stored.earlier[owner]
        return IosVersion.parse(until), _BY_LETTER[letter]

    def _advice(self, kind: RuleKind, asked: str) -> str:
        near = difflib.get_close_matches(asked, list(self.ids(kind)), n=3, cutoff=0.7)
        meant = f"Did you mean {', '.join(near)}?" if near else "Check the spelling and the kind."
        return f"{meant} The table holds iOS {self.release.ios} and what was added by hand since."


@cache
def _shipped() -> Rules:
    return Rules(load_stored())


def _flat(rows: Rows) -> Iterator[str]:
    for name, row in rows.items():
        if isinstance(row, str):
            yield name
        else:
            yield from (f"{name}:{key}" for key in row)


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


def _judge(
    kind: RuleKind,
    full: str,
    row: _Row,
    earlier: tuple[IosVersion, Mode] | None,
    ios: IosVersion,
) -> RuleVerdict:
    mode, reason, basis = _mode(kind, row, earlier, ios)
    return RuleVerdict(
        kind=kind,
        id=full,
        ios=ios,
        mode=mode,
        reason=reason,
        basis=_UNPROVEN if ios < FIRST_PROVEN else basis,
        introduced=row.introduced,
        deprecated=row.deprecated,
        removed=row.removed,
        supervised_only=row.supervised,
    )


def _mode(
    kind: RuleKind, row: _Row, earlier: tuple[IosVersion, Mode] | None, ios: IosVersion
) -> tuple[Mode, str, str]:
    noun = NOUNS[kind]
    if row.mode is Mode.NOT_AVAILABLE or row.introduced is None:
        return Mode.NOT_AVAILABLE, f"iOS has no such {noun}.", row.basis
    if ios < row.introduced:
        reason = f"This {noun} came with iOS {row.introduced}."
        return Mode.NOT_AVAILABLE, reason, row.basis
    if row.removed is not None and row.removed <= ios:
        basis = row.basis if _in_schema(row.removed, row.basis) else _OVERRIDES
        return Mode.NOT_AVAILABLE, f"This {noun} was taken out in iOS {row.removed}.", basis
    if earlier is not None and ios < earlier[0]:
        reason = f"Before iOS {earlier[0]} Apple marked it {earlier[1]} under User Enrollment."
        return earlier[1], reason, _OVERRIDES
    return row.mode, _REASONS[row.mode].format(noun=noun) + _also(row), row.basis


def _in_schema(version: IosVersion, basis: str) -> bool:
    return basis != _OVERRIDES and version <= IosVersion.parse(basis.removeprefix("iOS "))


def _also(row: _Row) -> str:
    if row.supervised and row.mode is Mode.FORBIDDEN:
        return " It also works on supervised devices only."
    return ""


_REASONS: Final = {
    Mode.ALLOWED: "Apple allows this {noun} under User Enrollment.",
    Mode.FORBIDDEN: "Apple forbids this {noun} under User Enrollment.",
    Mode.IGNORED: "A user-enrolled device accepts this {noun}, and nothing comes of it.",
    Mode.REQUIRED: "This {noun} is made for User Enrollment and works nowhere else.",
    Mode.REQUIRES_SUPERVISION: "This {noun} works on supervised devices only; "
    "a user-enrolled device never is.",
}


def verdict(kind: RuleKind, id: str, *, ios: str | IosVersion) -> RuleVerdict:  # noqa: A002
    """Ask the shipped table; the same as `Rules.load().verdict(...)`.

    Raises:
        UsageError: the version is none, or the table has no such item.
    """
    return Rules.load().verdict(kind, id, ios=ios)
