"""What becomes of each setting of a configuration profile in a product that keeps policies of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen


class Fate(StrEnum):
    """What becomes of one setting."""

    EXACT = "exact"
    """The product keeps it and gives it back unchanged."""
    DEGRADED = "degraded"
    """The product keeps it in a form that differs a little; `reason` says how."""
    HUMAN_ONLY = "human-only"
    """A person can set it in the product's console; its API has no place for it."""
    LOST = "lost"
    """The product has no place for it at all."""


_KEPT: Final = frozenset({Fate.EXACT, Fate.DEGRADED})


@frozen(kw_only=True)
class SettingFate:
    """The fate of one setting, named as Apple names it.

    `payload_type` is Apple's payload type, `key` the path of the key in it (dotted when nested), empty for the payload
    as a whole. `reason` is empty for an exact setting. `instead` says what a person can do about it.
    """

    payload_type: str
    key: str
    fate: Fate
    reason: str = ""
    instead: str = ""


@frozen(kw_only=True)
class Translation:
    """The outcome for a whole profile, a row for each setting.

    `fates` is empty for a product that takes profiles as they are. `mappable` is the part the product can keep, as a
    configuration profile that `Profiles.ensure` accepts; `None` when nothing of it can be kept.
    `console_steps` are what a person does in the product's console for the rest, in order.
    """

    fates: tuple[SettingFate, ...] = ()
    console_steps: tuple[str, ...] = ()
    mappable: bytes | None = field(default=None, repr=False)

    @classmethod
    def whole(cls, content: bytes) -> Translation:
        """The translation for a product that takes profiles as they are."""
        return cls(mappable=content)

    @property
    def is_complete(self) -> bool:
        """Whether the product keeps every setting, unchanged or nearly so."""
        return not self.dropped

    @property
    def dropped(self) -> tuple[SettingFate, ...]:
        """Settings missing from `mappable`: for a person, or lost."""
        return tuple(fate for fate in self.fates if fate.fate not in _KEPT)
