"""The `[protection]` table of a profile specification: what may cross between work and personal.

```toml
[protection]
preset = "balanced"
screen_capture = false
```
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from attrs import evolve, fields_dict

from ueapi.apple.profiles import Payload
from ueapi.apple.protection import PRESETS, DataProtection, preset
from ueapi.errors import InvalidSettings

_PRESET: Final = "preset"
_NOTHING_WRITTEN: Final = "Correct it; nothing was written."


def protection_payload(table: object, identifier: str) -> Payload:
    """The payload of a `[protection]` table, in a profile of that identifier; fields win over the preset.

    Raises:
        UsageError: no table, an unknown preset or field, or a value that is neither true nor false.
    """
    if not isinstance(table, dict):
        raise InvalidSettings("`protection` is no table.", remedy="Write [protection].")
    chosen = evolve(_preset(table), **_fields(table))
    return chosen.payload(identifier=f"{identifier}.protection", display_name="Data protection")


def _preset(table: Mapping[str, object]) -> DataProtection:
    name = table.get(_PRESET)
    if name is None:
        return DataProtection()
    if not isinstance(name, str):
        raise InvalidSettings(
            "preset of protection is no text.", remedy=f"Take one of {', '.join(PRESETS)}."
        )
    return preset(name).protection


def _fields(table: Mapping[str, object]) -> dict[str, bool]:
    known = fields_dict(DataProtection)
    found: dict[str, bool] = {}
    for name, value in table.items():
        if name == _PRESET:
            continue
        if name not in known:
            near = difflib.get_close_matches(name, [*known, _PRESET], n=3, cutoff=0.5)
            hint = (
                f"Did you mean {', '.join(near)}?" if near else f"Take one of {', '.join(known)}."
            )
            raise InvalidSettings(f"protection has no field {name!r}.", remedy=hint)
        if not isinstance(value, bool):
            raise InvalidSettings(
                f"{name} of protection is neither true nor false.", remedy=_NOTHING_WRITTEN
            )
        found[name] = value
    return found
