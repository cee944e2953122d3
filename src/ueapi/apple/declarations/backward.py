"""From declarations to a configuration profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from ueapi.apple.declarations.declaration import Declaration, read_object
from ueapi.apple.declarations.equals import CONTENT, Equal, Form, Row, Slot, Turn
from ueapi.apple.declarations.fates import Fate, Kept, KeyFate, NoEqual
from ueapi.apple.declarations.hosting import Hosted
from ueapi.apple.declarations.paths import covers, get, leaves, nested, texts
from ueapi.apple.declarations.table import (
    ACTIVATION,
    EQUALS,
    IDENTITY,
    IDENTITY_KEY,
    LEGACY,
    LEGACY_INTERACTIVE,
)
from ueapi.apple.declarations.turning import back, certificate_turn
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import ConfigurationProfile, Payload, read
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.errors import InvalidModel

_ASSET: Final = "com.apple.asset."
_CONFIGURATION: Final = "com.apple.configuration."
_TRANSPORT: Final = frozenset({"Reference", "Authentication"})
"""Keys of an asset that say how to fetch its content, not what it is."""
_DECLARATIONS: Final = {equal.declaration for equal in EQUALS}


@frozen(kw_only=True)
class ProfileConversion:
    """Declarations as a profile, as far as payloads have equals.

    `profile` is `None` when nothing could be converted. `leftovers` are the declarations that stay, `kept` says why.
    `fates` has a row for each key of the converted declarations.
    """

    profile: ConfigurationProfile | None = None
    leftovers: tuple[Declaration, ...] = ()
    kept: tuple[Kept, ...] = ()
    fates: tuple[KeyFate, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every converted key has an exact equal."""
        return all(fate.fate is Fate.EXACT for fate in self.fates)


def to_profile(
    declarations: Sequence[Declaration],
    *,
    identifier: str,
    hosted: Sequence[Hosted] = (),
    display_name: str | None = None,
) -> ProfileConversion:
    """Turn configurations with their assets into a profile, for a service or a phone that takes profiles.

    Configurations that no activation names stay: iOS doesn't apply them. Where no activation is given at all, every
    configuration is taken.

    Args:
        declarations: configurations, assets and activations, in any order.
        identifier: of the profile.
        hosted: the content that assets and legacy profiles refer to.
        display_name: of the profile.
    """
    work = _Work(declarations, hosted)
    payloads = work.payloads()
    profile = ConfigurationProfile(
        identifier=identifier,
        uuid=payload_uuid(identifier),
        display_name=display_name,
        payloads=payloads,
    )
    left = dict(sorted(work.reasons.items()))
    return ProfileConversion(
        profile=profile if payloads else None,
        leftovers=tuple(declarations[at] for at in left),
        kept=tuple(
            Kept(type=declarations[at].type, name=declarations[at].identifier, reason=reason)
            for at, reason in left.items()
        ),
        fates=tuple(work.fates),
    )


