"""What the MaaS360 backend can do, row by row.

IBM's reference guide is known here by its contents list only, so most rows rest on IBM's help pages and on code that
calls the service; a row that rests on one weak source, or on none, is marked as assumed.
"""

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

_GUIDE: Final = (
    "IBM MaaS360 API Reference Guide for Web Services, editions 10.56 to 10.91, contents lists"
)
_USER_ENROLLMENT: Final = "IBM MaaS360 help, iOS User Enrollment"
_BULK: Final = "IBM support page 6377916, linking Managed Apple IDs in bulk"
_STEPS: Final = "IBM MaaS360 help, Enrolling a device with User Enrollment"
_ACCOUNT_DRIVEN: Final = "IBM MaaS360 help, macOS account-driven User Enrollment"
_WEB_SERVICES: Final = "IBM MaaS360 help, Web Services API in the portal"
_DEPLOY: Final = "IBM's UrbanCode plugin for MaaS360, catalog of paths, 2016"
_RESILIENT: Final = "IBM's Resilient app fn_maas360, 2019"
_GO_CLIENT: Final = "code of the public client maas360api, 2026"
_SHELL_CLIENT: Final = "code of the public client MaaS360PS, 2025"
_ONE_CALLER: Final = "code of one program that calls the service"

SHEET: Final = CapabilitySheet.of(
    {
        Capability.USERS_LIST: native(f"{_SHELL_CLIENT}; {_DEPLOY}", calls="1 per page"),
        Capability.USERS_GET: partial(
            "no call reads one user by id; one not seen before is searched in the whole listing",
            _SHELL_CLIENT,
            calls="1 per page",
            finding="1",
        ),
        Capability.USERS_ENSURE: partial(
            "one address for a person, which gets the Managed Apple ID; users are made and never changed, since no call for "
            "a change is known; unless the account uses that address, the Managed Apple ID is linked in the portal",
            f"{_SHELL_CLIENT}; {_USER_ENROLLMENT}; {_BULK}",
            assumed=True,
            calls="3",
        ),
        Capability.USERS_MANAGED_APPLE_ID: partial(
            "no field for it; concluded from the e-mail address or a custom attribute, if the settings say so",
            f"{_USER_ENROLLMENT}; {_BULK}",
            assumed=True,
        ),
        Capability.GROUPS_LIST: partial(
            "whether a group is of users or of devices is told by numbers whose meaning one program shows",
            _ONE_CALLER,
            assumed=True,
            calls="1",
        ),
        Capability.GROUPS_GET: native(f"{_SHELL_CLIENT}; {_DEPLOY}", calls="1 per page"),
        Capability.GROUPS_CRITERIA: unsupported(
            "a device group has a rule, and no call that shows it is known", f"{_DEPLOY}; {_GUIDE}"
        ),
        Capability.GROUPS_ENSURE: manual(
            "In the portal, make the group under the name this plan says",
            "Give it the members this plan lists; a group of devices takes them by a rule",
            evidence=f"{_RESILIENT}; no call that puts a user or a device into a group is known",
            assumed=True,
        ),
        Capability.DEVICES_LIST: native(f"{_GO_CLIENT}; {_SHELL_CLIENT}", calls="1 per page"),
        Capability.DEVICES_GET: native(f"{_GO_CLIENT}; {_SHELL_CLIENT}", calls="2"),
        Capability.DEVICES_REPORT: partial(
            "the one policy is that the server gave, not what the phone confirmed; apps are those of its last inventory",
            f"{_GO_CLIENT}; {_RESILIENT}; {_USER_ENROLLMENT}",
            assumed=True,
            calls="3",
        ),
        Capability.DEVICES_ENROLLMENT_KIND: partial(
            "the value that means User Enrollment is unknown; an unsupervised iPhone or iPad of an employee that shows "
            "no UDID is taken as user-enrolled",
            f"{_USER_ENROLLMENT}; {_GO_CLIENT}",
            assumed=True,
        ),
        Capability.DEVICES_ENROLLMENT_ID: unsupported(
            "the product knows phones by it, and no field shows it",
            f"{_USER_ENROLLMENT}; {_GO_CLIENT}; {_RESILIENT}",
        ),
        Capability.DEVICES_UNENROLL: partial(
            "control of the device is removed; that it works for user-enrolled phones is assumed",
            f"{_DEPLOY}; {_ONE_CALLER}",
            assumed=True,
            calls="1",
        ),
        Capability.DEVICES_FORGET: partial(
            "the record is hidden; whether it is ever deleted is not known",
            _GO_CLIENT,
            assumed=True,
        ),
        Capability.ENROLLMENTS_INVITE: partial(
            "the request's parameters are assumed and User Enrollment can't be chosen: it follows from the account's "
            "settings and from the person answering that the device is an employee's; nothing shows whether it went out",
            f"{_DEPLOY}; {_STEPS}",
            assumed=True,
            calls="1 + 1 per page",
        ),
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP: manual(
            "In the portal, see that the account has an Apple push certificate",
            "In the portal's enrollment settings, let self-enrollment ask people for the ownership, and allow User "
            "Enrollment for iOS",
            "In the portal, link each person's Managed Apple ID: as the e-mail address, or by an import with the column "
            "Managed Apple ID",
            "Ask IBM's support whether the account allows account-driven enrollment of iPhones; IBM describes it for "
            "the Mac",
            evidence=f"{_ACCOUNT_DRIVEN}; {_USER_ENROLLMENT}; {_BULK}",
            assumed=True,
        ),
        Capability.ENROLLMENTS_DISCOVERY: manual(
            "In Apple Business Manager, see that the domain of the Managed Apple IDs is verified",
            "In Apple Business Manager, set MaaS360 as the default management server for iPhone and iPad",
            evidence=_ACCOUNT_DRIVEN,
            assumed=True,
        ),
        Capability.PROFILES_LIST: partial(
            "names only; the answer's form is assumed", _DEPLOY, assumed=True, calls="1"
        ),
        Capability.PROFILES_GET: partial(
            "no settings; who has it is concluded from the one policy each device shows",
            f"{_DEPLOY}; {_GO_CLIENT}",
            assumed=True,
            calls="1 + 1 per page",
        ),
        Capability.PROFILES_ENSURE: manual(
            "In the portal, make a policy for iOS under the name this plan says",
            "Show only the settings that the portal marks with UE, and make those that this plan lists",
            "Publish the policy; this plan assigns it",
            evidence=f"{_USER_ENROLLMENT}; {_GUIDE}",
        ),
        Capability.PROFILES_ASSIGN: partial(
            "a device holds one policy, so an assignment replaces the one it had; a call for each target",
            f"{_DEPLOY}; {_ONE_CALLER}",
            assumed=True,
            to=("devices", "device_groups"),
            calls="1 per target",
        ),
        Capability.PROFILES_UNASSIGN: unsupported(
            "a device always holds one policy; assign another in its place", _DEPLOY, assumed=True
        ),
        Capability.APPS_LIST: partial(
            "the form of a whole listing is assumed to be that of a search; a custom app looks like a store app",
            f"{_DEPLOY}; {_GO_CLIENT}",
            assumed=True,
            calls="1 per page",
        ),
        Capability.APPS_GET: partial(
            "no configuration and no kind of license; the form in which targets are told is assumed",
            f"{_GO_CLIENT}; {_DEPLOY}",
            assumed=True,
            calls="1 + 1 per page",
        ),
        Capability.APPS_STORE_ID: unsupported(
            "apps in the catalog don't show Apple's numeric id", _GO_CLIENT
        ),
        Capability.APPS_ENSURE: partial(
            "store apps only; the fields of the document that adds one are assumed",
            _RESILIENT,
            assumed=True,
            calls="2 + 1 per page",
        ),
        Capability.APPS_CONFIGURE: manual(
            "In the portal, open the app in the catalog and enter its configuration",
            evidence=f"{_DEPLOY}; no call for the configuration of an app is known",
            assumed=True,
        ),
        Capability.APPS_ASSIGN: partial(
            "no single users and no groups of users; a call for each app and target",
            f"{_RESILIENT}; {_DEPLOY}",
            to=("devices", "device_groups", "everyone"),
            calls="1 per app and target",
        ),
        Capability.APPS_UNASSIGN: partial(
            "no single users and no groups of users; a call for each app and target",
            _RESILIENT,
            to=("devices", "device_groups", "everyone"),
            calls="1 per app and target + 1 per app and target and page",
        ),
        Capability.LICENSES_LIST: unsupported(
            "no call for Apps and Books is known; read seats at Apple or in the portal",
            f"{_DEPLOY}; {_GO_CLIENT}",
            assumed=True,
        ),
        Capability.LICENSES_ASSIGN: unsupported(
            "a license goes out as a side effect of distributing the app; that it belongs to the user is set in the "
            "portal with the app",
            _USER_ENROLLMENT,
            assumed=True,
        ),
        Capability.LICENSES_UNASSIGN: manual(
            "In the portal, stop distributing licensed apps to the person's devices",
            "In the portal, take the person's licenses back, or have them taken back at Apple through Apps and Books",
            evidence=f"{_USER_ENROLLMENT}; no call for licenses is known",
            assumed=True,
        ),
        Capability.LICENSES_LOCATION_SETUP: manual(
            "In Apple Business Manager, download the content token of the location",
            "In the portal, add the token for Apps and Books",
            "Set licenses to be assigned to users; User Enrollment takes no others, for free apps too",
            evidence=_USER_ENROLLMENT,
        ),
        Capability.COMMANDS_SEND: partial(
            "refresh only; its answer is assumed to be that of other actions",
            _DEPLOY,
            assumed=True,
            calls="1",
        ),
        Capability.COMMANDS_STATUS: partial(
            "the history's parameters, form and words are assumed", _DEPLOY, assumed=True, calls="1"
        ),
        Capability.EVENTS_WATCH: unsupported(
            "the API has no webhooks; ask again for what changed", f"{_WEB_SERVICES}; {_GUIDE}"
        ),
    }
)
"""The claims; what is marked as assumed rests on a name in `ueapi_maas360.assumed`."""
