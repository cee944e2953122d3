"""Configuration profiles: Apple's format for settings, read, compared and written without loss.

What iOS makes of a profile under User Enrollment is asked of `ueapi.apple.rules`. Typed models of single payloads are
in `ueapi.apple.profiles.payloads`.
"""

from ueapi.apple.profiles.document import ConfigurationProfile, Payload, read, write
from ueapi.apple.profiles.identity import payload_uuid
from ueapi.apple.profiles.meaning import SERVER_OWNED_KEYS, semantic_digest
from ueapi.apple.profiles.secrets import is_marker, redacted, secret_keys

__all__ = [
    "SERVER_OWNED_KEYS",
    "ConfigurationProfile",
    "Payload",
    "is_marker",
    "payload_uuid",
    "read",
    "redacted",
    "secret_keys",
    "semantic_digest",
    "write",
]
