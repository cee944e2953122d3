"""Users. Source: Jamf Pro API 11.30 schema, `/v1/users`."""

from __future__ import annotations

from typing import Final, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict


class UserWire(TypedDict):
    """One user; the telephone number is not read."""

    id: str
    username: NotRequired[str | None]
    realname: NotRequired[str | None]
    email: NotRequired[str | None]
    managedAppleId: NotRequired[str | None]


class UserPageWire(TypedDict):
    """One page of users."""

    totalCount: int
    results: list[UserWire]


USER: Final = TypeAdapter(UserWire)
USER_PAGE: Final = TypeAdapter(UserPageWire)
