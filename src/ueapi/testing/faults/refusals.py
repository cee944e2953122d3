"""Refusals before anything was done: 429 in each form, outages, resets, and how often one may knock."""

from __future__ import annotations

from typing import Final

from ueapi.client.opening import DEADLINE
from ueapi.errors import OutcomeUnknown, RateLimited, Unavailable, Unreachable
from ueapi.rehearsal.faults import Fault, HintForm
from ueapi.runtime.decide import MOST_ATTEMPTS
from ueapi.testing.faults.acts import CHANGES, ENSURES, READINGS, Change, Deed, Reading
from ueapi.testing.faults.line import HINT, SLOWNESS, Line, everyone, request
from ueapi.testing.faults.outcome import (
    Outcome,
    at_each_request,
    offered,
    require_once,
    rest,
    told,
    tried,
)
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

OUTAGE: Final = 300.0
"""Seconds of an outage that no operation waits for."""
BLINK: Final = 3.0
"""Seconds of an outage that repeating bridges."""
SLACK: Final = 1.0
"""Seconds by which a date, told in whole ones, may be early."""
_PASSING: Final = (Unavailable, Unreachable, OutcomeUnknown, RateLimited)


class RefusalsConformance:
    """The product, or something before it, refuses and does nothing."""

    @promise(
        "faults.refusals.429-seconds",
        Topic.FAULTS,
        fix="Map status 429 to RateLimited in `fault`, and leave `retry_after` to the runtime.",
    )
    def test_a_429_with_seconds_is_waited_out_and_no_call_is_lost(self, harness: Harness) -> None:
        """`Retry-After: 30` holds every further request back for 30 seconds; then the call gets through."""
        _waits_as_told(harness, HintForm.SECONDS)

    @promise(
        "faults.refusals.429-date",
        Topic.FAULTS,
        fix="Leave `retry_after` of RateLimited empty; the runtime reads the usual headers.",
    )
    def test_a_429_with_a_date_is_waited_out_and_no_call_is_lost(self, harness: Harness) -> None:
        """`Retry-After` with an HTTP date is kept to the second."""
        _waits_as_told(harness, HintForm.DATE)

    @promise(
        "faults.refusals.429-headers",
        Topic.FAULTS,
        fix="Leave `retry_after` of RateLimited empty; the runtime reads the usual headers.",
    )
    def test_a_429_with_rate_limit_headers_is_waited_out_and_no_call_is_lost(
        self, harness: Harness
    ) -> None:
        """`X-RateLimit-Remaining: 0` and `X-RateLimit-Reset` count as a wait."""
        _waits_as_told(harness, HintForm.RESET)

    @promise(
        "faults.refusals.429-no-hint",
        Topic.FAULTS,
        fix="Map status 429 to RateLimited in `fault`; the runtime chooses the wait.",
    )
    def test_a_429_without_a_hint_is_waited_out_and_no_call_is_lost(self, harness: Harness) -> None:
        """Without a hint the wait is our own, and not none."""
        _waits_as_told(harness, HintForm.NONE)

    @promise(
        "faults.refusals.429-change",
        Topic.FAULTS,
        fix="Map status 429 to RateLimited in `fault`; the runtime repeats it, whatever the call's effect.",
    )
    def test_a_change_that_was_refused_with_429_is_made_once(self, harness: Harness) -> None:
        """Whichever of its requests is refused, the change goes through, and once."""
        line = Line.at(harness)
        for change in offered(harness, CHANGES):
            for outcome, number in at_each_request(harness, line, change, Fault.TOO_MANY):
                assert outcome.error is None, (
                    f"{outcome.what} {outcome.ended} because one request met a 429. Fix: map status 429 "
                    "to RateLimited in `fault`; the runtime repeats it, whatever the call's effect."
                )
                require_once(harness, change, number)

    @promise(
        "faults.refusals.blink",
        Topic.FAULTS,
        fix="Map 5xx to Unavailable in `fault`, and give calls that read the effect READS.",
    )
    def test_an_outage_of_a_moment_is_bridged_by_reads(self, harness: Harness) -> None:
        """503 for three seconds is not seen by who reads."""
        line = Line.at(harness)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            _out_for(line, BLINK)
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} though the outage lasted {BLINK} seconds only. Fix: map 5xx to "
                "Unavailable in `fault`, and give calls that read the effect READS."
            )
            assert told(outcome.value) == calm, f"{outcome.what} reads otherwise after an outage"
            line.clear()
            rest(harness)

    @promise(
        "faults.refusals.outage",
        Topic.FAULTS,
        fix="Map 5xx to Unavailable in `fault`, and keep nothing from a reading that failed.",
    )
    def test_an_outage_of_minutes_is_told_and_then_over(self, harness: Harness) -> None:
        """A read raises Unavailable (or gets through), and reads the same as before once the outage is over."""
        line = Line.at(harness)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            _out_for(line, OUTAGE)
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            assert outcome.error is None or isinstance(outcome.error, Unavailable), (
                f"{outcome.what} {outcome.ended} for status 503. Fix: map 5xx to Unavailable in `fault`."
            )
            harness.world.clock.sleep(OUTAGE)
            assert told(deed(harness.tenant)) == calm, (
                f"{outcome.what} reads otherwise after an outage. Fix: keep nothing from a reading that failed."
            )
            line.clear()

    @promise(
        "faults.refusals.outage-change",
        Topic.FAULTS,
        fix="Map 5xx to Unavailable in `fault`, and look for the object before making it.",
    )
    def test_nothing_is_doubled_by_an_outage_of_minutes(self, harness: Harness) -> None:
        """A change in an outage raises that nothing or something unknown happened; repeated later, it is there once."""
        line = Line.at(harness)
        for change in offered(harness, CHANGES):
            for outcome, number in at_each_request(harness, line, change, Fault.UNAVAILABLE):
                assert outcome.error is None or isinstance(outcome.error, _PASSING), (
                    f"{outcome.what} {outcome.ended} for status 503. Fix: map 5xx to Unavailable in `fault`."
                )
                require_once(harness, change, number)

    @promise(
        "faults.refusals.reset",
        Topic.FAULTS,
        fix="Give calls that read the effect READS, and look for the object before making it.",
    )
    def test_a_reset_connection_is_no_loss(self, harness: Harness) -> None:
        """The connection breaks before the product sees the request: reads go through, changes are there once."""
        line = Line.at(harness)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            calm = told(deed(harness.tenant))
            line.meet(Fault.RESET, request(0))
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            line.clear()
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} after one reset. Fix: give calls that read the effect READS."
            )
            assert told(outcome.value) == calm, f"{outcome.what} reads otherwise after a reset"
        for change in offered(harness, ENSURES):
            for _, number in at_each_request(harness, line, change, Fault.RESET):
                require_once(harness, change, number)

    @promise(
        "faults.refusals.budget",
        Topic.FAULTS,
        fix="Don't repeat in the adapter; the runtime does it.",
    )
    def test_no_call_is_tried_more_often_than_the_budget(self, harness: Harness) -> None:
        """Against a product that refuses for good, each call comes at most five times, and then its error."""
        line = Line.at(harness)
        for fault in (Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.RESET, Fault.PAGE):
            for outcome in _hopeless(harness, line, fault):
                most = max((outcome.times(asked) for asked in outcome.asked), default=0)
                assert most <= MOST_ATTEMPTS, (
                    f"{outcome.what}: the same request came {most} times against {fault.value}. Fix: don't repeat in "
                    "the adapter; the runtime does it."
                )
                assert isinstance(outcome.error, _PASSING), (
                    f"{outcome.what} {outcome.ended} though every request failed with {fault.value}. Fix: don't catch "
                    "RemoteError or Unreachable to carry on with nothing."
                )

    @promise(
        "faults.refusals.deadline",
        Topic.FAULTS,
        fix="Don't repeat in the adapter; the runtime minds the deadline.",
    )
    def test_the_deadline_is_kept(self, harness: Harness) -> None:
        """Whatever fails for good, an operation of one page ends within its deadline."""
        line = Line.at(harness)
        for fault in (Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.RESET, Fault.SLOW):
            for outcome in _hopeless(harness, line, fault):
                # A slow line doesn't know how long this client waits, so it may hold the last answer back too long.
                most = DEADLINE + (SLOWNESS if fault is Fault.SLOW else 0.0)
                assert outcome.seconds <= most, (
                    f"{outcome.what} took {outcome.seconds:.0f} s against {fault.value}, and its deadline is "
                    f"{DEADLINE:.0f} s. Fix: don't repeat in the adapter; the runtime minds the deadline."
                )


