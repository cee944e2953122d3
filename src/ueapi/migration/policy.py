"""What the lead of a move decides: who goes when, how fast, and what stops a wave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_serializer, field_validator, model_validator

from ueapi.migration.base import Document
from ueapi.model import ManagedAppleID

Hours = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
People = Annotated[int, Field(gt=0)]

LATEST_WAVE: Final = 10_000
_DOMAIN: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_ADDRESS: Final = re.compile(r"https://[^\s@?#/]+(?:/[^\s@?#]*)?")


class Weekday(StrEnum):
    """A day of the week, from Monday to Sunday as in `date.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WORKING_DAYS: Final = frozenset(list(Weekday)[:5])


class DateRange(Document):
    """Whole days of the policy's time zone, the last one included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _is_in_order(self) -> DateRange:
        if self.last < self.first:
            raise ValueError("the last day lies before the first")
        return self

    def holds(self, day: date) -> bool:
        """Whether the day lies within."""
        return self.first <= day <= self.last


class StopRule(Document):
    """When a wave stops by itself, until a person lets it go on."""

    error_rate: Share = 0.05
    """Part that may go wrong: of a wave's users while they are made, then of its phones while they are verified.

    What a person has to accept or delete first doesn't count.
    """
    samples: int = Field(default=20, gt=0)
    """Users, or phones, of which the outcome must be known before the rate or the gap counts."""
    gap_p95_minutes: float | None = Field(default=None, gt=0)
    """Minutes without work, of the worst twentieth of phones, above which the wave stops; `None` for no such rule."""


HiddenScope = Literal["nobody", "everyone"]
DiscoveryCheck = Literal["never", "try", "must"]


class Policy(Document):
    """What the lead of a move decides. Waits are hours, sizes are people."""

    # -- how many, and when
    wave_sizes: tuple[People, ...] = Field(default=(5, 25, 100, 250, 500), min_length=1)
    """People in the first waves; the last value repeats."""
    wave_gap: Hours = 24.0
    """Hours from the start of a wave to the next; with `start`, rounded up to whole days."""
    gate: Share = 0.5
    """Part of a wave's phones, of those that left, that must be verified before the next wave starts."""
    help_desk_per_day: People | None = None
    """People whose moves the help desk can accompany a day; no wave, and no day, begins with more."""
    start: date | None = None
    """First day on which a wave may begin. Without it waves count hours from the beginning, and have no dates."""
    weekdays: frozenset[Weekday] = Field(default=WORKING_DAYS, min_length=1)
    """Days on which a wave may begin; they count with `start`."""
    hour: int = Field(default=9, ge=0, le=23)
    """Hour of the day, in `timezone`, at which a wave begins; it counts with `start`."""
    timezone: str = "UTC"
    """IANA name of the time zone of `start`, `hour` and `freeze`, such as Europe/Berlin."""
    freeze: tuple[DateRange, ...] = ()
    """Days on which nobody begins; needs `start`."""
    freeze_lead: int = Field(default=1, ge=0, le=30)
    """Days before a freeze on which no wave begins any more, so that its people are through when it comes."""

    # -- who
    exclude: frozenset[str] = frozenset()
    """Managed Apple IDs that stay where they are, for good."""
    exempt: frozenset[ManagedAppleID] = frozenset()
    """People who need not move for now."""
    pilot: frozenset[ManagedAppleID] = frozenset()
    """Volunteers, who go first; a first wave they don't fill takes others."""
    vips: frozenset[ManagedAppleID] = frozenset()
    """People who go in waves of their own after everyone else who is active."""
    vips_last: bool = True
    """Whether `vips` has that effect; otherwise they go like everyone."""
    inactive_days: int = Field(default=30, gt=0)
    """Days without contact after which a person counts as inactive, and goes in waves of their own at the end."""

    reenroll_unclear: bool = False
    """Within one product: whether phones move, too, of which it doesn't say which way they were enrolled."""
    keep_records: bool = False
    """Within one product: whether the records of ended enrollments stay; otherwise they are removed."""

    # -- what they get
    hidden_scope: HiddenScope = "nobody"
    """Who gets an app or a profile of which the source doesn't show who has it: nobody, or everyone who moves."""

    # -- before they are asked
    hold_unready: bool = True
    """Whether people wait for whom it would not work yet, say without a free seat; otherwise they are asked at once."""
    federated: frozenset[str] = frozenset()
    """Domains verified and federated in Apple Business Manager; accounts of another wait. Empty: nobody looks at it."""

    discovery_check: DiscoveryCheck = "try"
    """Whether their domain is asked, as a phone asks, before people are: never; `try`, so that a wrong answer lets them
    wait and none doesn't; or `must`, so that they wait until it answered right.
    """
    enrollment_address: str | None = Field(default=None, max_length=2000)
    """https address that the domain shall lead to; not needed where the target's follows from the tenant's own."""

    # -- what they read
    language: str = Field(default="en", min_length=2, max_length=35)
    """Of messages to people whose language isn't among `languages`."""
    languages: Mapping[str, str] = Field(default_factory=dict)
    """Managed Apple ID → language of the messages to this person."""
    organization: str | None = None
    """Its name, as people know it; it stands in the messages, as the next two do."""
    help_desk: str | None = None
    """A mail address or a telephone number."""
    help_page: str | None = None
    """https address of a page with instructions that everyone can read."""

    # -- while people move
    invite: bool = False
    """Whether the target sends each person its own invitation when they are asked to move, as far as it can."""
    leave_by_server: frozenset[int] = frozenset()
    """Numbers of waves whose old enrollments the server ends; in all others the person does."""
    stragglers: Literal["none", "server"] = "none"
    """Who ends the old enrollment of people who don't answer: nobody, or the server after `straggler_after`."""
    straggler_after: Hours = 168.0
    """Hours after asking until the server ends a straggler's old enrollment."""
    remind_after: Hours = 48.0
    """Hours until a silent person is reminded."""
    escalate_after: Hours = 120.0
    """Hours until an administrator, or a manager, is told once of someone who stays silent."""
    close_after: Hours = 240.0
    """Hours until a wave stops waiting."""
    stop: StopRule = StopRule()
    chunk: int = Field(default=25, gt=0)
    """People in one call of products that take many."""
    accepted: frozenset[str] = frozenset()
    """Ids of losses that are accepted."""

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; use an IANA name such as Europe/Berlin") from None
        return name

    @field_validator("federated")
    @classmethod
    def _are_domains(cls, names: frozenset[str]) -> frozenset[str]:
        if not all(_DOMAIN.fullmatch(name) for name in names):
            raise ValueError("give bare domains such as example.org, as they stand behind the @")
        return frozenset(name.casefold() for name in names)

    @field_validator("enrollment_address")
    @classmethod
    def _is_https(cls, address: str | None) -> str | None:
        if address is not None and not _ADDRESS.fullmatch(address):
            raise ValueError("give an https address such as https://mdm.example.org/enroll")
        return address

    @field_validator("leave_by_server")
    @classmethod
    def _are_numbers_of_waves(cls, numbers: frozenset[int]) -> frozenset[int]:
        if any(not 1 <= number <= LATEST_WAVE for number in numbers):
            raise ValueError("waves are numbered from 1")
        return numbers

    @model_validator(mode="after")
    def _fits_together(self) -> Policy:
        if self.freeze and self.start is None:
            raise ValueError("a freeze needs `start`, since waves have no dates without it")
        return self

    @field_serializer(
        "exclude",
        "exempt",
        "pilot",
        "vips",
        "accepted",
        "federated",
        "weekdays",
        "leave_by_server",
        when_used="json",
    )
    def _in_order(self, values: frozenset[object]) -> list[str] | list[int]:
        """Sets in a stable order, so that one policy is always the same text."""
        numbers = [value for value in values if isinstance(value, int)]
        return sorted(numbers) if numbers else sorted(str(value) for value in values)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates and hours."""
        return ZoneInfo(self.timezone)

    def allows(self, day: date) -> bool:
        """Whether a wave may begin on that day of the policy's time zone."""
        if list(Weekday)[day.weekday()] not in self.weekdays:
            return False
        lead = timedelta(days=self.freeze_lead)
        return not any(r.first - lead <= day <= r.last for r in self.freeze)
