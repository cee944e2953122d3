"""Licenses, which under User Enrollment belong to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from attrs import frozen

from ueapi.contract import Accepted, Licenses
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import LicensePool, Location
from ueapi.testing.memory.calls import Listing, writing
from ueapi.testing.memory.mapping import Source, location, pool
from ueapi.testing.memory.wire import AcceptedRow, LocationRow, PageRow, PoolRow, read


@frozen
class MemoryLicenses(Licenses):
    """The linked location and its licenses."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[Location]]:
        """List locations: one call."""
        listing = Listing(operation="licenses.list", path="/v1/locations", rows=self._rows)
        translate = partial(location, self._source)
        return (yield from listing.page(PageRow[LocationRow], cursor, translate=translate))

    def pools(self, location_id: str, cursor: str | None) -> Flow[Page[LicensePool]]:
        """List licenses by app: one call for each page."""
        listing = Listing(
            operation="licenses.pools",
            path="/v1/locations/{id}/pools",
            rows=self._rows,
            native=location_id,
        )
        translate = partial(pool, location_id)
        return (yield from listing.page(PageRow[PoolRow], cursor, translate=translate))

    def assign(self, store_id: str, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Give each user a license: one call for all of them.

        Raises:
            Conflict: not enough licenses are free; nobody got one.
        """
        return (yield from _order("assign", {"store_id": store_id, "users": list(user_ids)}))

    def unassign(self, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Take these users' licenses back: one call for all of them."""
        return (yield from _order("unassign", {"users": list(user_ids)}))


def _order(verb: str, body: Mapping[str, object]) -> Flow[Accepted]:
    path = f"/v1/licenses/{verb}"
    call = writing(f"licenses.{verb}", "POST", path, effect=Effect.IDEMPOTENT, body=body)
    read(AcceptedRow, (yield from ask(call)), of="the order")
    return Accepted()
