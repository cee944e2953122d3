"""A product for backends that ship no simulator: it answers nothing, and notes whoever asks.

A backend whose sheet refuses everything is proved with it: no refusal may cost a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.device_side import DeviceSide, EnrollmentRecord
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.simulator import READS, Console, Entry, Handler, Simulator, Surroundings
from ueapi.rehearsal.wire import Application, Message, Receive, Send


class _NoPhones:
    """Lets no phone in."""

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        return "this product enrolls nobody"

    def enrolled(self, record: EnrollmentRecord) -> None: ...

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None: ...

    def left(self, record: EnrollmentRecord) -> None: ...


class _NoConsole(Console):
    """Has nothing to set up."""

    def set_up_account_driven_enrollment(self) -> None: ...

    def link_location(self) -> None: ...

    def make_profile(self, name: str, content: bytes) -> str:
        return name

    def edit_profile(self, name: str, content: bytes) -> None: ...

    def profile_content(self, name: str) -> bytes | None:
        return None

    def rename_user(self, username_or_email: str, name: str) -> None: ...

    def touch_telemetry(self) -> None: ...


class SilentProduct(Simulator):
    """Answers 501 to everything."""

    def __init__(self, backend: str, settings: Mapping[str, str], around: Surroundings) -> None:
        """Stand in for the product of that backend, connected to with these settings."""
        self.backend = backend
        self._settings = dict(settings)
        self._side = DeviceSide(around.clock, around.rng, _NoPhones())
        super().__init__(around)

    def routes(self) -> Sequence[tuple[str, str, Handler, bool]]:
        return ()

    def gate(self, request: object) -> None:
        return None

    @property
    def device_side(self) -> DeviceSide:
        return self._side

    @property
    def console(self) -> Console:
        return _NoConsole()

    def settings(self, url: str) -> Mapping[str, str]:
        return {**self._settings, "url": url}

    def secrets(self) -> frozenset[str]:
        return self._side.secrets()

    def furnish(self, fleet: Fleet) -> None: ...

    def answering(self) -> Application:
        """What stands at the product's address."""

        async def refuse(scope: Message, _: Receive, send: Send) -> None:
            now, path = self.around.clock.now(), str(scope["path"])
            self.log.entries.append(Entry(now, str(scope["method"]), path, "", 501, READS))
            await send({"type": "http.response.start", "status": 501, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        return refuse
