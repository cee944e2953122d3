"""A profile from typed payloads, the same bytes for the same input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles.document import ConfigurationProfile, Payload
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.errors import InvalidModel

_OF_THE_PROFILE: Final = TypedPayload.envelope | {
    "PayloadContent",
    "PayloadDescription",
    "PayloadOrganization",
}
_NOTHING: Final[Mapping[str, PlistValue]] = {}


def profile_of(
    payloads: Sequence[TypedPayload | Payload],
    *,
    identifier: str,
    display_name: str,
    organization: str | None = None,
    description: str | None = None,
    extra: Mapping[str, PlistValue] = _NOTHING,
) -> ConfigurationProfile:
    """Put payloads together to a profile.

    A typed payload gets the identifier `<identifier>.<payload type>.<n>`, counted from 1 within its type, and the UUID
    that follows from it. A plain `Payload` keeps its own. So a new build replaces the profile on the phone, and links
    between payloads stay valid.

    Args:
        payloads: in the order they are written.
        identifier: of the profile, in reverse-domain style, such as `org.example.work`.
        display_name: shown in Settings.
        organization: shown in Settings.
        description: shown in Settings.
        extra: further keys of the profile itself, such as `ConsentText`.

    Raises:
        InvalidModel: the identifier is empty, two payloads have the same identifier or UUID, or `extra` holds a key
            that a parameter stands for.
    """
    if not identifier:
        raise InvalidModel(
            "the profile has no identifier.", remedy="Give it one, such as org.example.work."
        )
    _demand_free(extra)
    built = tuple(_numbered(payloads, identifier))
    _demand_unique("identifier", (payload.identifier for payload in built))
    # iOS compares UUIDs without regard to case.
    uuids = (payload_uuid(identifier), *(payload.uuid for payload in built))
    _demand_unique("UUID", (uuid.upper() for uuid in uuids))
    return ConfigurationProfile(
        identifier=identifier,
        uuid=payload_uuid(identifier),
        display_name=display_name,
        payloads=built,
        organization=organization,
        description=description,
        extra=extra,
    )


def uuid_within(identifier: str, model: type[TypedPayload], *, number: int = 1) -> str:
    """The UUID a payload will have in the profile of an identifier, for fields such as `certificate_uuid`.

    Args:
        identifier: of the profile.
        model: of the payload pointed at.
        number: its place among the payloads of its type, from 1.
    """
    return payload_uuid(_identifier(identifier, model.payload_type, number))


def _identifier(profile: str, payload_type: str, number: int) -> str:
    return f"{profile}.{payload_type}.{number}"


def _numbered(payloads: Iterable[TypedPayload | Payload], identifier: str) -> Iterable[Payload]:
    seen = Counter[str]()
    for payload in payloads:
        if isinstance(payload, Payload):
            seen[payload.type] += 1
            yield payload
            continue
        kind = payload.payload_type
        seen[kind] += 1
        yield payload.payload(identifier=_identifier(identifier, kind, seen[kind]))


def _demand_unique(what: str, values: Iterable[str]) -> None:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise InvalidModel(
            f"the {what} {twice[0]} is used twice in the profile.",
            remedy=f"Give each payload its own {what}; nothing was built.",
        )


def _demand_free(extra: Mapping[str, PlistValue]) -> None:
    if taken := sorted(extra.keys() & _OF_THE_PROFILE):
        raise InvalidModel(
            f"{', '.join(taken)} can't be among the further keys of a profile.",
            remedy="Use the parameter for it, or leave it out; nothing was built.",
        )
