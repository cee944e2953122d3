"""Volume purchasing locations in the Jamf Pro API: counts, and nothing about who holds a seat.

Source: Jamf Pro API 11.30 schema, `/v1/volume-purchasing-locations`.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Json, Row, answer_json, moment, names, not_found, refuse
from ueapi_jamf.simulator.content import LocationRow
from ueapi_jamf.simulator.paging import in_order, order, page_of, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import NO_SITE

_FIELDS: Final = names(
    """
    id name appleId email organizationName tokenExpiration countryCode locationName
    automaticallyPopulatePurchasedContent sendNotificationWhenNoLongerAssigned siteId siteName
    """
)
_CONTENT_SORTS: Final = frozenset(
    {"name", "licenseCountTotal", "licenseCountInUse", "licenseCountReported", "contentType"}
)
_WRITABLE: Final = {
    "name": "name",
    "automaticallyPopulatePurchasedContent": "populates_content",
    "sendNotificationWhenNoLongerAssigned": "notifies",
    "autoRegisterManagedUsers": "registers_managed_users",
}
_TOKEN_LIFE: Final = timedelta(days=365)


@define
class VolumeRoutes:
    """Locations and their content."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        base, kind = "/api/v1/volume-purchasing-locations", "Volume Purchasing Locations"
        one = f"{base}/{{id}}"
        return [
            Row("GET", base, self.listing, READS, f"Read {kind}"),
            Row("GET", one, self.one, READS, f"Read {kind}"),
            Row("PATCH", one, self.update, CHANGES, f"Update {kind}"),
            Row("GET", f"{one}/content", self.content, READS, f"Read {kind}"),
            Row("POST", f"{one}/revoke-licenses", self.revoke, CHANGES, f"Update {kind}"),
        ]

    async def listing(self, request: Request) -> Response:
        """Locations without their content. Source: Jamf Pro API 11.30 schema."""
        asked, wanted = window(request), order(request, "id:asc", _FIELDS)
        expression = rsql.parse(request.query_params.get("filter", ""), _FIELDS)
        test = rsql.compiled(expression) if expression else lambda _: True
        shown = [self._shown(row) for row in self.server.seats.locations.rows.values()]
        found = [row for row in shown if test(row.get)]
        rows = in_order(found, wanted, lambda row, name: row.get(name), lambda row: str(row["id"]))
        return page_of(len(rows), asked.cut(rows))

    async def one(self, request: Request) -> Response:
        """One location with its content. Source: Jamf Pro API 11.30 schema, `VolumePurchasingLocation`."""
        row = self._row(request)
        return answer_json({**self._shown(row), "content": self._content(row)})

    async def content(self, request: Request) -> Response:
        """Apps a location has seats for. Source: Jamf Pro API 11.30 schema, `VolumePurchasingContent`."""
        asked, wanted = window(request), order(request, "name:asc", _CONTENT_SORTS)
        found = self._content(self._row(request))
        rows = in_order(found, wanted, lambda row, name: row[name], lambda row: str(row["adamId"]))
        return page_of(len(rows), asked.cut(rows))

    async def update(self, request: Request) -> Response:
        """Change a location by a merge patch. Source: Jamf Pro API 11.30 schema. Guess: 415 for other types."""
        row = self._row(request)
        if "application/merge-patch+json" not in request.headers.get("content-type", ""):
            refuse(415, "UNSUPPORTED_MEDIA_TYPE", "Content type is not supported")
        try:
            body = json.loads(await request.body())
        except ValueError:
            refuse(400, "INVALID_JSON", "Unable to read the request body")
        for key, name in _WRITABLE.items():
            if isinstance(body, dict) and isinstance(body.get(key), type(getattr(row, name))):
                setattr(row, name, body[key])
        self.server.settle()
        return answer_json(self._shown(row))

    async def revoke(self, request: Request) -> Response:
        """Take back every license of a location; dangerous. Source: Jamf Pro API 11.30 schema.

        Guess: who is still in scope of an assignment gets one again when scopes are next worked out.
        """
        row = self._row(request)
        self.server.settle_now()
        self.server.seats.revoke_all(row.location)
        return Response(status_code=202)

    def _row(self, request: Request) -> LocationRow:
        text = request.path_params["id"]
        rows = self.server.seats.locations.rows
        row = rows.get(int(text)) if text.isdecimal() else None
        if row is None:
            not_found()
        return row

    def _shown(self, row: LocationRow) -> Json:
        self.server.settle_now()
        apple, clock = self.server.around.apple, self.server.around.clock
        store_ids = apple.store_ids(row.location)
        return {
            "id": str(row.id),
            "name": row.name,
            "appleId": "vpp@example.org",
            "email": "vpp@example.org",
            "organizationName": "Example Org",
            "tokenExpiration": moment(clock.start + _TOKEN_LIFE),
            "countryCode": "US",
            "locationName": row.location,
            "clientContextMismatch": False,
            "totalPurchasedLicenses": sum(apple.seats(row.location, s) for s in store_ids),
            "totalUsedLicenses": sum(apple.in_use(row.location, s) for s in store_ids),
            "automaticallyPopulatePurchasedContent": row.populates_content,
            "sendNotificationWhenNoLongerAssigned": row.notifies,
            "autoRegisterManagedUsers": row.registers_managed_users,
            "siteId": NO_SITE,
            "siteName": "None",
            "lastSyncTime": moment(clock.now()),
        }

    def _content(self, row: LocationRow) -> list[Json]:
        self.server.settle_now()
        apple, found = self.server.around.apple, list[Json]()
        for store_id in apple.store_ids(row.location):
            app, used = apple.app(store_id), apple.in_use(row.location, store_id)
            found.append(
                {
                    "name": app.name if app else "",
                    "adamId": store_id,
                    "contentType": "IOS_APP",
                    "pricingParam": "STDQ",
                    "deviceTypes": ["IOS"],
                    "licenseCountTotal": apple.seats(row.location, store_id),
                    "licenseCountInUse": used,
                    "licenseCountReported": used,
                    "iconUrl": "",
                }
            )
        return found
