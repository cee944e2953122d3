"""Devices and their enrollments. What Apple hides under User Enrollment is looked at once, and kept for no device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import (
    Device,
    DeviceReport,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    InstalledApp,
    InstalledProfile,
    UserLink,
)
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
_ABSENT: Final = not_shown(
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


def device_from_row(source: Source, row: Record, *, user_enrollment_mode: str | None) -> Device:
    """Translate a device. Its key is opaque: no serial number may be concluded from it.

    Raises:
        Unintelligible: the row has no key, or its state is unknown.
    """
    kind = _kind(row, user_enrollment_mode)
    return Device(
        ref=source.ref(row.needed(KEY)),
        origin=source.origin(
            row.kept(_KEPT), inferred=_inferred(row, user_enrollment_mode), absent=_ABSENT
        ),
        name=row.text("deviceName"),
        model=row.text("model"),
        model_identifier=_model_identifier(row),
        os_version=row.text("osVersion"),
        enrollment=Enrollment(
            kind=kind, state=state_of(row), since=row.first_moment(*assumed.ENROLLED_SINCE)
        ),
        user=_user(row),
        last_seen=row.first_moment(*_SEEN),
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
    if not any(name in row for name in _TELLING):
        return None
    texts = (row.text(name) for name in _HARDWARE)
    return any(t is not None and t.strip().lower() not in assumed.SHOWS_NOTHING for t in texts)


def _inferred(row: Record, user_enrollment_mode: str | None) -> Iterator[str]:
    mode = row.text("enrollmentMode")
    if user_enrollment_mode is None or not assumed.same_word(mode, user_enrollment_mode):
        yield "enrollment.kind"
    if row.text(_STATUS) is None:
        yield "enrollment.state"
    if row.text(_SEEN[0]) is None and row.text(_SEEN[1]) is not None:
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


def _model_identifier(row: Record) -> str | None:
    text = row.text("modelId")
    return text if text is not None and _HARDWARE_MODEL.fullmatch(text) else None


def _user(row: Record) -> UserLink | None:
    username = row.text("username")
    return None if username is None else UserLink(username=username)
