"""Everything this backend takes for granted without a confirming source, each behind one name.

A wrong guess is corrected here and nowhere else. The sheet marks the abilities that rest on one as `assumed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ueapi.model import AppKind, CommandState, EnrollmentState

DISENROLL: Final = "disenroll_devices"
"""Path segment of the action that ends an enrollment; "Disenroll Devices" is only listed by name."""

UNINSTALL: Final = "uninstall_applications"
"""Path segment of the action that removes apps; only listed by name."""

LARGEST_PAGE: Final = 250
"""Rows a listing gives at most; two published clients rely on it."""

CALLS_PER_DEVICE_AND_DAY: Final = 10
"""Documented; that licensed seats count while fewer devices are managed is the assumption."""

LAST_BUILT_IN_DEVICE_GROUP: Final = 8
"""A new portal brings eight device groups with the ids 1 to 8; their names can differ by language."""

DEFAULT_USER: Final = 1
"""Id of the "Default User" every portal brings, who owns devices without a person."""

ALREADY_TAKEN: Final = ("already exist", "already in use", "must be unique", "already taken")
"""Parts of a field error which mean that another object has that name or address."""

END_OF_LIST: Final = "invalid page"
"""Text of the 404 for a page beyond the last."""

ENROLLMENT_STATES: Final[Mapping[str, EnrollmentState]] = MappingProxyType(
    {
        "enrolled": EnrollmentState.ENROLLED,
        "disenroll_pending": EnrollmentState.ENDING,
        "disenrolled": EnrollmentState.ENDED,
    }
)
"""Words of `enrollment_status`; only `enrolled` was seen."""

COMMAND_STATES: Final[Mapping[str, CommandState]] = MappingProxyType(
    {
        "pending": CommandState.PENDING,
        "in_progress": CommandState.PENDING,
        "success": CommandState.ACKNOWLEDGED,
        "failed": CommandState.FAILED,
    }
)
"""Words of an action's `status`; only "Pending" is documented."""

COMMAND_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "install_application": "InstallApplication",
        "uninstall_application": "RemoveApplication",
        "associate_policy": "InstallProfile",
        "remove_policy": "RemoveProfile",
        "scan_device": "DeviceInformation",
        "lock_device": "DeviceLock",
    }
)
"""Names of actions for which Apple's request type is plain; others keep the product's name."""

APP_KINDS: Final[Mapping[str, AppKind]] = MappingProxyType(
    {"store": AppKind.STORE, "web": AppKind.WEB, "enterprise": AppKind.IN_HOUSE}
)
"""Words of `app_type`; what a synced Apps and Books app says is assumed to be `store`."""

INSTALLED: Final = "installed"
"""The `status` of an app on a device that is there and works."""

UNDER_WAY: Final = frozenset({"pending", "in_progress", "installing"})
"""Words of an app's `status` while its installation is still expected."""

APPLE_MOBILE: Final = frozenset({"ios", "ipados"})
"""Words of `os_name` for phones and tablets; only `iOS` was seen."""


def word(raw: str) -> str:
    """Bring one of the product's status words to the form the tables use."""
    return raw.strip().lower().replace(" ", "_").replace("-", "_")
