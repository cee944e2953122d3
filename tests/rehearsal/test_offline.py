"""Promises about phones that can't answer now: off for a while, or locked; nothing is lost by it."""

from __future__ import annotations

import pytest

from tests.rehearsal.scene import ANNE, BYOD, TASKS, Scene, scene
from ueapi.rehearsal import phone as phones

VERSIONS = ("15.0", "17.7", "18.2", "27.0")


def enrolled(os_version: str = "26.1") -> Scene:
    here = scene(os_version)
    here.enroll(ANNE, BYOD)
    here.settle()
    return here


@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_phone_that_is_off_answers_when_it_is_back(
    os_version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = enrolled(os_version)
    monkeypatch.setattr(phones, "OFFLINE_SHARE", 1.0)
    before = here.phone.messages

    here.product.device_side.inquire(here.record)
    here.clock.sleep(phones.OFFLINE_FOR[0] - 1)
    meanwhile = here.phone.messages
    here.clock.sleep(phones.OFFLINE_FOR[1])

    assert meanwhile == before
    assert not here.record.queue


def test_pushes_to_a_phone_that_is_off_wake_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    here = enrolled()
    monkeypatch.setattr(phones, "OFFLINE_SHARE", 1.0)
    before = here.phone.messages

    for _ in range(5):
        here.phone.push()
    here.settle()

    assert here.phone.messages == before + 1


def test_a_locked_phone_installs_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "LOCKED_SHARE", 1.0)
    here = scene()
    here.enroll(ANNE, BYOD)
    here.clock.sleep(600)
    locked = dict(here.phone.enrollment.contents.apps)

    monkeypatch.setattr(phones, "LOCKED_SHARE", 0.0)
    here.settle()

    assert locked == {}
    assert here.phone.enrollment.contents.apps == {TASKS: "Managed"}
    assert not here.record.queue


def test_a_phone_can_leave_while_it_is_expected_back(monkeypatch: pytest.MonkeyPatch) -> None:
    here = enrolled()
    monkeypatch.setattr(phones, "OFFLINE_SHARE", 1.0)
    here.product.device_side.inquire(here.record)

    here.phone.leave()
    left = here.phone.messages
    here.settle()

    assert here.phone.messages == left
    assert not here.phone.is_enrolled
