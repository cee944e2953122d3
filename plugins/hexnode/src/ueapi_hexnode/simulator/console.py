"""The administrator's back doors of the portal."""

from __future__ import annotations

from attrs import define

from ueapi.rehearsal.simulator import Console
from ueapi_hexnode.simulator.location import sync_location
from ueapi_hexnode.simulator.policies import profile_of, take_over
from ueapi_hexnode.simulator.portal import Portal
from ueapi_hexnode.simulator.state import PolicyRow


@define(eq=False)
class HexnodeConsole(Console):
    """What a person does in the portal's pages."""

    portal: Portal

    def set_up_account_driven_enrollment(self) -> None:
        """Source: Hexnode help, Account-driven enrollment: configured in the portal, no endpoint for it."""
        self.portal.takes_accounts = True

    def link_location(self) -> None:
        """Source: Hexnode help, Apple User Enrollment: the token of the location is added in the portal."""
        self.portal.location_linked = True
        sync_location(self.portal)

    def make_profile(self, name: str, content: bytes) -> str:
        now = self.portal.now()
        row = PolicyRow(id=0, name=name, description="", created=now, modified=now)
        take_over(row, content)
        row.id = self.portal.store.next_id("policy")
        self.portal.store.policies[row.id] = row
        return str(row.id)

    def edit_profile(self, name: str, content: bytes) -> None:
        row = self._policy(name)
        if row is None:
            raise KeyError(name)
        take_over(row, content)
        row.version, row.modified = row.version + 1, self.portal.now()
        self.portal.delivery.reconcile(*self.portal.delivery.reached(row.targets))

    def profile_content(self, name: str) -> bytes | None:
        row = self._policy(name)
        return None if row is None else profile_of(row)

    def rename_user(self, username_or_email: str, name: str) -> None:
        row = self.portal.store.user_by_email(username_or_email)
        if row is None:
            rows = self.portal.store.users.values()
            row = next((u for u in rows if u.name == username_or_email), None)
        if row is None:
            raise KeyError("no user has that address or name")
        row.name = name

    def touch_telemetry(self) -> None:
        rng = self.portal.around.rng
        for row in self.portal.store.devices.values():
            if row.is_managed:
                row.last_reported = self.portal.now()
                row.battery = round(rng.uniform(5.0, 100.0), 1)

    def _policy(self, name: str) -> PolicyRow | None:
        rows = self.portal.store.policies.values()
        return next((p for p in rows if p.name == name and not p.archived), None)
