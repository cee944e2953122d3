"""One typed API over device management products for Apple User Enrollment.

```python
with ueapi.connect("NAME", url=..., ...) as tenant:
    for device in tenant.devices.list():
        print(device.name, device.model, device.os_version)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ueapi.errors import (
    AccessError,
    CapabilityUnsupported,
    Conflict,
    CredentialsRejected,
    IncompatiblePlugin,
    InvalidModel,
    InvalidSettings,
    LedgerLocked,
    LedgerMismatch,
    ManualStepRequired,
    MigrationError,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    PlanRefused,
    PlanStale,
    RateLimited,
    Rejected,
    RemoteError,
    UeapiError,
    Unavailable,
    Unintelligible,
    UnknownBackend,
    Unreachable,
    UnreadableInput,
    UsageError,
)

if TYPE_CHECKING:
    from ueapi.client import AsyncTenant, Tenant, connect, connect_async

    __version__: str

__all__ = [
    "AccessError",
    "AsyncTenant",
    "CapabilityUnsupported",
    "Conflict",
    "CredentialsRejected",
    "IncompatiblePlugin",
    "InvalidModel",
    "InvalidSettings",
    "LedgerLocked",
    "LedgerMismatch",
    "ManualStepRequired",
    "MigrationError",
    "NotFound",
    "OutcomeUnknown",
    "PermissionMissing",
    "PlanRefused",
    "PlanStale",
    "RateLimited",
    "Rejected",
    "RemoteError",
    "Tenant",
    "UeapiError",
    "Unavailable",
    "Unintelligible",
    "UnknownBackend",
    "Unreachable",
    "UnreadableInput",
    "UsageError",
    "__version__",
    "connect",
    "connect_async",
]

_LATE: Final = frozenset({"AsyncTenant", "Tenant", "connect", "connect_async"})


def __getattr__(name: str) -> object:
    """Import what is heavy when it is first used, so that `import ueapi` stays quick."""
    if name in _LATE:
        from ueapi import client

        return getattr(client, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("ueapi")
    raise AttributeError(f"module 'ueapi' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
