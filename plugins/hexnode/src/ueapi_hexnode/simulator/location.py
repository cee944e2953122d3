"""Apps bought in the Apps and Books location, and how they come into the inventory."""

from __future__ import annotations

from ueapi_hexnode.simulator.portal import Portal
from ueapi_hexnode.simulator.state import AppRow


def find_app(portal: Portal, identifier: str, platform: str = "ios") -> AppRow | None:
    """The inventory's app of that bundle id."""
    rows = portal.store.apps.values()
    return next((a for a in rows if a.identifier == identifier and a.platform == platform), None)


def sync_location(portal: Portal) -> None:
    """Take over what was bought, once the location is linked.

    Source: Hexnode help, App lifecycle: bought apps sync into the inventory by themselves. Guess: as `store` apps, and
    before anyone looks at the inventory again.
    """
    if not portal.location_linked:
        return
    around = portal.around
    for store_id in around.apple.store_ids(around.location):
        app = around.apple.app(store_id)
        if app is None:
            continue
        row = find_app(portal, app.bundle_id)
        if row is None:
            row = AppRow(id=portal.store.next_id("app"), name=app.name, identifier=app.bundle_id)
            portal.store.apps[row.id] = row
        row.store_id, row.version = store_id, app.version
