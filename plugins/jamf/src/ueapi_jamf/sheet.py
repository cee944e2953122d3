"""What Jamf Pro can do through this backend, and how we know."""

from __future__ import annotations

from typing import Final

from ueapi.contract import (
    Capability,
    CapabilitySheet,
    manual,
    native,
    not_implemented,
    partial,
    unsupported,
)

_PRO: Final = "Jamf Pro API schema, 11.30.1, 2026-07"
_CLASSIC: Final = "Jamf Classic API schema, 11.30.1, 2026-07"
_BYOD: Final = "trusted.jamf.com, User Enrollment guide, read 2026-10"
_EVENTS: Final = "developer.jamf.com, Webhooks, read 2026-10"

SHEET: Final = CapabilitySheet.of(
    {
        Capability.USERS_LIST: native(_PRO, since="11.26"),
        Capability.USERS_GET: partial(
            "finding by Managed Apple ID relies on the server's filter, which is taken to ignore case",
            _PRO,
            since="11.26",
            assumed=True,
        ),
        Capability.USERS_ENSURE: not_implemented("creating users in Jamf Pro is not written yet"),
        Capability.USERS_MANAGED_APPLE_ID: native(_PRO, since="11.26"),
        Capability.GROUPS_LIST: partial(
            "whether a group came with the product is not shown",
            f"{_PRO}; {_CLASSIC}",
            since="11.28",
        ),
        Capability.GROUPS_GET: native(f"{_PRO}; {_CLASSIC}", since="11.28"),
        Capability.GROUPS_CRITERIA: partial(
            "criteria without a neutral word stay in Jamf's words; `and` is taken before `or`",
            f"{_PRO}; {_BYOD}",
            since="11.28",
            assumed=True,
        ),
        Capability.GROUPS_ENSURE: not_implemented("creating groups in Jamf Pro is not written yet"),
        Capability.DEVICES_LIST: native(_PRO),
        Capability.DEVICES_GET: native(_PRO),
        Capability.DEVICES_REPORT: partial(
            "an app is told from a personal one by Jamf's management status",
            _PRO,
            assumed=True,
        ),
        Capability.DEVICES_ENROLLMENT_KIND: native(_PRO),
        Capability.DEVICES_ENROLLMENT_ID: unsupported(
            "no documented field carries Apple's enrollment id", _PRO, assumed=True
        ),
        Capability.DEVICES_UNENROLL: native(_PRO),
        Capability.ENROLLMENTS_INVITE: manual(
            "Send the person the address of the enrollment guide, or an invitation from Devices, Enrollment Invitations",
            "The person signs in under Settings, General, VPN & Device Management with the Managed Apple ID",
            evidence=f"{_BYOD}; {_CLASSIC}",
        ),
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP: manual(
            "Open Settings, Global, User-initiated enrollment, Platforms, iOS",
            "Tick account-driven User Enrollment and save",
            evidence=_BYOD,
        ),
        Capability.ENROLLMENTS_DISCOVERY: manual(
            "Serve /.well-known/com.apple.remotemanagement on the domain of the Managed Apple IDs (see `ueapi discovery write`),"
            " or let Apple Business Manager answer for the server",
            evidence=_BYOD,
        ),
        Capability.PROFILES_LIST: native(_CLASSIC),
        Capability.PROFILES_GET: partial(
            "the server rewrites identifiers of the outer profile, so content is compared by meaning",
            _CLASSIC,
        ),
        Capability.PROFILES_ENSURE: not_implemented(
            "writing profiles to Jamf Pro is not written yet"
        ),
        Capability.PROFILES_ASSIGN: not_implemented(
            "changing scopes of profiles is not written yet"
        ),
        Capability.PROFILES_UNASSIGN: not_implemented(
            "changing scopes of profiles is not written yet"
        ),
        Capability.APPS_LIST: partial(
            "a custom app looks like a store app, so every app that is not in-house counts as one from the store",
            _CLASSIC,
            assumed=True,
        ),
        Capability.APPS_GET: native(_CLASSIC),
        Capability.APPS_STORE_ID: partial(
            "read out of the app's store address, and only by `apps.get`", _CLASSIC, assumed=True
        ),
        Capability.APPS_ENSURE: not_implemented("writing app records is not written yet"),
        Capability.APPS_CONFIGURE: not_implemented("writing app configurations is not written yet"),
        Capability.APPS_ASSIGN: not_implemented("changing scopes of apps is not written yet"),
        Capability.APPS_UNASSIGN: not_implemented("changing scopes of apps is not written yet"),
        Capability.LICENSES_LIST: partial(
            "counts per app of phones, without books and Mac apps; who holds a license is not shown",
            f"{_PRO}; {_CLASSIC}",
        ),
        Capability.LICENSES_ASSIGN: not_implemented(
            "writing volume assignments for users is not written yet"
        ),
        Capability.LICENSES_UNASSIGN: partial(
            "users are excluded from the volume assignment's scope, and Jamf Pro takes the licenses back in its own time;"
            " books and Mac apps of the same assignment go too",
            _CLASSIC,
            assumed=True,
        ),
        Capability.LICENSES_LOCATION_SETUP: manual(
            "Download the content token of the location in Apple Business Manager",
            "Open Settings, Global, Volume purchasing, and add the location with that token",
            "Tick the automatic registration of users with Managed Apple IDs",
            evidence=_BYOD,
        ),
        Capability.COMMANDS_SEND: native(_PRO),
        Capability.COMMANDS_STATUS: native(_PRO),
        Capability.EVENTS_WATCH: not_implemented(
            f"webhooks are one event each and unsigned ({_EVENTS}); this backend doesn't receive them yet"
        ),
    }
)
