"""Devices as the product gives them. Hardware identifiers become one yes or no, and are dropped on reading.

A listing is read into dictionaries and not into models: whole fleets pass there, and a dictionary is the cheapest thing
the validator can build.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NotRequired

from pydantic import TypeAdapter, ValidationError, field_validator, model_validator
from typing_extensions import TypedDict

from ueapi.flow import Reply, not_json
from ueapi_hexnode.wire.base import Row, Text, misfit

_HARDWARE: Final = ("serial_number", "udid", "imei", "imei_1", "imei_2")


def _shows_hardware(row: Mapping[str, object]) -> bool | None:
    """Whether a row shows hardware identifiers; `None` when it has no field for them at all."""
    if "serial_number" not in row and "udid" not in row:
        return None
    shown = [value for key in _HARDWARE if (value := row.get(key))]
    return bool(shown) and any(str(value).strip() for value in shown)


# -- the listing -------------------------------------------------------------------------------------


class _OwnerWire(TypedDict):
    id: int
    name: NotRequired[str | None]


class _DeviceWire(TypedDict):
    id: int
    device_name: NotRequired[str | None]
    model_name: NotRequired[str | None]
    os_name: NotRequired[str | None]
    os_version: NotRequired[str | None]
    enrolled_time: NotRequired[datetime | None]
    last_reported: NotRequired[datetime | None]
    enrollment_status: str
    user: NotRequired[_OwnerWire | None]
    serial_number: NotRequired[object]
    udid: NotRequired[object]
    imei: NotRequired[object]
    imei_1: NotRequired[object]
    imei_2: NotRequired[object]


class _PageWire(TypedDict):
    count: int
    next: NotRequired[Text]
    results: list[_DeviceWire]


class ListedOwner(TypedDict):
    """Whose device it is."""

    id: int
    name: str | None


class ListedDevice(TypedDict):
    """A device of a listing; what is blank or missing is `None`."""

    shows_hardware: bool | None
    id: int
    device_name: str | None
    model_name: str | None
    os_name: str | None
    os_version: str | None
    enrolled_time: datetime | None
    last_reported: datetime | None
    enrollment_status: str
    user: ListedOwner | None


_PAGE: Final = TypeAdapter(_PageWire)


def read_devices(reply: Reply, *, of: str) -> tuple[int, str | None, tuple[ListedDevice, ...]]:
    """Read a page of the listing: how many there are, the address of the next page, and the rows.

    Raises:
        Unintelligible: the reply is no JSON, or a field is missing or of another type; the message names fields only.
    """
    try:
        page = _PAGE.validate_json(reply.body)
    except ValidationError as problem:
        if any(error["type"] == "json_invalid" for error in problem.errors(include_input=False)):
            raise not_json(reply) from None
        raise misfit(problem, of=of) from None
    return page["count"], page.get("next"), tuple([_listed(row) for row in page["results"]])


def _listed(row: _DeviceWire) -> ListedDevice:
    owner = row.get("user")
    return {
        "shows_hardware": _shows_hardware(row),
        "id": row["id"],
        "device_name": _filled(row.get("device_name")),
        "model_name": _filled(row.get("model_name")),
        "os_name": _filled(row.get("os_name")),
        "os_version": _filled(row.get("os_version")),
        "enrolled_time": row.get("enrolled_time"),
        "last_reported": row.get("last_reported"),
        "enrollment_status": row["enrollment_status"],
        "user": None if owner is None else _owner(owner),
    }


def _owner(row: _OwnerWire) -> ListedOwner:
    return {"id": row["id"], "name": _filled(row.get("name"))}


def _filled(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


# -- one device --------------------------------------------------------------------------------------


class OwnerRow(Row):
    """Whose device it is."""

    id: int
    name: Text = None


class HardwareRow(Row):
    """The `device` part of a device's detail. Hardware identifiers are forgotten on reading."""

    shows_hardware: bool | None = None
    device_name: Text = None
    model_name: Text = None
    product_name: Text = None
    os_name: Text = None
    os_version: Text = None

    @model_validator(mode="before")
    @classmethod
    def _forget_identifiers(cls, row: object) -> object:
        if not isinstance(row, Mapping):
            return row
        kept = {key: value for key, value in row.items() if key not in _HARDWARE}
        kept["shows_hardware"] = _shows_hardware(row)
        return kept


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
