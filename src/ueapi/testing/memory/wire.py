"""What the product sends, as it sends it, and the one place where answers are read.

Every documented field is required here, `null` or not. A row that lacks one is refused with the field's name: a default
would pass for something the product said. Fields we don't know are dropped, since products grow.
Source: Example UEM API.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from ueapi.errors import Unintelligible
from ueapi.flow import Reply

R = TypeVar("R", bound="Row")

_MOST_NAMED: Final = 5


class Row(BaseModel):
    """One object of the product. Its `repr` shows no content, since most of it is personal."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


class PageRow(Row, Generic[R]):
    """One page of a listing."""

    items: tuple[R, ...]
    next: str | None
    total: int


def read(kind: type[R], reply: Reply, *, of: str) -> R:
    """Read a row from an answer.

    Raises:
        Unintelligible: the answer is no JSON, or a field is missing or of another type. Fields are named, values never.
    """
    content = reply.json()
    try:
        return kind.model_validate(content)
    except ValidationError as problem:
        raise _misfit(problem, of) from None


def _misfit(problem: ValidationError, of: str) -> Unintelligible:
    errors = problem.errors(include_url=False, include_input=False, include_context=False)
    fields = sorted({".".join(map(str, e["loc"])) or "the whole" for e in errors})
    return Unintelligible(
        f"the answer about {of} does not fit: {', '.join(fields[:_MOST_NAMED])}.",
        remedy="The product's API may have changed; report it to the plugin's author. Nothing was guessed.",
    )


# ---------------------------------------------------------------- access and errors


class TokenRow(Row):
    """A token, and the seconds it lives."""

    token: SecretStr
    expires_in: int


class ErrorPart(Row):
    """What is wrong; the message is left out on purpose."""

    code: str
    fields: tuple[str, ...]


class ErrorRow(Row):
    """The body of a refusal."""

    error: ErrorPart


class AcceptedRow(Row):
    """An order was taken. The field is read to tell this answer from a stranger's, such as a sign-in page."""

    accepted: bool


class CommandsRow(Row):
    """Ids of the commands an order led to."""

    commands: tuple[str, ...]


class RemovedRow(Row):
    """Whether there was something to remove."""

    removed: bool


# ---------------------------------------------------------------- people


class UserRow(Row):
    """A person."""

    id: str
    username: str | None
    name: str
    email: str | None
    managed_apple_id: str | None


class GroupRow(Row):
    """A group, without members."""

    id: str
    name: str
    of: str
    dynamic: bool


class GroupInFullRow(GroupRow):
    """A group with members, and criteria if it is dynamic."""

    criteria: dict[str, object] | None
    members: tuple[str, ...]


# ---------------------------------------------------------------- devices


class OwnerRow(Row):
    """How a device names its user."""

    id: str
    username: str | None


class EnrollmentRow(Row):
    """One enrollment."""

    kind: str
    state: str
    enrollment_id: str | None
    since: AwareDatetime
    ended: AwareDatetime | None


class DeviceRow(Row):
    """A device."""

    id: str
    name: str | None
    model: str | None
    model_identifier: str | None
    os_version: str | None
    user: OwnerRow | None
    enrollment: EnrollmentRow
    last_seen: AwareDatetime | None


class SentProfileRow(Row):
    """A profile that was sent to a device."""

    id: str
    name: str
    state: str
    problem: str | None


class SentAppRow(Row):
    """An app that was sent to a device."""

    bundle_id: str
    name: str
    version: str | None
    state: str
    problem: str | None


class ReportRow(Row):
    """A device with what it was sent."""

    device: DeviceRow
    profiles: tuple[SentProfileRow, ...]
    apps: tuple[SentAppRow, ...]


class CommandRow(Row):
    """A command."""

    id: str
    kind: str
    state: str
    sent: AwareDatetime
    completed: AwareDatetime | None
    problem: str | None


# ---------------------------------------------------------------- content


class TargetsRow(Row):
    """To whom something is assigned."""

    users: tuple[str, ...]
    user_groups: tuple[str, ...]
    devices: tuple[str, ...]
    device_groups: tuple[str, ...]
    everyone: bool


class AssignedRow(Row):
    """The targets after a change."""

    assigned_to: TargetsRow


class ProfileRow(Row):
    """A profile, without content."""

    id: str
    name: str


class ProfileInFullRow(ProfileRow):
    """A profile with content, in base64, and targets."""

    content: str
    assigned_to: TargetsRow


class AppRow(Row):
    """An app, without targets."""

    id: str
    name: str
    kind: str
    bundle_id: str
    store_id: str | None
    version: str | None
    automatic: bool


class AppInFullRow(AppRow):
    """An app with targets."""

    assigned_to: TargetsRow


# ---------------------------------------------------------------- licenses


class LocationRow(Row):
    """A location of Apps and Books."""

    id: str
    name: str


class PoolRow(Row):
    """The licenses of one app in one location."""

    store_id: str
    name: str | None
    total: int
    in_use: int
