"""What the Hexnode backend can do, row by row."""

from __future__ import annotations

from typing import Final

from ueapi.contract import (
    Capability,
    CapabilitySheet,
    manual,
    native,
    partial,
    unsupported,
)

_INDEX: Final = "Hexnode developer documentation, list of all endpoints"
_USERS: Final = "Hexnode developer documentation, Users"
_GROUPS: Final = "Hexnode developer documentation, User groups and Device groups"
_POLICIES: Final = "Hexnode developer documentation, Policies"
_APPS: Final = "Hexnode developer documentation, Applications"
_ACTIONS: Final = "Hexnode developer documentation, Actions"
_USER_ENROLLMENT: Final = "Hexnode help, Apple User Enrollment for iOS devices"
_ACCOUNT_DRIVEN: Final = "Hexnode help, Set up account-driven enrollment for Apple devices"

SHEET: Final = CapabilitySheet.of(
    {
        Capability.USERS_LIST: native(_INDEX, calls="1 per page"),
        Capability.USERS_GET: partial(
            "no search by address: finding a person lists all users, one call for each 250",
            _INDEX,
            calls="1",
            finding="1 per page",
        ),
        Capability.USERS_ENSURE: partial(
            "one address for a person, which holds the Managed Apple ID; no user name",
            _USERS,
            calls="1 + 1 per page, then 1",
        ),
        Capability.USERS_MANAGED_APPLE_ID: partial(
            "no field for it; assumed equal to the e-mail address", _USER_ENROLLMENT, assumed=True
        ),
        Capability.GROUPS_LIST: native(_GROUPS, calls="2 per page"),
        Capability.GROUPS_GET: native(_GROUPS, calls="1"),
        Capability.GROUPS_CRITERIA: unsupported(
            "criteria of a dynamic group are shown in the portal only", _GROUPS
        ),
        Capability.GROUPS_ENSURE: native(_GROUPS, calls="1 + 1 per page, then 2 + 1 per page"),
        Capability.DEVICES_LIST: native(_INDEX, calls="1 per page"),
        Capability.DEVICES_GET: native(_INDEX, calls="1"),
        Capability.DEVICES_REPORT: partial(
            "policies are those the server associated, not what the phone confirmed",
            _INDEX,
            assumed=True,
            calls="1 + 1 per page, then 1",
        ),
        Capability.DEVICES_ENROLLMENT_KIND: partial(
            "no field for it; an iPhone or iPad without serial number and UDID is taken as user-enrolled",
            _USER_ENROLLMENT,
            assumed=True,
        ),
        Capability.DEVICES_ENROLLMENT_ID: unsupported(
            "no field shows the enrollment's identifier", _INDEX
        ),
        Capability.DEVICES_UNENROLL: partial(
            "the action is documented by name only; a silent device is marked as disenrolled in the portal",
            _INDEX,
            assumed=True,
            calls="1",
        ),
        Capability.DEVICES_FORGET: manual(
            "In the portal, open the list of devices and filter it for disenrolled ones",
            "Select the devices to remove",
            "Choose the action that deletes devices, and confirm it",
            evidence=_INDEX,
            assumed=True,
        ),
        Capability.ENROLLMENTS_INVITE: partial(
            "starts profile-driven enrollment, which is no way in from iOS 18 on; the enrollment type can't be given, "
            "and nothing shows whether the mail went out",
            _INDEX,
            calls="1",
        ),
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP: manual(
            "In the portal, upload an APNs certificate and link Apple Business Manager",
            "Open the portal's enrollment settings for Apple devices and allow account-driven enrollment",
            "Choose User Enrollment for personal devices and the sign-in service for Managed Apple IDs",
            evidence=_ACCOUNT_DRIVEN,
        ),
        Capability.ENROLLMENTS_DISCOVERY: manual(
            "Copy the portal's enrollment address from its account-driven enrollment settings",
            "Write the service discovery file with the version mdm-byod and that address",
            "Serve it as application/json under /.well-known/com.apple.remotemanagement at the Managed Apple IDs' domain",
            evidence=_ACCOUNT_DRIVEN,
        ),
        Capability.PROFILES_LIST: native(_POLICIES, calls="1 per page"),
        Capability.PROFILES_GET: partial(
            "only settings with an Apple key and a known place in a policy; the rest is named in `unmapped`",
            _POLICIES,
            assumed=True,
            calls="1",
        ),
        Capability.PROFILES_ENSURE: partial(
            "passcode, restrictions and one Wi-Fi network, and of these the keys the API has; see the translation",
            _POLICIES,
            assumed=True,
            calls="2 + 1 per page",
        ),
        Capability.PROFILES_ASSIGN: partial(
            "no target for everyone, and no exceptions", _ACTIONS, calls="1"
        ),
        Capability.PROFILES_UNASSIGN: partial(
            "no target for everyone, and no exceptions", _ACTIONS, calls="1"
        ),
        Capability.APPS_LIST: native(_APPS, calls="1 per page"),
        Capability.APPS_GET: partial("neither scope nor configuration is shown", _APPS, calls="1"),
        Capability.APPS_STORE_ID: unsupported(
            "apps in the catalog don't show Apple's numeric id", _APPS
        ),
        Capability.APPS_ENSURE: partial(
            "store apps only; enterprise apps are uploaded in the portal, custom apps come with Apps and Books",
            _APPS,
            assumed=True,
            calls="2 + 1 per page",
        ),
        Capability.APPS_CONFIGURE: manual(
            "In the portal, open the policy for the app's users",
            "Under iOS > App management > App configurations, add the app and its configuration",
            "Save the policy",
            evidence=_POLICIES,
            assumed=True,
        ),
        Capability.APPS_ASSIGN: partial(
            "no target for everyone, and no exceptions", _ACTIONS, calls="1"
        ),
        Capability.APPS_UNASSIGN: partial(
            "the action is documented by name only; no target for everyone",
            _INDEX,
            assumed=True,
            calls="1",
        ),
        Capability.LICENSES_LOCATION_SETUP: manual(
            "In Apple Business Manager, open the preferences, choose payments and billing, and download the content "
            "token of the location",
            "In the portal, open the administration of Apps and Books, and upload the token",
            "Sync; the location's apps then appear in the app catalog",
            evidence=_USER_ENROLLMENT,
        ),
        Capability.LICENSES_LIST: unsupported(
            "Apps and Books is administered in the portal only", _INDEX
        ),
        Capability.LICENSES_ASSIGN: unsupported(
            "a license goes out as a side effect of installing the app", _USER_ENROLLMENT
        ),
        Capability.LICENSES_UNASSIGN: unsupported(
            "a license comes back as a side effect of removing the app or ending the enrollment",
            _USER_ENROLLMENT,
            assumed=True,
        ),
        Capability.COMMANDS_SEND: partial("refresh only; no id is handed out", _ACTIONS, calls="1"),
        Capability.COMMANDS_STATUS: partial(
            "the latest 250 orders of a device, in the product's words",
            _INDEX,
            assumed=True,
            calls="1",
        ),
        Capability.EVENTS_WATCH: unsupported("the API has no webhooks", _INDEX),
    }
)
"""The claims; what is marked as assumed rests on a name in `ueapi_hexnode.assumed`."""
