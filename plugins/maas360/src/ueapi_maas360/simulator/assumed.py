"""Everything no readable source shows, each behind one name: corrected here, it is corrected everywhere."""

from __future__ import annotations

from typing import Final

# -- devices ---------------------------------------------------------------------------------------

USER_ENROLLMENT_MODE: Final = "USER_ENROLLMENT"
"""`enrollmentMode` under User Enrollment; sources show `ENROLLMENT` for other devices."""
DEVICE_ENROLLMENT_MODE: Final = "ENROLLMENT"
EMPLOYEE_OWNED: Final = "Employee Owned"
"""`ownership` of a personal phone; sources show the two others."""
WIPE_PENDING: Final = "Pending"
WIPE_COMPLETE: Final = "Complete"
"""`selectiveWipeStatus`; sources show `N/a`, and other words for the search parameter."""
OUT_OF_COMPLIANCE: Final = "Out of Compliance"
"""Sources show `In Compliance`."""
KEY_PREFIX: Final = "Appl"
"""A device's key is this and twelve characters; under User Enrollment they can't be a serial number."""
JAILBREAK: Final = "No"
ENCRYPTION: Final = "Encryption Complete"

# -- searches --------------------------------------------------------------------------------------

DEFAULT_PAGE_SIZE: Final = 50
"""Clients quote 50 and 250."""
LARGEST_PAGE_SIZE: Final = 250
"""What is above is lowered to it. Sizes between the documented ones are taken as they are."""

# -- failures --------------------------------------------------------------------------------------

NAME_TAKEN: Final = 7
"""`responseCode` when a group's name is taken; a source shows it for custom attributes."""
NO_SUCH_DEVICE: Final = "No device has this ID."
NO_SUCH_STATUS: Final = 404
"""Status of a view of something that isn't there; the answer has no body."""
NOT_UNDER_USER_ENROLLMENT: Final = "This action is not supported for devices under User Enrollment."

# -- groups ----------------------------------------------------------------------------------------

SYSTEM_GROUP: Final = 0
PUBLIC_GROUP: Final = 1
PRIVATE_GROUP: Final = 2
USER_GROUP: Final = 3
"""`groupType`. One tool reads 0 to 2 as groups of devices and 3 as groups of users; what tells 0 to 2 apart is open."""
BUILT_IN_GROUPS: Final = ("All Devices", "iOS Devices", "Inactive Devices")

# -- policies --------------------------------------------------------------------------------------

DEFAULT_POLICY: Final = "Default iOS MDM Policy"
"""What a device has that no other policy is meant for."""
MDM_POLICY_TYPE: Final = "MDM"
"""`policyType` of an ordinary policy when a group is given one; the source shows `MTD`, for another product."""

# -- enrollment ------------------------------------------------------------------------------------

REQUEST_DAYS: Final = 30
"""How long an enrollment request is open."""

# -- actions ---------------------------------------------------------------------------------------

ACTION_IDS: Final = {
    "lockDevice": ("MDM_LOCK", "Lock"),
    "selectiveWipeDevice": ("MDM_SELECTIVE_WIPE", "Selective Wipe"),
    "revokeSelectiveWipe": ("MDM_REVOKE_SELECTIVE_WIPE", "Revoke Selective Wipe"),
    "removeDevice": ("MDM_REMOVE_CONTROL", "Remove Control"),
    "hideDevice": ("HIDE_DEVICE", "Hide Device Record"),
    "refreshDeviceInformation": ("MDM_REFRESH", "Request Data Refresh"),
    "sendMessage": ("SEND_MESSAGE", "Send Message"),
    "changeDevicePolicy": ("MDM_CHANGE_POLICY", "Change iOS Policy"),
    "wipeDevice": ("MDM_WIPE", "Wipe"),
    "resetDevicePasscode": ("MDM_RESET_PASSCODE", "Reset Device Passcode"),
}
"""`actionId` and `actionName` of each action in `deviceActions`, in their order."""
ACTION_TYPE: Final = "DEVICE"
"""`actionType` of all of them."""

PENDING: Final = "Pending"
SENT: Final = "Sent"
COMPLETED: Final = "Completed"
FAILED: Final = "Failed"
CANCELLED: Final = "Cancelled"
"""States of an action, which `checkActionStatus` tells under `actionStatusResponse`."""
