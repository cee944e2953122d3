"""Orders for a device as the product gives them; the fields are assumed."""

from __future__ import annotations

from datetime import datetime

from ueapi_hexnode.wire.base import Row, Text


class ActionRow(Row):
    """One order for one device and what became of it."""

    id: int | None = None
    action: str
    status: str
    initiated_time: datetime | None = None
    completed_time: datetime | None = None
    remarks: Text = None
