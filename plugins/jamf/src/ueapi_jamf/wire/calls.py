"""Building requests of the two APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.flow import JSON, Call, Effect, json_body
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


def pro_put(operation: str, path: str, *, at: Mapping[str, str], value: object) -> Call:
    """Replace an object through the Jamf Pro API; twice is as once."""
    return _pro_change(operation, "PUT", path, at, value)


def pro_patch(operation: str, path: str, *, at: Mapping[str, str], value: object) -> Call:
    """Change parts of an object through the Jamf Pro API; twice is as once."""
    return _pro_change(operation, "PATCH", path, at, value)


def _pro_change(
    operation: str, method: str, path: str, at: Mapping[str, str], value: object
) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=pro(path),
        effect=Effect.IDEMPOTENT,
        at=at,
        body=json_body(value),
        content_type=JSON,
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


def classic_post(operation: str, path: str, *, body: bytes) -> Call:
    """Make an object through the Classic API, which hands out the id when it is asked for number 0."""
    return _classic_change(operation, "POST", path, {"id": "0"}, body)


def classic_put(operation: str, path: str, *, at: Mapping[str, str], body: bytes) -> Call:
    """Replace elements of an object through the Classic API; absent elements keep their values."""
    return _classic_change(operation, "PUT", path, at, body)


def classic_delete(operation: str, path: str, *, at: Mapping[str, str]) -> Call:
    """Delete an object through the Classic API."""
    return _classic_change(operation, "DELETE", path, at, None)


def _classic_change(
    operation: str, method: str, path: str, at: Mapping[str, str], body: bytes | None
) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=classic(path),
        effect=Effect.READABLE,
        at=at,
        body=body,
        content_type=None if body is None else XML,
        accept=XML,
    )
