"""What bronze, silver, gold and platinum ask of a backend: one table, from which the manual is made too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen


class Tier(StrEnum):
    """How far a backend is proved, from below."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


class Topic(StrEnum):
    """What a promise is about; each topic belongs to one tier."""

    CONNECTS = "connects"
    READS = "reads"
    SHEET = "sheet"
    PRIVACY = "privacy"
    WRITES = "writes"
    LAWS = "laws"
    PAGING = "paging"
    COST = "cost"
    FAULTS = "faults"
    EQUALITY = "equality"
    MOVES_AWAY = "moves-away"
    MOVES_HERE = "moves-here"
    DOCS_PAGE = "docs-page"


@frozen(kw_only=True)
class Requirement:
    """One rule of a tier: proved by the kit's tests of a topic, or stated by the author in `quality.yaml`.

    Where tests can't always try it, `is_answered` lets the author exempt the backend, or answer for what wasn't tried.
    """

    id: str
    tier: Tier
    means: str
    topic: Topic | None = None
    is_answered: bool = False

    @property
    def is_proved(self) -> bool:
        """Whether tests decide, and no word of the author's."""
        return self.topic is not None


def _proved(topic: Topic, tier: Tier, means: str) -> Requirement:
    return Requirement(id=topic.value, tier=tier, means=means, topic=topic)


def _tried(topic: Topic, tier: Tier, means: str) -> Requirement:
    return Requirement(id=topic.value, tier=tier, means=means, topic=topic, is_answered=True)


def _stated(rule: str, tier: Tier, means: str) -> Requirement:
    return Requirement(id=rule, tier=tier, means=means)


REQUIREMENTS: Final = (
    _proved(
        Topic.CONNECTS,
        Tier.BRONZE,
        "It signs in with good credentials, refuses wrong ones with a remedy, and sends nothing before it is asked.",
    ),
    _proved(
        Topic.SHEET,
        Tier.BRONZE,
        "Its sheet is complete, has evidence, fits the code, and what it doesn't claim is refused without a request.",
    ),
    _proved(
        Topic.READS,
        Tier.BRONZE,
        "What it claims to read is there: every row of the furnished fleet, once, with a reason for each gap.",
    ),
    _proved(
        Topic.PRIVACY,
        Tier.BRONZE,
        "No secret, hidden identifier or personal datum is in its models, errors, logs, events and representations.",
    ),
    _proved(Topic.WRITES, Tier.SILVER, "What it claims to change is changed, and nothing else is."),
    _proved(
        Topic.LAWS,
        Tier.SILVER,
        "Listing, getting and finding agree; making sure twice is as once; assigning and taking back restores.",
    ),
    _proved(Topic.PAGING, Tier.SILVER, "A listing is the same whatever the size of its pages."),
    _proved(
        Topic.COST,
        Tier.SILVER,
        "Each operation costs the number of requests that the sheet declares.",
    ),
    _proved(
        Topic.FAULTS,
        Tier.SILVER,
        "While the line fails, the product refuses and answers are odd, nothing is lost, doubled or made up.",
    ),
    _stated("changelog", Tier.SILVER, "Changes that users see are told in its changelog."),
    _proved(
        Topic.EQUALITY,
        Tier.GOLD,
        "Its snapshot equals the fleet's own truth, but for losses it declares with reasons.",
    ),
    _tried(Topic.MOVES_AWAY, Tier.GOLD, "A rehearsed move away from the product loses nobody."),
    _tried(Topic.MOVES_HERE, Tier.GOLD, "A rehearsed move to the product loses nobody."),
    _stated(
        "assumptions",
        Tier.GOLD,
        "Each claim without a source is marked as assumed, and its code stands behind one name.",
    ),
    _tried(
        Topic.DOCS_PAGE,
        Tier.GOLD,
        "A page says how to get credentials, what is lost, and the limits.",
    ),
    _stated(
        "escape-hatch",
        Tier.GOLD,
        "`tenant.native` offers the product's own API for everything else.",
    ),
    _stated("types", Tier.GOLD, "It ships types that a strict checker accepts."),
    _stated(
        "real-tenant",
        Tier.PLATINUM,
        "Someone ran it against a real tenant, and `verified` says when and with which version.",
    ),
)
"""All rules. A tier is reached when its own rules and those of every tier below are met."""

STATED: Final = frozenset(
    rule.id for rule in REQUIREMENTS if rule.is_answered or not rule.is_proved
)
"""Rules an author answers for in `quality.yaml`."""


def tier_of(topic: Topic) -> Tier:
    """The tier a topic's promises belong to."""
    return next(rule.tier for rule in REQUIREMENTS if rule.topic is topic)
