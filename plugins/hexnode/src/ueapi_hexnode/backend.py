"""Puts the backend together."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Backend, Context, Limits
from ueapi_hexnode import assumed
from ueapi_hexnode.auth import PortalKey
from ueapi_hexnode.facets.apps import HexnodeApps
from ueapi_hexnode.facets.catalog import Catalog
from ueapi_hexnode.facets.commands import HexnodeCommands
from ueapi_hexnode.facets.devices import HexnodeDevices
from ueapi_hexnode.facets.enrollments import HexnodeEnrollments
from ueapi_hexnode.facets.groups import HexnodeGroups
from ueapi_hexnode.facets.profiles import HexnodeProfiles
from ueapi_hexnode.facets.roster import Roster
from ueapi_hexnode.facets.users import HexnodeUsers
from ueapi_hexnode.faults import fault
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.native import HexnodeApi
from ueapi_hexnode.settings import HexnodeSettings

_CALLS_PER_MINUTE: Final = 30


def build(settings: HexnodeSettings, context: Context) -> Backend:
    """Make the backend for one portal; asks nothing."""
    source = Source(context.tenant, context.now)
    catalog = Catalog(per_page=settings.per_page)
    return Backend(
        url=settings.url,
        auth=PortalKey(settings.api_key),
        fault=fault,
        limits=_limits(settings),
        users=HexnodeUsers(source, Roster(context.now), per_page=settings.per_page),
        groups=HexnodeGroups(source, per_page=settings.per_page),
        devices=HexnodeDevices(source, catalog, per_page=settings.per_page),
        enrollments=HexnodeEnrollments(),
        profiles=HexnodeProfiles(source, per_page=settings.per_page),
        apps=HexnodeApps(source, catalog),
        commands=HexnodeCommands(per_page=settings.per_page),
        native=HexnodeApi(),
    )


def _limits(settings: HexnodeSettings) -> Limits:
    """Say what the portal allows: 30 calls a minute, and a daily allowance pooled over all devices.

    The daily number is known only from the seats, since the devices are not counted before the first call.
    Source: Hexnode forums, API limits.
    """
    seats = settings.licensed_seats
    daily = None if seats is None else seats * assumed.CALLS_PER_DEVICE_AND_DAY
    return Limits(concurrency=2, per_minute=_CALLS_PER_MINUTE, per_day=daily)
