"""Declarative Management: declarations as values, and configuration profiles as declarations and back.

What Apple allows a user-enrolled iPhone of them is asked of `ueapi.apple.rules`.
"""

from ueapi.apple.declarations.backward import ProfileConversion, to_profile
from ueapi.apple.declarations.declaration import Declaration, from_json, to_json
from ueapi.apple.declarations.fates import Fate, Kept, KeyFate
from ueapi.apple.declarations.forward import Conversion, from_profile, legacy
from ueapi.apple.declarations.hosting import Hosted, Hosting

__all__ = [
    "Conversion",
    "Declaration",
    "Fate",
    "Hosted",
    "Hosting",
    "Kept",
    "KeyFate",
    "ProfileConversion",
    "from_json",
    "from_profile",
    "legacy",
    "to_json",
    "to_profile",
]
