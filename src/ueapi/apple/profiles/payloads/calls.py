"""Which app calls the people of an account, shared by several account payloads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedKeys


class DefaultHandlers(TypedKeys):
    """An app for each kind of call."""

    audio_call: Annotated[str | None, Field(alias="AudioCall")] = None
    """Bundle identifier of the app for voice calls."""


class CommunicationRules(TypedKeys):
    """What happens when somebody of the account is called."""

    default_handlers: Annotated[DefaultHandlers | None, Field(alias="DefaultServiceHandlers")] = (
        None
    )
