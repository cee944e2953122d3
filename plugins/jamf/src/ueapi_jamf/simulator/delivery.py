"""Profiles and apps on their way to phones: what is in scope is installed, what falls out of scope is removed.

Source: Jamf Pro API 11.30 schema, which offers no command to install either, and Jamf's technical paper on
personally owned devices for prompts that come again. Guess: the times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field

from ueapi.apple import mdm
from ueapi_jamf.simulator.content import AppRow, ProfileRow

if TYPE_CHECKING:
    from ueapi_jamf.simulator.server import Server
    from ueapi_jamf.simulator.state import DeviceRow

SOON: Final = 600.0
"""Seconds until the server asks what became of an app."""
AGAIN: Final = 4 * 3600.0
"""Seconds until an app that isn't there is offered again. Source: technical paper, "about every four hours"."""
MOST_OFFERS: Final = 12
"""How often an app is offered. Guess: a server has no such limit; phones of a rehearsal get no endless prompts."""
_UNDER_WAY: Final = frozenset(
    {"Queued", "Prompting", "Installing", "ValidatingPurchase", "PromptingForLogin", "Updating"}
)


@define(eq=False)
class Delivery:
    """Remembers what was sent to whom."""

    server: Server = field(repr=False)
    _profiles: dict[int, dict[int, int]] = field(factory=dict, repr=False)
    """Profile id → device id → the edition sent."""
    _apps: dict[int, set[int]] = field(factory=dict, repr=False)
    _identifiers: dict[int, str] = field(factory=dict, repr=False)
    _bundles: dict[int, str] = field(factory=dict, repr=False)
    _offers: dict[tuple[int, int], int] = field(factory=dict, repr=False)
    _waiting: set[tuple[int, int]] = field(factory=set, repr=False)
    """App and device for which an offer is planned."""
    _asked: dict[int, float] = field(factory=dict, repr=False)
    """Device id → when its apps are asked for next."""

    def welcome(self, device: DeviceRow) -> None:
        """Send a phone that just enrolled what is in scope for it, then ask what it is."""
        self.inquire(device)
        owner = self.server.owner_of(device)
        for profile in self.server.profiles.rows.values():
            if self.server.reach.holds(profile.scope, device, owner):
                self._install_profile(profile, device)
        for app in self.server.apps.rows.values():
            if app.installs_by_itself and self.server.reach.holds(app.scope, device, owner):
                self._offer(app, device)

    def settle(self) -> None:
        """Send every phone what came into scope, and remove what fell out of it."""
        server = self.server
        alive = {d.id for d in server.devices.enrolled()}
        for profile in server.profiles.rows.values():
            wanted = server.reach.devices_in(profile.scope) & alive
            sent = self._profiles.setdefault(profile.id, {})
            for i in sorted(wanted):
                if sent.get(i) != profile.edition:
                    self._install_profile(profile, server.devices.rows[i])
            self._withdraw_profile(profile.id, set(sent) - wanted)
        for app in server.apps.rows.values():
            if app.installs_by_itself:
                wanted = server.reach.devices_in(app.scope) & alive
                given = self._apps.setdefault(app.id, set())
                for i in sorted(wanted - given):
                    self._offer(app, server.devices.rows[i])
                self._withdraw_app(app.id, given - wanted)
        for gone in self._profiles.keys() - server.profiles.rows.keys():
            self._withdraw_profile(gone, set(self._profiles[gone]))
        for gone in self._apps.keys() - server.apps.rows.keys():
            self._withdraw_app(gone, set(self._apps[gone]))

    def forget(self, device: DeviceRow) -> None:
        """A phone left: nothing more is sent to it or removed from it."""
        for sent in self._profiles.values():
            sent.pop(device.id, None)
        for given in self._apps.values():
            given.discard(device.id)

    def inquire(self, device: DeviceRow) -> None:
        """Ask a phone what it is and what it holds."""
        self._ask(device, mdm.RequestType.DEVICE_INFORMATION)
        self.ask_profiles(device)
        self.ask_apps(device)

    def ask_profiles(self, device: DeviceRow) -> None:
        """Ask which profiles a phone holds, unless that question waits already."""
        self._ask(device, mdm.RequestType.PROFILE_LIST)

    def ask_apps(self, device: DeviceRow) -> None:
        """Ask for the state of a phone's managed apps, unless that question waits already."""
        self._ask(device, mdm.RequestType.MANAGED_APPLICATION_LIST)

    def ask_apps_later(self, device: DeviceRow, seconds: float) -> None:
        """Ask for the apps in that many seconds; of several such questions the first counts."""
        clock = self.server.around.clock
        due = clock.monotonic() + seconds
        if self._asked.get(device.id, due + 1) <= due:
            return
        self._asked[device.id] = due

        def ask() -> None:
            if self._asked.get(device.id) == due:
                del self._asked[device.id]
                if device.is_managed:
                    self.ask_apps(device)

        clock.after(seconds, ask)

    def apps_reported(self, device: DeviceRow) -> None:
        """Look at what the phone said about its apps; offer again what isn't there."""
        states = device.record.apps if device.record else {}
        missing = False
        for app in self.server.apps.rows.values():
            if (
                device.id not in self._apps.get(app.id, ())
                or states.get(app.bundle_id) == "Managed"
            ):
                continue
            if self._offers.get((app.id, device.id), 0) >= MOST_OFFERS:
                continue
            missing = True
            if states.get(app.bundle_id) not in _UNDER_WAY:
                self._offer_later(app, device)
        if missing:
            self.ask_apps_later(device, SOON if _is_under_way(states) else AGAIN + SOON)

    def _offer_later(self, app: AppRow, device: DeviceRow) -> None:
        key = (app.id, device.id)
        if key in self._waiting:
            return
        self._waiting.add(key)

        def offer() -> None:
            self._waiting.discard(key)
            states = device.record.apps if device.record else {}
            is_wanted = device.is_managed and device.id in self._apps.get(app.id, ())
            if is_wanted and states.get(app.bundle_id) not in {"Managed", *_UNDER_WAY}:
                self._offer(app, device)

        self.server.around.clock.after(AGAIN, offer)

    def _install_profile(self, profile: ProfileRow, device: DeviceRow) -> None:
        self._profiles.setdefault(profile.id, {})[device.id] = profile.edition
        self._identifiers[profile.id] = profile.identifier
        command = mdm.install_profile(self._id(), profile.content)
        self.server.send(device, command, profile=(profile.id, profile.identifier))

    def _withdraw_profile(self, profile_id: int, devices: set[int]) -> None:
        sent = self._profiles[profile_id]
        for i in sorted(devices):
            del sent[i]
            device = self.server.devices.rows.get(i)
            if device is not None and device.is_managed:
                identifier = self._identifiers[profile_id]
                self.server.send(device, mdm.remove_profile(self._id(), identifier))

    def _offer(self, app: AppRow, device: DeviceRow) -> None:
        self._apps.setdefault(app.id, set()).add(device.id)
        self._bundles[app.id] = app.bundle_id
        key = (app.id, device.id)
        self._offers[key] = self._offers.get(key, 0) + 1
        store_id = app.store_id
        if store_id is None:
            command = mdm.install_application(self._id(), bundle_id=app.bundle_id)
        else:
            command = mdm.install_application(self._id(), store_id=int(store_id))
        self.server.send(device, command)

    def _withdraw_app(self, app_id: int, devices: set[int]) -> None:
        given = self._apps[app_id]
        for i in sorted(devices):
            given.discard(i)
            device = self.server.devices.rows.get(i)
            if device is not None and device.is_managed:
                command = mdm.remove_application(self._id(), self._bundles[app_id])
                self.server.send(device, command)

    def _ask(self, device: DeviceRow, kind: mdm.RequestType) -> None:
        record = device.record
        if record is None or any(c.request_type == kind for c in record.queue):
            return
        self.server.send(device, self.server.question(kind))

    def _id(self) -> str:
        return self.server.side.new_command_id()


def _is_under_way(states: dict[str, str]) -> bool:
    return any(state in _UNDER_WAY for state in states.values())
