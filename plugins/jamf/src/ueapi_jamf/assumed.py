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

SCOPED_USER_ELEMENT: Final = "user"
"""The element of one person inside `jss_users` of a scope."""

APP_ADDRESS: Final = "https://apps.apple.com/app/id{store_id}"
"""The store address an app record is made with; the store forwards it to the country's own."""

UNKNOWN_VERSION: Final = "1.0"
"""The version an app record is made with when none is known, since Jamf Pro demands one; the store gives its own."""


def survives_ingest(plist: str) -> str:
    """A profile's text so that Jamf Pro stores what was meant.

    The server decodes entities once more than XML asks for (known issue PI-827), so each is escaped once more. Jamf's
    notes differ on whether every kind of payload is stored decoded, so what was stored is read back and compared.
    """
    return plist.replace("&", "&amp;")


UNMANAGED_APP: Final = "unmanaged"
"""`managementStatus` of an app that the person installed, in lower case."""

INVENTORY_PRIVILEGE: Final = "Send Inventory Requests to Mobile Devices"
"""The privilege beside the documented one that asking a phone to report needs."""
