"""Moves to and from the backend, rehearsed with the reference backend on the other side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from unittest import SkipTest

from ueapi.contract import Capability
from ueapi.errors import PlanRefused
from ueapi.rehearsal.fleet import Mix
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.quality import Status
from ueapi.testing.tiers import Topic

if TYPE_CHECKING:
    from ueapi.migration.rehearse import Rehearsal

OTHER: Final = "memory"
"""The reference backend, whose product does everything that Apple allows."""
USERS: Final = 6
PROMPT: Final = Mix(habits={}, odd=0)
"""People who do at once what they are asked, and records without oddities: whoever is left behind is lost by us."""
NEEDED: Final = (Capability.USERS_LIST, Capability.DEVICES_LIST)
"""Without these there is nobody to be seen coming or going."""


class MovesConformance:
    """Whole moves of a small fleet, with every person and phone accounted for."""

    facet = "moves"

    @promise(
        "moves.away.loses-nobody",
        Topic.MOVES_AWAY,
        fix="Rehearse it by hand, `ueapi migrate rehearse --source YOURS --target memory`, and look at whoever waits.",
    )
    def test_a_move_away_loses_nobody(self, harness: Harness) -> None:
        """Everybody arrives at another product with every phone, and leaves no license behind."""
        require_tried(harness, Topic.MOVES_AWAY)
        lost = broken(harness, source=harness.tenant.backend, target=OTHER)

        assert not lost, "; ".join(lost)

    @promise(
        "moves.here.loses-nobody",
        Topic.MOVES_HERE,
        fix="Rehearse it by hand, `ueapi migrate rehearse --source memory --target YOURS`, and look at whoever waits.",
    )
    def test_a_move_here_loses_nobody(self, harness: Harness) -> None:
        """Everybody arrives from another product with every phone, and leaves no license behind."""
        require_tried(harness, Topic.MOVES_HERE)
        try:
            lost = broken(harness, source=OTHER, target=harness.tenant.backend)
        except PlanRefused as refusal:
            # A sheet that makes no good target is honest; the author's word that it is one would not be.
            if harness.quality.answer(Topic.MOVES_HERE.value).status is Status.DONE:
                raise
            raise SkipTest(f"no move here is planned: {refusal}") from None

        assert not lost, "; ".join(lost)


def require_tried(harness: Harness, topic: Topic) -> None:
    """See that there is something to rehearse.

    Raises:
        SkipTest: the author exempts it, there is no simulator or nobody to be seen, or a part of ueapi is missing.
    """
    answer = harness.quality.answer(topic.value)
    if answer.status is Status.EXEMPT:
        raise SkipTest(f"exempt: {answer.reason}")
    if harness.settings is not None:
        raise SkipTest("the backend has no simulator to rehearse with")
    if not all(map(harness.can, NEEDED)):
        raise SkipTest("the backend doesn't list users and devices, so nobody is seen to arrive")
    if OTHER not in harness.registry.names:
        raise SkipTest("the reference backend isn't among the backends of this run")


def broken(harness: Harness, *, source: str, target: str) -> list[str]:
    """What went wrong with a whole move, in a sentence each.

    Raises:
        SkipTest: the parts of ueapi that move people aren't installed.
    """
    try:
        from ueapi.migration.rehearse import Rehearsal
    except ImportError:
        raise SkipTest("rehearsing a move needs ueapi[migrate]") from None
    rehearsal = Rehearsal.of(
        harness.registry, source=source, target=target, users=USERS, seed=harness.seed, mix=PROMPT
    )
    with TemporaryDirectory() as folder:
        plan = rehearsal.plan(*rehearsal.snapshots())
        deque(rehearsal.apply(plan, Path(folder)), maxlen=0)
        return [*_uncounted(rehearsal, Path(folder)), *_unmoved(rehearsal), *_seats(rehearsal)]


def _uncounted(rehearsal: Rehearsal, folder: Path) -> Iterator[str]:
    report = rehearsal.report(folder)
    world = rehearsal.world
    for name, count, there in (
        ("people", report.users, len(world.fleet.people)),
        ("phones", report.devices, len(world.phones)),
    ):
        if count.moved != there or count.total != there:
            reasons = ", ".join(f"{number} {why}" for why, number in report.reasons.items())
            yield f"{there} {name} were there, and the report says {count} ({reasons or 'no reason'})"


def _unmoved(rehearsal: Rehearsal) -> Iterator[str]:
    """Phones that have no work, or that of the old product: what the report says is seen on the phones too."""
    for phone in rehearsal.world.phones.values():
        enrolled = phone.enrollment
        if enrolled is None or enrolled.server is not rehearsal.target.server:
            yield f"the phone {phone.seed.key} isn't enrolled at the target"
        elif not enrolled.kind.is_user_enrollment:
            yield f"the phone {phone.seed.key} is enrolled, and not by User Enrollment"


def _seats(rehearsal: Rehearsal) -> Iterator[str]:
    apple, old = rehearsal.world.apple, rehearsal.source.server.location
    for store_id in apple.store_ids(old):
        if kept := apple.holders(old, store_id):
            yield f"{len(kept)} licenses of one app are still held at the source"
