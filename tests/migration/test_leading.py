"""Promises of leading phones by wave: to the target once asked and not before, and back after a rollback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.migration.test_stopping import Scene, begins
from ueapi import migration
from ueapi.discovery import read_list
from ueapi.discovery.allow_list import AllowList
from ueapi.migration import undoing
from ueapi.migration.documents import PlannedPerson
from ueapi.migration.exempting import exempt
from ueapi.migration.ledger import Ledger
from ueapi.migration.policy import Policy
from ueapi.migration.rehearse import LIST_FILE, Rehearsal
from ueapi.migration.steering import Question, Silent
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.phone import CannotEnroll

WAVES = Policy(wave_sizes=(4, 40), wave_gap=24)


def published(rehearsal: Rehearsal, folder: Path) -> AllowList:
    content = (folder / LIST_FILE).read_bytes()
    at = rehearsal.world.clock.now()
    return read_list(content, anchors=[rehearsal.signer.certificate], at=at)


def waiting(scene: Scene, wave: int) -> VirtualPerson:
    """Somebody of a wave with a phone that could move at once."""
    people = scene.rehearsal._people
    found = (people[p.key] for p in scene.plan.people if p.wave == wave)
    return next(p for p in found if p.phones and p.phones[0].is_enrolled)


def test_those_who_are_asked_are_led_to_the_target_and_nobody_else(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)

    scene.run(until=begins(1))

    found = published(scene.rehearsal, tmp_path)
    for person in scene.plan.people:
        if person.managed_apple_id is not None:
            answer = found.answer_to(str(person.managed_apple_id), "iPhone")
            assert answer == ("new" if person.wave == 1 else None)


def test_whoever_is_early_is_refused_as_by_a_real_responder(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    scene.run(until=begins(1))
    early = waiting(scene, 2)
    early.phones[0].leave()

    with pytest.raises(CannotEnroll, match="not invited you"):
        early.phones[0].sign_in(early.typed)


def test_until_the_administrator_hands_the_domain_over_it_leads_to_the_old_product(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    someone = waiting(scene, 1)
    scene.run(until=lambda event: event.kind == "begun")
    someone.phones[0].leave()

    someone.phones[0].sign_in(someone.typed)

    held = someone.phones[0].enrollment
    assert held is not None
    assert held.server is scene.rehearsal.source.server


def test_nobody_is_asked_before_the_list_leads_them(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    seen: list[set[str]] = []

    def asked(event: object) -> bool:
        found = published(scene.rehearsal, tmp_path)
        seen.append({key for key, _ in scene.asked.questions if not _is_led(scene, found, key)})
        return getattr(event, "kind", "") == "verified"

    scene.run(until=asked)

    assert not any(seen)


def _is_led(scene: Scene, found: AllowList, key: str) -> bool:
    account = next(p.managed_apple_id for p in scene.plan.people if p.key == key)
    return found.answer_to(str(account), "iPhone") == "new"


def test_a_rollback_leads_everyone_back_who_has_not_arrived(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, Policy(wave_sizes=(40,)))
    scene.run(until=lambda event: event.kind == "left")

    with Ledger(scene.url) as ledger:
        undoing.roll_back(scene.move(ledger))
        arrived = {row.person for row in ledger.devices() if row.target_id}

    found = published(scene.rehearsal, tmp_path)
    for person in scene.plan.people:
        if person.wave is not None and person.key not in arrived:
            assert found.answer_to(str(person.managed_apple_id), "iPhone") == "old"


def test_the_log_tells_of_every_list(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)

    scene.run(until=begins(2))

    told = [event.text for event in scene.events if event.kind == "led"]
    assert len(told) >= 2
    assert told[0] == "discovery list 1 leads nobody to the target"
    assert told[1].startswith("discovery list 2 leads the phones of ")


def test_a_list_that_was_tampered_with_holds_the_next_wave_and_nothing_else(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    scene.lookout = scene.rehearsal.lookout()
    scene.run(until=begins(1))
    place, asked = tmp_path / LIST_FILE, set(scene.asked.of(Question.MOVE))
    before = published(scene.rehearsal, tmp_path).number
    place.write_bytes(b"leads everybody somewhere else")

    scene.run(until=lambda event: event.kind == "verified")

    (held,) = migration.status(scene.url).held
    assert held.check == "discovery"
    assert "can't be renewed" in str(held)
    assert "move the file away" in held.do
    assert set(scene.asked.of(Question.MOVE)) == asked
    assert scene.kinds().count("held") == 1
    assert place.read_bytes().startswith(b"leads")

    place.unlink()
    scene.run(until=begins(2))

    assert published(scene.rehearsal, tmp_path).number > before
    assert migration.status(scene.url).held == ()


def test_who_stays_hears_of_it_although_calling_off_was_cut_short(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    scene.run(until=begins(1))
    asked = set(scene.asked.of(Question.MOVE))
    with Ledger(scene.url) as ledger:
        move = scene.move(ledger)
        move.steering = Broken()
        with pytest.raises(ConnectionError):
            undoing.roll_back(move)

        undoing.roll_back(scene.move(ledger))
        undoing.roll_back(scene.move(ledger))

    assert scene.asked.of(Question.STAY) == sorted(asked)


class Broken(Silent):
    """A messenger that is gone."""

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        raise ConnectionError


def test_after_calling_off_nobody_is_asked_to_go_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, Policy(wave_sizes=(40,), remind_after=1))
    scene.run(until=lambda event: event.kind == "left")
    with Ledger(scene.url) as ledger:
        undoing.roll_back(scene.move(ledger))
    before = len(scene.asked.questions)

    scene.run()

    later = {question for _, question in scene.asked.questions[before:]}
    assert later <= {Question.ACCEPT_APP, Question.WHICH_PHONE}


def test_without_a_list_calling_off_says_that_the_domain_is_to_be_changed_back(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    scene.run(until=begins(1))
    with Ledger(scene.url) as ledger:
        move = scene.move(ledger)
        move.signpost = None

        told = undoing.preview(move)

    profiles = next(line for line in told.kept if "profile" in line)
    made = len([p for p in scene.plan.profiles if not p.by_hand])
    assert profiles.startswith(f"{made} profile")
    assert "Have the domain answer for Jamf Pro again" in told.discovery


def test_who_is_exempt_before_the_wave_is_not_made_on_the_target(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 12, WAVES)
    scene.run(until=begins(1))
    exempted = next(p for p in scene.plan.people if p.wave == 2)
    with Ledger(scene.url) as ledger:
        exempt(ledger, exempted.key, now=scene.rehearsal.world.clock.now())

    scene.run(until=begins(2))

    accounts = {u.managed_apple_id for u in scene.rehearsal.new.users.list()}
    assert exempted.managed_apple_id not in accounts
    assert any(p.managed_apple_id in accounts for p in scene.plan.people if p.wave == 2)
