"""A product just large enough for phones: it sends everybody two profiles and every app in the store."""

from __future__ import annotations

import plistlib
import random
from zlib import crc32

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ueapi.apple import mdm
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import CHANGES, READS, Console, Simulator, Surroundings


def profile(name: str, *payloads: dict) -> bytes:
    """A configuration profile with these payloads."""
    outer = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": f"org.example.{name}",
        "PayloadUUID": f"00000000-0000-4000-8000-{crc32(name.encode()):012d}",
        "PayloadDisplayName": name,
        "PayloadVersion": 1,
        "PayloadContent": [
            {
                "PayloadIdentifier": f"org.example.{name}.{number}",
                "PayloadUUID": f"00000000-0000-4000-8000-{number:012d}",
                "PayloadVersion": 1,
                **payload,
            }
            for number, payload in enumerate(payloads)
        ],
    }
    return plistlib.dumps(outer)


PASSCODE = {"PayloadType": "com.apple.mobiledevice.passwordpolicy", "forcePIN": True}
WEB_CLIP = {
    "PayloadType": "com.apple.webClip.managed",
    "URL": "https://intranet.example.org",
    "Label": "Intranet",
}
DEVICE_VPN = {"PayloadType": "com.apple.vpn.managed", "VPNType": "IKEv2"}


class TinyConsole(Console):
    """Does nothing."""

    def set_up_account_driven_enrollment(self):
        pass

    def link_location(self):
        pass

    def make_profile(self, name, content):
        return name

    def edit_profile(self, name, content):
        pass

    def profile_content(self, name):
        return None

    def rename_user(self, username_or_email, name):
        pass

    def touch_telemetry(self):
        pass


class Tiny(Simulator):
    """The product; `assigns` says whether it assigns licenses before it installs apps."""

    backend = "tiny"

    def __init__(self, around: Surroundings) -> None:
        self.assigns = True
        self.profiles = [profile("passcode", PASSCODE), profile("vpn", WEB_CLIP, DEVICE_VPN)]
        self.refused = ""
        self.enrollments = []
        self.gone = []
        self.results = []
        self.writes = 0
        self._side = DeviceSide(around.clock, random.Random(1), self)
        super().__init__(around)

    def routes(self):
        return [("GET", "/things", self._read, READS), ("POST", "/things", self._write, CHANGES)]

    def gate(self, request: Request) -> Response | None:
        return None

    @property
    def device_side(self):
        return self._side

    @property
    def console(self):
        return TinyConsole()

    def settings(self, url):
        return {"url": url}

    def secrets(self):
        return self._side.secrets()

    def furnish(self, fleet: Fleet) -> None:
        pass

    async def _read(self, request: Request) -> Response:
        return JSONResponse({"writes": self.writes})

    async def _write(self, request: Request) -> Response:
        self.writes += 1
        return JSONResponse({"writes": self.writes})

    # -- hooks -------------------------------------------------------------------------------------

    def refusal(self, managed_apple_id, kind):
        return self.refused or None

    def enrolled(self, record):
        self.enrollments.append(record)
        around, side = self.around, self._side
        for content in self.profiles:
            side.queue(record, mdm.install_profile(side.new_command_id(), content))
        for app in around.apple.store_apps():
            if self.assigns:
                around.apple.take(around.location, app.store_id, record.managed_apple_id)
            command = mdm.install_application(side.new_command_id(), store_id=int(app.store_id))
            side.queue(record, command)

    def answered(self, record, command, result):
        self.results.append((command.request_type, result.status))

    def left(self, record):
        self.gone.append(record)


def tiny(clock: VirtualClock, apple: AppsAndBooks, location: str = "Main") -> Tiny:
    """A product that stands alone."""
    around = Surroundings(clock=clock, rng=random.Random(2), apple=apple, location=location)
    return Tiny(around)
