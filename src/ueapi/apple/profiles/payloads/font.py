"""The font payload."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload


class Font(TypedPayload):
    """One font; collections are not accepted."""

    payload_type: ClassVar[str] = "com.apple.font"

    font: Annotated[bytes, Field(alias="Font", repr=False)]
    """TrueType or OpenType."""
    name: Annotated[str | None, Field(alias="Name")] = None
    """For people; iOS reads the name in the font."""
