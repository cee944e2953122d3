"""Apps bought in the Apps and Books location, and how they come into the catalog."""

from __future__ import annotations

from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.state import APP_STORE, AppRow


def add_store_app(account: Account, app: StoreApp) -> AppRow:
    """Put a store app into the catalog; it is there once."""
    row = account.store.known_app(app.bundle_id)
    if row is None:
        row = AppRow(
            id=account.store.next_id("app"),
            app_id=app.bundle_id,
            name=app.name,
            app_type=APP_STORE,
            added=account.now(),
        )
        account.store.add_app(row)
    row.is_deleted = False
    row.store_id, row.version = app.store_id, app.version
    return row


def sync_location(account: Account) -> None:
    """Take over what was bought, once the location is linked. Guess: by itself, and before anyone looks again."""
    if not account.location_linked:
        return
    around = account.around
    for store_id in around.apple.store_ids(around.location):
        app = around.apple.app(store_id)
        if app is not None:
            add_store_app(account, app)
