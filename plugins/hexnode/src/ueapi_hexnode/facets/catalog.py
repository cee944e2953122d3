"""Which bundle identifier an app's number stands for, remembered because each call counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import define, field

from ueapi.flow import Flow
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.wire.apps import AppRow


@define
class Catalog:
    """Bundle identifiers by app number.

    A device's rows name apps by number only. A number never changes its meaning, so what was read once stays good; the
    catalog is read again only for a number not met before.
    """

    _per_page: int = field(kw_only=True)
    _known: dict[int, str | None] = field(factory=dict, repr=False)

    def listing(self, operation: str) -> Listing:
        """The catalog's apps for iPhone and iPad."""
        return Listing(
            operation=operation,
            path="/applications/",
            per_page=self._per_page,
            where=(("platform", "ios"),),
        )

    def bundle_ids(self, wanted: Collection[int]) -> Flow[Mapping[int, str | None]]:
        """The identifiers of these apps; `None` where the catalog shows none."""
        if all(number in self._known for number in wanted):
            return self._known
        rows = yield from self.listing("devices.report").walk(AppRow)
        self._known |= {row.id: row.identifier for row in rows}
        for number in wanted:
            self._known.setdefault(number, None)
        return self._known
