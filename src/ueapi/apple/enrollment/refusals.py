"""How a service says no with status 403, so that the device knows why.

Source: Apple's schema, mdm/errors.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

from attrs import frozen

from ueapi.apple import plist
from ueapi.errors import InvalidModel

JSON_TYPE: Final = "application/json"
PLIST_TYPE: Final = "application/xml"


class RefusalCode(StrEnum):
    """What a device is told."""

    DISCOVERY_FAILED = "com.apple.well-known.failed"
    """Discovery is refused to this person; understood from iOS 17.5 on."""
    UNRECOGNIZED_DEVICE = "com.apple.unrecognized.device"
    """The enrollment is unknown: the device removes it; understood from iOS 17.0 on."""


@frozen(kw_only=True)
class Refusal:
    """The body of a 403. `description` goes to the device's log, `message` is shown to the person if it can be."""

    code: str
    description: str | None = None
    message: str | None = None

    def to_json(self) -> bytes:
        """As JSON."""
        return json.dumps(self._rows(), separators=(",", ":"), ensure_ascii=False).encode()

    def to_plist(self) -> bytes:
        """As a property list."""
        return plist.write_canonical(self._rows())

    def _rows(self) -> dict[str, str]:
        rows = {"code": self.code, "description": self.description, "message": self.message}
        return {key: value for key, value in rows.items() if value is not None}


def refusal_from(content_type: str, body: bytes) -> Refusal | None:
    """Read the body of a 403 by its content type; `None` when it has no code, as any other 403."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        row = json.loads(body) if kind.endswith("json") else plist.read(body)
    except (ValueError, RecursionError, InvalidModel):
        return None
    if not isinstance(row, dict) or not isinstance(row.get("code"), str):
        return None
    return Refusal(
        code=str(row["code"]),
        description=_text(row.get("description")),
        message=_text(row.get("message")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
