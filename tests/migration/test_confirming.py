"""Promises of asking the domain first: a phone that would be led astray is a reason to wait, which is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen

from tests.migration.test_stopping import Scene, begins
from ueapi import migration
from ueapi.migration.policy import DiscoveryCheck, Policy
from ueapi.migration.steering import Question, Sighting, View
from ueapi.rehearsal.enrolling.domain import Handover


@frozen
class Sees:
    """Sees the same wherever it looks."""

    sighting: Sighting

    def sighted(self, account: str) -> Sighting:
        del account
        return self.sighting


AWAY = Sighting(view=View.UNSEEN, reason="there is no answer", do="Look yourself.")


def test_nobody_is_asked_while_the_domain_leads_to_the_old_product_whatever_was_said(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, 8, Policy(wave_sizes=(4, 40)))
    scene.rehearsal.administrator.on_discovery = lambda: None
    scene.lookout = scene.rehearsal.lookout()

    scene.run(until=lambda event: event.kind == "held")

    (held,) = migration.status(scene.url).held
    assert scene.asked.of(Question.MOVE) == []
    assert held.count == len([p for p in scene.plan.people if p.wave == 1])
    assert "phones are led to source.jamf.example.org" in held.reason
    assert "ueapi discovery check" in held.do
    assert any(
        w.who == "administrator" and held.reason in w.what
        for w in migration.status(scene.url).waiting_for
    )

    later = next(p for p in scene.plan.people if p.wave == 2)
    assert migration.who(scene.url, later.key).why == held.reason

    domain = scene.rehearsal.world.domain
    assert isinstance(domain, Handover)
    domain.do()
    scene.run(until=begins(1))

    assert migration.status(scene.url).held == ()
    assert scene.kinds().count("held") == 1


@pytest.mark.parametrize(("rule", "kind"), [("try", "unseen"), ("must", "held")])
def test_a_domain_that_can_not_be_asked_is_told_and_the_policy_decides(
    rule: DiscoveryCheck, kind: str, tmp_path: Path
) -> None:
    scene = Scene(tmp_path, 8, Policy(wave_sizes=(4, 40), discovery_check=rule))
    scene.lookout = Sees(AWAY)

    scene.run(until=lambda event: event.kind in ("wave", "held"))

    told = [e.text for e in scene.events if e.kind == kind and "example.org" in e.text]
    assert len(told) == 1
    assert "there is no answer" in told[0]
    assert (scene.kinds()[-1] == "wave") is (rule == "try")


def test_a_policy_that_never_asks_believes_what_was_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 8, Policy(wave_sizes=(4, 40), discovery_check="never"))
    lost = Sighting(view=View.MISLED, reason="phones are led elsewhere", do="Look.")
    scene.lookout = Sees(lost)

    scene.run(until=begins(1))

    assert "held" not in scene.kinds()