def _waits_as_told(harness: Harness, form: HintForm) -> None:
    line = Line.at(harness)
    for reading in offered(harness, READINGS):
        deed = reading.prepare(harness)
        calm = told(deed(harness.tenant))
        for number in range(2):
            rest(harness)
            line.meet(Fault.TOO_MANY, request(number), hint=form)
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            line.clear()
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} after one 429 ({form.value}). Fix: map status 429 to RateLimited in "
                "`fault`."
            )
            assert told(outcome.value) == calm, f"{outcome.what} reads otherwise after a 429"
            _require_wait(outcome, form)


def _require_wait(outcome: Outcome, form: HintForm) -> None:
    least = {HintForm.NONE: 0.0, HintForm.DATE: HINT - SLACK}.get(form, float(HINT))
    for refused, following in zip(outcome.asked, outcome.asked[1:], strict=False):
        waited = following.at - refused.at
        assert refused.hit is None or (waited >= least and waited > 0), (
            f"{outcome.what} came back after {waited:.1f} s, and was told to wait {least:.0f} s ({form.value}). "
            "Fix: leave `retry_after` of RateLimited empty where `fault` doesn't understand the hint; the runtime "
            "reads the usual headers."
        )


def _out_for(line: Line, seconds: float) -> None:
    end = line.clock.monotonic() + seconds
    line.meet(Fault.UNAVAILABLE, lambda asked: asked.at < end)


def _hopeless(harness: Harness, line: Line, fault: Fault) -> list[Outcome]:
    acts: list[Reading | Change] = [*offered(harness, READINGS), *offered(harness, CHANGES)]
    found = []
    for act in acts:
        deed = _prepared(harness, line, act)
        rest(harness)
        line.meet(fault, everyone)
        found.append(tried(act.capability.value, deed, tenant=harness.tenant, line=line))
        line.clear()
    return found


def _prepared(harness: Harness, line: Line, act: Reading | Change) -> Deed:
    if isinstance(act, Reading):
        return act.prepare(harness)
    return act.prepare(harness, line.new_object())