class _Work:
    def __init__(self, declarations: Sequence[Declaration], hosted: Sequence[Hosted]) -> None:
        self._all = declarations
        self._assets = {one.identifier: one for one in declarations if one.type.startswith(_ASSET)}
        self._hosted = {one.url: one for one in hosted}
        self._used: set[str] = set()
        self.reasons: dict[int, str] = {}
        self.fates: list[KeyFate] = []

    def payloads(self) -> tuple[Payload, ...]:
        active = self._active()
        made: list[Payload] = []
        for at, one in enumerate(self._all):
            if one.type.startswith(_ASSET) or one.type == ACTIVATION:
                continue
            if active is not None and one.identifier not in active:
                self.reasons[at] = "No activation names it, so iOS doesn't apply it."
                continue
            used = set(self._used)
            try:
                made += self._converted(one)
            except NoEqual as problem:
                self._used = used
                self.reasons[at] = str(problem)
        made += self._linked_only({payload.uuid for payload in made})
        self._keep_needed()
        return tuple(made)

    def _active(self) -> set[str] | None:
        """What activations name, with what needs none; `None` where there is no activation."""
        activations = [one for one in self._all if one.type == ACTIVATION]
        if not activations:
            return None
        named = {one.identifier for one in self._all if not one.type.startswith(_CONFIGURATION)}
        for one in activations:
            named.update(texts(one.payload.get("StandardConfigurations", "")))
            for key in one.payload:
                if key != "StandardConfigurations":
                    self._note(one, key, Fate.LOST, "A profile has no condition.")
        return named

    def _converted(self, one: Declaration) -> Sequence[Payload]:
        if one.type == LEGACY:
            return self._legacy(one)
        if one.type == LEGACY_INTERACTIVE:
            raise NoEqual("The person decides whether to install it; a profile can't ask.")
        if one.type not in _DECLARATIONS:
            raise NoEqual("No payload is known that does the same.")
        return [_Undoing(self, one).run()]

    def _legacy(self, one: Declaration) -> Sequence[Payload]:
        content = self.hosted_content(one.payload.get("ProfileURL"))
        try:
            profile = read(content)
        except InvalidModel as problem:
            raise NoEqual(f"The hosted profile can't be read: {problem.message}") from None
        self._note(one, "ProfileURL", Fate.EXACT)
        for key in sorted(profile.extra):
            self._note(one, key, Fate.LOST, "It belongs to the hosted profile itself.")
        return profile.payloads

    def asset(self, name: PlistValue | None) -> Declaration:
        if not isinstance(name, str) or name not in self._assets:
            raise NoEqual("It names an asset that is not given.")
        self._used.add(name)
        return self._assets[name]

    def hosted_content(self, url: PlistValue | None) -> bytes:
        if not isinstance(url, str) or url not in self._hosted:
            raise NoEqual("The content it refers to is not given.")
        return self._hosted[url].content

    def link(self, name: str) -> str:
        """The UUID of the payload that an identity becomes."""
        self.asset(name)
        return _identity_uuid(name)

    def _linked_only(self, made: set[str]) -> Iterator[Payload]:
        """Identities that an account names and no configuration installs: a profile needs a payload for them."""
        for name in sorted(self._used):
            if _identity_uuid(name) in made or not _is_identity(self._assets[name].type):
                continue
            one = Declaration.of(IDENTITY, name, {IDENTITY_KEY: name})
            try:
                yield _Undoing(self, one).run()
            except NoEqual as problem:
                self.fates.append(_fate(one, IDENTITY_KEY, Fate.LOST, str(problem)))
            else:
                self.fates.append(
                    _fate(
                        one, IDENTITY_KEY, Fate.DEGRADED, "As a payload the identity is installed."
                    )
                )

    def _keep_needed(self) -> None:
        """Keep what the declarations that stay can't do without, and assets nobody took."""
        staying = {text for at in self.reasons for text in texts(self._all[at].payload)}
        names = {self._all[at].identifier for at in self.reasons}
        for at, one in enumerate(self._all):
            if one.type.startswith(_ASSET) and one.identifier in staying:
                self.reasons[at] = "A configuration that stays names it."
            elif one.type.startswith(_ASSET) and one.identifier not in self._used:
                self.reasons[at] = "No configuration names it."
            elif one.type == ACTIVATION and names & set(texts(one.payload)):
                self.reasons[at] = "It names a configuration that stays."

    def _note(self, one: Declaration, key: str, fate: Fate, reason: str = "") -> None:
        self.fates.append(_fate(one, key, fate, reason))


