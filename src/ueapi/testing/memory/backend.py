"""Puts the backend together."""

from __future__ import annotations

from ueapi.contract import Backend, Context, Limits
from ueapi.testing.memory.auth import KeyExchange
from ueapi.testing.memory.facets.apps import MemoryApps
from ueapi.testing.memory.facets.commands import MemoryCommands
from ueapi.testing.memory.facets.devices import MemoryDevices
from ueapi.testing.memory.facets.enrollments import MemoryEnrollments
from ueapi.testing.memory.facets.groups import MemoryGroups
from ueapi.testing.memory.facets.licenses import MemoryLicenses
from ueapi.testing.memory.facets.profiles import MemoryProfiles
from ueapi.testing.memory.facets.users import MemoryUsers
from ueapi.testing.memory.faults import fault
from ueapi.testing.memory.mapping import Source
from ueapi.testing.memory.native import ExampleApi
from ueapi.testing.memory.settings import MemorySettings


def build(settings: MemorySettings, context: Context) -> Backend:
    """Make the backend for one tenant. It asks nothing yet: the first call of a facet does."""
    source, rows = Source(context.tenant, context.now), settings.page_rows
    return Backend(
        url=settings.url,
        auth=KeyExchange(settings.key),
        fault=fault,
        # Source: Example UEM API, Limits.
        limits=Limits(concurrency=4),
        users=MemoryUsers(source, rows),
        groups=MemoryGroups(source, rows),
        devices=MemoryDevices(source, rows),
        enrollments=MemoryEnrollments(),
        profiles=MemoryProfiles(source, rows),
        apps=MemoryApps(source, rows),
        licenses=MemoryLicenses(source, rows),
        commands=MemoryCommands(rows),
        native=ExampleApi(),
    )
