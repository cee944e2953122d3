"""Configuration profiles: Apple's format for settings, and what iOS makes of one under User Enrollment."""

from ueapi.apple.profiles.document import ConfigurationProfile, Payload, read, write
from ueapi.apple.profiles.meaning import SERVER_OWNED_KEYS, semantic_digest
from ueapi.apple.profiles.secrets import is_marker, redacted, secret_keys
from ueapi.apple.profiles.verdicts import Effect, Finding, refusals, split, unknown_keys

__all__ = [
    "SERVER_OWNED_KEYS",
    "ConfigurationProfile",
    "Effect",
    "Finding",
    "Payload",
    "is_marker",
    "read",
    "redacted",
    "refusals",
    "secret_keys",
    "semantic_digest",
    "split",
    "unknown_keys",
    "write",
]
