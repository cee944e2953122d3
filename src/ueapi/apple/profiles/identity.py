"""Identifiers and UUIDs that are the same every time, so that a new build of a profile replaces the old one."""

from __future__ import annotations

import uuid
from typing import Final

NAMESPACE: Final = uuid.UUID("7d0a8a2e-3f6b-5d7e-9b1c-2a54a3c0e6f1")
"""Ours, drawn once; a name within it always gives the same UUID (RFC 9562, version 5)."""


def payload_uuid(identifier: str) -> str:
    """The UUID that belongs to an identifier, in Apple's upper-case spelling.

    iOS replaces an installed profile when `PayloadIdentifier` is the same; a stable UUID keeps links between payloads
    (a certificate, say) valid across builds. Source: Apple's schema, TopLevel.
    """
    return str(uuid.uuid5(NAMESPACE, identifier)).upper()
