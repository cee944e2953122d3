"""Devices as the product gives them. Hardware identifiers become one yes or no, and are dropped on reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

from pydantic import field_validator, model_validator

from ueapi_hexnode.wire.base import Row, Text

_HARDWARE: Final = ("serial_number", "udid", "imei", "imei_1", "imei_2")


class _Hardware(Row):
    """Notes whether the row showed hardware identifiers, and keeps none of them.

    `shows_hardware` is `None` when the row has no field for them at all. Whole fleets pass here, so blank texts, which
    stand for absent ones, are taken out along the way and not field by field.
    """

    texts: ClassVar[tuple[str, ...]] = ()
    """Fields that are absent as `null` in some rows and as an empty string in others."""
    shows_hardware: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _forget_identifiers(cls, row: object) -> object:
        if not isinstance(row, Mapping):
            return row
        kept = dict(row)
        hidden = [kept.pop(key) for key in _HARDWARE if key in kept]
        for name in cls.texts:
            value = kept.get(name)
            if isinstance(value, str) and not value.strip():
                kept[name] = None
        tells = "serial_number" in row or "udid" in row
        kept["shows_hardware"] = any(str(v or "").strip() for v in hidden) if tells else None
        return kept


class OwnerRow(Row):
    """Whose device it is."""

    id: int
    name: Text = None


class DeviceRow(_Hardware):
    """A device in a listing."""

    texts = ("device_name", "model_name", "os_name", "os_version")
    id: int
    device_name: str | None = None
    model_name: str | None = None
    os_name: str | None = None
    os_version: str | None = None
    enrolled_time: datetime | None = None
    last_reported: datetime | None = None
    enrollment_status: str
    user: OwnerRow | None = None


class HardwareRow(_Hardware):
    """The `device` part of a device's detail."""

    texts = ("device_name", "model_name", "product_name", "os_name", "os_version")
    device_name: str | None = None
    model_name: str | None = None
    product_name: str | None = None
    os_name: str | None = None
    os_version: str | None = None


class AppliedPolicyRow(Row):
    """A policy on a device."""

    id: int
    name: str


class DeviceAppRow(Row):
    """An app on a device; the row has no bundle identifier."""

    id: int | None = None
    name: Text = None
    version: Text = None
    managed: bool = False
    status: Text = None


class DeviceDetailRow(Row):
    """A device in detail: nested, with policies and managed apps inside."""

    id: int
    enrollment_status: str
    enrolled_time: datetime | None = None
    disenrolled_time: datetime | None = None
    lastreported: datetime | None = None
    device: HardwareRow
    user: OwnerRow | None = None
    policies: list[AppliedPolicyRow] | None = None
    applications: list[DeviceAppRow] | None = None

    @field_validator("applications")
    @classmethod
    def _forget_private_apps(cls, rows: list[DeviceAppRow] | None) -> list[DeviceAppRow] | None:
        # A device-enrolled phone also lists what its owner installed, which is nobody's business here.
        return None if rows is None else [row for row in rows if row.managed]
