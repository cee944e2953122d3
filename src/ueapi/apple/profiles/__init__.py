"""Configuration profiles: Apple's format for settings, read, compared, signed and written without loss.

What iOS makes of a profile under User Enrollment is asked of `ueapi.apple.rules`. Typed models of single payloads are
in `ueapi.apple.profiles.payloads`; `signing` and `verification` are imported by their own names.
"""

from ueapi.apple.profiles.difference import Change, ChangeKind, describe, difference
from ueapi.apple.profiles.document import ConfigurationProfile, Payload, read, write
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.profiles.meaning import SERVER_OWNED_KEYS, semantic_digest
from ueapi.apple.profiles.secrets import (
    Separated,
    is_marker,
    markers,
    redacted,
    restored,
    secret_keys,
    separated,
)

__all__ = [
    "SERVER_OWNED_KEYS",
    "Change",
    "ChangeKind",
    "ConfigurationProfile",
    "Payload",
    "Separated",
    "describe",
    "difference",
    "is_marker",
    "markers",
    "payload_uuid",
    "read",
    "redacted",
    "restored",
    "secret_keys",
    "semantic_digest",
    "separated",
    "write",
]