class _Undoing:
    """One configuration turned into a payload."""

    def __init__(self, work: _Work, one: Declaration) -> None:
        self._work, self._one = work, one
        self._values: PlistDict = {}
        self._fates: dict[str, KeyFate] = {}

    def run(self) -> Payload:
        equal = self._equal()
        fields = {slot.reference: self._fields(slot) for slot in equal.slots}
        for row in equal.rows:
            holder = fields[row.slot] if row.slot else self._one.payload
            self._take(row, holder.get(row.place) if row.slot else get(holder, row.place))
        self._check_constants(equal)
        self._note_losses(equal, fields)
        self._work.fates += self._fates.values()
        content = nested(self._values)
        return Payload(
            type=equal.payload_type,
            identifier=self._one.identifier,
            uuid=self._uuid(equal),
            content=content,
        )

    def _equal(self) -> Equal:
        """Certificates and identities share declarations; the asset tells which payload it is."""
        found = [equal for equal in EQUALS if equal.declaration == self._one.type]
        if len(found) > 1:
            asset = self._work.asset(self._one.payload.get(IDENTITY_KEY))
            found = [equal for equal in found if equal.slots[0].asset.type == asset.type]
        if len(found) > 1:
            content = self._fields(found[0].slots[0]).get(CONTENT)
            turn = certificate_turn(content if isinstance(content, bytes) else b"")
            found = [equal for equal in found if equal.rows[0].turn is turn]
        if not found:
            raise NoEqual("It names an asset of a kind that doesn't belong there.")
        return found[0]

    def _uuid(self, equal: Equal) -> str:
        name = self._one.payload.get(IDENTITY_KEY)
        if equal.declaration == IDENTITY and isinstance(name, str):
            return _identity_uuid(name)
        return payload_uuid(self._one.identifier)

    def _fields(self, slot: Slot) -> Mapping[str, PlistValue]:
        name = get(self._one.payload, slot.reference)
        if name is None:
            return {}
        asset = self._work.asset(name)
        if asset.type != slot.asset.type:
            raise NoEqual(f"{slot.reference} names an asset of another kind.")
        if slot.asset.form is Form.INLINE:
            return asset.payload
        content = self._work.hosted_content(get(asset.payload, "Reference.DataURL"))
        expected = get(asset.payload, "Reference.Hash-SHA-256")
        if expected and expected != hashlib.sha256(content).hexdigest():
            raise NoEqual("The hosted content is not what the asset refers to.")
        self._note_asset(slot, asset)
        if slot.asset.form is Form.RAW:
            return {CONTENT: content}
        try:
            return read_object(content)
        except InvalidModel as problem:
            raise NoEqual(f"The hosted credential can't be read: {problem.message}") from None

    def _note_asset(self, slot: Slot, asset: Declaration) -> None:
        for key in asset.payload:
            if key not in _TRANSPORT:
                self._note(f"{slot.reference} > {key}", Fate.LOST, "A payload has no such key.")

    def _take(self, row: Row, value: PlistValue | None) -> None:
        key = f"{row.slot} > {row.place}" if row.slot else row.place
        try:
            if value is None:
                if row.must:
                    raise NoEqual("The payload can't be without it.")
                return
            turned = back(value, row.turn, self._work.link)
        except NoEqual as problem:
            if row.must or row.turn is Turn.LINK:
                raise NoEqual(f"{key}: {problem}") from None
            self._note(key, Fate.LOST, str(problem))
            return
        self._values[row.key] = turned.value
        self._note(key, Fate.DEGRADED if turned.note else Fate.EXACT, turned.note, row.key)

    def _check_constants(self, equal: Equal) -> None:
        for key, words in equal.constants.items():
            value = self._one.payload.get(key)
            given = list(value) if isinstance(value, list | tuple) else []
            if not set(words) <= {one for one in given if isinstance(one, str)}:
                raise NoEqual(f"{key}: A payload does {', '.join(words)} only.")
            if given == list(words):
                self._note(key, Fate.EXACT)
            else:
                self._note(key, Fate.DEGRADED, f"A payload does {', '.join(words)} only.")

    def _note_losses(self, equal: Equal, fields: Mapping[str, Mapping[str, PlistValue]]) -> None:
        known = (
            {row.place for row in equal.rows if not row.slot} | set(equal.constants) | set(fields)
        )
        for leaf in leaves(self._one.payload):
            if not any(covers(place, leaf) for place in known):
                reason = equal.lost_back.get(leaf.split(".")[0], "No equal of this key is known.")
                self._note(leaf, Fate.LOST, reason)
        for slot, found in fields.items():
            places = {row.place for row in equal.rows if row.slot == slot}
            for key in found:
                if key not in places:
                    self._note(f"{slot} > {key}", Fate.LOST, "The payload has no such key.")

    def _note(self, key: str, fate: Fate, reason: str = "", becomes: str = "") -> None:
        made = _fate(self._one, key, fate, reason)
        self._fates[key] = KeyFate(
            type=made.type, name=made.name, key=key, fate=fate, reason=reason, becomes=becomes
        )


def _fate(one: Declaration, key: str, fate: Fate, reason: str = "") -> KeyFate:
    return KeyFate(type=one.type, name=one.identifier, key=key, fate=fate, reason=reason)


def _identity_uuid(asset: str) -> str:
    return payload_uuid(f"{asset}\0identity")


def _is_identity(asset_type: str) -> bool:
    return any(
        equal.declaration == IDENTITY and equal.slots[0].asset.type == asset_type
        for equal in EQUALS
    )
