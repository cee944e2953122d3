"""Answers that are lost, late, cut short, or somebody else's, after the deed or in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ueapi.client.opening import DEADLINE
from ueapi.errors import OutcomeUnknown, Unavailable, Unintelligible, Unreachable
from ueapi.rehearsal.faults import Fault
from ueapi.testing.faults.acts import CHANGES, READINGS, Change
from ueapi.testing.faults.line import Line, request
from ueapi.testing.faults.outcome import (
    Outcome,
    at_each_write,
    offered,
    require_once,
    rest,
    told,
    tried,
)
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

_UNUSABLE: Final = (Unintelligible, Unavailable, OutcomeUnknown)
_NO_ANSWER: Final = (Unreachable, Unavailable)


class AnswersConformance:
    """The product does what was asked, or not, and the answer doesn't tell."""

    @promise(
        "faults.answers.lost-change",
        Topic.FAULTS,
        fix="Look for the object before making it, and mark calls whose repetition makes a second one READABLE.",
    )
    def test_a_change_whose_answer_is_lost_is_there_once(self, harness: Harness) -> None:
        """The product acts, and the connection breaks: asked again, the object is found and not made twice."""
        line = Line.at(harness)
        for change, outcome, number in _changes(harness, line, Fault.DROPPED_REPLY):
            assert outcome.error is None or isinstance(outcome.error, OutcomeUnknown), (
                f"{outcome.what} {outcome.ended} after a lost answer. Fix: let OutcomeUnknown through."
            )
            require_once(harness, change, number)

    @promise(
        "faults.answers.read-back",
        Topic.FAULTS,
        fix="Mark a call READABLE where the backend lists or gets its effect, and BLIND where nothing shows it.",
    )
    def test_a_lost_answer_says_truthfully_whether_one_can_look(self, harness: Harness) -> None:
        """OutcomeUnknown has `can_read_back` exactly where something the backend reads shows the effect."""
        line = Line.at(harness)
        for change, outcome, _ in _changes(harness, line, Fault.DROPPED_REPLY):
            if not isinstance(outcome.error, OutcomeUnknown):
                continue
            shown = (
                change.shown_by is not None and harness.tenant.sheet[change.shown_by].is_callable
            )
            assert outcome.error.can_read_back <= shown, (
                f"{outcome.what} claims that its effect can be read back, and nothing shows it. Fix: mark the call "
                "BLIND."
            )
            assert outcome.error.can_read_back or change.there is None or not shown, (
                f"{outcome.what} claims that its effect can't be read back, and {change.shown_by} shows it. Fix: mark "
                "the call READABLE."
            )

    @promise(
        "faults.answers.felt-once",
        Topic.FAULTS,
        fix="Mark calls that people notice BLIND.",
    )
    def test_what_people_feel_is_never_sent_again_by_itself(self, harness: Harness) -> None:
        """An invitation whose answer was lost, or may have been, is for the caller to repeat."""
        line = Line.at(harness)
        for fault in (Fault.DROPPED_REPLY, Fault.SLOW, Fault.TRUNCATED, Fault.PAGE):
            for change, outcome, _ in _changes(harness, line, fault):
                sent = max(outcome.times(hit) for hit in outcome.hits)
                felt = change.is_felt or isinstance(outcome.error, OutcomeUnknown)
                assert sent == 1 or not felt, (
                    f"{outcome.what} was sent {sent} times after {fault.value}. Fix: mark the call BLIND, so that "
                    "the runtime doesn't repeat it."
                )

    @promise(
        "faults.answers.lost-read",
        Topic.FAULTS,
        fix="Give calls that read the effect READS.",
    )
    def test_a_read_whose_answer_is_lost_is_repeated(self, harness: Harness) -> None:
        """Reading is harmless, so the runtime asks again."""
        line = Line.at(harness)
        for outcome, calm in _reads(harness, line, Fault.DROPPED_REPLY):
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} after one lost answer. Fix: give calls that read the effect READS."
            )
            assert told(outcome.value) == calm, (
                f"{outcome.what} reads otherwise after a lost answer"
            )

    @promise(
        "faults.answers.slow",
        Topic.FAULTS,
        fix="Give calls that read the effect READS, and let OutcomeUnknown through.",
    )
    def test_a_slow_answer_is_not_waited_for(self, harness: Harness) -> None:
        """No byte for 30 seconds counts as lost: reads are repeated, changes are there once."""
        line = Line.at(harness)
        for outcome, calm in _reads(harness, line, Fault.SLOW):
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} after one slow answer. Fix: give calls that read the effect READS."
            )
            assert told(outcome.value) == calm, (
                f"{outcome.what} reads otherwise after a slow answer"
            )
        for change, outcome, number in _changes(harness, line, Fault.SLOW):
            assert outcome.error is None or isinstance(outcome.error, OutcomeUnknown), (
                f"{outcome.what} {outcome.ended} after a slow answer. Fix: let OutcomeUnknown through."
            )
            require_once(harness, change, number)

    @promise(
        "faults.answers.trickle",
        Topic.FAULTS,
        fix="Don't catch Unreachable to carry on with nothing.",
    )
    def test_a_body_that_trickles_ends_at_the_deadline(self, harness: Harness) -> None:
        """An answer that is still arriving at the deadline is given up, and told as no answer."""
        line = Line.at(harness)
        for reading in offered(harness, READINGS):
            deed = reading.prepare(harness)
            rest(harness)
            line.clear()
            line.delay = DEADLINE + 1
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            line.clear()
            assert isinstance(outcome.error, _NO_ANSWER), (
                f"{outcome.what} {outcome.ended} though its answer came after the deadline. Fix: don't catch "
                "Unreachable to carry on with nothing."
            )

    @promise(
        "faults.answers.proxy-page",
        Topic.FAULTS,
        fix="Have `fault` map 5xx to Unavailable, whatever the body is.",
    )
    def test_a_proxys_error_page_is_no_answer(self, harness: Harness) -> None:
        """HTML with status 502: reads are repeated, and changes raise that it is unknown, or not done."""
        line = Line.at(harness)
        for outcome, calm in _reads(harness, line, Fault.PAGE):
            assert outcome.error is None, (
                f"{outcome.what} {outcome.ended} after one page with status 502. Fix: have `fault` map 5xx to "
                "Unavailable, whatever the body is."
            )
            assert told(outcome.value) == calm, f"{outcome.what} reads otherwise after a 502"
        for change, outcome, number in _changes(harness, line, Fault.PAGE):
            assert outcome.error is None or isinstance(outcome.error, _UNUSABLE), (
                f"{outcome.what} {outcome.ended} for a page with status 502. Fix: map 5xx to Unavailable."
            )
            require_once(harness, change, number)

    @promise(
        "faults.answers.portal",
        Topic.FAULTS,
        fix="Read the body of every answer through a wire model, also where nothing in it is needed.",
    )
    def test_a_sign_in_page_of_a_network_is_never_taken_for_success(self, harness: Harness) -> None:
        """HTML with status 200 in place of the answer: nothing was read and nothing was changed, so it is an error."""
        line = Line.at(harness)
        for outcome, _ in _reads(harness, line, Fault.PORTAL):
            _require_refused(outcome, "a network's sign-in page")
        for change, outcome, number in _changes(harness, line, Fault.PORTAL):
            _require_refused(outcome, "a network's sign-in page")
            require_once(harness, change, number)

    @promise(
        "faults.answers.half",
        Topic.FAULTS,
        fix="Parse the body as a whole, and raise Unintelligible where it doesn't fit.",
    )
    def test_half_an_answer_is_never_read_as_a_whole_one(self, harness: Harness) -> None:
        """A body cut in half is an error or is asked for again; no object is made from it."""
        line = Line.at(harness)
        for outcome, calm in _reads(harness, line, Fault.TRUNCATED):
            if outcome.error is None:
                assert told(outcome.value) == calm, (
                    f"{outcome.what} made objects from half an answer. Fix: parse the body as a whole."
                )
            else:
                _require_unusable(outcome, "half an answer")
        for change, outcome, number in _changes(harness, line, Fault.TRUNCATED):
            if outcome.error is not None:
                _require_unusable(outcome, "half an answer")
            require_once(harness, change, number)


