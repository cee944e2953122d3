"""The administrator's back doors of the portal."""

from __future__ import annotations

from attrs import define

from ueapi.rehearsal.simulator import Console
from ueapi_maas360.simulator.account import Account
from ueapi_maas360.simulator.location import sync_location
from ueapi_maas360.simulator.policies import merged, normalized


@define(eq=False)
class Maas360Console(Console):
    """What a person does in the portal's pages."""

    account: Account

    def set_up_account_driven_enrollment(self) -> None:
        """Source: IBM's pages: set up in the portal and in Apple Business Manager; no service does it."""
        self.account.takes_accounts = True

    def link_location(self) -> None:
        """Source: IBM's page on User Enrollment: the location's token is added in the portal."""
        self.account.location_linked = True
        sync_location(self.account)

    def make_profile(self, name: str, content: bytes) -> str:
        """A policy with the settings of that profile; names are used once."""
        if self.account.store.policy_named(name) is not None:
            raise KeyError("a policy has that name already")
        return str(self.account.make_policy(name, normalized(content, name)).id)

    def edit_profile(self, name: str, content: bytes) -> None:
        row = self.account.store.policy_named(name)
        if row is None:
            raise KeyError(name)
        row.parts, row.version = (normalized(content, name),), row.version + 1
        self.account.delivery.reconcile(*self.account.store.devices.values())

    def profile_content(self, name: str) -> bytes | None:
        row = self.account.store.policy_named(name)
        return None if row is None else merged(row)

    def rename_user(self, username_or_email: str, name: str) -> None:
        store = self.account.store
        row = store.user_with_email(username_or_email)
        if row is None:
            row = next((u for u in store.users.values() if u.username == username_or_email), None)
        if row is None:
            raise KeyError("no user has that address or name")
        row.name, row.updated = name, self.account.now()

    def touch_telemetry(self) -> None:
        for row in self.account.store.devices.values():
            if row.is_managed:
                row.last_reported = self.account.now()
