"""What an administrator does in Jamf Pro's console."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from ueapi.rehearsal.simulator import Console
from ueapi_jamf.simulator.content import AppRow, LocationRow, ProfileRow
from ueapi_jamf.simulator.payloads import stored
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import UserRow

STORE: Final = "https://apps.apple.com/us/app/id"


@define(eq=False)
class JamfConsole(Console):
    """Back doors; none of them goes through the API or its log."""

    server: Server = field(repr=False)

    def set_up_account_driven_enrollment(self) -> None:
        self.server.switches.allows_user_enrollment = True

    def link_location(self) -> None:
        """Link the location and register users with Managed Apple IDs, as user-based licenses need.

        Guess: purchased apps that aren't in the catalog appear there, offered and not installed.
        """
        seats, around = self.server.seats, self.server.around
        if seats.locations.named(around.location) is not None:
            return
        around.apple.open_location(around.location)
        location = seats.locations.put(
            LocationRow(id=seats.locations.new_id(), name=around.location, location=around.location)
        )
        known = {a.bundle_id for a in self.server.apps.rows.values()}
        for store_id in around.apple.store_ids(around.location):
            app = around.apple.app(store_id)
            if app is not None and app.bundle_id not in known:
                self.server.apps.put(
                    AppRow(
                        id=self.server.apps.new_id(),
                        name=app.name,
                        bundle_id=app.bundle_id,
                        version=app.version,
                        store_url=f"{STORE}{store_id}",
                        location_id=location.id,
                    )
                )
        self.server.settle()

    def make_profile(self, name: str, content: bytes) -> str:
        shelf = self.server.profiles
        identifier = self.server.new_uuid().upper()
        row = ProfileRow(
            id=shelf.new_id(),
            name=name,
            content=stored(content, identifier),
            identifier=identifier,
        )
        shelf.put(row)
        return str(row.id)

    def edit_profile(self, name: str, content: bytes) -> None:
        row = self._profile(name)
        row.content = stored(content, row.identifier)
        row.edition += 1
        self.server.settle()

    def profile_content(self, name: str) -> bytes | None:
        row = self.server.profiles.named(name)
        return None if row is None else row.content

    def rename_user(self, username_or_email: str, name: str) -> None:
        row = self._user(username_or_email)
        row.realname = name
        self.server.users.changed(row, row.username)
        self.server.settle()

    def touch_telemetry(self) -> None:
        rng, now = self.server.around.rng, self.server.around.clock.now()
        for device in self.server.devices.rows.values():
            if device.is_managed:
                device.last_contact = now
                device.battery = rng.randrange(5, 101)
        self.server.devices.changed()

    def _profile(self, name: str) -> ProfileRow:
        row = self.server.profiles.named(name)
        if row is None:
            raise LookupError("there is no profile of that name")
        return row

    def _user(self, username_or_email: str) -> UserRow:
        wanted = username_or_email.casefold()
        row = self.server.users.named(wanted)
        rows = self.server.users.rows.values()
        row = row or next((u for u in rows if u.email.casefold() == wanted), None)
        if row is None:
            raise LookupError("there is no user of that name or mail address")
        return row
