"""How a verdict of Apple's rules is told in a page of the manual: one cell, one row, one table."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from ueapi.apple.rules import IosVersion, Mode, RuleKind, Rules, RuleVerdict

RULES: Final = Rules.load()
COLUMNS: Final = tuple(
    IosVersion.parse(text) for text in ("15.0", "16.0", "17.0", "18.0", "18.1", "26.0", "27.0")
)
NEWEST: Final = COLUMNS[-1]
HOME: Final = "reference/rules"
KERBEROS: Final = "(kerberos)"
ELEMENT: Final = "[]"
RESTRICTIONS: Final = "com.apple.applicationaccess"
PAGES: Final = {
    RuleKind.COMMAND: f"{HOME}/commands.md",
    RuleKind.QUERY: f"{HOME}/queries.md",
    RuleKind.SETTING: f"{HOME}/settings.md",
    RuleKind.CHECKIN: f"{HOME}/check-ins.md",
    RuleKind.DECLARATION: f"{HOME}/declarations.md",
    RuleKind.STATUS: f"{HOME}/status-items.md",
}
"""Which page tells about the items of a kind; each payload type has a page of its own."""

_SEAM: Final = re.compile(r"(?<=[.:])|(?<=[a-z0-9])(?=[A-Z])")
_ODD: Final = re.compile(r"[^\w.-]+")


@frozen
class Run:
    """Versions of iOS with one answer: the first of them, and the verdict there."""

    since: IosVersion
    verdict: RuleVerdict


@frozen
class Told:
    """One item with its answers, oldest first."""

    id: str
    runs: tuple[Run, ...]

    @property
    def now(self) -> RuleVerdict:
        """The answer for the newest version."""
        return self.runs[-1].verdict

    @property
    def is_on_ios(self) -> bool:
        """Whether any version of iOS has or had it."""
        return self.now.introduced is not None

    @property
    def key(self) -> str:
        """The id without what holds it."""
        return self.id.partition(":")[2] or self.id


def told(kind: RuleKind, identifier: str) -> Told:
    """Ask about every version on which the answer can change, and put equal answers together."""
    last = RULES.verdict(kind, identifier, ios=NEWEST)
    changes = {v for v in (last.introduced, last.removed) if v and COLUMNS[0] < v <= NEWEST}
    runs: list[Run] = []
    for version in sorted({*COLUMNS, *changes}):
        verdict = RULES.verdict(kind, identifier, ios=version)
        if not runs or runs[-1].verdict.mode is not verdict.mode:
            runs.append(Run(version, verdict))
        else:
            runs[-1] = Run(runs[-1].since, verdict)
    return Told(last.id, tuple(runs))


def badge(mode: Mode) -> str:
    """The word of a verdict, which the style sheet colors."""
    return f'<span class="verdict {mode}">{mode.replace("-", "&nbsp;")}</span>'


def in_words(item: Told) -> str:
    """All answers in a line, newest first: `allowed from 16.0, forbidden before`."""
    if not item.is_on_ios:
        return "not on iOS"
    there = [run for run in item.runs if run.verdict.mode is not Mode.NOT_AVAILABLE]
    if not there:
        return _gone_early(item.now)
    lines = [f"{badge(run.verdict.mode)}{_when(item, run)}" for run in reversed(there)]
    if item.now.mode is Mode.NOT_AVAILABLE:
        lines.insert(0, f"taken&nbsp;out in {item.now.removed}")
    return ", ".join(lines)


def _gone_early(verdict: RuleVerdict) -> str:
    before = f", {badge(Mode.FORBIDDEN)} before" if verdict.was_forbidden else ""
    return f"taken&nbsp;out in {verdict.removed}{before}"


def _when(item: Told, run: Run) -> str:
    place = item.runs.index(run)
    is_last = place == len(item.runs) - 1
    if place == 0:
        return "" if is_last else " before"
    end = "" if is_last else f" until {item.runs[place + 1].since}"
    return f" from {run.since}{end}"


def lifetime(verdict: RuleVerdict) -> str:
    """The versions of iOS that have an item."""
    if verdict.introduced is None:
        return ""
    end = f" until {verdict.removed}" if verdict.removed else ""
    return f"{verdict.introduced}{end}"


def remarks(item: Told, page: str, known_source: str = "") -> str:
    """What else there is to know about an item, in a line."""
    now = item.now
    lines = [f"instead: {alternative(item, page)}" if now.instead else ""]
    if now.deprecated:
        lines.append(f"deprecated from {now.deprecated}")
    if now.supervised_only:
        lines.append("supervised devices only")
    if without_loss := _neutral(item):
        lines.append(f"no loss when `{without_loss}`")
    if said := _said_before(item):
        lines.append(said)
    if now.source.partition("#")[0] != known_source.partition("#")[0]:
        lines.append(f"[source]({now.source})")
    return "; ".join(line for line in lines if line)


def _neutral(item: Told) -> str:
    """The value of a key without effect that asks for what iOS does anyway."""
    owner, _, key = item.id.partition(":")
    value = RULES.neutral(owner, key)
    is_ignored = any(run.verdict.mode is Mode.IGNORED for run in item.runs)
    return "" if value is None or is_ignored else str(value).lower()


def _said_before(item: Told) -> str:
    first = item.runs[0].verdict
    for version in COLUMNS:
        note = RULES.verdict(first.kind, item.id, ios=version).note
        if found := re.match(r"Apple's data said (\S+) until the release of iOS (\S+)", note):
            return f"Apple's data said {found[1]} until iOS {found[2]}"
    return ""


def alternative(item: Told, page: str) -> str:
    """What to use in its place, linked where this manual has it."""
    found = item.now.instead
    if found is None:
        return ""
    if found.kind is None:
        return _escaped(found.words)
    return f"{link(found.kind, found.id, page)} ({_escaped(found.words)})"


def link(kind: RuleKind, identifier: str, page: str) -> str:
    """A link from one page to where the manual tells about an item."""
    shown = f"<code>{_breakable(identifier.removeprefix('com.apple.'))}</code>"
    path, anchor = _place(kind, identifier)
    to = posixpath.relpath(path, posixpath.dirname(page))
    return f"[{shown}]({to}{f'#{anchor}' if anchor else ''})"


def _place(kind: RuleKind, identifier: str) -> tuple[str, str]:
    if kind is RuleKind.PAYLOAD:
        return payload_page(identifier), ""
    if kind is RuleKind.KEY:
        owner, _, key = identifier.partition(":")
        return payload_page(owner), anchor_of(key)
    full = RULES.verdict(kind, identifier, ios=NEWEST).id
    return PAGES[kind], anchor_of(full)


def payload_page(payload_type: str) -> str:
    """The page of a payload type."""
    return f"{HOME}/payloads/{payload_type.replace(KERBEROS, '-kerberos')}.md"


def anchor_of(identifier: str) -> str:
    """The name by which a row can be linked to."""
    return _ODD.sub("-", identifier)


def table(
    items: Sequence[Told], page: str, *, head: str = "item", known_source: str = ""
) -> Iterator[str]:
    """A table with a row for each item; `known_source` is not repeated."""
    yield f"| {head} | under User Enrollment | in iOS | good to know |"
    yield "|---|---|---|---|"
    rows = {item.id: _cells(item, page, known_source) for item in items}
    for item in items:
        if rows.get(item.id.removesuffix(ELEMENT)) == rows[item.id] and _is_element(item):
            continue
        name = named(item.key, _row_anchor(item, page))
        if rows.get(item.id + ELEMENT) == rows[item.id]:
            name += " and its elements"
        yield f"| {name} | {rows[item.id]} |"


def named(text: str, anchor: str) -> str:
    """An identifier that can be linked to, and that breaks between words where a column is narrow."""
    return f'<code id="{anchor}">{_breakable(text)}</code>'


def _breakable(text: str) -> str:
    return _SEAM.sub("<wbr>", text)


def _is_element(item: Told) -> bool:
    return item.id.endswith(ELEMENT)


def _cells(item: Told, page: str, known_source: str) -> str:
    return " | ".join((in_words(item), lifetime(item.now), remarks(item, page, known_source)))


def _row_anchor(item: Told, page: str) -> str:
    return anchor_of(item.id if page in PAGES.values() else item.key)


def listed(items: Iterable[Told]) -> str:
    """Names alone, for what iOS never had."""
    return ", ".join(f"`{item.key}`" for item in items if not _is_element(item))


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
