"""One payload turned into a configuration with its assets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import frozen

from ueapi.apple.declarations.declaration import Declaration, write_object
from ueapi.apple.declarations.equals import CONTENT, Equal, Form, Row, Slot, Turn
from ueapi.apple.declarations.fates import Fate, KeyFate, NoEqual
from ueapi.apple.declarations.hosting import Hosted, Hosting
from ueapi.apple.declarations.paths import covers, get, leaves, nested
from ueapi.apple.declarations.turning import Link, certificate_turn, forward
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles.document import Payload
from ueapi.apple.profiles.secrets import markers_in, secret_keys
from ueapi.apple.rules import IosVersion, RuleKind, Rules

_ANONYMOUS: Final = "None"
"""The authentication method that takes no login."""


@frozen(kw_only=True)
class Setting:
    """What a draft depends on besides the payload. `name` makes an identifier from a role, such as `configuration`."""

    ios: IosVersion
    hosting: Hosting
    name: Callable[[str], str]
    link: Link


@frozen(kw_only=True)
class Draft:
    """A converted payload."""

    configuration: Declaration
    assets: tuple[Declaration, ...]
    hosted: tuple[Hosted, ...]
    fates: tuple[KeyFate, ...]


def draft(payload: Payload, equal: Equal, setting: Setting) -> Draft:
    """Convert one payload by the table.

    Raises:
        NoEqual: it can't be a declaration on that iOS; the text says why.
    """
    return _Drafting(payload, equal, setting).run()


class _Drafting:
    def __init__(self, payload: Payload, equal: Equal, setting: Setting) -> None:
        self._payload, self._equal, self._setting = payload, equal, setting
        self._fates: dict[str, KeyFate] = {}
        self._plain: PlistDict = {}
        self._fields: dict[str, PlistDict] = {}
        self._assets: list[Declaration] = []
        self._hosted: list[Hosted] = []
        self._secrets = _secret_paths(payload)

    def run(self) -> Draft:
        self._demand_usable(self._equal.declaration)
        self._refuse_staying()
        content = self._with_copy()
        for row in self._equal.rows:
            self._take(row, get(content, row.key))
        self._plain.update({key: list(words) for key, words in self._equal.constants.items()})
        self._fill()
        self._check_demand()
        for slot in self._equal.slots:
            self._name_asset(slot)
        self._note_losses(content)
        return Draft(
            configuration=Declaration.of(
                self._equal.declaration, self._setting.name("configuration"), nested(self._plain)
            ),
            assets=tuple(self._assets),
            hosted=tuple(self._hosted),
            fates=tuple(self._fates.values()),
        )

    def _demand_usable(self, declaration: str) -> None:
        found = Rules.load().verdict(RuleKind.DECLARATION, declaration, ios=self._setting.ios)
        if not found.is_usable:
            raise NoEqual(f"{declaration}: {found.reason}")

    def _refuse_staying(self) -> None:
        for key, reason in self._equal.stays.items():
            if key in self._payload.content:
                raise NoEqual(f"{key}: {reason}")

    def _with_copy(self) -> Mapping[str, PlistValue]:
        """The content with a password said twice where the payload says it once."""
        content, copy = self._payload.content, self._equal.copy
        if copy is None or copy.flag not in content:
            return content
        value = content.get(copy.source)
        rest = {key: child for key, child in content.items() if key != copy.flag}
        if content[copy.flag] is not True:
            self._note(copy.flag, Fate.DEGRADED, "It says what holds without it.")
            return rest
        if value is None or copy.target in content:
            self._note(copy.flag, Fate.LOST, f"There is no {copy.source} to say twice.")
            return rest
        self._note(copy.flag, Fate.DEGRADED, f"The declaration says {copy.source} twice instead.")
        return {**rest, copy.target: value}

    def _take(self, row: Row, value: PlistValue | None) -> None:
        try:
            if value is None:
                if row.must:
                    raise NoEqual("The declaration can't be without it.")
                return
            self._demand_key(row)
            self._keep_secret(row)
            turned = forward(value, row.turn, self._setting.link)
        except NoEqual as problem:
            if row.must or row.turn is Turn.LINK:
                raise NoEqual(f"{row.key}: {problem}") from None
            self._note(row.key, Fate.LOST, str(problem))
            return
        holder = self._fields.setdefault(row.slot, {}) if row.slot else self._plain
        holder[row.place] = turned.value
        becomes = f"{row.slot} > {row.place}" if row.slot else row.place
        self._note(row.key, Fate.DEGRADED if turned.note else Fate.EXACT, turned.note, becomes)

    def _demand_key(self, row: Row) -> None:
        place = row.slot or row.place
        found = Rules.load().find(
            RuleKind.KEY, f"{self._equal.declaration}:{place}", ios=self._setting.ios
        )
        if found is not None and not found.is_usable:
            raise NoEqual(f"{place}: {found.reason}")

    def _keep_secret(self, row: Row) -> None:
        """A declaration is no place for a secret; hosted credentials are."""
        hosted = {
            slot.reference for slot in self._equal.slots if slot.asset.form is not Form.INLINE
        }
        if row.slot not in hosted and any(covers(row.key, path) for path in self._secrets):
            raise NoEqual("It is a secret, and would stand in the declaration itself.")

    def _check_demand(self) -> None:
        demand = self._equal.demand
        if demand is None or demand.place in self._plain:
            return
        if self._plain.get(demand.given) is not True or demand.absent in self._plain:
            raise NoEqual(f"The declaration can't be without {demand.place}.")

    def _fill(self) -> None:
        for place, value in self._equal.fill.items():
            above = place.rpartition(".")[0]
            siblings = [path for path in self._plain if covers(above, path)]
            if siblings and place not in self._plain:
                self._plain[place] = value
                key = next(row.key for row in self._equal.rows if row.place == place)
                self._note(
                    key, Fate.DEGRADED, "The declaration demands Apple's default to be said.", place
                )

    def _name_asset(self, slot: Slot) -> None:
        fields = self._fields.get(slot.reference)
        if slot.unless is not None and self._plain.get(slot.unless) == _ANONYMOUS:
            self._drop(slot, "The server asks for no login, and a declaration may name none then.")
            return
        if fields is None:
            if slot.unless is not None:
                raise NoEqual("The declaration demands a login, and the payload has none.")
            return
        missing = [need for need in slot.asset.needs if need not in fields]
        if missing:
            raise NoEqual(f"The credential can't be without {', '.join(missing)}.")
        self._demand_usable(slot.asset.type)
        self._plain[slot.reference] = self._add_asset(slot, fields)

    def _drop(self, slot: Slot, reason: str) -> None:
        for row in self._equal.rows:
            if row.slot == slot.reference and row.key in self._fates:
                self._note(row.key, Fate.LOST, reason)

    def _add_asset(self, slot: Slot, fields: PlistDict) -> str:
        name = self._setting.name(slot.reference)
        content = fields if slot.asset.form is Form.INLINE else self._host(slot, fields, name)
        self._assets.append(Declaration.of(slot.asset.type, name, content))
        return name

    def _host(self, slot: Slot, fields: PlistDict, name: str) -> PlistDict:
        secrets = tuple(dict.fromkeys(self._references(slot)))
        raw = fields.get(CONTENT)
        if slot.asset.form is Form.RAW and isinstance(raw, bytes):
            kind = "pem" if certificate_turn(raw) is Turn.PEM else "pkcs1"
            hosted = self._setting.hosting.host(
                raw, owner=name, content_type=f"application/{kind}", missing_secrets=secrets
            )
            # Of a password, size and hash would help whoever guesses; a certificate is public.
            seen: PlistDict = {"Size": len(raw), "Hash-SHA-256": hosted.digest}
        else:
            hosted = self._setting.hosting.host(
                write_object(fields),
                owner=name,
                content_type="application/json",
                missing_secrets=secrets,
            )
            seen = {}
        self._hosted.append(hosted)
        reference: PlistDict = {"DataURL": hosted.url, "ContentType": hosted.content_type, **seen}
        return {"Reference": reference, **self._authentication(slot)}

    def _references(self, slot: Slot) -> Iterator[str]:
        for row in self._equal.rows:
            if row.slot == slot.reference:
                source = self._payload.content
                copy = self._equal.copy
                key = (
                    copy.source
                    if copy and row.key == copy.target and row.key not in source
                    else row.key
                )
                yield from markers_in(get(source, key) or "")

    def _authentication(self, slot: Slot) -> PlistDict:
        """Only the phone itself may fetch it, where iOS can prove that it is the phone."""
        found = Rules.load().find(
            RuleKind.KEY, f"{slot.asset.type}:Authentication", ios=self._setting.ios
        )
        return {"Authentication": {"Type": "MDM"}} if found and found.is_usable else {}

    def _note_losses(self, content: Mapping[str, PlistValue]) -> None:
        for leaf in leaves(content):
            if any(covers(row.key, leaf) for row in self._equal.rows):
                continue
            loss = next((one for one in self._equal.lost if covers(one.key, leaf)), None)
            if loss is None:
                self._note(leaf, Fate.LOST, "No equal of this key is known.")
            elif loss.harmless is not None and get(content, leaf) is loss.harmless:
                self._note(leaf, Fate.DEGRADED, f"It says what holds without it. {loss.reason}")
            else:
                self._note(leaf, Fate.LOST, loss.reason)

    def _note(self, key: str, fate: Fate, reason: str = "", becomes: str = "") -> None:
        self._fates[key] = KeyFate(
            type=self._payload.type,
            name=self._payload.identifier,
            key=key,
            fate=fate,
            reason=reason,
            becomes="" if fate is Fate.LOST else becomes,
        )


def _secret_paths(payload: Payload) -> frozenset[str]:
    """Where secrets are, or references to them, without positions in arrays."""
    found = {path.partition("[")[0] for path in secret_keys(payload)}
    marked = {
        path
        for path in leaves(payload.content)
        if any(markers_in(get(payload.content, path) or ""))
    }
    return frozenset(found | marked)
