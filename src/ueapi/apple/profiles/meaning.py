"""Whether two profiles mean the same, whichever product wrote them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from ueapi.apple import plist
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import ConfigurationProfile, Payload, payload_dict, profile_dict

SERVER_OWNED_KEYS: Final = frozenset(
    {
        "PayloadDescription",
        "PayloadDisplayName",
        "PayloadEnabled",
        "PayloadIdentifier",
        "PayloadOrganization",
        "PayloadScope",
        "PayloadUUID",
        "PayloadVersion",
    }
)
"""Keys a management service writes itself, or that name a profile without changing what it does."""

_LINK: Final = "link"


def semantic_digest(
    profile: ConfigurationProfile, *, masked: frozenset[str] = SERVER_OWNED_KEYS
) -> str:
    """SHA-256, in hexadecimal, of what the profile does.

    The keys in `masked` don't count, on the profile and on its payloads (settings of the same name further in do),
    nor does the order of payloads. Where one payload points at another by UUID, the link counts and the UUID itself
    doesn't: services hand out new ones.
    """
    meaning = Meaning.of(profile, masked=masked)
    return plist.digest({**meaning.outer, "PayloadContent": sorted(meaning.digests)})


@frozen(kw_only=True)
class Meaning:
    """What of a profile counts when it is compared: rows of settings, and links in place of UUIDs.

    `rows` and `digests` stand in the order of the profile's payloads. `links` says what to call each payload's UUID,
    in lower case: two links of one name point at payloads of the same content. `targets` is the payload's position.
    """

    outer: PlistDict = field(repr=False)
    rows: tuple[PlistDict, ...] = field(repr=False)
    digests: tuple[str, ...]
    links: Mapping[str, str]
    targets: Mapping[str, int]

    @classmethod
    def of(
        cls, profile: ConfigurationProfile, *, masked: frozenset[str] = SERVER_OWNED_KEYS
    ) -> Meaning:
        """Take out what doesn't count.

        Raises:
            InvalidModel: a value no property list can hold.
        """
        rows = tuple(_bare(payload_dict(payload), masked) for payload in profile.payloads)
        links = _links(profile.payloads, rows)
        outer = _bare(profile_dict(profile), masked)
        outer.pop("PayloadContent", None)
        return cls(
            outer=outer,
            rows=rows,
            digests=tuple(plist.digest(_linked_dict(row, links)) for row in rows),
            links=links,
            targets={payload.uuid.casefold(): at for at, payload in enumerate(profile.payloads)},
        )

    def link_of(self, value: PlistValue) -> str | None:
        """The UUID, in lower case, of the payload that a value points at; none if it is no link."""
        if not isinstance(value, str):
            return None
        folded = value.casefold()
        return folded if folded in self.targets else None


def _bare(row: PlistDict, masked: frozenset[str]) -> PlistDict:
    return {key: value for key, value in row.items() if key not in masked}


def _links(payloads: Sequence[Payload], rows: Sequence[PlistDict]) -> Mapping[str, str]:
    """What to call each payload's UUID in a link: after the payload's own content, links left open."""
    unnamed = {payload.uuid.casefold(): _LINK for payload in payloads}
    return {
        payload.uuid.casefold(): f"{_LINK}:{plist.digest(_linked_dict(row, unnamed))}"
        for payload, row in zip(payloads, rows, strict=True)
    }


def _linked_dict(row: Mapping[str, PlistValue], names: Mapping[str, str]) -> PlistDict:
    return {key: _linked(value, names) for key, value in row.items()}


def _linked(value: PlistValue, names: Mapping[str, str]) -> PlistValue:
    if isinstance(value, str):
        return names.get(value.casefold(), value)
    if isinstance(value, Mapping):
        return _linked_dict(value, names)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_linked(child, names) for child in value]
    return value
