"""Locations and licenses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ueapi.model import Absence, LicensePool, Location, Origin, Ref
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.licenses import ContentWire, LocationWire

_ABSENT: Final[Mapping[str, Absence]] = dict.fromkeys(
    ("organization", "country", "expires", "used_by_another_service"),
    Absence.NOT_EXPOSED_BY_PRODUCT,
)


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


def pool_from_wire(row: ContentWire, *, location: str) -> LicensePool:
    """Translate one row of content; books come along, under their own ids."""
    return LicensePool(
        location=location,
        store_id=row["adamId"],
        name=filled(row.get("name")),
        total=row["licenseCountTotal"],
        in_use=row["licenseCountInUse"],
    )
