"""To whom a Classic object is assigned. Source: Jamf Classic API schema, 11.30.1."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ueapi.flow import Reply
from ueapi_jamf.wire.classic import ClassicWire, Element, entries, ids, shaped

_OTHERS: Final = ("buildings", "departments")
_NARROWING: Final = ("limitations", "exclusions")


class EveryoneWire(ClassicWire):
    """The two switches that put everybody in scope."""

    all_mobile_devices: bool = False
    all_jss_users: bool = False


@frozen(kw_only=True)
class ScopeWire:
    """A scope's ids as they are; `narrows` when someone is limited or excluded, `widens` by building or department."""

    everyone: bool
    users: tuple[str, ...]
    user_groups: tuple[str, ...]
    devices: tuple[str, ...]
    device_groups: tuple[str, ...]
    narrows: bool
    widens: bool


def read_scope(element: Element, reply: Reply) -> ScopeWire:
    """Read the element `scope`."""
    switches = shaped(EveryoneWire, element, reply, what="a scope")
    return ScopeWire(
        everyone=switches.all_mobile_devices or switches.all_jss_users,
        users=ids(element.find("jss_users")),
        user_groups=ids(element.find("jss_user_groups")),
        devices=ids(element.find("mobile_devices")),
        device_groups=ids(element.find("mobile_device_groups")),
        narrows=any(_has_rows(kind) for name in _NARROWING for kind in _children(element, name)),
        widens=any(_has_rows(element.find(name)) for name in _OTHERS),
    )


def _children(element: Element, name: str) -> list[Element]:
    found = element.find(name)
    return [] if found is None else list(found)


def _has_rows(container: Element | None) -> bool:
    return any(True for _ in entries(container))
