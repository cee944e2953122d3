"""Devices and their enrollments. What Apple hides under User Enrollment is looked at once, and kept for no device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ueapi.errors import Unintelligible
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
from ueapi_maas360 import assumed
from ueapi_maas360.mapping.origin import Source, not_shown
from ueapi_maas360.wire.reading import Record

KEY: Final = "maas360DeviceID"
PLATFORM: Final = "iOS"
"""The product's word for iPhone and iPad alike."""

_TELLING: Final = ("udid", "platformSerialNumber")
_HARDWARE: Final = (*_TELLING, "imeiEsn")
_STATUS: Final = "maas360ManagedStatus"
_SEEN: Final = ("lastReportedInEpochms", "lastReported")
_HARDWARE_MODEL: Final = re.compile(r"[A-Za-z]+[0-9]+,[0-9]+")
_KEPT: Final = (
    *(KEY, "deviceName", "ownership", "username", "userDomain", "emailAddress", "platformName"),
    *("deviceType", "manufacturer", "model", "modelId", "osName", "osVersion", "installedDate"),
    *("installedDateInEpochms", "lastReported", "lastReportedInEpochms", "deviceStatus"),
    *("maas360ManagedStatus", "isSupervisedDevice", "enrollmentMode", "mdmPolicy"),
    *("firstRegisteredInEpochms", "lastRegisteredInEpochms", "lastMdmRegisteredInEpochms"),
    *("policyComplianceState", "appComplianceState", "ruleComplianceState"),
    *("passcodeCompliance", "jailbreakStatus", "encryptionStatus", "selectiveWipeStatus"),
)
_ABSENT: Final[Mapping[str, Absence]] = not_shown(
    "name",
    "model",
    "model_identifier",
    "os_version",
    "user",
    "last_seen",
    "enrollment.enrollment_id",
    "enrollment.since",
    "enrollment.ended",
)

_DEVICE: Final = builder(Device)
_REF: Final = builder(Ref)
_ORIGIN: Final = builder(Origin)
_ENROLLMENT: Final = builder(Enrollment)
_USER: Final = builder(UserLink)


def devices_from_rows(
    source: Source, rows: Iterable[Record], *, user_enrollment_mode: str | None
) -> tuple[Device, ...]:
    """Translate a page; it raises as `device_from_row` does."""
    read_at = source.now()
    return tuple([_device(source.tenant, read_at, row, user_enrollment_mode) for row in rows])


def device_from_row(source: Source, row: Record, *, user_enrollment_mode: str | None) -> Device:
    """Translate a device. Its key is opaque: no serial number may be concluded from it.

    Raises:
        Unintelligible: the row has no key, or its state is unknown.
    """
    return _device(source.tenant, source.now(), row, user_enrollment_mode)


def _device(tenant: str, read_at: datetime, row: Record, mode: str | None) -> Device:
    # Whole fleets pass here, so what `Record` made sure of isn't validated again.
    kind, key, raw = _kind(row, mode), row.needed(KEY), row.kept(_KEPT)
    origin: dict[str, object] = {
        "backend": "maas360",
        "read_at": read_at,
        "inferred": frozenset(_inferred(raw, mode)),
        "absent": _ABSENT,
        "raw": raw,
    }
    enrollment: dict[str, object] = {
        "kind": kind,
        "state": state_of(row),
        "enrollment_id": None,
        "since": row.first_moment(*assumed.ENROLLED_SINCE),
        "ended": None,
    }
    return _DEVICE(
        {
            "ref": _REF({"tenant": tenant, "id": key}),
            "origin": _ORIGIN(origin),
            "name": raw.get("deviceName"),
            "model": raw.get("model"),
            "model_identifier": _model_identifier(raw.get("modelId")),
            "os_version": raw.get("osVersion"),
            "enrollment": _ENROLLMENT(enrollment),
            "user": _user(raw.get("username")),
            "last_seen": row.first_moment(*_SEEN),
        }
    )


def joined(searched: Record | None, core: Record) -> Record:
    """One row of both views; where they differ the core view counts, which follows actions."""
    if searched is None:
        return core
    filled = {name: nodes for name, nodes in core.nodes.items() if nodes}
    return Record(core.name, {**core.nodes, **searched.nodes, **filled})


def report_from_rows(device: Device, row: Record, software: Record) -> DeviceReport:
    """Translate a device's policy and managed apps.

    Under User Enrollment all apps shown are managed ones. Of other devices those that their owner installed are left
    out: they are nobody's business here.
    """
    policy = row.text("mdmPolicy")
    rows = [(app, app.keyed("swAttrs")) for app in software.records("deviceSw")]
    return DeviceReport(
        device=device,
        profiles=() if policy is None else (InstalledProfile(name=policy, profile_id=policy),),
        apps=tuple(_app(app, labels) for app, labels in rows if _is_managed(device, labels)),
    )


def _is_managed(device: Device, labels: Mapping[str, str]) -> bool:
    told = labels.get(assumed.MANAGED_APP)
    if told is None:
        return device.enrollment.kind.is_user_enrollment
    return told.strip().lower() not in assumed.NOT_MANAGED


def _app(row: Record, labels: Mapping[str, str]) -> InstalledApp:
    return InstalledApp(
        bundle_id=labels.get("Application ID"),
        name=row.text("swName"),
        version=labels.get("Version"),
        is_installed=True,
    )


def _kind(row: Record, user_enrollment_mode: str | None) -> EnrollmentKind:
    return assumed.enrollment_kind(
        mode=row.text("enrollmentMode"),
        user_enrollment_mode=user_enrollment_mode,
        platform=row.text("platformName"),
        is_supervised=row.truth("isSupervisedDevice"),
        ownership=row.text("ownership"),
        shows_hardware=_shows_hardware(row),
    )


def _shows_hardware(row: Record) -> bool | None:
    """Whether a row shows hardware identifiers; `None` when it has no field for them at all."""
    if _TELLING[0] not in row and _TELLING[1] not in row:
        return None
    for name in _HARDWARE:
        text = row.text(name)
        if text is not None and text.strip().lower() not in assumed.SHOWS_NOTHING:
            return True
    return False


def _inferred(raw: Mapping[str, str], user_enrollment_mode: str | None) -> Iterator[str]:
    mode = raw.get("enrollmentMode")
    if user_enrollment_mode is None or not assumed.same_word(mode, user_enrollment_mode):
        yield "enrollment.kind"
    if _STATUS not in raw:
        yield "enrollment.state"
    if _SEEN[0] not in raw and _SEEN[1] in raw:
        # The time without a zone stands in for the exact one.
        yield "last_seen"
    yield "enrollment.since"


def state_of(row: Record) -> EnrollmentState:
    """Translate the managed status; where it is blank the device was never under control, as a mailbox only.

    Raises:
        Unintelligible: the word is unknown, or the row has no field for it.
    """
    word = row.text(_STATUS)
    if word is None:
        if _STATUS not in row:
            raise row.misfit(_STATUS, "there")
        return EnrollmentState.ENDED
    try:
        return assumed.MANAGED_STATES[word.strip().lower()]
    except KeyError:
        known = ", ".join(assumed.MANAGED_STATES)
        raise Unintelligible(
            f"{_STATUS} has the unknown value {word[:40]!r}; known are {known}.",
            remedy="Report it to the plugin's author; nothing was guessed and nothing was changed.",
        ) from None


def _model_identifier(text: str | None) -> str | None:
    return text if text is not None and _HARDWARE_MODEL.fullmatch(text) else None


def _user(username: str | None) -> UserLink | None:
    return None if username is None else _USER({"id": None, "username": username, "name": None})
