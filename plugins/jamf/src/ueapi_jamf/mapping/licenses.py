"""Locations and licenses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ueapi.model import Absence, LicensePool, Location, Origin, Ref
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.licenses import ContentWire, LocationWire

_ABSENT: Final[Mapping[str, Absence]] = dict.fromkeys(
    ("organization", "country", "expires", "used_by_another_service"),
    Absence.NOT_EXPOSED_BY_PRODUCT,
)

_NO_PHONE_APPS: Final = frozenset({"BOOK", "MAC_APP"})


def location_from_wire(row: LocationWire, *, tenant: str, read_at: datetime) -> Location:
    """Translate one location; a context mismatch means that another service has taken it over."""
    return Location(
        ref=Ref(tenant=tenant, id=row["id"]),
        origin=Origin(backend="jamf", read_at=read_at, absent=_ABSENT, raw=row),
        name=filled(row.get("name")) or filled(row.get("locationName")) or row["id"],
        organization=filled(row.get("organizationName")),
        country=filled(row.get("countryCode")),
        expires=row.get("tokenExpiration") or None,
        used_by_another_service=row.get("clientContextMismatch"),
    )


def pools_from_wire(rows: Iterable[ContentWire], *, location: str) -> tuple[LicensePool, ...]:
    """Translate the content of a location: apps of phones, without books and apps of Macs.

    An app bought at two prices (`pricingParam`) has two rows; for whoever needs a license they are one pool.
    """
    pools: dict[str, LicensePool] = {}
    for row in rows:
        if row.get("contentType") in _NO_PHONE_APPS:
            continue
        pool = _pool(row, location=location)
        before = pools.get(pool.store_id)
        pools[pool.store_id] = pool if before is None else _together(before, pool)
    return tuple(pools.values())


def _pool(row: ContentWire, *, location: str) -> LicensePool:
    return LicensePool(
        location=location,
        store_id=row["adamId"],
        name=filled(row.get("name")),
        total=row["licenseCountTotal"],
        in_use=row["licenseCountInUse"],
    )


def _together(one: LicensePool, other: LicensePool) -> LicensePool:
    return one.model_copy(
        update={"total": one.total + other.total, "in_use": one.in_use + other.in_use}
    )
