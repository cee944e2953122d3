"""Which devices have which policy: no policy tells, and the rows of the device search do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from ueapi.contract import Context
from ueapi.flow import Flow
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.facets.devices import listed_phones
from ueapi_maas360.mapping.profiles import holders

KEPT: Final = timedelta(minutes=3)
"""How long one listing answers for all policies; someone who reads them one after the other needs it once."""

Holding = Mapping[str, tuple[str, ...]]


@define(kw_only=True)
class Holders:
    """Ids of the enrolled devices by the name of their policy, from one walk through the device search."""

    _account: Account
    _context: Context
    _page_rows: int
    _seen: tuple[datetime, Holding] | None = field(default=None, repr=False)

    def read(self) -> Flow[Holding]:
        """List all devices, unless that was done a moment ago: one call for each page."""
        now = self._context.now()
        if self._seen is not None and now - self._seen[0] < KEPT:
            return self._seen[1]
        listing = listed_phones(self._account, "profiles.get", self._page_rows)
        found = holders((yield from listing.walk()))
        self._seen = (now, found)
        return found

    def forget(self) -> None:
        """List again next time, since a policy was just assigned."""
        self._seen = None
