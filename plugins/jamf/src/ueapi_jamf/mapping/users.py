"""Users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from ueapi.model import Absence, ManagedAppleID, Origin, Ref, User, UserDraft
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.users import InventoryWire, UserWire

_ABSENT: Final[Mapping[str, Absence]] = dict.fromkeys(
    ("username", "name", "email", "managed_apple_id"), Absence.NOT_EXPOSED_BY_PRODUCT
)
_JUDGED: Final = frozenset({"managed_apple_id"})


def user_from_wire(row: UserWire, *, tenant: str, read_at: datetime) -> User:
    """Translate one user.

    Jamf Pro lets anything be typed as a Managed Apple ID. One that is no address is no key to join people by, so the
    user comes without one and `origin.inferred` names the field: the absence is our judgment, and the text as typed
    stays in `raw`. A blank one is absent without such a mark.
    """
    typed = filled(row.get("managedAppleId"))
    managed_apple_id = managed_apple_id_or_none(typed)
    is_malformed = typed is not None and managed_apple_id is None
    return User(
        ref=Ref(tenant=tenant, id=row["id"]),
        origin=Origin(
            backend="jamf",
            read_at=read_at,
            absent=_ABSENT,
            inferred=_JUDGED if is_malformed else frozenset(),
            raw=row,
        ),
        username=filled(row.get("username")),
        name=filled(row.get("realname")),
        email=filled(row.get("email")),
        managed_apple_id=managed_apple_id,
    )


def managed_apple_id_or_none(typed: str | None) -> ManagedAppleID | None:
    """The Managed Apple ID, or `None` when the text is missing or no address."""
    if typed is None:
        return None
    try:
        return ManagedAppleID(typed)
    except ValidationError:
        return None


def row_from_draft(draft: UserDraft) -> dict[str, str]:
    """The fields of a new user. Without a username of their own, people get their Managed Apple ID as one.

    Jamf Pro demands a username and has each only once. The part before the @ would do for one domain only.
    """
    return {
        "username": draft.username or draft.managed_apple_id.root,
        "realname": draft.name.strip(),
        "email": draft.email.strip(),
        "managedAppleId": draft.managed_apple_id.root,
    }


def row_agreeing(row: InventoryWire, draft: UserDraft) -> InventoryWire:
    """The stored user with what the draft says; the Managed Apple ID stays as it is spelled."""
    agreed = row.copy()
    agreed["realname"] = draft.name.strip()
    agreed["email"] = draft.email.strip()
    if draft.username:
        agreed["username"] = draft.username
    return agreed
