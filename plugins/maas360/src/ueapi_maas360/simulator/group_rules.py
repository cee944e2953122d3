"""Rules of device groups, as the service that makes groups takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.state import DeviceRow

ACTIVE: Final = "active devices"
TODAY: Final = "today"
ANY: Final = "any condition (or)"
PHONES: Final = "smartphones"

Rule = Callable[[DeviceRow], bool]


class UnknownCondition(Exception):
    """A condition names something the service doesn't know; the text says what."""


@frozen
class Condition:
    """One condition. Source: published clients. Guess: criteria besides "Begins With" and "Equal To"."""

    category: str
    attribute: str
    criteria: str
    value: str

    def holds(self, account: Account, device: DeviceRow) -> bool:
        """Whether a device fulfills it. Case doesn't matter."""
        found = self._value(account, device).casefold()
        return _COMPARISONS[self.criteria](found, self.value.casefold())

    def _value(self, account: Account, device: DeviceRow) -> str:
        if self.category == "custom attributes":
            return device.custom.get(self.attribute, "")
        return _VALUES[self.category, self.attribute.casefold()](account, device)


def rule_of(account: Account, body: Mapping[str, object]) -> Rule:
    """The rule in a request to make a group.

    Raises:
        UnknownCondition: with what isn't known; no group was made.
    """
    conditions = [_condition(c) for c in _list(body.get("conditions"))]
    combine = any if _text(body, "criteriaOperator") == ANY else all
    wants_active = _text(body, "deviceStatus") == ACTIVE
    wants_today = _text(body, "lastReported") == TODAY
    types = [str(t).casefold() for t in _list(body.get("deviceTypes"))]

    def rule(device: DeviceRow) -> bool:
        if wants_active and not device.is_active:
            return False
        if wants_today and not _is_same_day(device.last_reported, account.now()):
            return False
        if types and PHONES not in types:
            return False
        return combine(c.holds(account, device) for c in conditions) if conditions else True

    return rule


def _condition(given: object) -> Condition:
    if not isinstance(given, Mapping):
        raise UnknownCondition("A condition is no object.")
    category, criteria = _text(given, "category"), _text(given, "criteria")
    made = Condition(
        category, str(given.get("attribute", "")), criteria, str(given.get("value1", ""))
    )
    known = category == "custom attributes" or (category, made.attribute.casefold()) in _VALUES
    if not known or criteria not in _COMPARISONS:
        raise UnknownCondition("A condition's category, attribute or criteria is unknown.")
    return made


def _username(account: Account, device: DeviceRow) -> str:
    owner = account.store.users.get(device.user_id)
    return owner.username if owner else ""


def _email(account: Account, device: DeviceRow) -> str:
    owner = account.store.users.get(device.user_id)
    return owner.email if owner else ""


_VALUES: Final[Mapping[tuple[str, str], Callable[[Account, DeviceRow], str]]] = {
    ("users", "username"): _username,
    ("users", "email address"): _email,
    ("hardware inventory", "device name"): lambda _, device: device.name,
    ("hardware inventory", "model"): lambda _, device: device.model_name,
    ("operating system", "os version"): lambda _, device: device.os_version,
}
"""Source: published clients for the first, and for custom attributes. Guess: the others."""

_COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "begins with": lambda found, wanted: found.startswith(wanted),
    "equal to": lambda found, wanted: found == wanted,
    "not equal to": lambda found, wanted: found != wanted,
    "contains": lambda found, wanted: wanted in found,
}


def _text(given: Mapping[str, object], name: str) -> str:
    return str(given.get(name, "")).strip().casefold()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_same_day(one: datetime, other: datetime) -> bool:
    return one.date() == other.date()
