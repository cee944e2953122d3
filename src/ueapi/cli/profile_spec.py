"""A profile written down by a person: a TOML file with payloads by short names, and no secrets in it.

```toml
identifier = "org.example.work"
name = "Example Work"

[[payload]]
kind = "wifi"
ssid = "Example"
encryption = "WPA2"
password = { env = "WIFI_PASSWORD" }

[protection]
preset = "balanced"
```
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen
from pydantic import ValidationError

from ueapi.apple.plist import PlistDict
from ueapi.apple.profiles import ConfigurationProfile, Payload, payload_uuid
from ueapi.apple.profiles.document import CONFIGURATION
from ueapi.apple.profiles.payloads import MODELS, WORDS, TypedPayload, model_named, profile_of
from ueapi.apple.rules import RuleKind, Rules
from ueapi.cli.input_files import LARGEST_TEXT, STDIN, read_input, shown_name
from ueapi.cli.spec_fields import Names
from ueapi.cli.spec_protection import protection_payload
from ueapi.cli.spec_references import References
from ueapi.cli.spec_values import Values
from ueapi.errors import InvalidSettings, UsageError
from ueapi.wording import rule_of

_OF_PROFILE: Final = ("identifier", "name", "organization", "description", "payload", "protection")
_OF_PAYLOAD: Final = ("kind", "id", "display_name")
_NOTHING_WRITTEN: Final = "Correct it; nothing was written."
_MOST_TOLD: Final = 5
_ANY_IOS: Final = "26.0"
"""Only whether the table knows the type is asked."""


@frozen(kw_only=True)
class _Entry:
    """One `[[payload]]` before its values are looked at."""

    place: int
    kind: str
    payload_type: str
    model: type[TypedPayload] | None
    identifier: str
    id: str | None
    display_name: str | None
    settings: Mapping[str, object] = field(repr=False)

    @property
    def where(self) -> str:
        return f"payload {self.place} ({self.kind})"


def read_spec(name: str) -> ConfigurationProfile:
    """Read a specification and make the profile: the same file and the same secrets give the same profile.

    Raises:
        UsageError: not TOML, a name nobody knows, a value of a wrong type, or a secret that is written out or absent.
            The message names the field, never a value.
    """
    table = _table(name)
    try:
        return _profile(table, Path() if name == STDIN else Path(name).parent)
    except UsageError as problem:
        raise InvalidSettings(
            f"{shown_name(name)}: {problem.message}", remedy=problem.remedy
        ) from None


def _table(name: str) -> Mapping[str, object]:
    content = read_input(name, limit=LARGEST_TEXT)
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise InvalidSettings(
            f"{shown_name(name)} is not valid TOML: {problem}.", remedy=_NOTHING_WRITTEN
        ) from None


def _profile(table: Mapping[str, object], folder: Path) -> ConfigurationProfile:
    identifier = _demanded(table, "identifier")
    entries = _entries(table, identifier)
    references = References(folder=folder, payloads=_uuids(entries))
    outer = Values("the profile", references)
    extra = outer.read(
        {key: value for key, value in table.items() if key not in _OF_PROFILE},
        Names(payload_type=CONFIGURATION, model=None, others=_OF_PROFILE),
    )
    outer.refuse_exposed(_bare(CONFIGURATION, extra))
    payloads = [_payload(entry, references) for entry in entries]
    if "protection" in table:
        payloads.append(protection_payload(table["protection"], identifier))
    return profile_of(
        payloads,
        identifier=identifier,
        display_name=_demanded(table, "name"),
        organization=_text(table, "organization", "the profile"),
        description=_text(table, "description", "the profile"),
        extra=extra,
    )


def _entries(table: Mapping[str, object], identifier: str) -> tuple[_Entry, ...]:
    rows = table.get("payload", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidSettings("`payload` is no list of tables.", remedy="Write [[payload]].")
    seen = Counter[str]()
    entries = []
    for place, row in enumerate(rows, start=1):
        kind = _demanded(row, "kind", f"payload {place}")
        model = MODELS.get(kind) or _model(kind, f"payload {place}")
        payload_type = kind if model is None else model.payload_type
        seen[payload_type] += 1
        entries.append(
            _Entry(
                place=place,
                kind=kind,
                payload_type=payload_type,
                model=model,
                identifier=f"{identifier}.{payload_type}.{seen[payload_type]}",
                id=_text(row, "id", f"payload {place}"),
                display_name=_text(row, "display_name", f"payload {place}"),
                settings={key: row[key] for key in row if key not in _OF_PAYLOAD},
            )
        )
    return tuple(entries)


def _model(kind: str, where: str) -> type[TypedPayload] | None:
    """The model behind a word; none for a payload type of Apple's that has no model."""
    try:
        if kind in WORDS or "." not in kind:
            return model_named(kind)
        Rules.load().verdict(RuleKind.PAYLOAD, kind, ios=_ANY_IOS)
    except UsageError as problem:
        raise InvalidSettings(f"{where}: {problem.message}", remedy=problem.remedy) from None
    return None


def _uuids(entries: tuple[_Entry, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if entry.id is None:
            continue
        if entry.id in found:
            raise InvalidSettings(
                f"{entry.where}: another payload has the id {entry.id!r}.",
                remedy=_NOTHING_WRITTEN,
            )
        found[entry.id] = payload_uuid(entry.identifier)
    return found


def _payload(entry: _Entry, references: References) -> Payload:
    values = Values(entry.where, references)
    keys = values.read(
        entry.settings,
        Names(payload_type=entry.payload_type, model=entry.model, others=_OF_PAYLOAD),
    )
    content = keys if entry.model is None else _modeled(entry, entry.model, keys)
    payload = Payload(
        type=entry.payload_type,
        identifier=entry.identifier,
        uuid=payload_uuid(entry.identifier),
        content=content,
        display_name=entry.display_name,
    )
    values.refuse_exposed(payload)
    return payload


def _modeled(entry: _Entry, model: type[TypedPayload], keys: PlistDict) -> PlistDict:
    try:
        return model.model_validate(keys).keys_dict()
    except ValidationError as problem:
        rows = problem.errors(include_input=False, include_url=False, include_context=False)
        names = {key: name for name, key in model.key_names().items()}
        told = [f"{_place(row['loc'], names)}: {rule_of(row['msg'])}" for row in rows[:_MOST_TOLD]]
        raise InvalidSettings(
            f"{entry.where}: {'; '.join(told)}.", remedy=_NOTHING_WRITTEN
        ) from None


def _place(parts: tuple[int | str, ...], names: Mapping[str, str]) -> str:
    first, *rest = parts or ("it",)
    return ".".join([names.get(str(first), str(first)), *map(str, rest)])


def _bare(payload_type: str, content: PlistDict) -> Payload:
    return Payload(type=payload_type, identifier="", uuid="", content=content)


def _demanded(table: Mapping[str, object], key: str, where: str = "the profile") -> str:
    found = _text(table, key, where)
    if not found:
        raise InvalidSettings(f"{where} has no {key}.", remedy=f'Add {key} = "…".')
    return found


def _text(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidSettings(f"{key} of {where} is no text.", remedy=_NOTHING_WRITTEN)
    return value
