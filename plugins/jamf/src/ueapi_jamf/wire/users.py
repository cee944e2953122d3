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


class InventoryWire(UserWire):
    """One user with all that an update has to send back, since it replaces the whole."""

    phone: NotRequired[str | None]
    position: NotRequired[str | None]
    enableCustomPhotoUrl: NotRequired[bool | None]
    customPhotoUrl: NotRequired[str | None]


class InventoryPageWire(TypedDict):
    """One page of users with everything."""

    totalCount: int
    results: list[InventoryWire]


class MadeWire(TypedDict):
    """The answer to making something."""

    id: str


MADE: Final = TypeAdapter(MadeWire)
INVENTORY: Final = TypeAdapter(InventoryWire)
INVENTORY_PAGE: Final = TypeAdapter(InventoryPageWire)
USER: Final = TypeAdapter(UserWire)
USER_PAGE: Final = TypeAdapter(UserPageWire)
