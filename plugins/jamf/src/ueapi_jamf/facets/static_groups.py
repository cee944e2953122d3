"""Making sure of static groups: those of users by the Classic API, those of devices by the Jamf Pro API.

Members are added by differences, so whoever else is in a group stays in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ueapi.errors import NotFound
from ueapi.flow import Flow, ask
from ueapi.model import Group, GroupDraft
from ueapi_jamf import paths
from ueapi_jamf.mapping.ids import group_number
from ueapi_jamf.wire.calls import (
    classic_get,
    classic_post,
    classic_put,
    pro_get,
    pro_patch,
    pro_post,
)
from ueapi_jamf.wire.groups import STATIC_GROUP, read_user_group
from ueapi_jamf.wire.reading import read
from ueapi_jamf.wire.users import MADE
from ueapi_jamf.wire.writing import Rows, document, new_id

ENSURE: Final = "groups.ensure"
NO_SITE: Final = "-1"
_ROOT: Final = "user_group"


def make(draft: GroupDraft, members: Sequence[str]) -> Flow[str]:
    """Create the group and return its number: one call."""
    if draft.of == "devices":
        body = {
            "groupName": draft.name,
            "groupDescription": "",
            "siteId": NO_SITE,
            "assignments": _assignments(members),
        }
        reply = yield from ask(pro_post(ENSURE, paths.STATIC_GROUPS, value=body))
        return read(MADE, reply, what="the answer to a new group")["id"]
    content = document(
        _ROOT, {"name": draft.name, "is_smart": False, "users": Rows("user", tuple(members))}
    )
    reply = yield from ask(classic_post(ENSURE, paths.USER_GROUP, body=content))
    return new_id(reply, _ROOT)


def members_of_users(number: str) -> Flow[tuple[str, ...]]:
    """Ids of the members of a group of users; none while a cluster doesn't show the group yet."""
    try:
        reply = yield from ask(classic_get(ENSURE, paths.USER_GROUP, at={"id": number}))
    except NotFound:
        return ()
    return read_user_group(reply).members


def add(group: Group, missing: Sequence[str]) -> Flow[None]:
    """Add members, and nothing else: one call for users, two for devices."""
    number = group_number(group.of, group.id)
    if group.of == "devices":
        yield from _add_devices(number, group.name, missing)
        return
    content = document(_ROOT, {"user_additions": Rows("user", tuple(missing))})
    reply = yield from ask(classic_put(ENSURE, paths.USER_GROUP, at={"id": number}, body=content))
    new_id(reply, _ROOT)


def _add_devices(number: str, name: str, missing: Sequence[str]) -> Flow[None]:
    """The site is read first: an update without it is refused, and another one would move the group."""
    reply = yield from ask(pro_get(ENSURE, paths.STATIC_GROUP, at={"id": number}))
    site = read(STATIC_GROUP, reply, what="a static group").get("siteId") or NO_SITE
    body = {"groupName": name, "siteId": site, "assignments": _assignments(missing)}
    yield from ask(pro_patch(ENSURE, paths.STATIC_GROUP, at={"id": number}, value=body))


def _assignments(members: Sequence[str]) -> list[dict[str, object]]:
    return [{"mobileDeviceId": member, "selected": True} for member in members]
