"""What differs between two profiles, in words an administrator can act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias, TypeGuard

from attrs import evolve, field, frozen

from ueapi.apple import plist
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles.document import CONFIGURATION, ConfigurationProfile, Payload
from ueapi.apple.profiles.meaning import SERVER_OWNED_KEYS, Meaning
from ueapi.apple.profiles.pairing import Candidate, paired
from ueapi.apple.profiles.secrets import redacted

ELEMENT: Final = "[]"
"""Ends the path of a change to one element of a set, where positions say nothing."""


class ChangeKind(StrEnum):
    """What happened to a setting or a payload."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@frozen(kw_only=True)
class Change:
    """One difference.

    `payload` is the display name of the payload, or its identifier where it has none; the later side's, unless the
    payload is gone. `payload_type` is `Configuration` for a key of the profile itself. `key` is the path of the key,
    such as `EAPClientConfiguration.UserName` or `Relays[0].HTTP3RelayURL`, counted on the later side unless the
    element is gone; `Domains[]` is an element of a list whose order didn't change; `None` is the whole payload.
    `before` and `after` hold the references of `redacted` in place of secrets, and `is_secret` says whether there are
    any; a link to another payload reads `link to <type> <name>`. Both are left out of `repr`: they can be personal.
    """

    kind: ChangeKind
    payload_type: str
    payload: str
    key: str | None
    before: PlistValue | None = field(default=None, repr=False)
    after: PlistValue | None = field(default=None, repr=False)
    is_secret: bool = False


def difference(
    before: ConfigurationProfile,
    after: ConfigurationProfile,
    *,
    masked: frozenset[str] = SERVER_OWNED_KEYS,
) -> tuple[Change, ...]:
    """Everything that makes the meaning of two profiles differ; empty exactly when their `semantic_digest` is equal.

    Payloads are paired by content first, then by identifier, then by how much they share; only payloads of one type
    are paired. Keys in `masked`, the order of payloads and their UUIDs don't count.

    Raises:
        InvalidModel: a value no property list can hold.
    """
    old, new = _Side.of(before, masked), _Side.of(after, masked)
    pairs = paired(old.candidates(), new.candidates())
    changes = list(_outer_changes(old, new))
    changes += _Comparison(old, new, frozenset(pairs.matches)).changes()
    changes += [old.whole(at, ChangeKind.REMOVED) for at in pairs.only_before]
    changes += [new.whole(at, ChangeKind.ADDED) for at in pairs.only_after]
    return tuple(changes)


def describe(change: Change) -> str:
    """The change as one line of text, without values: `com.apple.wifi.managed "Office": Password changed`."""
    what = "payload" if change.key is None else change.key
    return f'{change.payload_type} "{change.payload}": {what} {change.kind}'


@frozen
class _Side:
    """One profile with what counts of it, plain for comparing and with references for showing."""

    profile: ConfigurationProfile
    meaning: Meaning
    shown: Meaning

    @classmethod
    def of(cls, profile: ConfigurationProfile, masked: frozenset[str]) -> _Side:
        return cls(
            profile,
            Meaning.of(profile, masked=masked),
            Meaning.of(redacted(profile), masked=masked),
        )

    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(type=payload.type, identifier=payload.identifier, digest=digest, row=row)
            for payload, digest, row in zip(
                self.profile.payloads, self.meaning.digests, self.meaning.rows, strict=True
            )
        )

    def without_links(self) -> _Side:
        return evolve(self, meaning=evolve(self.meaning, links={}, targets={}))

    def row(self, at: int) -> _Value:
        return _Value(self.meaning.rows[at], self.shown.rows[at])

    def whole(self, at: int, kind: ChangeKind) -> Change:
        shown = self.show(self.shown.rows[at])
        return Change(
            kind=kind,
            payload_type=self.profile.payloads[at].type,
            payload=_name(self.profile.payloads[at]),
            key=None,
            before=shown if kind is ChangeKind.REMOVED else None,
            after=shown if kind is ChangeKind.ADDED else None,
            is_secret=not _same(self.meaning.rows[at], self.shown.rows[at]),
        )

    def show(self, value: PlistValue) -> PlistValue:
        """A value for people: links by name."""
        link = self.meaning.link_of(value)
        if link is not None:
            payload = self.profile.payloads[self.meaning.targets[link]]
            return f"link to {payload.type} {_name(payload)}"
        if isinstance(value, Mapping):
            return {key: self.show(child) for key, child in value.items()}
        if _is_list(value):
            return [self.show(child) for child in value]
        return value


@frozen
class _Value:
    """A value and the same with references in place of secrets."""

    plain: PlistValue = field(repr=False)
    shown: PlistValue = field(repr=False)

    @property
    def is_secret(self) -> bool:
        return not _same(self.plain, self.shown)

    def children(self) -> dict[str, _Value]:
        if isinstance(self.plain, Mapping) and isinstance(self.shown, Mapping):
            return {key: _Value(self.plain[key], self.shown[key]) for key in self.plain}
        return {}

    def elements(self) -> list[_Value]:
        if _is_list(self.plain) and _is_list(self.shown):
            return [_Value(*both) for both in zip(self.plain, self.shown, strict=True)]
        return []


_Found: TypeAlias = tuple[str, _Value | None, _Value | None]
"""A path with the value on each side."""


def _outer_changes(old: _Side, new: _Side) -> Iterator[Change]:
    """Changes of the profile's own keys, where a UUID is text."""
    before = _Value(old.meaning.outer, old.shown.outer)
    after = _Value(new.meaning.outer, new.shown.outer)
    comparison = _Comparison(old.without_links(), new.without_links(), frozenset())
    if not _same(before.plain, after.plain):
        for found in comparison.walk("", before, after):
            name = new.profile.display_name or new.profile.identifier
            yield comparison.change(found, CONFIGURATION, name)


