"""The plan as a document: what will be done, by whom, and to which objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from ueapi.contract import Fate
from ueapi.errors import PlanRefused, UnreadableInput
from ueapi.migration.base import Document
from ueapi.migration.bounded import read_bounded
from ueapi.migration.carried import Carried
from ueapi.migration.estimates import Forecast
from ueapi.migration.policy import Policy
from ueapi.migration.reasons import Confidence, Exclusion
from ueapi.migration.sides import Side
from ueapi.migration.streamed import private_file
from ueapi.model import AppKind, ManagedAppleID
from ueapi.wording import counted

__all__ = [
    "PHASES",
    "PLAN_FORMAT",
    "Actor",
    "Document",
    "Loss",
    "Phase",
    "Plan",
    "PlannedApp",
    "PlannedDevice",
    "PlannedGroup",
    "PlannedPerson",
    "PlannedProfile",
    "Policy",
    "Side",
    "Task",
    "Wave",
    "WaveKind",
]

PLAN_FORMAT: Final = 4


class Actor(StrEnum):
    """Who does something."""

    UEAPI = "ueapi"
    ADMINISTRATOR = "administrator"
    PERSON = "person"


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

    It is assigned to `groups`, or where the target takes devices only, to the phones of `people` (their keys) once they
    have arrived. `parts` are the source profiles it joins, for a target whose devices hold fewer; empty for one.
    `by_hand` is the name of the policy an administrator makes for settings that only the console can hold.
    """

    source_id: str
    name: str
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    by_api: bool
    by_hand: str | None = None

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The source profiles it stands for."""
        return self.parts or (self.source_id,)


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


class WaveKind(StrEnum):
    """What kind of people a wave is made of."""

    PILOT = "pilot"
    """The first wave: volunteers, and others where they don't fill it."""
    REGULAR = "regular"
    VIP = "vip"
    INACTIVE = "inactive"
    """People whose phones had no contact for long."""


class Wave(Document):
    """People who move together. `starts_after` is in hours from the start of the first wave, `starts_at` is UTC.

    `leave` says who ends the old enrollment. `starts_at` is `None` for a policy without a start date.
    """

    number: int
    kind: WaveKind
    starts_after: float
    starts_at: datetime | None = None
    leave: Literal["person", "server"] = "person"
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


class Plan(Document):
    """Everything a move will do. `hash` covers all of it, so an altered file is noticed."""

    format: Literal[4] = PLAN_FORMAT
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
    carried: tuple[Carried, ...] = ()
    """Within one product: what was given to the old record of a phone, and is given to the new one."""
    tasks: tuple[Task, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...] = ()
    touched: Mapping[str, str]
    """`source:kind:id` or `target:kind:id` → digest of the object as planned."""
    names: Mapping[str, str] = Field(default_factory=dict)
    forecast: Forecast | None = None
    """What it costs, and how long it takes; for the reader only, nothing is decided by it."""
    hash: str = ""

    @property
    def reenrolls(self) -> bool:
        """Whether phones stay in the product and are enrolled anew; source and target are one tenant then."""
        return (self.source.tenant, self.source.backend) == (
            self.target.tenant,
            self.target.backend,
        )

    def sealed(self) -> Plan:
        """The same plan with its hash filled in."""
        return self.model_copy(update={"hash": self.computed_hash()})

    def computed_hash(self) -> str:
        """The hash of everything but the hash itself, item by item so that a large plan takes little memory."""
        found = hashlib.sha256()
        for name, text in self._items():
            if name != "hash":
                found.update(f"{name}:{text}\n".encode())
        return found.hexdigest()

    def _items(self) -> Iterator[tuple[str, str]]:
        """Each field, and each item of a sequence, as JSON that is always the same for the same content."""
        for name in Plan.model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple):
                yield from ((name, _json(item)) for item in value)
            else:
                yield name, _json(value)

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
        """Write the plan as JSON, an item a line; readable by its owner only, since it names people."""
        with private_file(path) as out:
            for number, name in enumerate(Plan.model_fields):
                value = getattr(self, name)
                out.write(f'{"," if number else "{"}\n"{name}":'.encode())
                if isinstance(value, tuple):
                    out.write(b"[")
                    for place, item in enumerate(value):
                        out.write(f"{',' if place else ''}\n {_json(item)}".encode())
                    out.write(b"\n]")
                else:
                    out.write(_json(value).encode())
            out.write(b"\n}\n")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan back.

        Raises:
            UnreadableInput: the file is no plan.
            PlanRefused: the plan was altered after it was made.
        """
        content = read_bounded(path)
        try:
            plan = cls.model_validate_json(content)
        except ValidationError as problem:
            _require_format(path, content)
            where = ".".join(map(str, problem.errors()[0]["loc"])) or "the top"
            raise UnreadableInput(
                f"{path.name} is no plan ({counted(problem.error_count(), 'problem')}, the first at {where}).",
                remedy="Make one with `ueapi migrate plan`; nothing was changed.",
            ) from None
        if plan.hash != plan.computed_hash():
            raise PlanRefused(
                f"{path.name} was altered after it was made.",
                remedy="Plan again instead of editing the file; nothing was changed.",
            )
        return plan


def _json(value: object) -> str:
    if isinstance(value, Document):
        return value.model_dump_json()
    return json.dumps(
        value, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a plan holds no {type(value).__name__}")


def _require_format(path: Path, content: bytes) -> None:
    """Say of a plan of another version that it is one.

    Raises:
        UnreadableInput: the plan has another format.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return
    number = found.get("format") if isinstance(found, dict) else None
    if isinstance(number, int) and number != PLAN_FORMAT and "people" in found:
        raise UnreadableInput(
            f"{path.name} is a plan of format {number}; this version of ueapi reads {PLAN_FORMAT}.",
            remedy="Plan again from the snapshots, or go on with the version that made it; nothing was changed.",
        )
