"""The trust page: what an organization can and can't see or do on a person's phone, derived line by line."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from ueapi.apple.rules import CURRENT_IOS, IosVersion, RuleKind, Rules, RuleVerdict
from ueapi.contract import Support
from ueapi.guidance.claims import CLAIMS, PRACTICES, Claim, Item, Reach, Topic
from ueapi.guidance.language import Voice, load_language
from ueapi.guidance.people import Office
from ueapi.guidance.product import Product, passcode_length, product, version
from ueapi.plugins import Registry

ASKED: Final = (RuleKind.QUERY, RuleKind.COMMAND, RuleKind.STATUS)
"""Everything by which an organization can ask a phone for something."""


class Audience(StrEnum):
    """Who reads the page."""

    PEOPLE = "people"
    COUNCIL = "council"
    """Works councils and data protection officers: with Apple's item, basis, source and the product's evidence."""


@frozen(kw_only=True)
class Line:
    """One statement and what it rests on.

    `is_possible` is the worst case: Apple allows at least one of the items. `searched` counts the items among which
    none asks for it; `note` says in the page's language how a line is more than a verdict.
    """

    id: str
    topic: Topic
    text: str
    is_possible: bool
    verdicts: tuple[RuleVerdict, ...]
    reach: Reach
    searched: int = 0
    note: str = ""
    reading: str = ""

    @property
    def is_unproven(self) -> bool:
        """Whether a verdict rests on something else than Apple's schema, or the line on a reading."""
        return bool(self.reading) or any(
            not verdict.basis.startswith("iOS ") for verdict in self.verdicts
        )


@frozen(kw_only=True)
class Practice:
    """What the product's sheet says about one ability."""

    id: str
    text: str
    capability: str
    level: str
    support: Support


@frozen(kw_only=True)
class TrustPage:
    """The page, without a form yet; `voice` has the words of its frame."""

    audience: Audience
    product: Product
    ios: IosVersion
    voice: Voice = field(repr=False)
    office: Office
    lines: tuple[Line, ...]
    practices: tuple[Practice, ...]

    @property
    def can_be_left(self) -> bool:
        """Whether nothing keeps a person from removing the management."""
        return not any(line.id == "keep-profile" and line.is_possible for line in self.lines)

    def part(self, topic: Topic, *, possible: bool) -> tuple[Line, ...]:
        """The lines of one list."""
        return tuple(x for x in self.lines if x.topic is topic and x.is_possible is possible)

    def count(self, *, possible: bool) -> int:
        """How many lines are possible, or impossible."""
        return sum(line.is_possible is possible for line in self.lines)


def trust_page(
    backend: str,
    *,
    ios: str | IosVersion = CURRENT_IOS,
    language: str = "en",
    audience: Audience = Audience.PEOPLE,
    office: Office | None = None,
    registry: Registry | None = None,
) -> TrustPage:
    """Derive the page for one product and one version of iOS.

    Raises:
        UsageError: iOS below 15, or no such language.
        UnknownBackend: no plugin has that name.
    """
    target = product(backend, registry=registry)
    at = version(ios)
    desk = office or Office()
    values = {"product": target.label, "ios": str(at), "length": passcode_length()}
    if desk.organization is not None:
        values["organization"] = desk.organization
    voice = Voice(load_language(language), at, values)
    return TrustPage(
        audience=audience,
        product=target,
        ios=at,
        voice=voice,
        office=desk,
        lines=tuple(_lines(voice)),
        practices=tuple(_practices(target, voice)),
    )


def _lines(voice: Voice) -> Iterator[Line]:
    rules = Rules.load()
    for claim in CLAIMS:
        match claim.reach:
            case Reach.VERDICT:
                yield _judged(claim, rules, voice)
            case Reach.ABSENT:
                yield _searched(claim, rules, voice)
            case Reach.BOUNDED:
                yield _bounded(claim, rules, voice)


def _line(claim: Claim, voice: Voice, verdicts: tuple[RuleVerdict, ...], *, possible: bool) -> Line:
    return Line(
        id=claim.id,
        topic=claim.topic,
        text=str(voice.say(f"{claim.topic}.{claim.id}")),
        is_possible=possible,
        verdicts=verdicts,
        reach=claim.reach,
        note=str(voice.say("trust.reading")) if claim.source else "",
        reading=claim.source,
    )


def _verdicts(items: tuple[Item, ...], rules: Rules, voice: Voice) -> tuple[RuleVerdict, ...]:
    return tuple(rules.verdict(item.kind, item.id, ios=voice.ios) for item in items)


def _judged(claim: Claim, rules: Rules, voice: Voice) -> Line:
    verdicts = _verdicts(claim.items, rules, voice)
    return _line(claim, voice, verdicts, possible=any(v.is_usable for v in verdicts))


def _searched(claim: Claim, rules: Rules, voice: Voice) -> Line:
    """Impossible while nothing that can be asked for has such a name; else as the rules judge what was found."""
    ids = [(kind, name) for kind in ASKED for name in rules.ids(kind)]
    found = tuple(
        rules.verdict(kind, name, ios=voice.ios)
        for kind, name in ids
        if any(word in name.replace("-", "").lower() for word in claim.words)
    )
    line = _line(claim, voice, found, possible=any(v.is_usable for v in found))
    note = "" if found else str(voice.say("trust.absent", count=str(len(ids))))
    return evolve(line, searched=len(ids), note=note)


def _bounded(claim: Claim, rules: Rules, voice: Voice) -> Line:
    return _line(claim, voice, _verdicts(claim.items, rules, voice), possible=False)


def _practices(target: Product, voice: Voice) -> Iterator[Practice]:
    for name, capability in PRACTICES.items():
        support = target.sheet[capability]
        yield Practice(
            id=name,
            text=str(voice.say(f"practice.{name}")),
            capability=capability.value,
            level=str(voice.say(f"level.{support.level}")),
            support=support,
        )
