"""Apple's own side: store apps, and the licenses an organization bought in each location.

A license is assigned to a Managed Apple ID, never to a phone. Taking one back doesn't remove the app: it stays usable
for up to 30 days, which is why nothing on a phone changes here. Source: Apple, setting up and assigning content.
"""

from __future__ import annotations

from attrs import define, field, frozen

from ueapi.model import ManagedAppleID


@frozen(kw_only=True)
class StoreApp:
    """An app as Apple's store knows it; `store_id` is the numeric id (adamId) as text."""

    store_id: str
    bundle_id: str
    name: str
    version: str


@define
class _Pool:
    total: int = 0
    holders: set[str] = field(factory=set, repr=False)


def account_key(managed_apple_id: str) -> str:
    """The form Managed Apple IDs are compared by."""
    return ManagedAppleID(managed_apple_id).key


@define
class AppsAndBooks:
    """Locations by name, each with its seats per store id, and who holds them."""

    _locations: dict[str, dict[str, _Pool]] = field(factory=dict)
    _store: dict[str, StoreApp] = field(factory=dict)

    # -- the store ---------------------------------------------------------------------------------

    def publish(self, app: StoreApp) -> None:
        """Put an app into the store."""
        self._store[app.store_id] = app

    def app(self, store_id: str) -> StoreApp | None:
        """The store's app of that id."""
        return self._store.get(store_id)

    def store_apps(self) -> tuple[StoreApp, ...]:
        """Every app in the store."""
        return tuple(self._store.values())

    # -- seats -------------------------------------------------------------------------------------

    def open_location(self, location: str) -> None:
        """Make an empty location, if there is none of that name."""
        self._locations.setdefault(location, {})

    def locations(self) -> tuple[str, ...]:
        """Names of the locations, oldest first."""
        return tuple(self._locations)

    def set_seats(self, location: str, store_id: str, total: int) -> None:
        """Buy seats, or give back free ones.

        Raises:
            ValueError: more seats are in use than would remain.
        """
        pool = self._locations.setdefault(location, {}).setdefault(store_id, _Pool())
        if total < len(pool.holders):
            raise ValueError(
                f"{len(pool.holders)} seats are in use; release some before keeping {total}"
            )
        pool.total = total

    def store_ids(self, location: str) -> tuple[str, ...]:
        """Store ids the location has seats for."""
        return tuple(self._locations.get(location, {}))

    def seats(self, location: str, store_id: str) -> int:
        """Seats bought; 0 for an app the location doesn't have."""
        return self._pool(location, store_id).total

    def in_use(self, location: str, store_id: str) -> int:
        """Seats somebody holds."""
        return len(self._pool(location, store_id).holders)

    def free(self, location: str, store_id: str) -> int:
        """Seats nobody holds."""
        pool = self._pool(location, store_id)
        return pool.total - len(pool.holders)

    # -- who holds them ----------------------------------------------------------------------------

    def take(self, location: str, store_id: str, managed_apple_id: str) -> bool:
        """Assign a seat; False when none is free. Who holds one already keeps it and uses no second."""
        pool = self._pool(location, store_id)
        account = account_key(managed_apple_id)
        if account in pool.holders:
            return True
        if len(pool.holders) >= pool.total:
            return False
        pool.holders.add(account)
        return True

    def release(self, location: str, store_id: str, managed_apple_id: str) -> bool:
        """Take a seat back; False when this account held none."""
        pool = self._pool(location, store_id)
        account = account_key(managed_apple_id)
        if account not in pool.holders:
            return False
        pool.holders.remove(account)
        return True

    def holds(self, location: str, store_id: str, managed_apple_id: str) -> bool:
        """Whether this account holds a seat there."""
        return account_key(managed_apple_id) in self._pool(location, store_id).holders

    def holders(self, location: str, store_id: str) -> frozenset[str]:
        """Accounts holding a seat, in the form they are compared by."""
        return frozenset(self._pool(location, store_id).holders)

    def _pool(self, location: str, store_id: str) -> _Pool:
        return self._locations.get(location, {}).get(store_id) or _Pool()
