"""The plan as a document: what will be done, by whom, and to which objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ueapi.contract import Fate
from ueapi.errors import PlanRefused, UnreadableInput
from ueapi.migration.matching import Confidence, Exclusion
from ueapi.migration.snapshots import read_bounded, write_private
from ueapi.model import AppKind, ManagedAppleID

PLAN_FORMAT: Final = 1


class Document(BaseModel):
    """A frozen part of the plan file; its `repr` shows no content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Actor(StrEnum):
    """Who does something."""

    UEAPI = "ueapi"
    ADMINISTRATOR = "administrator"
    PERSON = "person"


class Policy(Document):
    """What the migration lead decides. Times are hours.

    `wave_sizes` gives the first waves, the last value repeats. `accepted` lists ids of losses that are accepted,
    `remind_after` the hours until a silent person is reminded, `close_after` those until a wave stops waiting.
    """

    wave_sizes: tuple[int, ...] = (5, 25, 100, 250, 500)
    wave_gap: float = Field(default=24.0, gt=0)
    gate: float = Field(default=0.5, ge=0, le=1)
    """Part of a wave's phones, of those that left, that must be verified before the next wave starts."""
    remind_after: float = Field(default=48.0, gt=0)
    close_after: float = Field(default=240.0, gt=0)
    chunk: int = Field(default=25, gt=0)
    accepted: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    """Managed Apple IDs that stay where they are."""


class Loss(Document):
    """One setting that doesn't arrive as it was. `id` is what `--accept` takes."""

    id: str
    object: str
    payload: str
    key: str
    fate: Fate
    reason: str
    instead: str = ""


class Task(Document):
    """Something a person must do in a product's console before, or while, people move."""

    id: str
    actor: Literal[Actor.ADMINISTRATOR] = Actor.ADMINISTRATOR
    kind: str
    title: str
    steps: tuple[str, ...]
    subject: str = ""
    content: bytes | None = Field(default=None, repr=False)
    """For a profile made by hand: the exact settings, secrets as references."""


class PlannedDevice(Document):
    """A phone that shall move."""

    id: str
    model: str | None
    os_version: str | None
    name_digest: str


class PlannedPerson(Document):
    """A person of the source: either in a wave, or excluded with the reason."""

    key: str
    source_id: str
    managed_apple_id: ManagedAppleID | None
    name: str
    username: str | None = None
    email: str | None
    target_id: str | None = None
    confidence: Confidence | None = None
    devices: tuple[PlannedDevice, ...] = ()
    wave: int | None = None
    exclusion: Exclusion | None = None


class PlannedGroup(Document):
    """A static user group of the target that stands for a source group; `members` are person keys."""

    source_id: str
    name: str
    members: tuple[str, ...]
    note: str = ""


class PlannedProfile(Document):
    """A profile to be made on the target.

    `by_hand` is the name of the policy an administrator makes for settings that only the console can hold.
    """

    source_id: str
    name: str
    groups: tuple[str, ...]
    by_api: bool
    by_hand: str | None = None


class PlannedApp(Document):
    """An app to be assigned on the target; `people` are the keys of those in scope at the source."""

    source_id: str
    name: str
    kind: AppKind
    bundle_id: str
    store_id: str | None
    version: str | None
    url: str | None
    people: tuple[str, ...]


class Wave(Document):
    """People who move together; `starts_after` is in hours from the beginning."""

    number: int
    starts_after: float
    people: tuple[str, ...]


class Phase(Document):
    """A step every person goes through. `undo` is empty where nothing can bring back what was."""

    name: str
    actor: Actor
    precondition: str
    undo: str = ""

    @property
    def is_irreversible(self) -> bool:
        """Whether there is no way back."""
        return not self.undo


