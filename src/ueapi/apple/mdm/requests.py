"""Shortcuts to the commands in use, for a user-enrolled device; all go through `build_command`.

`uuid` is the caller's own and unique for the device. `ios` is the device's version; without it the command is judged
by the release of Apple's schema that the rules come from. All raise `InvalidModel` for what User Enrollment does not
allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ueapi.apple.mdm.commands import Command, RequestType, build_command
from ueapi.apple.mdm.message import present
from ueapi.apple.plist import PlistValue
from ueapi.apple.rules import Rules
from ueapi.errors import InvalidModel

LICENSE_OF_THE_USER: Final = 1
"""`PurchaseMethod` of an app whose license was assigned before, the one way under User Enrollment."""
REMOVE_WITH_ENROLLMENT: Final = 1
"""`ManagementFlags`: the app goes when the enrollment ends, which under User Enrollment it does anyway."""


def install_profile(uuid: str, profile: bytes, *, ios: str | None = None) -> Command:
    """Install a configuration profile, or bring it up to date: its identifier decides."""
    return _built(RequestType.INSTALL_PROFILE, uuid, {"Payload": profile}, ios)


def remove_profile(uuid: str, identifier: str, *, ios: str | None = None) -> Command:
    """Remove a profile by its PayloadIdentifier; that of the enrollment profile ends the enrollment."""
    return _built(RequestType.REMOVE_PROFILE, uuid, {"Identifier": identifier}, ios)


def profile_list(uuid: str, *, ios: str | None = None) -> Command:
    """Ask for the installed profiles; a user-enrolled device names the managed ones only."""
    return _built(RequestType.PROFILE_LIST, uuid, {}, ios)


def install_application(
    uuid: str,
    *,
    store_id: int | None = None,
    bundle_id: str | None = None,
    ios: str | None = None,
) -> Command:
    """Install a store app as managed, by Apple's numeric id (adamId) or by bundle id: exactly one.

    The license must be assigned to the user before.

    Raises:
        InvalidModel: both or none of the ids, or not allowed on that iOS; nothing was sent.
    """
    if (store_id is None) is (bundle_id is None):
        raise InvalidModel(
            "InstallApplication needs exactly one of a store id and a bundle id.",
            remedy="Give one of them; nothing was sent.",
        )
    content: Mapping[str, PlistValue] = {
        **present({"iTunesStoreID": store_id, "Identifier": bundle_id}),
        "ManagementFlags": REMOVE_WITH_ENROLLMENT,
        "Options": {"PurchaseMethod": LICENSE_OF_THE_USER},
    }
    return _built(RequestType.INSTALL_APPLICATION, uuid, content, ios)


def remove_application(uuid: str, bundle_id: str, *, ios: str | None = None) -> Command:
    """Remove a managed app and its work content."""
    return _built(RequestType.REMOVE_APPLICATION, uuid, {"Identifier": bundle_id}, ios)


def managed_application_list(
    uuid: str, bundle_ids: Sequence[str] = (), *, ios: str | None = None
) -> Command:
    """Ask for the state of managed apps: all of them, or those named."""
    content = {"Identifiers": list(bundle_ids)} if bundle_ids else {}
    return _built(RequestType.MANAGED_APPLICATION_LIST, uuid, content, ios)


def device_information(uuid: str, queries: Sequence[str], *, ios: str | None = None) -> Command:
    """Ask for some facts about the device, by Apple's names.

    Raises:
        InvalidModel: a query that User Enrollment forbids, or that iOS doesn't have; nothing was sent.
        UsageError: a query nobody knows.
    """
    return _built(RequestType.DEVICE_INFORMATION, uuid, {"Queries": list(queries)}, ios)


def device_lock(uuid: str, *, message: str | None = None, ios: str | None = None) -> Command:
    """Lock the screen. That a user-enrolled device shows the message is assumed, not documented."""
    return _built(RequestType.DEVICE_LOCK, uuid, present({"Message": message}), ios)


def _built(
    request_type: RequestType, uuid: str, content: Mapping[str, PlistValue], ios: str | None
) -> Command:
    judged_by = Rules.load().release.ios if ios is None else ios
    return build_command(request_type, ios=judged_by, uuid=uuid, content=content)
