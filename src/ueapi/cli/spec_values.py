"""From the tables of a specification to Apple's keys, with every reference fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn

from attrs import frozen

from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.profiles import Payload, secret_keys
from ueapi.cli.spec_fields import Names, Slot
from ueapi.cli.spec_references import References, reference_in
from ueapi.errors import InvalidSettings

FURTHER: Final = "further"
"""The table for keys that neither a field nor Apple's schema knows, at any depth of a payload with fields."""

_FREE: Final = Names(payload_type="", model=None, is_free=True)
_REMEDY: Final = "Correct it; nothing was written."


@frozen(kw_only=True)
class _Spot:
    """Where a value stands: by Apple's keys, as the person wrote it, and in how many arrays of the slot."""

    path: str = ""
    written: str = ""
    listed: str = ""

    def key(self, key: str, name: str) -> _Spot:
        return _Spot(path=_below(self.path, key), written=_below(self.written, name))

    def element(self, at: int) -> _Spot:
        return _Spot(
            path=f"{self.path}[{at}]",
            written=f"{self.written}[{at}]",
            listed=f"{self.listed}[]",
        )


class Values:
    """Reads the tables of one payload, and remembers what came from elsewhere."""

    def __init__(self, where: str, references: References) -> None:
        """Read a payload; `where` names it in errors."""
        self._where = where
        self._references = references
        self._fetched: set[str] = set()

    def read(self, table: Mapping[str, object], names: Names) -> PlistDict:
        """The table under Apple's keys; keys without a field are put below `further` where the model has that.

        Raises:
            InvalidSettings: a name that nobody knows, or one given under both its names.
        """
        return self._table(table, names, _Spot())

    def refuse_exposed(self, payload: Payload) -> None:
        """Refuse secrets that are written out.

        Raises:
            InvalidSettings: the message names the key, never the value.
        """
        exposed = [key for key in secret_keys(payload) if key not in self._fetched]
        if exposed:
            raise InvalidSettings(
                f"{', '.join(exposed)} of {self._where} is a secret and written out.",
                remedy='Change the secret, and write { env = "NAME" } or { file = "PATH" } in its '
                "place; nothing was written.",
            )

    def _table(self, table: Mapping[str, object], names: Names, spot: _Spot) -> PlistDict:
        fields: PlistDict = {}
        further: PlistDict = {}
        given: dict[str, str] = {}
        for name, value in table.items():
            if name == FURTHER and names.model is not None and isinstance(value, dict):
                further.update(self._table(value, _FREE, spot))
                continue
            slot = names.find(name) or self._refuse_name(name, names, spot)
            if slot.key in given:
                self._refuse(spot.key(slot.key, name), f"is the same as {given[slot.key]}")
            given[slot.key] = name
            into = fields if slot.is_field or names.model is None else further
            into[slot.key] = self._value(value, slot, names=names, spot=spot.key(slot.key, name))
        return {**fields, FURTHER: further} if further else fields

    def _value(self, value: object, slot: Slot, *, names: Names, spot: _Spot) -> PlistValue:
        reference = reference_in(value)
        if reference is not None:
            self._fetched.add(spot.path)
            where = f"{spot.written} of {self._where}"
            return self._references.fetch(reference, where, form=slot.form)
        if isinstance(value, Mapping):
            return self._table(value, names.below(slot, listed=spot.listed), spot)
        if isinstance(value, list):
            return [
                self._value(child, slot, names=names, spot=spot.element(at))
                for at, child in enumerate(value)
            ]
        if not isinstance(value, str | bool | int | float | datetime):
            self._refuse(spot, f"is a {type(value).__name__}, which no property list holds")
        return value

    def _refuse_name(self, name: str, names: Names, spot: _Spot) -> NoReturn:
        near = names.near(name)
        raise InvalidSettings(
            f"{self._where} has no field {_below(spot.written, name)!r}.",
            remedy=f"Did you mean {', '.join(near)}?" if near else "Check the spelling.",
        )

    def _refuse(self, spot: _Spot, why: str) -> NoReturn:
        raise InvalidSettings(f"{spot.written} of {self._where} {why}.", remedy=_REMEDY)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