def _reads(harness: Harness, line: Line, fault: Fault) -> Iterator[tuple[Outcome, object]]:
    """Each reading with trouble at its first and its second request, and what it says without."""
    for reading in offered(harness, READINGS):
        deed = reading.prepare(harness)
        for number in range(2):
            rest(harness)
            calm = told(deed(harness.tenant))
            line.meet(fault, request(number))
            outcome = tried(reading.capability.value, deed, tenant=harness.tenant, line=line)
            line.clear()
            if outcome.hits:
                yield outcome, calm


def _changes(harness: Harness, line: Line, fault: Fault) -> Iterator[tuple[Change, Outcome, int]]:
    for change in offered(harness, CHANGES):
        for outcome, number in at_each_write(harness, line, change, fault):
            yield change, outcome, number


def _require_refused(outcome: Outcome, instead: str) -> None:
    assert outcome.error is not None, (
        f"{outcome.what} took {instead} for the product's answer. Fix: read the body of every answer through a wire "
        "model, also where nothing in it is needed."
    )
    _require_unusable(outcome, instead)


def _require_unusable(outcome: Outcome, instead: str) -> None:
    assert isinstance(outcome.error, _UNUSABLE), (
        f"{outcome.what} {outcome.ended} for {instead}. Fix: raise Unintelligible, which says that nothing was guessed."
    )
