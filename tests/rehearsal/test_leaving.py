"""Promises about leaving: whatever the service answers, everything managed goes, and the service learns it later."""

from __future__ import annotations

import plistlib
from datetime import timedelta

import pytest

from tests.rehearsal.scene import ANNE, BYOD, TASKS, Scene, scene
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.phone import CannotEnroll

VERSIONS = ("15.0", "16.7", "17.6", "18.1", "18.7", "26.1", "27.0")
HOST = "tiny.example.org"


def enrolled(os_version: str = "26.1", kind: EnrollmentKind = BYOD) -> Scene:
    here = scene(os_version, owned=frozenset({"org.example.private"}))
    here.enroll(ANNE, kind)
    here.settle()
    return here


def answers(here: Scene) -> list[tuple[str, int]]:
    """What is sent to the product from now on: type of the message, and the status it gets."""
    product, seen = here.phone.network.hosts[HOST], []

    async def noted(scope, receive, send):
        message = await receive()
        kind = plistlib.loads(message["body"]).get("MessageType", "") if message["body"] else ""

        async def again():
            return message

        async def sent(part):
            if part["type"] == "http.response.start":
                seen.append((kind, part["status"]))
            await send(part)

        await product(scope, again, sent)

    here.phone.network.hosts[HOST] = noted
    return seen


@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_goodbye_that_is_refused_for_an_ended_token_changes_nothing(os_version: str) -> None:
    here = enrolled(os_version)
    contents = here.phone.enrollment.contents
    seen = answers(here)

    here.product.way_in.expire(here.record)
    here.phone.leave()

    assert seen == [("CheckOut", 401)]
    assert contents.is_empty
    assert not here.phone.is_enrolled
    assert here.phone.owned == {"org.example.private"}
    assert here.record.is_active


def test_who_is_asked_to_sign_in_again_can_leave_instead() -> None:
    here = enrolled()
    here.product.way_in.expire(here.record)
    here.ask()
    waits = here.phone.enrollment.challenge is not None

    here.phone.leave()
    here.phone.sign_in_again()
    here.settle()

    assert waits
    assert not here.phone.is_enrolled
    assert here.product.device_side.records() == (here.record,)


def test_the_service_learns_of_it_when_it_pushes_next() -> None:
    here = enrolled()
    here.product.way_in.expire(here.record)
    here.phone.leave()
    messages = here.phone.messages

    here.clock.sleep(timedelta(days=3).total_seconds())
    before = here.record.ended
    here.ask()

    assert before is None
    assert here.record.ended is not None
    assert here.product.gone == [here.record]
    assert not here.record.queue
    assert here.phone.messages == messages


def test_who_signs_in_again_is_a_new_record_and_the_old_one_is_not_woken() -> None:
    here = enrolled()
    here.product.way_in.expire(here.record)
    here.phone.leave()
    here.enroll(ANNE, BYOD)
    here.settle()
    old, new = here.product.device_side.records()

    here.product.device_side.inquire(old)
    here.settle()

    assert old.identifier != new.identifier
    assert old.ended is not None
    assert new.is_active
    assert here.phone.is_enrolled


@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_service_that_cannot_be_reached_keeps_nobody(os_version: str) -> None:
    here = enrolled(os_version)
    product = here.phone.network.hosts.pop(HOST)

    here.phone.leave()
    here.phone.network.hosts[HOST] = product
    here.ask()

    assert not here.phone.is_enrolled
    assert here.record.ended is not None


def test_a_phone_that_finds_nobody_stays_and_asks_again_at_the_next_push() -> None:
    here = enrolled()
    product = here.phone.network.hosts.pop(HOST)
    here.ask()
    waiting = len(here.record.queue)

    here.phone.network.hosts[HOST] = product
    here.phone.push()
    here.settle()

    assert waiting == 3
    assert here.phone.is_enrolled
    assert not here.record.queue


def test_a_service_that_goes_away_during_the_first_messages_leaves_nothing() -> None:
    here = scene()
    product, puts = here.phone.network.hosts[HOST], []

    async def vanishing(scope, receive, send):
        if scope["method"] == "PUT":
            puts.append(scope["path"])
            raise ConnectionError("gone")
        await product(scope, receive, send)

    here.phone.network.hosts[HOST] = vanishing

    with pytest.raises(CannotEnroll, match="nothing to a check-in"):
        here.enroll(ANNE, BYOD)

    assert puts == ["/mdm/checkin"]
    assert not here.phone.is_enrolled


def test_a_service_that_does_not_ask_for_a_goodbye_gets_none() -> None:
    here = enrolled()
    seen = answers(here)
    here.phone.enrollment.checks_out = False

    here.phone.leave()
    silent = list(seen)
    here.ask()

    assert silent == []
    assert here.record.ended is not None


def test_leaving_while_an_app_waits_for_consent_installs_nothing_afterwards() -> None:
    here = scene()
    here.enroll(ANNE, BYOD)
    here.clock.sleep(26)
    contents = here.phone.enrollment.contents
    waiting = dict(contents.apps)

    here.phone.leave()
    here.settle()

    assert waiting == {TASKS: "Prompting"}
    assert contents.is_empty


@pytest.mark.parametrize("seconds", [0, 1, 5, 10, 20, 40, 80, 600])
def test_the_owner_can_leave_at_any_time(seconds: int) -> None:
    here = scene()
    here.enroll(ANNE, BYOD)
    here.clock.sleep(seconds)
    contents = here.phone.enrollment.contents

    here.phone.leave()
    here.settle()

    assert contents.is_empty
    assert here.record.ended is not None
    assert here.product.gone == [here.record]
