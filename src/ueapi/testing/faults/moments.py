"""Products whose clock is wrong, and products whose nodes hear of a change late."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from ueapi.errors import Conflict
from ueapi.rehearsal.faults import LaggingNodes
from ueapi.testing.faults.acts import ENSURES, READINGS
from ueapi.testing.faults.credentials import LIFETIME
from ueapi.testing.faults.line import Line
from ueapi.testing.faults.outcome import offered, require_once, rest, timeless, told, tried
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

SKEWS: Final = (timedelta(minutes=2), timedelta(minutes=-3))
LAG: Final = 60.0
"""Seconds until all nodes of a cluster agree."""


class _Always(random.Random):
    """Always draws what makes a read reach the other node."""

    def random(self) -> float:
        return 0.0


class MomentsConformance:
    """Neither wrong clocks nor late nodes make a backend guess or do things twice."""

    @promise(
        "faults.moments.wrong-clock",
        Topic.FAULTS,
        fix="Measure lifetimes and waits on our clock, from the moment of the answer.",
    )
    def test_a_clock_that_is_minutes_wrong_changes_nothing(self, harness: Harness) -> None:
        """Readings are the same, moments apart, and credentials of a minute still do."""
        for skew in SKEWS:
            other = harness.rebuilt(skew=skew)
            if other.simulator.limit_credentials(LIFETIME):
                other.simulator.revoke_credentials()
            line = Line.at(other)
            for reading in offered(other, READINGS):
                deed = reading.prepare(other)
                calm = timeless(told(reading.prepare(harness)(harness.tenant)))
                rest(other)
                line.clear()
                outcome = tried(reading.capability.value, deed, tenant=other.tenant, line=line)
                assert outcome.error is None, (
                    f"{outcome.what} {outcome.ended} on a product whose clock is {skew} off. Fix: measure lifetimes "
                    "and waits on our clock, from the moment of the answer."
                )
                assert timeless(told(outcome.value)) == calm, (
                    f"{outcome.what} reads otherwise on a product whose clock is {skew} off. Fix: conclude nothing "
                    "from comparing the product's time with ours."
                )

    @promise(
        "faults.moments.lagging-cluster",
        Topic.FAULTS,
        fix="Remember what was made for as long as `rows_lag`, and map a refusal because of the name to Conflict.",
    )
    def test_making_sure_twice_on_a_lagging_cluster_makes_one(self, harness: Harness) -> None:
        """Right after a change every read shows what was before: no second object, at worst a Conflict that passes."""
        line = Line.at(harness)
        nodes = LaggingNodes(line.application, _Always(), harness.world.clock, seconds=LAG)
        for change in offered(harness, ENSURES):
            number = line.new_object()
            deed = change.prepare(harness, number)
            rest(harness)
            line.application = nodes
            deed(harness.tenant)
            again = tried(change.capability.value, deed, tenant=harness.tenant, line=line)
            assert again.error is None or isinstance(again.error, Conflict), (
                f"{again.what} {again.ended} right after it had succeeded. Fix: map a refusal because of the name to "
                "Conflict."
            )
            rest(harness)
            line.application = nodes.application
            require_once(harness, change, number)
            later = tried(change.capability.value, deed, tenant=harness.tenant, line=line)
            assert later.error is None, (
                f"{later.what} {later.ended} when all nodes agree again. Fix: forget what a Conflict proves wrong."
            )
