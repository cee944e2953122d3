"""Everything this backend believes without a published source. The sheet marks what rests on it as `assumed`.

A correction of one of these touches this module and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from ueapi.model import Comparison, CriterionField

Joint = Literal["and", "or"]
TIGHTER: Final[Joint] = "and"
LOOSER: Final[Joint] = "or"
"""Between criteria of a smart group without parentheses, `and` is taken before `or`, as in SQL."""

CRITERION_NAMES: Final[Mapping[str, CriterionField]] = {
    "managed apple id": CriterionField.MANAGED_APPLE_ID,
    "device ownership type": CriterionField.ENROLLMENT_KIND,
    "os version": CriterionField.OS_VERSION,
    "ios version": CriterionField.OS_VERSION,
    "model": CriterionField.MODEL,
    "email address": CriterionField.EMAIL,
    "username": CriterionField.USERNAME,
}
"""Display names of criteria. The first two are published in Jamf's own guide for personally owned devices, the
others are what its console shows."""

SEARCH_TYPES: Final[Mapping[str, Comparison]] = {
    "is": Comparison.IS,
    "is not": Comparison.IS_NOT,
    "like": Comparison.CONTAINS,
    "not like": Comparison.CONTAINS_NOT,
    "more than": Comparison.MORE_THAN,
    "greater than": Comparison.MORE_THAN,
    "less than": Comparison.LESS_THAN,
}
"""Search types with a neutral counterpart; `is` and `like` are confirmed for the two confirmed criteria."""

ASSIGNMENT_USER_ELEMENT: Final = "user"
"""The element of one person inside `jss_users` of a volume assignment's scope."""

UNMANAGED_APP: Final = "unmanaged"
"""`managementStatus` of an app that the person installed, in lower case."""

INVENTORY_PRIVILEGE: Final = "Send Inventory Requests to Mobile Devices"
"""The privilege beside the documented one that asking a phone to report needs."""
