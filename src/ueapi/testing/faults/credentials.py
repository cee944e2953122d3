"""Credentials that end: soon, all at once, and while several callers are at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final
from unittest import SkipTest

from attrs import define, field

from ueapi.client import Tenant
from ueapi.errors import UeapiError
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.runtime.tokens import margin
from ueapi.testing.faults.acts import LISTINGS, READINGS, Deed
from ueapi.testing.faults.line import Asked, Line
from ueapi.testing.faults.outcome import offered, told, tried
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

LIFETIME: Final = 60
"""Seconds a credential lives."""
SHIFT: Final = 6 * 3600.0
"""Seconds of work on such credentials."""
BETWEEN: Final = 45.0
"""Seconds between two calls, so that every other one meets an old credential."""
CALLERS: Final = 6
HELD: Final = 0.02
"""True seconds a sign-in takes, long enough for other threads to come along."""


class CredentialsConformance:
    """Credentials are renewed before they end, once for everyone, and nobody who calls notices."""

    @promise(
        "faults.credentials.lifetime",
        Topic.FAULTS,
        fix="Tell a credential's true `lifetime`, and have `fault` map 401 to CredentialsRejected.",
    )
    def test_credentials_of_a_minute_last_six_hours_of_calls(self, harness: Harness) -> None:
        """Each call of six hours succeeds, and there are no more sign-ins than lifetimes."""
        line = _with_short_credentials(harness)
        calls = int(SHIFT / BETWEEN)
        reading = next(offered(harness, LISTINGS))
        deed = reading.prepare(harness)
        signed_in = 0
        for _ in range(calls):
            line.clear()
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} on a credential of {LIFETIME} s. Fix: tell its `lifetime` in "
                "Credential, counted from now on our clock, and have `fault` map 401 to CredentialsRejected."
            )
            signed_in += sum(asked.path in line.entry for asked in outcome.asked)
            harness.world.clock.sleep(BETWEEN)
        most = int(SHIFT / (LIFETIME - margin(timedelta(seconds=LIFETIME)).total_seconds())) + 1
        assert signed_in <= most, (
            f"{signed_in} sign-in requests where {most} do. Fix: tell a credential's true `lifetime`; one that is "
            "told too short is renewed all the time."
        )

    @promise(
        "faults.credentials.during-a-listing",
        Topic.FAULTS,
        fix="Let the runtime sign calls; keep no credential in the adapter.",
    )
    def test_credentials_that_end_during_a_listing_go_unnoticed(self, harness: Harness) -> None:
        """Every page takes longer than a credential lives for, and the listing is whole."""
        line = _with_short_credentials(harness)
        tenant = harness.connect(page_rows=3)
        for reading in offered(harness, LISTINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            line.clear()
            line.delay = LIFETIME / 2
            outcome = tried(reading.capability.value, deed, tenant=tenant, line=line)
            line.clear()
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} when its credential ended. Fix: let the runtime sign calls; don't "
                "keep a credential in the adapter."
            )
            assert told(outcome.value) == calm, (
                f"{outcome.what} reads otherwise on short credentials"
            )

    @promise(
        "faults.credentials.revoked",
        Topic.FAULTS,
        fix="Have `fault` map 401 to CredentialsRejected, so that the runtime signs in once more.",
    )
    def test_revoked_credentials_are_replaced_in_the_middle(self, harness: Harness) -> None:
        """The product ends every credential again and again; the caller sees the same rows."""
        _require_credentials(harness, harness.simulator.revoke_credentials())
        line = Line.at(harness)
        tenant = harness.connect(page_rows=3)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            line.clear()
            line.before = _revoking(harness, line)
            outcome = tried(reading.capability.value, deed, tenant=tenant, line=line)
            line.clear()
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} when its credential was revoked. Fix: have `fault` map 401 to "
                "CredentialsRejected, so that the runtime signs in once more."
            )
            assert told(outcome.value) == calm, f"{outcome.what} reads otherwise after a renewal"

    @promise(
        "faults.credentials.one-sign-in",
        Topic.FAULTS,
        fix="Sign in through `auth` only; the runtime lets one at a time through.",
    )
    def test_one_signs_in_for_everyone(self, harness: Harness) -> None:
        """Callers in several threads whose credential has ended wait for one sign-in, and never make two at once."""
        line = _with_short_credentials(harness)
        desk = Desk.at(harness, line.entry)
        reading = next(offered(harness, LISTINGS))
        deed = reading.prepare(harness)
        deed(harness.tenant)
        harness.world.clock.sleep(2 * LIFETIME)
        before = desk.total

        with ThreadPoolExecutor(CALLERS) as threads:
            errors = list(threads.map(lambda _: _error_of(deed, harness.tenant), range(CALLERS)))

        assert errors == [None] * CALLERS, f"{errors} among callers that share a tenant"
        assert desk.peak == 1, (
            f"{desk.peak} sign-ins at once. Fix: sign in through `auth` only; the runtime lets one at a time through."
        )
        assert desk.total - before == 1, (
            f"{desk.total - before} sign-ins for one ended credential. Fix: sign in through `auth` only."
        )


@define(eq=False)
class Desk:
    """Where credentials are bought, slowly: counts who is there at the same time. Other requests go one by one."""

    application: Application = field(repr=False)
    paths: frozenset[str]
    now: int = 0
    peak: int = 0
    total: int = 0
    _counter: threading.Lock = field(factory=threading.Lock, repr=False)
    _product: threading.Lock = field(factory=threading.Lock, repr=False)

    @classmethod
    def at(cls, harness: Harness, paths: frozenset[str]) -> Desk:
        """Put it in front of the harness's product."""
        hosts = harness.world.network.hosts
        host = harness.place.server.host
        desk = cls(hosts[host], paths)
        hosts[host] = desk
        return desk

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; the answer to a sign-in takes a moment of true time."""
        if scope["path"] not in self.paths:
            with self._product:
                await self.application(scope, receive, send)
            return
        with self._counter:
            self.now += 1
            self.total += 1
            self.peak = max(self.peak, self.now)
        time.sleep(HELD)
        with self._product:
            await self.application(scope, receive, send)
        with self._counter:
            self.now -= 1


def _with_short_credentials(harness: Harness) -> Line:
    _require_credentials(harness, harness.simulator.limit_credentials(LIFETIME))
    harness.simulator.revoke_credentials()
    return Line.at(harness)


def _require_credentials(harness: Harness, does_end: bool) -> None:
    if not does_end:
        raise SkipTest(f"{harness.tenant.backend}: the product issues no credential that ends")


def _revoking(harness: Harness, line: Line) -> Callable[[Asked], None]:
    def revoke(asked: Asked) -> None:
        calls = sum(other.path not in line.sign_in for other in line.asked)
        if asked.path not in line.sign_in and calls % 3 == 1:
            harness.simulator.revoke_credentials()

    return revoke


def _error_of(deed: Deed, tenant: Tenant) -> str | None:
    try:
        deed(tenant)
    except UeapiError as error:
        return str(error)
    return None
