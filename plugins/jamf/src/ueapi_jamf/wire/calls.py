"""Building requests of the two APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.flow import Call, Effect, json_body
from ueapi_jamf.paths import classic, pro

XML: Final = "application/xml"


def pro_get(
    operation: str,
    path: str,
    *,
    at: Mapping[str, str] | None = None,
    query: tuple[tuple[str, str], ...] = (),
) -> Call:
    """Read from the Jamf Pro API."""
    return Call(
        operation=operation,
        method="GET",
        path=pro(path),
        effect=Effect.READS,
        at=at or {},
        query=query,
    )


def pro_post(
    operation: str, path: str, *, at: Mapping[str, str] | None = None, value: object = None
) -> Call:
    """Order something through the Jamf Pro API whose effect can be read afterwards."""
    return Call(
        operation=operation,
        method="POST",
        path=pro(path),
        effect=Effect.READABLE,
        at=at or {},
        body=None if value is None else json_body(value),
        content_type=None if value is None else "application/json",
    )


def classic_get(operation: str, path: str, *, at: Mapping[str, str] | None = None) -> Call:
    """Read from the Classic API, as XML: its JSON shows one row and several rows differently."""
    return Call(
        operation=operation,
        method="GET",
        path=classic(path),
        effect=Effect.READS,
        at=at or {},
        accept=XML,
    )


def classic_put(operation: str, path: str, *, at: Mapping[str, str], body: bytes) -> Call:
    """Replace elements of an object through the Classic API; absent elements keep their values."""
    return Call(
        operation=operation,
        method="PUT",
        path=classic(path),
        effect=Effect.READABLE,
        at=at,
        body=body,
        content_type=XML,
        accept=XML,
    )
