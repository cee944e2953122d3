"""From the product's rows to neutral objects. Words go through tables: what isn't in one is never guessed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from attrs import frozen
from pydantic import ValidationError

from ueapi.apple import profiles as apple_profiles
from ueapi.errors import Unintelligible, UsageError
from ueapi.model import (
    Absence,
    App,
    AppKind,
    Command,
    CommandState,
    Device,
    DeviceReport,
    Enrollment,
    EnrollmentID,
    EnrollmentKind,
    EnrollmentState,
    InstalledApp,
    InstalledProfile,
    LicenseMode,
    LicensePool,
    Location,
    ManagedAppleID,
    Origin,
    Profile,
    Ref,
    Scope,
    User,
    UserLink,
)
from ueapi.testing.memory import wire

T = TypeVar("T")

KINDS: Final[Mapping[str, EnrollmentKind]] = {
    "account_driven_user": EnrollmentKind.ACCOUNT_DRIVEN_USER,
    "profile_driven_user": EnrollmentKind.PROFILE_DRIVEN_USER,
    "device": EnrollmentKind.DEVICE,
}
STATES: Final[Mapping[str, EnrollmentState]] = {
    "enrolled": EnrollmentState.ENROLLED,
    "ending": EnrollmentState.ENDING,
    "ended": EnrollmentState.ENDED,
}
APP_KINDS: Final[Mapping[str, AppKind]] = {
    "store": AppKind.STORE,
    "custom": AppKind.CUSTOM,
    "in_house": AppKind.IN_HOUSE,
}
COMMAND_STATES: Final[Mapping[str, CommandState]] = {
    "waiting": CommandState.PENDING,
    "done": CommandState.ACKNOWLEDGED,
    "failed": CommandState.FAILED,
}

_WRONG_PROFILE: Final = "Open the profile in the console and save it again; nothing was changed."


@frozen
class Source:
    """One tenant and its clock: says where each object comes from."""

    tenant: str
    now: Callable[[], datetime]

    def ref(self, native: str) -> Ref:
        """Refer to an object of this tenant."""
        return Ref(tenant=self.tenant, id=native)

    def origin(
        self, row: wire.Row, *, unread: tuple[str, ...] = (), unknown: tuple[str, ...] = ()
    ) -> Origin:
        """Say where an object was read: `unread` fields take another call, `unknown` ones the product lacks."""
        absent = dict.fromkeys(unread, Absence.NOT_FETCHED)
        absent |= dict.fromkeys(unknown, Absence.NOT_EXPOSED_BY_PRODUCT)
        return Origin(
            backend="memory", read_at=self.now(), absent=absent, raw=row.model_dump(mode="json")
        )


def known(table: Mapping[str, T], word: str, *, of: str) -> T:
    """Look a word of the product up.

    Raises:
        Unintelligible: the word is new. It is a fixed word of the API and nothing personal, but still isn't repeated.
    """
    if word not in table:
        raise Unintelligible(
            f"{of} has a value that isn't one of {', '.join(table)}.",
            remedy="Report it to the plugin's author; nothing was guessed.",
        )
    return table[word]


# ---------------------------------------------------------------- people


def user(source: Source, row: wire.UserRow) -> User:
    """Translate a user."""
    return User(
        ref=source.ref(row.id),
        origin=source.origin(row, unknown=("username", "email", "managed_apple_id")),
        username=row.username,
        name=row.name,
        email=row.email,
        managed_apple_id=_account(row.managed_apple_id),
    )


def _account(text: str | None) -> ManagedAppleID | None:
    try:
        return None if text is None else ManagedAppleID(text)
    except ValidationError:
        raise Unintelligible(
            "managed_apple_id of a user is no account of the form name@domain.",
            remedy="Correct it in the console; nothing was changed.",
        ) from None


# ---------------------------------------------------------------- devices


def device(source: Source, row: wire.DeviceRow) -> Device:
    """Translate a device."""
    return Device(
        ref=source.ref(row.id),
        origin=source.origin(
            row, unknown=("name", "model", "model_identifier", "os_version", "user", "last_seen")
        ),
        name=row.name,
        model=row.model,
        model_identifier=row.model_identifier,
        os_version=row.os_version,
        enrollment=_enrollment(row.enrollment),
        user=None if row.user is None else UserLink(id=row.user.id, username=row.user.username),
        last_seen=row.last_seen,
    )


def _enrollment(row: wire.EnrollmentRow) -> Enrollment:
    identifier = row.enrollment_id
    return Enrollment(
        # An unknown kind is a value of its own: the device stays in the list, and nobody moves it by mistake.
        kind=KINDS.get(row.kind, EnrollmentKind.UNKNOWN),
        state=known(STATES, row.state, of="state of an enrollment"),
        enrollment_id=None if identifier is None else EnrollmentID(identifier),
        since=row.since,
        ended=row.ended,
    )


def report(source: Source, row: wire.ReportRow) -> DeviceReport:
    """Translate a report. A profile counts once the phone has it; an app shows how far it has come."""
    for word in [*(p.state for p in row.profiles), *(a.state for a in row.apps)]:
        known(COMMAND_STATES, word, of="state in a report")
    return DeviceReport(
        device=device(source, row.device),
        profiles=tuple(
            InstalledProfile(name=p.name, profile_id=p.id) for p in row.profiles if _is_there(p)
        ),
        apps=tuple(
            InstalledApp(
                bundle_id=app.bundle_id,
                name=app.name,
                version=app.version,
                is_installed=_is_there(app),
                problem=app.problem,
            )
            for app in row.apps
        ),
    )


def _is_there(sent: wire.SentProfileRow | wire.SentAppRow) -> bool:
    return COMMAND_STATES[sent.state] is CommandState.ACKNOWLEDGED


def command(device_id: str, row: wire.CommandRow) -> Command:
    """Translate a command."""
    return Command(
        id=row.id,
        device=device_id,
        kind=row.kind,
        state=known(COMMAND_STATES, row.state, of="state of a command"),
        sent=row.sent,
        completed=row.completed,
        problem=row.problem,
    )


# ---------------------------------------------------------------- content


def scope(row: wire.TargetsRow) -> Scope:
    """Translate targets."""
    return Scope(
        users=row.users,
        user_groups=row.user_groups,
        devices=row.devices,
        device_groups=row.device_groups,
        everyone=row.everyone,
    )


def profile(source: Source, row: wire.ProfileRow) -> Profile:
    """Translate a profile of a listing."""
    return Profile(
        ref=source.ref(row.id),
        origin=source.origin(row, unread=("content", "digest", "scope")),
        name=row.name,
    )


def profile_in_full(source: Source, row: wire.ProfileInFullRow) -> Profile:
    """Translate a profile with content, written the one way in which contents can be compared."""
    try:
        content = apple_profiles.read(base64.b64decode(row.content, validate=True))
    except (binascii.Error, UsageError):
        raise Unintelligible(
            f"content of profile {row.id} is no configuration profile.", remedy=_WRONG_PROFILE
        ) from None
    return Profile(
        ref=source.ref(row.id),
        # The bare row: content can hold passwords, which have no business in `raw`.
        origin=source.origin(wire.ProfileRow(id=row.id, name=row.name)),
        name=row.name,
        content=apple_profiles.write(content),
        digest=apple_profiles.semantic_digest(content),
        scope=scope(row.assigned_to),
    )


def app(source: Source, row: wire.AppRow) -> App:
    """Translate an app of a listing, or one with targets."""
    full = row if isinstance(row, wire.AppInFullRow) else None
    kind = known(APP_KINDS, row.kind, of="kind of an app")
    return App(
        ref=source.ref(row.id),
        origin=source.origin(
            row,
            unread=() if full else ("scope",),
            unknown=("store_id", "version", "url", "license_mode", "has_configuration"),
        ),
        name=row.name,
        kind=kind,
        bundle_id=row.bundle_id,
        store_id=row.store_id,
        version=row.version,
        installs_by_itself=row.automatic,
        license_mode=None if kind is AppKind.IN_HOUSE else LicenseMode.USER,
        scope=None if full is None else scope(full.assigned_to),
    )


# ---------------------------------------------------------------- licenses


def location(source: Source, row: wire.LocationRow) -> Location:
    """Translate a location."""
    unknown = ("organization", "country", "expires", "used_by_another_service")
    return Location(
        ref=source.ref(row.id), origin=source.origin(row, unknown=unknown), name=row.name
    )


def pool(location_id: str, row: wire.PoolRow) -> LicensePool:
    """Translate the licenses of one app."""
    return LicensePool(
        location=location_id,
        store_id=row.store_id,
        name=row.name,
        total=row.total,
        in_use=row.in_use,
    )
