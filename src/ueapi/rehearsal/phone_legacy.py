"""Profiles that a declaration carries: the rules of profiles hold inside it.

Source: Apple's schema, declarative/declarations/configurations/legacy.
"""

from __future__ import annotations

from typing import Final

from ueapi.apple import profiles
from ueapi.errors import InvalidModel
from ueapi.rehearsal.phone_answers import Current, Obeying
from ueapi.rehearsal.phone_contents import forbidden

LEGACY: Final = "com.apple.configuration.legacy"


def install_legacy(phone: Obeying, current: Current) -> None:
    """Install what active declarations carry, and remove what came with those that aren't any more."""
    contents = current.contents
    wanted = [n for n in sorted(contents.active) if contents.declarations[n].type == LEGACY]
    for name in contents.legacy.keys() - set(wanted):
        contents.profiles.pop(contents.legacy.pop(name), None)
    for name in wanted:
        found = _profile(phone, current, contents.declarations[name].payload.get("ProfileURL"))
        if found is not None:
            contents.profiles[found.identifier] = found
            contents.legacy[name] = found.identifier


def _profile(phone: Obeying, current: Current, url: object) -> profiles.ConfigurationProfile | None:
    """The profile at an address; `None` where there is none, or iOS refuses it."""
    content = phone.fetch(url) if isinstance(url, str) else None
    if content is None:
        return None
    try:
        found = profiles.read(content)
    except InvalidModel:
        return None
    is_user = current.kind.is_user_enrollment
    return None if is_user and forbidden(found, phone.os_version) else found