PHASES: Final = (
    Phase(
        name="stage",
        actor=Actor.UEAPI,
        precondition="every administrator's task is done, and what can be read of it was checked",
        undo="delete the users, groups, profiles and apps made on the target",
    ),
    Phase(
        name="announce",
        actor=Actor.UEAPI,
        precondition="the wave before it is verified as far as the policy demands",
        undo="tell people that the move is off",
    ),
    Phase(name="leave", actor=Actor.PERSON, precondition="the person was asked"),
    Phase(
        name="release",
        actor=Actor.UEAPI,
        precondition="the person's last old enrollment, of any kind, is gone",
        undo="put the person back into the scope of the license assignment",
    ),
    Phase(
        name="sign-in",
        actor=Actor.PERSON,
        precondition="the old enrollment is gone, and discovery answers for the target",
        undo="sign out of the target, and sign in to the source again",
    ),
    Phase(
        name="assign",
        actor=Actor.UEAPI,
        precondition="the new enrollment is matched and is a User Enrollment",
        undo="unassign the apps",
    ),
    Phase(
        name="verify",
        actor=Actor.UEAPI,
        precondition="the phone has reported",
        undo="nothing to undo",
    ),
)
"""The way of one person, in order."""


class Side(Document):
    """One tenant as the plan knew it."""

    tenant: str
    backend: str
    product: str
    """The product's own name."""
    taken_at: datetime


class Plan(Document):
    """Everything a move will do. `hash` covers all of it, so an altered file is noticed."""

    format: Literal[1] = PLAN_FORMAT
    source: Side
    target: Side
    policy: Policy
    people: tuple[PlannedPerson, ...]
    left_out: Mapping[str, Exclusion]
    """Source device id → why it does not move."""
    waves: tuple[Wave, ...]
    phases: tuple[Phase, ...] = PHASES
    groups: tuple[PlannedGroup, ...]
    profiles: tuple[PlannedProfile, ...]
    apps: tuple[PlannedApp, ...]
    tasks: tuple[Task, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...] = ()
    touched: Mapping[str, str]
    """`source:kind:id` or `target:kind:id` → digest of the object as planned."""
    names: Mapping[str, str] = Field(default_factory=dict)
    calls: Mapping[str, int] = Field(default_factory=dict)
    """Estimated requests: reading, staging, moving."""
    hash: str = ""

    def sealed(self) -> Plan:
        """The same plan with its hash filled in."""
        return self.model_copy(update={"hash": self.computed_hash()})

    def computed_hash(self) -> str:
        """The hash of everything but the hash itself."""
        content = self.model_dump(mode="json", exclude={"hash"})
        content["policy"]["accepted"] = sorted(content["policy"]["accepted"])
        content["policy"]["exclude"] = sorted(content["policy"]["exclude"])
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unaccepted(self) -> tuple[Loss, ...]:
        """Settings that would be lost and that nobody accepted yet."""
        return tuple(
            loss
            for loss in self.losses
            if loss.fate is Fate.LOST and loss.id not in self.policy.accepted
        )

    def accepting(self, ids: frozenset[str]) -> Plan:
        """The same plan with further losses accepted.

        Raises:
            PlanRefused: an id is none of this plan's.
        """
        unknown = sorted(ids - {loss.id for loss in self.losses})
        if unknown:
            raise PlanRefused(
                f"the plan has no loss {', '.join(unknown)}.",
                remedy="Take the ids from the plan's list of losses; nothing was changed.",
            )
        policy = self.policy.model_copy(update={"accepted": self.policy.accepted | ids})
        return self.model_copy(update={"policy": policy}).sealed()

    def write(self, path: Path) -> None:
        """Write the plan, readable by its owner only: it names people."""
        write_private(path, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan back.

        Raises:
            UnreadableInput: the file is no plan.
            PlanRefused: the plan was altered after it was made.
        """
        try:
            plan = cls.model_validate_json(read_bounded(path))
        except ValidationError as problem:
            where = ".".join(map(str, problem.errors()[0]["loc"])) or "the top"
            raise UnreadableInput(
                f"{path.name} is no plan ({problem.error_count()} problems, the first at {where}).",
                remedy="Make one with `ueapi migrate plan`; nothing was changed.",
            ) from None
        if plan.hash != plan.computed_hash():
            raise PlanRefused(
                f"{path.name} was altered after it was made.",
                remedy="Plan again instead of editing the file; nothing was changed.",
            )
        return plan
