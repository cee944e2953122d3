"""Tying an app to a network setting: the attribute a work app gets when it is installed."""

from __future__ import annotations

from ueapi.errors import InvalidModel


def attribute_for(key: str, value: str | None) -> dict[str, str]:
    """The attribute as commands and product APIs take it.

    Raises:
        InvalidModel: the payload has no UUID that an app could name.
    """
    if not value:
        raise InvalidModel(
            f"no app can be bound to a payload without {key}.",
            remedy=f"Give the payload a {key} of its own; User Enrollment needs one anyway.",
        )
    return {key: value}
