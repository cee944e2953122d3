"""Configuration profiles against the product's policies, whose content no known call reads or writes.

So nothing of a profile can be sent: each setting is for a person, in the portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ueapi.apple.profiles import ConfigurationProfile, Payload, read
from ueapi.contract import Fate, SettingFate, Translation
from ueapi_maas360.mapping.portal import steps

_REASON: Final = (
    "policies are made in the portal; the API assigns them by name and does not hold their content"
)
_INSTEAD: Final = "Set it in the portal's policy; the steps of the translation name each value."


def translate_content(content: bytes) -> Translation:
    """Say what becomes of each setting of a profile in this product: a person sets all of them.

    Raises:
        InvalidModel: the content is no configuration profile.
    """
    return translate(read(content))


def translate(profile: ConfigurationProfile) -> Translation:
    """The same for a profile already read. Pure: asks nothing."""
    fates = tuple(fate for payload in profile.payloads for fate in _fates(payload))
    return Translation(fates=fates, console_steps=steps(profile) if fates else (), mappable=None)


def _fates(payload: Payload) -> Iterator[SettingFate]:
    for key in sorted(payload.content) or [""]:
        yield SettingFate(
            payload_type=payload.type,
            key=key,
            fate=Fate.HUMAN_ONLY,
            reason=_REASON,
            instead=_INSTEAD,
        )
