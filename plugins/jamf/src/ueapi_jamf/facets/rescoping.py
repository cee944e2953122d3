"""Reading a scope, changing some rows and writing it back whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.errors import Conflict
from ueapi_jamf.wire.classic import Element
from ueapi_jamf.wire.scoping import ELEMENTS, Place, Wanted, changed, holds

_ALL_DEVICES: Final = "all_mobile_devices"


def rescoped(stored: Element, wanted: Wanted, lately: Mapping[Place, bool]) -> Element | None:
    """The stored scope with the wanted rows, and with what was changed too lately for a reading to show it.

    `None` when nothing is to be written, which takes that both the reading and what was lately written agree.
    """
    is_settled = all(
        holds(stored, place) is is_in and lately.get(place, is_in) is is_in
        for place, is_in in wanted.items()
    )
    return None if is_settled else changed(stored, {**lately, **wanted})


def adding(stored: Element, places: tuple[Place, ...], *, what: str) -> Wanted:
    """The rows to put in. A scope of all devices has them already, and would drop groups of devices.

    Raises:
        Conflict: the scope takes one of them out again, so that putting it in would have no effect.
    """
    excluded = [place for place in places if holds(stored, place.excluded)]
    if excluded:
        named = ", ".join(f"{ELEMENTS[place.container]} {place.id}" for place in excluded)
        raise Conflict(
            f"{what} excludes {named}, and exclusions win over assignments.",
            remedy="Remove the exclusion in Jamf Pro, then repeat; nothing was changed.",
        )
    if (stored.findtext(_ALL_DEVICES) or "").strip() == "true":
        return {}
    return dict.fromkeys(places, True)


def removing(places: tuple[Place, ...]) -> Wanted:
    """The rows to take out. Whoever is reached another way, through a group say, stays reached."""
    return dict.fromkeys(places, False)
