"""What the backend can do. Everything Apple lets a product do, this one does; the rest needs a person, and says so."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Capability, CapabilitySheet, manual, native, not_implemented

_ACCESS: Final = "Example UEM API, Users"
_GROUPS: Final = "Example UEM API, Groups"
_DEVICES: Final = "Example UEM API, Devices"
_PROFILES: Final = "Example UEM API, Profiles"
_APPS: Final = "Example UEM API, Apps"
_LICENSES: Final = "Example UEM API, Licenses"
_APPLE: Final = "Apple, account-driven User Enrollment"
_APPLE_APPS: Final = "Apple, content tokens of Apps and Books"

SHEET: Final = CapabilitySheet.of(
    {
        Capability.USERS_LIST: native(_ACCESS, calls="1 per page"),
        Capability.USERS_GET: native(_ACCESS, calls="1", finding="1"),
        Capability.USERS_ENSURE: native(_ACCESS, calls="2"),
        Capability.USERS_MANAGED_APPLE_ID: native(_ACCESS),
        Capability.GROUPS_LIST: native(_GROUPS, calls="1 per page"),
        Capability.GROUPS_GET: native(_GROUPS, calls="1"),
        Capability.GROUPS_CRITERIA: native(_GROUPS),
        Capability.GROUPS_ENSURE: native(_GROUPS, calls="2, then 3"),
        Capability.DEVICES_LIST: native(_DEVICES, calls="1 per page"),
        Capability.DEVICES_GET: native(_DEVICES, calls="1"),
        Capability.DEVICES_REPORT: native(_DEVICES, calls="1"),
        Capability.DEVICES_ENROLLMENT_KIND: native(_DEVICES),
        Capability.DEVICES_ENROLLMENT_ID: native(_DEVICES),
        Capability.DEVICES_UNENROLL: native(_DEVICES, calls="1"),
        Capability.DEVICES_FORGET: native(_DEVICES),
        Capability.ENROLLMENTS_INVITE: native(_ACCESS, calls="1"),
        # Apple gives push certificates and links to Apple Business Manager to signed-in people only.
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP: manual(
            "In the console, upload a push certificate made with the organization's Apple account",
            "Link Apple Business Manager, and allow account-driven User Enrollment",
            evidence=_APPLE,
        ),
        # The file lies on the web server of the Managed Apple IDs' domain, which is nobody's UEM product.
        Capability.ENROLLMENTS_DISCOVERY: manual(
            "Write the service discovery file with `ueapi discovery write` and the address shown in the console",
            "Serve it under /.well-known/com.apple.remotemanagement at the domain of the Managed Apple IDs",
            evidence=_APPLE,
        ),
        Capability.PROFILES_LIST: native(_PROFILES, calls="1 per page"),
        Capability.PROFILES_GET: native(_PROFILES, calls="1"),
        Capability.PROFILES_ENSURE: native(_PROFILES, calls="2"),
        Capability.PROFILES_ASSIGN: native(_PROFILES, calls="1"),
        Capability.PROFILES_UNASSIGN: native(_PROFILES, calls="1"),
        Capability.APPS_LIST: native(_APPS, calls="1 per page"),
        Capability.APPS_GET: native(_APPS, calls="1"),
        Capability.APPS_STORE_ID: native(_APPS),
        Capability.APPS_ENSURE: native(_APPS, calls="2"),
        Capability.APPS_CONFIGURE: not_implemented("the contract has no call for it yet"),
        Capability.APPS_ASSIGN: native(_APPS, calls="1"),
        Capability.APPS_UNASSIGN: native(_APPS, calls="1"),
        Capability.LICENSES_LIST: native(_LICENSES, calls="1 per page"),
        Capability.LICENSES_ASSIGN: native(_LICENSES, calls="1"),
        Capability.LICENSES_UNASSIGN: native(_LICENSES, calls="1"),
        # Apple hands the content token to a signed-in person, and to nobody else.
        Capability.LICENSES_LOCATION_SETUP: manual(
            "Download the content token of the location in Apple Business Manager",
            "Upload it in the console under Apps and Books",
            evidence=_APPLE_APPS,
        ),
        Capability.COMMANDS_SEND: native(_DEVICES, calls="1"),
        Capability.COMMANDS_STATUS: native(_DEVICES, calls="1"),
        Capability.EVENTS_WATCH: not_implemented("the contract has no call for it yet"),
    }
)
