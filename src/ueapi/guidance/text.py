"""Instructions and trust pages as plain text and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from ueapi.apple.rules import IosVersion, Rules, RuleVerdict
from ueapi.guidance.claims import Topic
from ueapi.guidance.instructions import Instructions, Part
from ueapi.guidance.trust import Audience, Line, Practice, TrustPage

WIDTH: Final = 76
"""Columns of plain text, which mail programs quote without breaking."""

SECTIONS: Final = (
    ("cannot-see", Topic.SEE, False),
    ("can-see", Topic.SEE, True),
    ("cannot-do", Topic.DO, False),
    ("can-do", Topic.DO, True),
)
"""The lists of a trust page: heading, topic, and whether their lines are possible."""


def as_text(made: Instructions) -> str:
    """Instructions as plain text."""
    blocks = [made.title, "=" * len(made.title), "", str(made.greeting), ""]
    blocks.append("\n\n".join(_wrapped(str(line)) for line in made.intro))
    for part in made.parts:
        blocks += ["", part.heading, "-" * len(part.heading), *_part(part)]
    blocks += ["", made.failures_heading, "-" * len(made.failures_heading)]
    for failure in made.failures:
        blocks += [_wrapped(str(failure.seen), "* "), _wrapped(str(failure.fix), "  ")]
    blocks += ["", made.help_heading, "-" * len(made.help_heading), _wrapped(str(made.help))]
    if made.code and not made.code.startswith("mailto:"):
        blocks.append(made.code)
    return "\n".join(blocks) + "\n"


def _part(part: Part) -> Iterator[str]:
    for number, line in enumerate(part.lines, start=1):
        yield _wrapped(str(line), f"{number}. " if part.is_ordered else "- ")


def _wrapped(text: str, mark: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def trust_as_markdown(page: TrustPage) -> str:
    """A trust page as Markdown, which reads as plain text too."""
    say = page.voice.say
    council = page.audience is Audience.COUNCIL
    blocks = [
        f"# {_plain(trust_title(page))}",
        "",
        _plain(trust_intro(page)),
        "",
        summary(page),
    ]
    for heading, topic, possible in SECTIONS:
        blocks += ["", f"## {_plain(str(say(f'trust.{heading}')))}", ""]
        for line in page.part(topic, possible=possible):
            blocks.append(f"- {line.text}{'*' if line.is_unproven else ''}")
            if council:
                blocks += [f"    - {basis}" for basis in bases(page, line)]
    blocks += ["", f"## {_plain(str(say('trust.practice')))}", ""]
    for practice in page.practices:
        blocks.append(f"- {practice.text}: {practice.level}")
        if council:
            blocks += [f"    - {text}" for text in evidence(page, practice)]
    blocks += ["", *(_plain(line) for line in closing(page))]
    return "\n".join(blocks) + "\n"


def trust_title(page: TrustPage) -> str:
    """The heading for this audience."""
    council = page.audience is Audience.COUNCIL
    return str(page.voice.say("trust.title-council" if council else "trust.title"))


def trust_intro(page: TrustPage) -> str:
    """What the page is, for this audience."""
    council = page.audience is Audience.COUNCIL
    return str(page.voice.say("trust.intro-council" if council else "trust.intro"))


def summary(page: TrustPage) -> str:
    """How many lines are impossible and possible."""
    counts = {"cannot": str(page.count(possible=False)), "can": str(page.count(possible=True))}
    return str(page.voice.say("trust.summary", **counts))


def closing(page: TrustPage) -> Iterator[str]:
    """What stands at the end of a trust page."""
    say, release = page.voice.say, Rules.load().release
    if page.can_be_left:
        yield str(say("trust.leave"))
    yield str(say("trust.possible"))
    yield str(say("trust.basis", schema=release.ios))
    if page.ios > IosVersion.parse(release.ios):
        yield str(say("trust.newer"))
    if any(line.is_unproven for line in page.lines):
        yield str(say("trust.unproven"))
    if page.audience is Audience.COUNCIL:
        state = {"repository": release.repository, "commit": release.commit[:7]}
        yield str(say("trust.schema-note", date=release.date, **state))
    if page.office.help_desk:
        yield str(say("trust.contact", contact=page.office.help_desk))


def bases(page: TrustPage, line: Line) -> Iterator[str]:
    """What a statement rests on, for those who check it: Apple's item, its rule, the basis and the source."""
    say = page.voice.say
    if line.note:
        yield f"{line.note} {line.reading}".strip()
    for found in line.verdicts:
        kind, mode = say(f"kind.{found.kind}"), say(f"mode.{found.mode}")
        yield f"{kind} `{found.id}`: {mode}; {basis(page, found)}; {found.source}"


def basis(page: TrustPage, found: RuleVerdict) -> str:
    """What a verdict rests on, in the page's language."""
    if found.basis.startswith("iOS "):
        return str(page.voice.say("basis.schema", release=found.basis))
    return str(page.voice.say(f"basis.{found.basis}"))


def evidence(page: TrustPage, practice: Practice) -> Iterator[str]:
    """What the product's sheet gives as reason for a line; the sheet is in English."""
    support = practice.support
    reason = support.loss or support.why or "; ".join(support.steps)
    parts = [f"`{practice.capability}`", *([reason] if reason else [])]
    yield ": ".join(parts)
    if support.evidence:
        yield f"{page.voice.say('trust.evidence')}: {support.evidence}"
    if support.assumed:
        yield str(page.voice.say("trust.assumed"))


def _plain(text: str) -> str:
    """A line of Markdown in which an organization's name marks nothing up."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
