"""Puts the parts together."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ueapi.contract import Backend, Context, Limits, Settings
from ueapi.errors import InvalidSettings
from ueapi_jamf.auth import auth_for
from ueapi_jamf.facets.devices import JamfDevices
from ueapi_jamf.facets.users import JamfUsers
from ueapi_jamf.faults import fault
from ueapi_jamf.settings import JamfSettings

LIMITS: Final = Limits(concurrency=3, rows_lag=timedelta(seconds=60))
"""Jamf advises at most five connections for the whole tenant, and others use it too. Nodes of a cluster learn each
other's changes about once a minute. Source: developer.jamf.com, scalability best practices; sticky sessions."""


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
        users=JamfUsers(context),
        devices=JamfDevices(context),
    )
