"""What a program holds: a tenant, with a door for each facet."""

from ueapi.client.opening import connect, connect_async
from ueapi.client.tenant import AsyncTenant, CheckUp, Tenant

__all__ = ["AsyncTenant", "CheckUp", "Tenant", "connect", "connect_async"]
