"""Groups of users and of devices as the product gives them."""

from __future__ import annotations

from typing import Literal

from ueapi_hexnode.wire.base import Row


class UserGroupRow(Row):
    """A group of users in a listing, or just created."""

    id: int
    groupname: str


class DeviceGroupRow(Row):
    """A group of devices in a listing, or just created; only the listing says of which type it is."""

    id: int
    groupname: str
    grouptype: Literal["custom", "dynamic"] | None = None


class MemberRow(Row):
    """A member, of which only the number counts."""

    id: int


class UserGroupDetailRow(UserGroupRow):
    """A group of users with all its members, unpaged."""

    users: list[MemberRow]


class DeviceGroupDetailRow(DeviceGroupRow):
    """A group of devices with all its members, unpaged."""

    devices: list[MemberRow]
