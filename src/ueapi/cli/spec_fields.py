"""Names a specification may use in a payload: our field names, and Apple's keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from typing import get_args

from attrs import evolve, frozen
from pydantic import SecretBytes

from ueapi.apple.profiles.document import CONFIGURATION
from ueapi.apple.profiles.payloads import TypedKeys
from ueapi.apple.rules import Rules


@frozen(kw_only=True)
class Slot:
    """Where a value goes: Apple's key, whether it has a field, the model of what is nested in it, and its form."""

    key: str
    is_field: bool
    model: type[TypedKeys] | None = None
    form: type[str] | type[bytes] = str


@frozen(kw_only=True)
class Names:
    """What may stand in one table of a payload, or of the profile itself (`Configuration`).

    `model` is `None` where there are no fields; `path` is the table's key path as in Apple's schema.
    """

    payload_type: str
    model: type[TypedKeys] | None
    path: str = ""
    is_free: bool = False
    """Whether the content is someone else's, such as a vendor's own settings."""
    others: tuple[str, ...] = ()
    """Names with a meaning of their own, for hints."""

    def find(self, name: str) -> Slot | None:
        """The slot of a name; `None` for a name neither the model nor Apple's schema knows."""
        if self.model is not None:
            for field, key in self.model.key_names().items():
                if name in (field, key):
                    return _slot(key, self.model.model_fields[field].annotation)
        known = self._schema_keys
        if self.is_free or name in known or "ANY" in known:
            return Slot(key=name, is_field=False)
        return None

    def near(self, name: str) -> tuple[str, ...]:
        """Names that were perhaps meant."""
        return tuple(difflib.get_close_matches(name, sorted(set(self._all)), n=3, cutoff=0.5))

    def below(self, slot: Slot, *, listed: str = "") -> Names:
        """The names in the tables of a slot; `listed` is `[]` for each array in between."""
        path = (f"{self.path}.{slot.key}" if self.path else slot.key) + listed
        names = Names(payload_type=self.payload_type, model=slot.model, path=path)
        is_open = slot.model is None and (slot.is_field or not names._schema_keys)
        return evolve(names, is_free=self.is_free or is_open)

    @property
    def _all(self) -> Iterator[str]:
        if self.model is not None:
            yield from self.model.key_names()
            yield from self.model.key_names().values()
        yield from self._schema_keys
        yield from self.others

    @property
    def _schema_keys(self) -> AbstractSet[str]:
        """Apple's keys of this very table."""
        start = f"{self.path}." if self.path else ""
        every = _keys_of(self.payload_type)
        below = (key[len(start) :] for key in every if key.startswith(start))
        return {key for key in below if "." not in key and not key.endswith("[]")}


@cache
def _keys_of(payload_type: str) -> AbstractSet[str]:
    if payload_type != CONFIGURATION:
        return Rules.load().keys_of(payload_type)
    start = "TopLevel:"
    ids = Rules.load().section_ids("envelope-key")
    keys = (key.removeprefix(start) for key in ids if key.startswith(start))
    # Below these the content is free: texts by language.
    return frozenset(key for key in keys if "." not in key)


def _slot(key: str, annotation: object) -> Slot:
    parts = list(_parts(annotation))
    models = [part for part in parts if isinstance(part, type) and issubclass(part, TypedKeys)]
    return Slot(
        key=key,
        is_field=True,
        model=models[0] if models else None,
        form=bytes if bytes in parts or SecretBytes in parts else str,
    )


def _parts(annotation: object) -> Iterator[object]:
    """Every type in an annotation, those within arrays and choices included."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for part in inner:
        yield from _parts(part)