@frozen
class _Comparison:
    old: _Side
    new: _Side
    matches: frozenset[tuple[int, int]]

    def changes(self) -> Iterator[Change]:
        for one, other in sorted(self.matches, key=lambda match: match[1]):
            if self.old.meaning.digests[one] != self.new.meaning.digests[other]:
                payload = self.new.profile.payloads[other]
                for found in self.walk("", self.old.row(one), self.new.row(other)):
                    yield self.change(found, payload.type, _name(payload))

    def change(self, found: _Found, payload_type: str, payload: str) -> Change:
        key, before, after = found
        kind = ChangeKind.CHANGED
        if before is None or after is None:
            kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
        return Change(
            kind=kind,
            payload_type=payload_type,
            payload=payload,
            key=key,
            before=None if before is None else self.old.show(before.shown),
            after=None if after is None else self.new.show(after.shown),
            is_secret=any(value.is_secret for value in (before, after) if value is not None),
        )

    def walk(self, path: str, before: _Value, after: _Value) -> Iterator[_Found]:
        if self._means_same(before.plain, after.plain):
            return
        if isinstance(before.plain, Mapping) and isinstance(after.plain, Mapping):
            yield from self._walk_keys(path, before, after)
        elif self._is_set(before) and self._is_set(after) and _keeps_order(before, after):
            yield from _set_changes(path, before, after)
        elif plist.is_array(before.plain) and plist.is_array(after.plain):
            yield from self._walk_array(path, before.elements(), after.elements())
        else:
            yield path, before, after

    def _walk_keys(self, path: str, before: _Value, after: _Value) -> Iterator[_Found]:
        old, new = before.children(), after.children()
        for key in sorted({*old, *new}):
            below = f"{path}.{key}" if path else key
            if key in old and key in new:
                yield from self.walk(below, old[key], new[key])
            else:
                yield below, old.get(key), new.get(key)

    def _walk_array(
        self, path: str, before: Sequence[_Value], after: Sequence[_Value]
    ) -> Iterator[_Found]:
        """Element by element, after taking off what is equal at both ends: an insertion shows as one."""
        start = self._common(before, after)
        end = self._common(before[start:][::-1], after[start:][::-1])
        left = before[start : len(before) - end]
        right = after[start : len(after) - end]
        for at in range(max(len(left), len(right))):
            below = f"{path}[{start + at}]"
            if at >= len(left):
                yield below, None, right[at]
            elif at >= len(right):
                yield below, left[at], None
            else:
                yield from self.walk(below, left[at], right[at])

    def _common(self, before: Sequence[_Value], after: Sequence[_Value]) -> int:
        count = 0
        for one, other in zip(before, after, strict=False):
            if not self._means_same(one.plain, other.plain):
                break
            count += 1
        return count

    def _means_same(self, before: PlistValue, after: PlistValue) -> bool:
        """Equal, where a link equals one to the counterpart or to a payload of the same content."""
        links = (self.old.meaning.link_of(before), self.new.meaning.link_of(after))
        if links[0] is not None and links[1] is not None:
            return self._links_same(links[0], links[1])
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return before.keys() == after.keys() and all(
                self._means_same(before[key], after[key]) for key in before
            )
        if _is_list(before) and _is_list(after):
            return len(before) == len(after) and all(
                self._means_same(*both) for both in zip(before, after, strict=True)
            )
        return links == (None, None) and _same(before, after)

    def _links_same(self, before: str, after: str) -> bool:
        old, new = self.old.meaning, self.new.meaning
        if old.links[before] == new.links[after]:
            return True
        return (old.targets[before], new.targets[after]) in self.matches

    def _is_set(self, value: _Value) -> bool:
        """Whether a value is a list of different texts, none a secret or a link: positions say little then."""
        elements = value.elements()
        texts = {element.plain for element in elements if isinstance(element.plain, str)}
        return (
            plist.is_array(value.plain)
            and len(texts) == len(elements)
            and not value.is_secret
            and not any(
                side.meaning.link_of(text) for side in (self.old, self.new) for text in texts
            )
        )


def _set_changes(path: str, before: _Value, after: _Value) -> Iterator[_Found]:
    old, new = before.elements(), after.elements()
    kept = {str(value.plain) for value in old} & {str(value.plain) for value in new}
    for value in old:
        if value.plain not in kept:
            yield f"{path}{ELEMENT}", value, None
    for value in new:
        if value.plain not in kept:
            yield f"{path}{ELEMENT}", None, value


def _keeps_order(before: _Value, after: _Value) -> bool:
    """Whether what both lists have stands in the same order, and something differs."""
    one = [str(value.plain) for value in before.elements()]
    other = [str(value.plain) for value in after.elements()]
    shared = set(one) & set(other)
    kept = [value for value in one if value in shared]
    return set(one) != set(other) and kept == [value for value in other if value in shared]


def _same(before: PlistValue, after: PlistValue) -> bool:
    """Equal as a property list writes them: a truth value is no number, and 1 is not 1.0."""
    if type(before) is type(after) and isinstance(before, str | bytes | int) and before == after:
        return True
    return plist.write_canonical({"": before}) == plist.write_canonical({"": after})


def _is_list(value: PlistValue) -> TypeGuard[Sequence[PlistValue]]:
    return plist.is_array(value)


def _name(payload: Payload) -> str:
    return payload.display_name or payload.identifier
