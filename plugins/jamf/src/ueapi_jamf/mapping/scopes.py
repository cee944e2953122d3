"""Scopes."""

from __future__ import annotations

from ueapi.model import Scope
from ueapi_jamf.mapping.ids import group_id
from ueapi_jamf.wire.scopes import ScopeWire


def scope_from_wire(scope: ScopeWire | None) -> Scope | None:
    """Translate a scope; what is assigned by building or department counts as an exception too.

    The neutral scope has no word for buildings and departments, and a scope that reaches more people than it says must
    not look complete.
    """
    if scope is None:
        return None
    return Scope(
        users=scope.users,
        user_groups=tuple(group_id("users", number) for number in scope.user_groups),
        devices=scope.devices,
        device_groups=tuple(group_id("devices", number) for number in scope.device_groups),
        everyone=scope.everyone,
        has_exceptions=scope.narrows or scope.widens,
    )
