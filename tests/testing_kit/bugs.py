"""Small mistakes of an adapter or of the runtime, each planted by replacing one piece."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from attrs import evolve

import ueapi.client.opening
import ueapi.runtime.decide
import ueapi.runtime.walk
import ueapi_hexnode.backend
import ueapi_hexnode.facets.apps
import ueapi_hexnode.facets.enrollments
import ueapi_hexnode.facets.listing
import ueapi_hexnode.facets.profiles
import ueapi_hexnode.faults
import ueapi_hexnode.mapping.devices
import ueapi_jamf.auth
from ueapi.errors import RateLimited, Unintelligible
from ueapi.flow import Effect, Page, ask
from ueapi.model import EnrollmentState

Plant = Callable[[pytest.MonkeyPatch], None]


def ignores_dates(patch: pytest.MonkeyPatch) -> None:
    """The adapter makes a wait of its own where it doesn't understand the header."""
    original = ueapi_hexnode.faults.fault

    def fault(call, reply):
        error = original(call, reply)
        has_hint = "retry-after" in reply.headers
        if isinstance(error, RateLimited) and error.retry_after is None and has_hint:
            error.retry_after = 0.5
        return error

    patch.setattr("ueapi_hexnode.backend.fault", fault)


def calls_creation_idempotent(patch: pytest.MonkeyPatch) -> None:
    """Creating a policy is marked as harmless to repeat."""
    _with_effect(patch, ueapi_hexnode.facets.profiles, "POST", Effect.IDEMPOTENT)


def claims_that_invitations_show(patch: pytest.MonkeyPatch) -> None:
    """A blind call is marked as one whose effect can be read."""
    _with_effect(patch, ueapi_hexnode.facets.enrollments, "POST", Effect.READABLE)


def repeats_invitations(patch: pytest.MonkeyPatch) -> None:
    """A blind call is marked as harmless to repeat."""
    _with_effect(patch, ueapi_hexnode.facets.enrollments, "POST", Effect.IDEMPOTENT)


def takes_new_states_for_enrolled(patch: pytest.MonkeyPatch) -> None:
    """A default stands in for a word nobody knows."""
    original = ueapi_hexnode.mapping.devices.state_of

    def state_of(raw):
        try:
            return original(raw)
        except Unintelligible:
            return EnrollmentState.ENROLLED

    patch.setattr(ueapi_hexnode.mapping.devices, "state_of", state_of)


def makes_models_up(patch: pytest.MonkeyPatch) -> None:
    """A default stands in for a field that isn't there."""
    original = ueapi_hexnode.mapping.devices.devices_from_rows

    def devices_from_rows(source, rows):
        found = original(source, rows)
        return tuple(d if d.model else d.model_copy(update={"model": "iPhone"}) for d in found)

    patch.setattr("ueapi_hexnode.facets.devices.devices_from_rows", devices_from_rows)


def forgets_totals(patch: pytest.MonkeyPatch) -> None:
    """Pages say neither how many rows there are, nor that there are fewer than before."""
    original = ueapi_hexnode.facets.listing.Listing._read

    def _read(self, read_page, reply, announced):
        page = original(self, read_page, reply, 0)
        return Page(page.items, page.next and page.next.partition(":")[0] + ":0")

    patch.setattr(ueapi_hexnode.facets.listing.Listing, "_read", _read)


def takes_repetitions_for_rows(patch: pytest.MonkeyPatch) -> None:
    """The runtime doesn't look whether a row was listed before."""
    patch.setattr(ueapi.runtime.walk.Listing, "_is_new", lambda *_: True)


def reads_no_answers(patch: pytest.MonkeyPatch) -> None:
    """An order counts as accepted whatever comes back."""

    def taken(call):
        yield from ask(call)

    patch.setattr(ueapi_hexnode.facets.apps, "taken", taken)


def remembers_nothing(patch: pytest.MonkeyPatch) -> None:
    """A policy just made is made again when the listing lags."""
    patch.setattr(ueapi_hexnode.facets.profiles.LatelyMade, "id_of", lambda *_, **__: None)


def renews_all_the_time(patch: pytest.MonkeyPatch) -> None:
    """A credential's life is told much too short."""
    original = ueapi_jamf.auth._bearer
    patch.setattr(
        ueapi_jamf.auth,
        "_bearer",
        lambda token, *, lifetime: original(token, lifetime=timedelta(seconds=1)),
    )


def lets_everyone_sign_in(patch: pytest.MonkeyPatch) -> None:
    """The runtime's gate before signing in lets everyone through."""

    class Open:
        def acquire(self):
            return True

        def release(self):
            pass

    shim = SimpleNamespace(
        Lock=Open, BoundedSemaphore=threading.BoundedSemaphore, __name__="threading"
    )
    patch.setattr(ueapi.client.opening, "threading", shim)


def never_gives_up(patch: pytest.MonkeyPatch) -> None:
    """The runtime knocks more often than it promises."""
    patch.setattr(ueapi.runtime.decide, "MOST_ATTEMPTS", 8)


def _with_effect(patch: pytest.MonkeyPatch, module, method: str, effect: Effect) -> None:
    original = module.writing

    def writing(*args, **kwargs):
        call = original(*args, **kwargs)
        return evolve(call, effect=effect) if call.method == method else call

    patch.setattr(module, "writing", writing)
