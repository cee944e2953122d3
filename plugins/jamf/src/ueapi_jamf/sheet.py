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
_BODIES: Final = "Jamf's notes on Classic API bodies and on PI-827, 11.32, read 2026-10"
_TARGETS: Final = ("users", "user_groups", "devices", "device_groups")
_EVENTS: Final = "developer.jamf.com, Webhooks, read 2026-10"

SHEET: Final = CapabilitySheet.of(
    {
        Capability.USERS_LIST: native(_PRO, since="11.26", calls="1 per page"),
        Capability.USERS_GET: partial(
            "finding by Managed Apple ID relies on the server's filter, which is taken to ignore case",
            _PRO,
            since="11.26",
            assumed=True,
            calls="1",
            finding="1",
        ),
        Capability.USERS_ENSURE: partial(
            "a person without a username gets their Managed Apple ID as one; a user of that username without a Managed"
            " Apple ID is not taken for the person",
            _PRO,
            since="11.26",
            calls="2",
        ),
        Capability.USERS_MANAGED_APPLE_ID: native(_PRO, since="11.26"),
        Capability.GROUPS_LIST: partial(
            "whether a group came with the product is not shown",
            f"{_PRO}; {_CLASSIC}",
            since="11.28",
            calls="1 + 1 per page",
        ),
        Capability.GROUPS_GET: native(f"{_PRO}; {_CLASSIC}", since="11.28", calls="1 + 1 per page"),
        Capability.GROUPS_CRITERIA: partial(
            "criteria without a neutral word stay in Jamf's words; `and` is taken before `or`",
            f"{_PRO}; {_BYOD}",
            since="11.28",
            assumed=True,
        ),
        Capability.GROUPS_ENSURE: partial(
            "of a group of devices, Jamf Pro takes all new members or none: none if one is not managed any more",
            f"{_PRO}; {_CLASSIC}",
            since="11.28",
            calls="2, then 3",
        ),
        Capability.DEVICES_LIST: native(_PRO, calls="1 per page"),
        Capability.DEVICES_GET: native(_PRO, calls="1"),
        Capability.DEVICES_REPORT: partial(
            "an app is told from a personal one by Jamf's management status",
            _PRO,
            assumed=True,
            calls="1",
        ),
        Capability.DEVICES_ENROLLMENT_KIND: native(_PRO),
        Capability.DEVICES_ENROLLMENT_ID: unsupported(
            "no documented field carries Apple's enrollment id", _PRO, assumed=True
        ),
        Capability.DEVICES_UNENROLL: native(_PRO, calls="1"),
        Capability.DEVICES_FORGET: native(_CLASSIC),
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
        Capability.PROFILES_LIST: native(_CLASSIC, calls="1"),
        Capability.PROFILES_GET: partial(
            "the server rewrites identifiers of the outer profile, so content is compared by meaning",
            _CLASSIC,
            calls="1",
        ),
        Capability.PROFILES_ENSURE: partial(
            "blank ends of texts are lost; texts with & or < depend on how the server decodes them, so what was stored is"
            " read back and a difference is an error",
            _BODIES,
            assumed=True,
            calls="3",
        ),
        Capability.PROFILES_ASSIGN: partial(
            "no target for everyone; an exclusion in Jamf Pro is left as it is, and refuses the assignment",
            f"{_CLASSIC}; {_BODIES}",
            assumed=True,
            to=_TARGETS,
            calls="2",
        ),
        Capability.PROFILES_UNASSIGN: partial(
            "no target for everyone; whoever is reached another way stays reached",
            f"{_CLASSIC}; {_BODIES}",
            assumed=True,
            to=_TARGETS,
            calls="2",
        ),
        Capability.APPS_LIST: partial(
            "a custom app looks like a store app, so every app that is not in-house counts as one from the store",
            _CLASSIC,
            assumed=True,
            calls="1",
        ),
        Capability.APPS_GET: native(_CLASSIC, calls="1"),
        Capability.APPS_STORE_ID: partial(
            "read out of the app's store address, and only by `apps.get`", _CLASSIC, assumed=True
        ),
        Capability.APPS_ENSURE: partial(
            "store apps only; a record whose licenses go to devices and that is in use is left alone",
            f"{_CLASSIC}; {_BYOD}",
            assumed=True,
            calls="2",
        ),
        Capability.APPS_CONFIGURE: not_implemented(
            "an app record holds a configuration, and there is no neutral way to hand one over yet"
        ),
        Capability.APPS_ASSIGN: partial(
            "no target for everyone; an app offered in Self Service is set to be installed only while nobody has it;"
            " licenses are given by `licenses.assign`",
            f"{_CLASSIC}; {_BODIES}",
            assumed=True,
            to=_TARGETS,
            calls="2 per app",
        ),
        Capability.APPS_UNASSIGN: partial(
            "no target for everyone; whoever is reached another way stays reached",
            f"{_CLASSIC}; {_BODIES}",
            assumed=True,
            to=_TARGETS,
            calls="2 per app",
        ),
        Capability.LICENSES_LIST: partial(
            "counts per app of phones, without books and Mac apps; who holds a license is not shown",
            f"{_PRO}; {_CLASSIC}",
            calls="1 per page",
        ),
        Capability.LICENSES_ASSIGN: partial(
            "through one volume assignment for each app; Jamf Pro gives the licenses in its own time, and doesn't say who"
            " got none",
            f"{_CLASSIC}; {_BYOD}",
            assumed=True,
            calls="4, then 2",
        ),
        Capability.LICENSES_UNASSIGN: partial(
            "users are excluded from the volume assignment's scope, and Jamf Pro takes the licenses back in its own time;"
            " books and Mac apps of the same assignment go too",
            _CLASSIC,
            assumed=True,
            calls="1 + 2 per scope",
        ),
        Capability.LICENSES_LOCATION_SETUP: manual(
            "Download the content token of the location in Apple Business Manager",
            "Open Settings, Global, Volume purchasing, and add the location with that token",
            "Tick the automatic registration of users with Managed Apple IDs",
            "Under Users, Invitations, register users with Managed Apple IDs automatically and skip the invitation",
            evidence=_BYOD,
        ),
        Capability.COMMANDS_SEND: native(_PRO, calls="2"),
        Capability.COMMANDS_STATUS: native(_PRO, calls="1 + 1 per page"),
        Capability.EVENTS_WATCH: not_implemented(
            f"webhooks are one event each and unsigned ({_EVENTS}); this backend doesn't receive them yet"
        ),
    }
)
