"""Apps added a moment ago, which a listing may not show yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from ueapi.model import App

UNSURE: Final = timedelta(minutes=2)
"""How long an app just added may be missing from the catalog; longer than clusters of such products take to agree."""


@define
class LatelyAdded:
    """Apps added in the last minutes, by bundle identifier.

    Without this memory, making sure of one again would add it again when the catalog comes from a node that hasn't
    heard of the first time.
    """

    _added: dict[str, tuple[datetime, App]] = field(factory=dict, repr=False)

    def note(self, app: App, *, now: datetime) -> None:
        """Remember one."""
        if app.bundle_id is not None:
            self._added[app.bundle_id] = (now, app)

    def find(self, bundle_id: str, *, now: datetime) -> App | None:
        """One that the catalog may not show yet."""
        added, app = self._added.get(bundle_id, (None, None))
        return app if added is not None and now - added < UNSURE else None
