"""Findings as people read them, and as rows for programs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ueapi.cli.located import Checked, Located, heading_name
from ueapi.cli.paragraphs import SEVERITY_STYLES, say, say_labeled
from ueapi.wording import counted

if TYPE_CHECKING:
    from ueapi.apple.rules import Finding, IosRange

BODY: Final = 11
"""Where the text of a finding stands, behind its severity."""

_EFFECTS: Final = {
    "refuses-profile": "iOS refuses the whole profile.",
    "no-effect": "Has no effect; the rest installs.",
    "not-available": "Not on this iOS; the rest installs.",
    "uncertain": "May have no effect.",
    "none": "Works.",
}
_REDUNDANT: Final = (
    " iOS refuses the whole profile for it.",
    " iOS refuses the profile.",
    "It works. ",
)
"""What the effect has said already."""


def print_checked(checked: Checked, ios: IosRange) -> None:
    """A heading with counts, then the findings, those of one kind about one payload together."""
    signed = " (signed, not verified)" if checked.is_signed else ""
    say(f"{heading_name(checked)}: {checked.title}{signed}, {_counts(checked)}", style="bold")
    for _, group in groupby(_sorted(checked), key=_kind_of):
        _print_group(list(group), ios)
    say("")


def file_row(checked: Checked) -> dict[str, object]:
    """One file for the JSON document."""
    return {
        "file": checked.file,
        "signed": checked.is_signed,
        "clean": checked.is_clean,
        "findings": [_row(one) for one in checked.found],
    }


def message_of(finding: Finding) -> str:
    """What happens on the phone, and why."""
    reason = finding.reason
    for said in _REDUNDANT:
        reason = reason.replace(said, "")
    if finding.effect == "none" and finding.severity != "note":
        return reason.strip()
    return f"{_EFFECTS[finding.effect]} {reason.strip()}".strip()


def advice_of(finding: Finding) -> str:
    """What to use instead, as a sentence; empty where nothing is known."""
    return f"Instead: {finding.instead.rstrip('.')}." if finding.instead else ""


def short_source(source: str) -> str:
    """An address without what doesn't help to find it; of a file in a repository, its name and the repository."""
    parts = urlsplit(source)
    if not parts.netloc:
        return source
    path = [part for part in parts.path.split("/") if part]
    if "blob" in path:
        return f"{path[-1]} ({'/'.join(path[: path.index('blob')])})"
    return "/".join([parts.netloc, *path])


def _row(one: Located) -> dict[str, object]:
    finding = one.finding
    return {
        "severity": finding.severity.value,
        "payload_type": finding.payload_type,
        "payload_identifier": finding.payload_identifier,
        "payload": one.payload,
        "payload_name": one.name,
        "key": finding.key,
        "line": one.line,
        "mode": None if finding.mode is None else finding.mode.value,
        "effect": finding.effect.value,
        "is_loss": finding.is_loss,
        "reason": finding.reason,
        "basis": finding.basis,
        "ios": str(finding.ios),
        "instead": finding.instead or None,
        "sources": list(finding.sources),
        "stays": finding.stays,
    }


def _counts(checked: Checked) -> str:
    counts = [_many(checked.count(word), word) for word in SEVERITY_STYLES]
    return ", ".join(filter(None, counts)) or "clean"


def _many(count: int, word: str) -> str:
    return counted(count, word) if count else ""


def _sorted(checked: Checked) -> list[Located]:
    """In the order of the file, with findings of one kind side by side."""
    first: dict[object, int] = {}
    for place, one in enumerate(checked.found):
        first.setdefault(_kind_of(one), place)
    return sorted(checked.found, key=lambda one: first[_kind_of(one)])


def _kind_of(one: Located) -> tuple[object, ...]:
    finding = one.finding
    return (
        one.payload,
        finding.severity,
        finding.effect,
        finding.reason,
        finding.instead,
        finding.sources,
        finding.ios,
        one.lasts,
        finding.key is None,
    )


def _print_group(group: list[Located], ios: IosRange) -> None:
    finding = group[0].finding
    line = _line(group[0]) if finding.key is None else ""
    say_labeled(
        f"{finding.severity:<8} ",
        f'{finding.payload_type} "{group[0].name}"{line}',
        indent=2,
        hanging=BODY,
        style=SEVERITY_STYLES[finding.severity],
    )
    if finding.key is not None:
        keys = (f"{one.finding.key}{_line(one)}" for one in group)
        say(", ".join(keys), indent=BODY, hanging=BODY + 2)
    say(f"{message_of(finding)}{_version(group[0], ios)}", indent=BODY)
    if advice := advice_of(finding):
        say(advice, indent=BODY, hanging=BODY + 2)
    if sources := ", ".join(map(short_source, finding.sources)):
        say(f"Source: {sources}", indent=BODY, hanging=BODY + 2, style="dim")


def _version(one: Located, ios: IosRange) -> str:
    """The version of a range on which it is found; what no rule was found for is the same on each."""
    if ios.lowest == ios.highest or one.finding.mode is None:
        return ""
    return f" (from iOS {one.finding.ios} on)" if one.lasts else f" (on iOS {one.finding.ios})"


def _line(one: Located) -> str:
    return "" if one.line is None else f" (line {one.line})"
