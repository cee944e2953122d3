"""Apps, of the Classic API."""

from __future__ import annotations

from attrs import frozen

from ueapi.contract import Apps, Capability, needs
from ueapi.flow import Flow, Page, ask
from ueapi.model import App
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.apps import app_from_detail, app_from_row
from ueapi_jamf.wire.calls import classic_get
from ueapi_jamf.wire.content import read_app, read_apps


@frozen
class JamfApps(Facet, Apps):
    """The app catalog of a Jamf Pro server."""

    @needs(Capability.APPS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[App]]:
        reply = yield from ask(classic_get("apps.list", paths.APPS))
        tenant, read_at = self.context.tenant, self.context.now()
        items = tuple(app_from_row(row, tenant=tenant, read_at=read_at) for row in read_apps(reply))
        return Page(items, total=len(items))

    @needs(Capability.APPS_GET)
    def get(self, app_id: str) -> Flow[App]:
        reply = yield from ask(classic_get("apps.get", paths.APP, at={"id": app_id}))
        return app_from_detail(
            read_app(reply), tenant=self.context.tenant, read_at=self.context.now()
        )
