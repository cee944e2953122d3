"""Configuration profiles, of the Classic API."""

from __future__ import annotations

from attrs import frozen

from ueapi.contract import Capability, Profiles, needs
from ueapi.flow import Flow, Page, ask
from ueapi.model import Profile
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.mapping.profiles import profile_from_detail, profile_from_row
from ueapi_jamf.wire.calls import classic_get
from ueapi_jamf.wire.content import read_profile, read_profiles


@frozen
class JamfProfiles(Facet, Profiles):
    """Configuration profiles of a Jamf Pro server."""

    @needs(Capability.PROFILES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        reply = yield from ask(classic_get("profiles.list", paths.PROFILES))
        tenant, read_at = self.context.tenant, self.context.now()
        items = tuple(
            profile_from_row(row, tenant=tenant, read_at=read_at) for row in read_profiles(reply)
        )
        return Page(items, total=len(items))

    @needs(Capability.PROFILES_GET)
    def get(self, profile_id: str) -> Flow[Profile]:
        reply = yield from ask(classic_get("profiles.get", paths.PROFILE, at={"id": profile_id}))
        return profile_from_detail(
            read_profile(reply), tenant=self.context.tenant, read_at=self.context.now()
        )
