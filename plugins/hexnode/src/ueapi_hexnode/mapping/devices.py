"""Devices and their enrollments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from ueapi.model import (
    Absence,
    Device,
    DeviceReport,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    InstalledApp,
    InstalledProfile,
    Origin,
    Ref,
    UserLink,
)
from ueapi.model.base import builder
from ueapi_hexnode import assumed
from ueapi_hexnode.mapping.origin import Source, not_read, not_shown
from ueapi_hexnode.wire.base import unknown_word
from ueapi_hexnode.wire.devices import DeviceAppRow, DeviceDetailRow, ListedDevice, OwnerRow

_INFERRED: Final = ("enrollment.kind",)
_HIDDEN: Final = ("enrollment.enrollment_id", "enrollment.since")
_WORDS_KEPT: Final = 64
_APPLE: Final = assumed.APPLE_MOBILE | {"macos"}

_LISTED_INFERRED: Final = frozenset(_INFERRED)
_LISTED_ABSENT: Final[Mapping[str, Absence]] = not_shown(
    "name", "model", "os_version", "user", "last_seen", *_HIDDEN
) | not_read("model_identifier", "enrollment.ended")

_DEVICE: Final = builder(Device)
_REF: Final = builder(Ref)
_ORIGIN: Final = builder(Origin)
_ENROLLMENT: Final = builder(Enrollment)
_USER: Final = builder(UserLink)


def devices_from_rows(source: Source, rows: Iterable[ListedDevice]) -> tuple[Device, ...]:
    """Translate a page. Whole fleets pass here, so what the wire validated isn't validated again."""
    tenant, read_at = source.tenant, source.now()
    return tuple([_listed(tenant, read_at, row) for row in rows])


def _listed(tenant: str, read_at: datetime, row: ListedDevice) -> Device:
    owner = row["user"]
    return _DEVICE(
        {
            "ref": _REF({"tenant": tenant, "id": str(row["id"])}),
            "origin": _ORIGIN(
                {
                    "backend": "hexnode",
                    "read_at": read_at,
                    "inferred": _LISTED_INFERRED,
                    "absent": _LISTED_ABSENT,
                    "raw": row,
                }
            ),
            "name": row["device_name"],
            "model": row["model_name"],
            "model_identifier": None,
            "os_version": row["os_version"],
            "enrollment": _ENROLLMENT(
                {
                    "kind": kind_of(row["os_name"], row["shows_hardware"]),
                    "state": state_of(row["enrollment_status"]),
                    "enrollment_id": None,
                    "since": row["enrolled_time"],
                    "ended": None,
                }
            ),
            "user": None
            if owner is None
            else _USER({"id": str(owner["id"]), "username": None, "name": owner["name"]}),
            "last_seen": row["last_reported"],
        }
    )


def device_from_detail(source: Source, row: DeviceDetailRow) -> Device:
    """Translate a device in detail."""
    part = row.device
    return Device(
        ref=source.ref(row.id),
        origin=source.origin(
            row,
            inferred=_INFERRED,
            absent=not_shown(
                "name", "model", "model_identifier", "os_version", "user", "last_seen", *_HIDDEN
            ),
        ),
        name=part.device_name,
        model=part.model_name,
        model_identifier=part.product_name,
        os_version=part.os_version,
        enrollment=Enrollment(
            kind=kind_of(part.os_name, part.shows_hardware),
            state=state_of(row.enrollment_status),
            since=row.enrolled_time,
            ended=row.disenrolled_time,
        ),
        user=_link(row.user),
        last_seen=row.lastreported,
    )


@lru_cache(maxsize=_WORDS_KEPT)
def kind_of(os_name: str | None, shows_hardware: bool | None) -> EnrollmentKind:
    """Conclude how a device was enrolled; the product has no field for it.

    Apple hides serial number and UDID under User Enrollment and nowhere else, so an iPhone or iPad without them is
    user-enrolled, and an Apple device with one is not. Nothing follows for devices of other makers, nor from a Mac
    without them, which the product does not offer User Enrollment for.
    Source: Apple device management schema, DeviceInformation; Hexnode help, Apple User Enrollment.
    """
    system = assumed.word(os_name or "")
    if shows_hardware is None or system not in _APPLE:
        return EnrollmentKind.UNKNOWN
    if shows_hardware:
        return EnrollmentKind.DEVICE
    return EnrollmentKind.USER if system in assumed.APPLE_MOBILE else EnrollmentKind.UNKNOWN


@lru_cache(maxsize=_WORDS_KEPT)
def state_of(raw: str) -> EnrollmentState:
    """Translate an enrollment status.

    Raises:
        Unintelligible: the word is unknown.
    """
    try:
        return assumed.ENROLLMENT_STATES[assumed.word(raw)]
    except KeyError:
        known = ", ".join(assumed.ENROLLMENT_STATES)
        raise unknown_word(raw, of="enrollment_status", known=known) from None


def report_from_detail(
    source: Source, row: DeviceDetailRow, bundle_ids: Mapping[int, str | None]
) -> DeviceReport:
    """Translate policies and managed apps."""
    return DeviceReport(
        device=device_from_detail(source, row),
        profiles=None
        if row.policies is None
        else tuple(InstalledProfile(name=p.name, profile_id=str(p.id)) for p in row.policies),
        apps=None
        if row.applications is None
        else tuple(_app(a, bundle_ids) for a in row.applications),
    )


def _app(row: DeviceAppRow, bundle_ids: Mapping[int, str | None]) -> InstalledApp:
    status = assumed.word(row.status or "")
    installed = status == assumed.INSTALLED
    return InstalledApp(
        bundle_id=None if row.id is None else bundle_ids.get(row.id),
        name=row.name,
        version=row.version,
        is_installed=installed,
        problem=None if installed or status in assumed.UNDER_WAY else row.status,
    )


def _link(owner: OwnerRow | None) -> UserLink | None:
    return None if owner is None else UserLink(id=str(owner.id), name=owner.name)
