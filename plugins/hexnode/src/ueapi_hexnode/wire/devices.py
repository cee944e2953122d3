"""Devices as the product gives them. Hardware identifiers become one yes or no, and are dropped on reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import field_validator, model_validator

from ueapi_hexnode.wire.base import Row, Text

_HARDWARE: Final = ("serial_number", "udid", "imei", "imei_1", "imei_2")
_TELLING: Final = ("serial_number", "udid")


class _Hardware(Row):
    """Notes whether the row showed hardware identifiers, and keeps none of them.

    `shows_hardware` is `None` when the row has no field for them at all.
    """

    shows_hardware: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _forget_identifiers(cls, row: object) -> object:
        if not isinstance(row, Mapping):
            return row
        kept = {key: value for key, value in row.items() if key not in _HARDWARE}
        kept["shows_hardware"] = _shows_any(row) if any(k in row for k in _TELLING) else None
        return kept


def _shows_any(row: Mapping[str, object]) -> bool:
    return any(str(row[key] or "").strip() for key in _HARDWARE if key in row)


class OwnerRow(Row):
    """Whose device it is."""

    id: int
    name: Text = None


class DeviceRow(_Hardware):
    """A device in a listing."""

    id: int
    device_name: Text = None
    model_name: Text = None
    os_name: Text = None
    os_version: Text = None
    enrolled_time: datetime | None = None
    last_reported: datetime | None = None
    enrollment_status: str
    user: OwnerRow | None = None


class HardwareRow(_Hardware):
    """The `device` part of a device's detail."""

    device_name: Text = None
    model_name: Text = None
    product_name: Text = None
    os_name: Text = None
    os_version: Text = None


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
