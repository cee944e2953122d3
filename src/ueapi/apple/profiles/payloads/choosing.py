"""The model that fits a payload."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ueapi.apple.profiles.document import Payload
from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.kerberos import KERBEROS_EXTENSION, KerberosSingleSignOn
from ueapi.apple.profiles.payloads.naming import WORDS

MODELS: Final[Mapping[str, type[TypedPayload]]] = MappingProxyType(
    {
        model.payload_type: model
        for model in WORDS.values()
        if not issubclass(model, KerberosSingleSignOn)
    }
)
"""The model of each payload type. Single sign-on has a second one for Kerberos, which `typed` chooses."""


def typed(payload: Payload) -> TypedPayload | None:
    """The payload with its keys as fields; `None` for a type without a model.

    Raises:
        InvalidModel: a key has a type or value Apple's schema doesn't know, or a required one is missing.
    """
    model = _model_of(payload)
    return None if model is None else model.of(payload)


def _model_of(payload: Payload) -> type[TypedPayload] | None:
    is_sign_on = payload.type == KerberosSingleSignOn.payload_type
    if is_sign_on and payload.content.get("ExtensionIdentifier") == KERBEROS_EXTENSION:
        return KerberosSingleSignOn
    return MODELS.get(payload.type)
