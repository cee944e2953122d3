"""What a policy means to a phone: configuration profiles, less what Apple forbids on personal phones."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from ueapi.apple import profiles, rules
from ueapi.errors import InvalidModel
from ueapi_maas360.simulator.state import DeviceRow, PolicyRow

Row: TypeAlias = Mapping[str, object]

_KEPT: Final = 1024
_SECRET_KEYS: Final = frozenset({"Password", "SharedSecret", "ProxyPassword"})


def parts_for(policy: PolicyRow, device: DeviceRow) -> dict[str, bytes]:
    """Profiles a device is sent, by identifier.

    Source: IBM's page on User Enrollment: a subset of the settings applies. Guess: it is the one Apple's table gives,
    and each profile a policy was made from stays one.
    """
    ios = device.os_version if device.is_user_enrolled else ""
    found: dict[str, bytes] = {}
    for number, content in enumerate(policy.parts):
        fitting = _fitting(content, ios) if ios else content
        if fitting is not None:
            found[_identifier(fitting, policy.id, number)] = fitting
    return found


def _identifier(content: bytes, policy: int, number: int) -> str:
    given = _read(content).get("PayloadIdentifier")
    return given if isinstance(given, str) and given else f"com.example.policy.{policy}.{number}"


def suits_personal_phones(content: bytes) -> bool:
    """Whether anything in a profile works under User Enrollment.

    Source: IBM's page on User Enrollment: the portal marks the settings that do, and shows only those on request.
    """
    return rules.split(profiles.read(content)).works is not None


@lru_cache(maxsize=_KEPT)
def _fitting(content: bytes, ios: str) -> bytes | None:
    """What of a profile a personal phone takes; all of it when that can't be told."""
    try:
        works = rules.split(profiles.read(content), ios=ios).works
    except InvalidModel:
        return content
    return None if works is None else profiles.write(works)


def normalized(content: bytes, name: str) -> bytes:
    """A profile with all it needs to be installed. Guess: the portal fills in what is missing.

    Raises:
        InvalidModel: it is no configuration profile.
    """
    found = dict(_read(content))
    payloads = found.get("PayloadContent")
    if not isinstance(payloads, list):
        raise InvalidModel(
            "the content is no configuration profile.",
            remedy="Give a property list with PayloadContent; nothing was made.",
        )
    identifier = str(found.get("PayloadIdentifier") or f"com.example.policy.{_uuid(name)}")
    complete = {
        "PayloadDisplayName": name,
        "PayloadIdentifier": identifier,
        "PayloadType": "Configuration",
        "PayloadUUID": _uuid(identifier),
        "PayloadVersion": 1,
        **found,
        "PayloadContent": [
            _complete(p, f"{identifier}.{n}") for n, p in enumerate(payloads) if isinstance(p, dict)
        ],
    }
    return plistlib.dumps(complete)


def _complete(payload: Row, identifier: str) -> dict[str, object]:
    given = str(payload.get("PayloadIdentifier") or identifier)
    return {
        "PayloadIdentifier": given,
        "PayloadUUID": _uuid(given),
        "PayloadVersion": 1,
        **payload,
    }


def merged(policy: PolicyRow) -> bytes:
    """The whole policy as one configuration profile; one without settings has no payload."""
    if len(policy.parts) == 1:
        return policy.parts[0]
    payloads: list[object] = []
    for part in policy.parts:
        found = _read(part).get("PayloadContent")
        payloads += found if isinstance(found, list) else []
    return normalized(plistlib.dumps({"PayloadContent": payloads}), policy.name)


def secrets_of(policy: PolicyRow) -> frozenset[str]:
    """Passwords and shared secrets in a policy."""
    return frozenset(s for part in policy.parts for s in _secrets(_read(part)))


def _secrets(value: object) -> list[str]:
    match value:
        case Mapping():
            own = [v for k, v in value.items() if k in _SECRET_KEYS and isinstance(v, str) and v]
            return own + [s for inner in value.values() for s in _secrets(inner)]
        case list():
            return [s for inner in value for s in _secrets(inner)]
        case _:
            return []


def _read(content: bytes) -> Row:
    try:
        found = plistlib.loads(content)
    except (plistlib.InvalidFileException, ValueError):
        found = None
    if not isinstance(found, dict):
        raise InvalidModel(
            "the content is no property list.",
            remedy="Give a configuration profile as a property list; nothing was made.",
        )
    return found


def _uuid(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text)).upper()
