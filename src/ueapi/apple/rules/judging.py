"""From a row of the table to a verdict on one version of iOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ueapi.apple.rules.kinds import NOUNS, Mode, RuleKind
from ueapi.apple.rules.version import IosRange, IosVersion

OVERRIDES: Final = "overrides"
UNPROVEN: Final = "unproven"
FIRST_PROVEN: Final = IosVersion((15,))
"""From here on Apple's own schema of each release was compared; older answers are drawn from newer data."""
USER_ENROLLMENT_SINCE: Final = IosVersion((13,))
"""The first iOS with User Enrollment; iPadOS follows with 13.1."""

BY_LETTER: Final = {
    "a": Mode.ALLOWED,
    "f": Mode.FORBIDDEN,
    "i": Mode.IGNORED,
    "r": Mode.REQUIRED,
    "v": Mode.REQUIRES_SUPERVISION,
    "n": Mode.NOT_AVAILABLE,
}


@frozen(kw_only=True)
class Row:
    """What the table says about an item, whatever the version."""

    mode: Mode
    supervised: bool = False
    introduced: IosVersion | None = None
    deprecated: IosVersion | None = None
    removed: IosVersion | None = None
    basis: str
    source: str
    changed_by: str = ""
    """Where it is told that the item was deprecated or taken out after the schema was published."""
    snapshot: IosVersion
    """The iOS of the schema; about later ones it says nothing."""
    earlier: Before | None = None
    """What held on an older iOS."""
    published: Before | None = None
    """What an older release of the schema said."""

    @property
    def breakpoints(self) -> Iterator[IosVersion]:
        """The versions from which on the answer differs."""
        yield USER_ENROLLMENT_SINCE
        yield from (v for v in (self.introduced, self.removed) if v is not None)
        yield from (before.until for before in (self.earlier, self.published) if before)


@frozen
class Before:
    """What held before a version of iOS."""

    until: IosVersion
    mode: Mode
    source: str


@frozen(kw_only=True)
class Judgment:
    """The part of a verdict that depends on the version."""

    ios: IosVersion
    mode: Mode
    reason: str
    basis: str
    source: str
    note: str = ""


def version_or_none(text: str) -> IosVersion | None:
    """A version of the table, which leaves out what never happened."""
    return IosVersion.parse(text) if text else None


def judge(kind: RuleKind, row: Row, span: IosRange) -> Judgment:
    """The worst answer in a range of versions, on the lowest version that has it."""
    versions = sorted({span.lowest, *(v for v in row.breakpoints if v in span)})
    return max((_judged(kind, row, ios) for ios in versions), key=lambda j: j.mode.badness)


def _judged(kind: RuleKind, row: Row, ios: IosVersion) -> Judgment:
    mode, reason, basis, source = _answer(kind, row, ios)
    return Judgment(
        ios=ios,
        mode=mode,
        reason=reason,
        basis=UNPROVEN if ios < FIRST_PROVEN else basis,
        source=source,
        note=_note(row, ios, mode),
    )


def _answer(kind: RuleKind, row: Row, ios: IosVersion) -> tuple[Mode, str, str, str]:
    noun = NOUNS[kind]
    if ios < USER_ENROLLMENT_SINCE:
        reason = f"User Enrollment itself came with iOS {USER_ENROLLMENT_SINCE}."
        return Mode.NOT_AVAILABLE, reason, row.basis, row.source
    if row.mode is Mode.NOT_AVAILABLE or row.introduced is None:
        return Mode.NOT_AVAILABLE, f"iOS has no such {noun}.", row.basis, row.source
    if ios < row.introduced:
        reason = f"This {noun} came with iOS {row.introduced}."
        return Mode.NOT_AVAILABLE, reason, row.basis, row.source
    if row.removed is not None and row.removed <= ios:
        reason = f"This {noun} was taken out in iOS {row.removed}."
        if row.changed_by and row.removed > row.snapshot:
            return Mode.NOT_AVAILABLE, reason, OVERRIDES, row.changed_by
        return Mode.NOT_AVAILABLE, reason, row.basis, row.source
    if row.earlier is not None and ios < row.earlier.until:
        mode = row.earlier.mode
        reason = f"Before iOS {row.earlier.until} Apple marked it {mode} under User Enrollment."
        return mode, reason, OVERRIDES, row.earlier.source
    return row.mode, _REASONS[row.mode].format(noun=noun) + _also(row), row.basis, row.source


def _note(row: Row, ios: IosVersion, mode: Mode) -> str:
    """What else to know: older data, later deprecation, or that nothing later is known."""
    if mode is Mode.NOT_AVAILABLE:
        return ""
    before = row.published
    if before is not None and ios < before.until:
        return (
            f"Apple's data said {before.mode} until the release of iOS {before.until} "
            f"({before.source}); whether iOS changed or the data was corrected is not told."
        )
    if row.changed_by and row.deprecated is not None and row.deprecated <= ios:
        return f"Deprecated from iOS {row.deprecated} ({row.changed_by})."
    if ios > row.snapshot and row.basis != OVERRIDES:
        return f"Nothing newer than iOS {row.snapshot} is known about it here."
    return ""


def _also(row: Row) -> str:
    if row.supervised and row.mode is Mode.FORBIDDEN:
        return " Elsewhere it works on supervised devices only."
    return ""


_REASONS: Final = {
    Mode.ALLOWED: "Apple allows this {noun} under User Enrollment.",
    Mode.FORBIDDEN: "Apple forbids this {noun} under User Enrollment.",
    Mode.IGNORED: "A user-enrolled device accepts this {noun}, and nothing comes of it.",
    Mode.REQUIRED: "This {noun} is made for User Enrollment and works nowhere else.",
    Mode.REQUIRES_SUPERVISION: "This {noun} works on supervised devices only; "
    "a user-enrolled device never is.",
}
