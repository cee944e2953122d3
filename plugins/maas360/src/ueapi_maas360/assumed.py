"""Everything this backend takes for granted without a confirming source, each behind one name.

A wrong guess is corrected here and nowhere else. The sheet marks the abilities that rest on one as `assumed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Final

from ueapi.model import CommandState, EnrollmentKind, EnrollmentState

TIMES_ARE_IN: Final[tzinfo] = UTC
"""Zone of the times written without one, such as `lastReported`; the fields in milliseconds beside them need none."""

# -- devices -----------------------------------------------------------------------------------------

MANAGED_STATES: Final[Mapping[str, EnrollmentState]] = MappingProxyType(
    {
        "enrolled": EnrollmentState.ENROLLED,
        "activated": EnrollmentState.ENROLLED,
        "pending control removed": EnrollmentState.ENDING,
        "control removed": EnrollmentState.ENDED,
        "user removed control": EnrollmentState.ENDED,
        "inactive": EnrollmentState.ENDED,
        "not enrolled": EnrollmentState.ENDED,
    }
)
"""Words of `maas360ManagedStatus`, in lower case. The words were seen, what the last two mean was not."""

ENROLLED_SINCE: Final = (
    "lastMdmRegisteredInEpochms",
    "installedDateInEpochms",
    "installedDate",
)
"""Fields that tell when an enrollment began, the best first."""

SHOWS_NOTHING: Final = frozenset({"n/a", "na", "none", "not available", "not applicable"})
"""Words, in lower case, that stand for a missing identifier as a blank does."""

OWNERSHIPS: Final[Mapping[str, bool]] = MappingProxyType(
    {"employee owned": True, "corporate owned": False, "not defined": False, "": False}
)
"""Words of `ownership`, in lower case, and whether they mean a personal phone; the first was never seen."""

MANAGED_APP: Final = "Installed by MDM"
"""Label of the attribute that tells whether an installed app is a managed one; the label was seen."""

NOT_MANAGED: Final = frozenset({"no", "false", "0", "not managed", "unmanaged"})
"""Words of that attribute, in lower case, for an app that the person installed."""


def enrollment_kind(
    *,
    mode: str | None,
    user_enrollment_mode: str | None,
    platform: str | None,
    is_supervised: bool | None,
    ownership: str | None,
    shows_hardware: bool | None,
) -> EnrollmentKind:
    """How a device was enrolled.

    The value of `enrollmentMode` for User Enrollment is not known, so it counts only where the settings name it. Else
    what IBM and Apple say of User Enrollment decides: the phone is unsupervised and an employee's, and its UDID and
    serial number are never shown. `shows_hardware` is `None` for a row that has no field for them, which tells nothing;
    nor does an ownership whose word is unknown.
    """
    if user_enrollment_mode is not None and same_word(mode, user_enrollment_mode):
        return EnrollmentKind.USER
    owned = (ownership or "").strip().casefold()
    if not same_word(platform, "iOS") or owned not in OWNERSHIPS:
        return EnrollmentKind.UNKNOWN
    if is_supervised or shows_hardware:
        return EnrollmentKind.DEVICE
    if OWNERSHIPS[owned] and is_supervised is False and shows_hardware is False:
        return EnrollmentKind.USER
    return EnrollmentKind.UNKNOWN


def same_word(left: str | None, right: str) -> bool:
    """Whether two of the product's words are the same, whatever their case."""
    return left is not None and left.strip().casefold() == right.strip().casefold()


# -- users and groups --------------------------------------------------------------------------------

USER_KEYS: Final = ("userIdentifier", "id")
"""Fields with a user's id, the better first; both were seen, and not whether they ever differ."""

USER_ATTRIBUTES: Final = (
    "customAttributes",
    "customAttribute",
    "customAttributeName",
    "customAttributeValue",
)
"""Container, row, name and value of a user's custom attributes, as those of a device are named."""

GROUPS_OF_DEVICES: Final = frozenset({0, 1, 2})
GROUPS_OF_USERS: Final = frozenset({3})
"""Numbers of `groupType`, as one program reads them."""

CHANGED: Final = "response"
"""Root of the answer to an added user; its `status` is taken to be told as for apps."""

# -- the catalog of apps -----------------------------------------------------------------------------

CATALOG: Final = ("apps", "app")
"""Root and rows of a whole catalog (search 1.0); a search 2.0 for one app was seen to answer so."""

DELETED: Final = "deleted"
"""`status` of an app that is in the catalog no more, in lower case; seen as a parameter of the search only."""

DISTRIBUTIONS: Final = ("distributions", "distribution")
"""Root and rows of the distributions of an app. Their fields are assumed to be named as when distributing."""

APP_DETAILS: Final = "app_details"
"""Name of the part that holds the document describing an app; seen for enterprise apps."""


def store_app(bundle_id: str) -> Mapping[str, str]:
    """The fields of the document that adds an app of the App Store.

    The document of an enterprise app was seen, with `removeApp`; `appId` is what every other call knows an app by.
    """
    return {"appId": bundle_id, "removeApp": "Yes"}


# -- policies ----------------------------------------------------------------------------------------

POLICIES: Final = ("policies", "policy")
"""Root and rows of the list of policies; a row has `policyName` and `platform`."""

APPLE_PLATFORMS: Final = frozenset({"ios"})
"""Words of a policy's `platform` for iPhone and iPad, in lower case."""

POLICY_TYPE: Final = "MDM"
"""`policyType` of a device policy when a group is given one; the only value seen is `MTD`, threat defense."""

# -- enrollment requests -----------------------------------------------------------------------------

EMPLOYEE_OWNED: Final = "Employee Owned"
"""`ownership` of a personal phone; the two other values were seen."""


def enrollment_request(*, username: str, domain: str, email: str) -> Mapping[str, str]:
    """The form of an enrollment request for a personal iPhone; no field of it was seen."""
    return {
        "username": username,
        "domain": domain,
        "emailAddress": email,
        "platform": "iOS",
        "ownership": EMPLOYEE_OWNED,
        "sendEmail": "Yes",
        "sendSMS": "No",
    }


ENROLLMENT: Final = "deviceEnrollment"
"""Root of the answer to an enrollment request; its `status` is taken to be told as for apps."""

# -- actions -----------------------------------------------------------------------------------------

ACTION_HISTORY: Final = ("actionHistory", "action")
"""Root and rows of a device's action history, the newest first."""

ACTION_NAME: Final = "actionName"
ACTION_BEGAN: Final = ("actionDateInEpochms", "actionDate")
ACTION_ENDED: Final = ("completedDateInEpochms", "completedDate")
"""Fields of such a row, beside `actionID`, `status` and `description`."""

ACTION_PARAMETER: Final = "actionID"
"""The parameter that names an action when its state is asked for; answers name it so."""

ACTION_STATE: Final = "actionStatusResponse"
"""Root of the answer about one action; its `status` has the words of `COMMAND_STATES`."""

COMMAND_STATES: Final[Mapping[str, CommandState]] = MappingProxyType(
    {
        "pending": CommandState.PENDING,
        "sent": CommandState.PENDING,
        "completed": CommandState.ACKNOWLEDGED,
        "failed": CommandState.FAILED,
        "cancelled": CommandState.FAILED,
    }
)
"""States of an action, in lower case."""

COMMAND_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lock": "DeviceLock",
        "wipe": "EraseDevice",
        "reset device passcode": "ClearPasscode",
        "request data refresh": "DeviceInformation",
    }
)
"""Apple's request type for the product's names of actions, in lower case; others keep the product's name."""
