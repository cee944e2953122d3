"""Puts the parts together."""

from __future__ import annotations

from ueapi.contract import Backend, Context, Settings
from ueapi.errors import InvalidSettings
from ueapi_jamf.auth import auth_for
from ueapi_jamf.facets.apps import JamfApps
from ueapi_jamf.facets.commands import JamfCommands
from ueapi_jamf.facets.devices import JamfDevices
from ueapi_jamf.facets.groups import JamfGroups
from ueapi_jamf.facets.licenses import JamfLicenses
from ueapi_jamf.facets.profiles import JamfProfiles
from ueapi_jamf.facets.users import JamfUsers
from ueapi_jamf.faults import fault
from ueapi_jamf.native import JamfApi
from ueapi_jamf.pace import LIMITS
from ueapi_jamf.settings import JamfSettings


def build(settings: Settings, context: Context) -> Backend:
    """Make the backend of one tenant.

    Raises:
        InvalidSettings: the settings are another backend's.
    """
    if not isinstance(settings, JamfSettings):
        raise InvalidSettings(
            f"got {type(settings).__name__}, needs JamfSettings.",
            remedy="Connect with the settings class the manifest names.",
            backend="jamf",
        )
    return Backend(
        url=settings.url,
        auth=auth_for(settings, context),
        fault=fault,
        limits=LIMITS,
        users=JamfUsers(context, page_rows=settings.page_rows),
        groups=JamfGroups(context),
        devices=JamfDevices(context, page_rows=settings.page_rows),
        profiles=JamfProfiles(context),
        apps=JamfApps(context),
        licenses=JamfLicenses(context),
        commands=JamfCommands(context),
        native=JamfApi(),
    )
