"""Configuration profiles and apps in the Classic API, their only home."""

from __future__ import annotations

from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import scopes
from ueapi_jamf.simulator.answers import Row, refuse_classic
from ueapi_jamf.simulator.classic import (
    Element,
    Fields,
    Rows,
    deleted,
    document,
    id_in_path,
    made,
    no_such,
    number,
    respond,
    text,
    truth,
)
from ueapi_jamf.simulator.content import INSTALLED, MADE_AVAILABLE, AppRow, ProfileRow
from ueapi_jamf.simulator.payloads import checked, ingested
from ueapi_jamf.simulator.server import Server

PROFILES: Final = "/JSSResource/mobiledeviceconfigurationprofiles"
APPS: Final = "/JSSResource/mobiledeviceapplications"
_SITE: Final = {"id": -1, "name": "None"}
_CATEGORY: Final = {"id": -1, "name": "No category assigned"}
_PROFILE: Final = "configuration_profile"
_APP: Final = "mobile_device_application"


@define
class ContentRoutes:
    """Profiles and apps by list, id and name."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes."""
        return [*self._profile_rows(), *self._app_rows()]

    def _profile_rows(self) -> list[Row]:
        kind = "iOS Configuration Profiles"
        return [
            Row("GET", PROFILES, self.profiles, READS, f"Read {kind}"),
            Row("GET", f"{PROFILES}/id/{{id}}", self.profile, READS, f"Read {kind}"),
            Row("GET", f"{PROFILES}/name/{{name}}", self.profile_named, READS, f"Read {kind}"),
            Row("POST", f"{PROFILES}/id/{{id}}", self.make_profile, CHANGES, f"Create {kind}"),
            Row("PUT", f"{PROFILES}/id/{{id}}", self.change_profile, CHANGES, f"Update {kind}"),
            Row("DELETE", f"{PROFILES}/id/{{id}}", self.drop_profile, CHANGES, f"Delete {kind}"),
        ]

    def _app_rows(self) -> list[Row]:
        kind = "Mobile Device Applications"
        return [
            Row("GET", APPS, self.apps, READS, f"Read {kind}"),
            Row("GET", f"{APPS}/id/{{id}}", self.app, READS, f"Read {kind}"),
            Row("GET", f"{APPS}/name/{{name}}", self.app_named, READS, f"Read {kind}"),
            Row("GET", f"{APPS}/bundleid/{{name}}", self.app_bundled, READS, f"Read {kind}"),
            Row("POST", f"{APPS}/id/{{id}}", self.make_app, CHANGES, f"Create {kind}"),
            Row("PUT", f"{APPS}/id/{{id}}", self.change_app, CHANGES, f"Update {kind}"),
            Row("DELETE", f"{APPS}/id/{{id}}", self.drop_app, CHANGES, f"Delete {kind}"),
        ]

    # -- profiles ----------------------------------------------------------------------------------

    async def profiles(self, request: Request) -> Response:
        """Every profile by name. Source: Classic API, `/mobiledeviceconfigurationprofiles`."""
        rows = self.server.profiles.rows.values()
        items = tuple({"id": p.id, "name": p.name} for p in rows)
        return respond(request, "configuration_profiles", Rows(_PROFILE, items))

    async def profile(self, request: Request) -> Response:
        """One profile with payloads and scope. Source: Classic API; the root is `configuration_profile`."""
        return respond(request, _PROFILE, self._shown_profile(self._profile(request)))

    async def profile_named(self, request: Request) -> Response:
        """One profile by name. Source: Classic API."""
        row = self.server.profiles.named(request.path_params["name"])
        if row is None:
            no_such()
        return respond(request, _PROFILE, self._shown_profile(row))

    async def make_profile(self, request: Request) -> Response:
        """A new profile. Source: Classic API; entities in payloads are decoded once more than XML asks for."""
        body = await document(request, _PROFILE)
        general = body.find("general")
        name, payloads = text(general, "name"), text(general, "payloads")
        if not name or not payloads:
            refuse_classic(409, "Error: Name and payloads are required")
        if self.server.profiles.named(name) is not None:
            refuse_classic(409, "Error: Duplicate name")
        identifier = self.server.new_uuid().upper()
        content = self._ingested(payloads, identifier)
        shelf = self.server.profiles
        row = ProfileRow(id=shelf.new_id(), name=name, content=content, identifier=identifier)
        self._take_profile(row, body)
        shelf.put(row)
        return made(_PROFILE, row.id)

    async def change_profile(self, request: Request) -> Response:
        """Change what is given; a scope replaces the stored one as a whole. Source: Classic API.

        Source: Jamf's notes on PI-827: saving anything on a profile may decode the stored payloads once more; here it
        always does. Guess: payloads that differ from the stored ones go to every phone in scope, whatever
        `redeploy_on_update` says, and equal ones to none.
        """
        row, body = self._profile(request), await document(request, _PROFILE)
        name = text(body, "general/name")
        holder = self.server.profiles.named(name) if name else None
        if holder is not None and holder is not row:
            refuse_classic(409, "Error: Duplicate name")
        payloads = text(body, "general/payloads") or row.content.decode()
        content = self._ingested(payloads, row.identifier)
        self._take_profile(row, body)
        if content != row.content:
            row.content = content
            row.edition += 1
        row.name = name or row.name
        return made(_PROFILE, row.id)

    async def drop_profile(self, request: Request) -> Response:
        """Delete a profile; phones lose it. Source: Classic API."""
        row = self._profile(request)
        del self.server.profiles.rows[row.id]
        self.server.settle()
        return deleted(_PROFILE, row.id)

    def _ingested(self, payloads: str, identifier: str) -> bytes:
        take = checked if self.server.switches.stores_payloads_verbatim else ingested
        return take(payloads, identifier)

    def _take_profile(self, row: ProfileRow, body: Element) -> None:
        general, scope = body.find("general"), body.find("scope")
        for name in ("description", "level", "deployment_method", "redeploy_on_update"):
            if (value := text(general, name)) is not None:
                setattr(row, name, value)
        if scope is not None:
            row.scope = scopes.read(self.server, scope)
        self.server.settle()

    def _profile(self, request: Request) -> ProfileRow:
        row = self.server.profiles.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown_profile(self, row: ProfileRow) -> Fields:
        return {
            "general": {
                "id": row.id,
                "name": row.name,
                "description": row.description,
                "level": row.level,
                "site": _SITE,
                "category": _CATEGORY,
                "uuid": row.identifier,
                "deployment_method": row.deployment_method,
                "redeploy_on_update": row.redeploy_on_update,
                "payloads": row.content.decode(),
            },
            "scope": scopes.shown(self.server, row.scope, of_devices=True),
            "self_service": {},
        }

    # -- apps --------------------------------------------------------------------------------------

    async def apps(self, request: Request) -> Response:
        """Every app. Source: Classic API, `/mobiledeviceapplications`."""
        items = tuple(
            {
                "id": a.id,
                "name": a.name,
                "display_name": a.name,
                "bundle_id": a.bundle_id,
                "version": a.version,
                "internal_app": a.is_internal,
            }
            for a in self.server.apps.rows.values()
        )
        return respond(request, "mobile_device_applications", Rows(_APP, items))

    async def app(self, request: Request) -> Response:
        """One app with scope and licensing. Source: Classic API."""
        return respond(request, _APP, self._shown_app(self._app(request)))

    async def app_named(self, request: Request) -> Response:
        """One app by name. Source: Classic API."""
        row = self.server.apps.named(request.path_params["name"])
        if row is None:
            no_such()
        return respond(request, _APP, self._shown_app(row))

    async def app_bundled(self, request: Request) -> Response:
        """One app by bundle id. Source: Classic API."""
        wanted, rows = request.path_params["name"], self.server.apps.rows.values()
        row = next((a for a in rows if a.bundle_id == wanted), None)
        if row is None:
            no_such()
        return respond(request, _APP, self._shown_app(row))

    async def make_app(self, request: Request) -> Response:
        """A new app; name, bundle id and version are needed. Source: Classic API."""
        body = await document(request, _APP)
        general = body.find("general")
        name, bundle_id = text(general, "name"), text(general, "bundle_id")
        version = text(general, "version")
        if not name or not bundle_id or not version:
            refuse_classic(409, "Error: Name, bundle_id and version are required")
        shelf = self.server.apps
        row = AppRow(id=shelf.new_id(), name=name, bundle_id=bundle_id, version=version)
        self._take_app(row, body)
        shelf.put(row)
        return made(_APP, row.id)

    async def change_app(self, request: Request) -> Response:
        """Change what is given; a scope replaces the stored one as a whole. Source: Classic API."""
        row, body = self._app(request), await document(request, _APP)
        self._take_app(row, body)
        return made(_APP, row.id)

    async def drop_app(self, request: Request) -> Response:
        """Delete an app; phones lose it if it was installed for them. Source: Classic API."""
        row = self._app(request)
        del self.server.apps.rows[row.id]
        self.server.settle()
        return deleted(_APP, row.id)

    def _take_app(self, row: AppRow, body: Element) -> None:
        general, scope = body.find("general"), body.find("scope")
        given: dict[str, object] = {
            "name": text(general, "name"),
            "bundle_id": text(general, "bundle_id"),
            "version": text(general, "version"),
            "store_url": text(general, "itunes_store_url"),
            "is_internal": truth(general, "internal_app"),
            "takes_over": truth(general, "take_over_management"),
            "is_device_licensed": truth(body, "vpp/assign_vpp_device_based_licenses"),
            "location_id": number(body, "vpp/vpp_admin_account_id"),
            "preferences": text(body, "app_configuration/preferences"),
        }
        kind, automatic = text(general, "deployment_type"), truth(general, "deploy_automatically")
        if kind is not None or automatic is not None:
            given["installs_by_itself"] = kind == INSTALLED or automatic is True
        for name, value in given.items():
            if value is not None:
                setattr(row, name, value)
        if scope is not None:
            row.scope = scopes.read(self.server, scope)
        self.server.settle()

    def _app(self, request: Request) -> AppRow:
        row = self.server.apps.rows.get(id_in_path(request))
        if row is None:
            no_such()
        return row

    def _shown_app(self, row: AppRow) -> Fields:
        location = self.server.seats.locations.rows.get(row.location_id)
        store_id = row.store_id
        used = total = 0
        if location is not None and store_id is not None:
            self.server.settle_now()
            used = self.server.around.apple.in_use(location.location, store_id)
            total = self.server.around.apple.seats(location.location, store_id)
        return {
            "general": _general(row),
            "scope": scopes.shown(self.server, row.scope, of_devices=True),
            "self_service": {},
            "vpp": {
                "assign_vpp_device_based_licenses": row.is_device_licensed,
                "vpp_admin_account_id": row.location_id,
                "used_vpp_licenses": used,
                "total_vpp_licenses": total,
                "remaining_vpp_licenses": total - used,
            },
            "app_configuration": {"preferences": row.preferences},
        }


def _general(row: AppRow) -> Fields:
    return {
        "id": row.id,
        "name": row.name,
        "display_name": row.name,
        "description": "",
        "bundle_id": row.bundle_id,
        "version": row.version,
        "internal_app": row.is_internal,
        "os_type": "iOS",
        "free": not row.is_internal,
        "category": _CATEGORY,
        "itunes_store_url": row.store_url,
        "itunes_country_region": "US",
        "deployment_type": INSTALLED if row.installs_by_itself else MADE_AVAILABLE,
        "deploy_automatically": row.installs_by_itself,
        "deploy_as_managed_app": True,
        "take_over_management": row.takes_over,
        "remove_app_when_mdm_profile_is_removed": True,
        "prevent_backup_of_app_data": False,
        "keep_description_and_icon_up_to_date": False,
        "keep_app_updated_on_devices": False,
        "site": _SITE,
    }
