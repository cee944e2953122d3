"""Volume purchasing locations in the Jamf Pro API.

Source: Jamf Pro API 11.30 schema, `/v1/volume-purchasing-locations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Json, Row, answer_json, moment, not_found
from ueapi_jamf.simulator.content import LocationRow
from ueapi_jamf.simulator.paging import in_order, order, page_of, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import NO_SITE

READ: Final = "Read Volume Purchasing Locations"
UPDATE: Final = "Update Volume Purchasing Locations"
FIELDS: Final = frozenset(
    {
        "id",
        "name",
        "appleId",
        "email",
        "organizationName",
        "tokenExpiration",
        "countryCode",
        "locationName",
        "automaticallyPopulatePurchasedContent",
        "sendNotificationWhenNoLongerAssigned",
        "siteId",
        "siteName",
    }
)
"""What a filter or an order may name."""
CONTENT_FIELDS: Final = frozenset(
    [
        "name",
        "licenseCountTotal",
        "licenseCountInUse",
        "licenseCountReported",
        "contentType",
        "adamId",
    ]
)
"""Guess: the schema names no fields for the order of a location's content."""
_TOKEN_LIFE: Final = timedelta(days=365)


@define
class VolumeRoutes:
    """Locations and what was bought there."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        base = "/api/v1/volume-purchasing-locations"
        one = f"{base}/{{id}}"
        return [
            Row("GET", base, self.listing, READS, READ),
            Row("GET", one, self.one, READS, READ),
            Row("GET", f"{one}/content", self.content, READS, READ),
            Row("POST", f"{one}/revoke-licenses", self.revoke, CHANGES, UPDATE),
        ]

    async def listing(self, request: Request) -> Response:
        """Locations without their content. Source: Jamf Pro API 11.30 schema, `VolumePurchasingLocations`."""
        rows = [self._shown(row) for row in self.server.seats.locations.rows.values()]
        return _paged(request, rows, "id:asc", FIELDS)

    async def one(self, request: Request) -> Response:
        """One location with its content. Source: Jamf Pro API 11.30 schema, `VolumePurchasingLocation`."""
        row = self._row(request)
        return answer_json({**self._shown(row), "content": self._content(row)})

    async def content(self, request: Request) -> Response:
        """What was bought, by page. Source: Jamf Pro API 11.30 schema, `VolumePurchasingContentList`."""
        return _paged(request, self._content(self._row(request)), "name:asc", CONTENT_FIELDS)

    async def revoke(self, request: Request) -> Response:
        """Take back every license of the location. Source: Jamf Pro API 11.30 schema; 202 without a body."""
        self.server.seats.revoke_all(self._row(request).location)
        return Response(status_code=202)

    def _row(self, request: Request) -> LocationRow:
        text = request.path_params["id"]
        rows = self.server.seats.locations.rows
        row = rows.get(int(text)) if text.isdecimal() else None
        if row is None:
            not_found()
        return row

    def _content(self, row: LocationRow) -> list[Json]:
        apple = self.server.around.apple
        found: list[Json] = []
        for store_id in apple.store_ids(row.location):
            app, in_use = apple.app(store_id), apple.in_use(row.location, store_id)
            found.append(
                {
                    "name": app.name if app else "",
                    "licenseCountTotal": apple.seats(row.location, store_id),
                    "licenseCountInUse": in_use,
                    "licenseCountReported": in_use,
                    "iconUrl": None,
                    "deviceTypes": ["IOS"],
                    "contentType": "IOS_APP",
                    "pricingParam": "STDQ",
                    "adamId": store_id,
                }
            )
        return found

    def _shown(self, row: LocationRow) -> Json:
        """Source: Jamf Pro API 11.30 schema, `VolumePurchasingLocationListView`."""
        apple, clock = self.server.around.apple, self.server.around.clock
        ids = apple.store_ids(row.location)
        return {
            "id": str(row.id),
            "name": row.name,
            "appleId": "buyer@example.org",
            "email": "buyer@example.org",
            "organizationName": "Example Organization",
            "tokenExpiration": moment(clock.start + _TOKEN_LIFE),
            "countryCode": "US",
            "locationName": row.location,
            "clientContextMismatch": False,
            "totalPurchasedLicenses": sum(apple.seats(row.location, i) for i in ids),
            "totalUsedLicenses": sum(apple.in_use(row.location, i) for i in ids),
            "automaticallyPopulatePurchasedContent": row.populates_content,
            "sendNotificationWhenNoLongerAssigned": row.notifies,
            "autoRegisterManagedUsers": row.registers_managed_users,
            "siteId": NO_SITE,
            "siteName": "None",
            "lastSyncTime": moment(clock.now()),
        }


def _paged(request: Request, rows: Sequence[Json], first: str, fields: frozenset[str]) -> Response:
    asked, wanted = window(request), order(request, first, fields)
    expression = rsql.parse(request.query_params.get("filter", ""), fields)
    if expression is not None:
        test = rsql.compiled(expression)
        rows = [row for row in rows if test(_getter(row))]
    ordered = in_order(rows, wanted, _value, lambda row: str(row.get("id") or row.get("adamId")))
    return page_of(len(ordered), asked.cut(ordered))


def _value(row: Mapping[str, object], name: str) -> object:
    # Ids are texts that count like numbers.
    value = row.get(name)
    return int(value) if name in {"id", "adamId"} and isinstance(value, str) else value


def _getter(row: Mapping[str, object]) -> Callable[[str], object]:
    return lambda name: row.get(name)
