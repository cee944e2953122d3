"""Locations of Apps and Books and the licenses in them."""

from __future__ import annotations

from datetime import datetime

from ueapi.model.base import Thing, Value


class Location(Thing):
    """A pool owner in Apple Business or School Manager; one management service uses one location."""

    name: str
    organization: str | None = None
    country: str | None = None
    expires: datetime | None = None
    used_by_another_service: bool | None = None


class LicensePool(Value):
    """The licenses of one app in one location."""

    location: str
    """Id of the location in the tenant."""
    store_id: str
    name: str | None = None
    total: int
    in_use: int

    @property
    def free(self) -> int:
        """Licenses nobody holds."""
        return self.total - self.in_use
