"""Commands a service sends to a device."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NoReturn

from attrs import field, frozen

from ueapi.apple import plist
from ueapi.apple.mdm.message import is_dict, refuse, text
from ueapi.apple.plist import PlistValue
from ueapi.apple.rules import RuleKind, Rules, RuleVerdict
from ueapi.errors import InvalidModel

_UUID: Final = "CommandUUID"
_COMMAND: Final = "Command"
_TYPE: Final = "RequestType"
_QUERIES: Final = "Queries"
_JUDGED_KEPT: Final = 1024


class RequestType(StrEnum):
    """Commands ueapi builds itself; the rules know all of Apple's."""

    INSTALL_PROFILE = "InstallProfile"
    REMOVE_PROFILE = "RemoveProfile"
    INSTALL_APPLICATION = "InstallApplication"
    REMOVE_APPLICATION = "RemoveApplication"
    DEVICE_INFORMATION = "DeviceInformation"
    PROFILE_LIST = "ProfileList"
    MANAGED_APPLICATION_LIST = "ManagedApplicationList"
    DEVICE_LOCK = "DeviceLock"


_DEMANDED: Final[Mapping[str, frozenset[str]]] = {
    RequestType.INSTALL_PROFILE: frozenset({"Payload"}),
    RequestType.REMOVE_PROFILE: frozenset({"Identifier"}),
    RequestType.REMOVE_APPLICATION: frozenset({"Identifier"}),
    RequestType.DEVICE_INFORMATION: frozenset({_QUERIES}),
}
"""Keys without which a command means nothing. Source: Apple's schema, command protocol."""


@frozen(kw_only=True)
class Command:
    """One command. `content` can hold profiles and so secrets, and is left out of `repr`.

    Made directly, nothing is checked: that is for device enrollment. For a user-enrolled device use `build_command`.
    """

    uuid: str
    request_type: str
    content: Mapping[str, PlistValue] = field(factory=dict, repr=False)

    def to_plist(self) -> bytes:
        """The command as XML."""
        command = {**self.content, _TYPE: str(self.request_type)}
        return plist.write_canonical({_UUID: self.uuid, _COMMAND: command})


def command_from_plist(content: bytes) -> Command:
    """Read a command.

    Raises:
        InvalidModel: no property list, or not the shape of a command.
    """
    row = plist.read(content)
    inner = row.get(_COMMAND)
    if not is_dict(inner):
        refuse("command", f"{_COMMAND} is missing or no dictionary")
    return Command(
        uuid=text(row, _UUID, "command"),
        request_type=text(inner, _TYPE, "command"),
        content={key: value for key, value in inner.items() if key != _TYPE},
    )


def build_command(
    request_type: str,
    *,
    ios: str,
    uuid: str,
    content: Mapping[str, PlistValue] | None = None,
) -> Command:
    """Make a command for a user-enrolled device.

    Args:
        request_type: Apple's name of the command.
        ios: the device's version of iOS.
        uuid: the caller's own, unique for the device.
        content: the command's keys.

    Raises:
        InvalidModel: under User Enrollment on that iOS the command, one of its keys or one of its queries is not
            allowed, or a key that the command needs is missing. Nothing was sent.
        UsageError: Apple has no such command, or `ios` is no version.
    """
    keys = dict(content or {})
    _check_keys(str(request_type), tuple(keys), ios)
    if missing := sorted(_DEMANDED.get(request_type, frozenset()) - keys.keys()):
        _refuse(request_type, f"it lacks {', '.join(missing)}")
    if request_type == RequestType.DEVICE_INFORMATION:
        _check_queries(keys[_QUERIES], ios)
    return Command(uuid=uuid, request_type=str(request_type), content=keys)


# The same few commands are built for every device, so each is judged once for each iOS.


@lru_cache(maxsize=_JUDGED_KEPT)
def _check_keys(request_type: str, keys: tuple[str, ...], ios: str) -> None:
    rules = Rules.load()
    _demand(rules.verdict(RuleKind.COMMAND, request_type, ios=ios), request_type)
    for key in keys:
        verdict = rules.find(RuleKind.KEY, f"{request_type}:{key}", ios=ios)
        if verdict is None:
            _refuse(request_type, f"Apple's schema has no key {key!r} for it")
        _demand(verdict, f"{request_type} with {key}")


def _check_queries(queries: PlistValue, ios: str) -> None:
    if not isinstance(queries, list | tuple):
        _refuse(RequestType.DEVICE_INFORMATION, f"{_QUERIES} is no array")
    for name in queries:
        _check_query(str(name), ios)


@lru_cache(maxsize=_JUDGED_KEPT)
def _check_query(name: str, ios: str) -> None:
    verdict = Rules.load().verdict(RuleKind.QUERY, f"DeviceInformation:{name}", ios=ios)
    _demand(verdict, f"DeviceInformation for {name}")


def _demand(verdict: RuleVerdict, what: str) -> None:
    if not verdict.is_usable:
        _refuse(what, f"{verdict.reason.rstrip('.')} (iOS {verdict.ios}, {verdict.basis})")


def _refuse(what: str, why: str) -> NoReturn:
    raise InvalidModel(
        f"{what} can't be built for a user-enrolled device: {why}.",
        remedy="Leave it out, or use what Apple allows; nothing was sent.",
    )
