"""Promises about downloaded profiles: they wait for eight minutes, for one account, and up to iOS 17."""

from __future__ import annotations

import random

import pytest

from tests.rehearsal.scene import ANNE, Scene, scene
from tests.rehearsal.tiny import Tiny
from ueapi.model import EnrollmentKind
from ueapi.rehearsal import habits
from ueapi.rehearsal.fleet import OLD_WAYS
from ueapi.rehearsal.phone import DISCARDED_AFTER, CannotEnroll
from ueapi.rehearsal.world import World

BY_PROFILE = EnrollmentKind.PROFILE_DRIVEN_USER
LONGEST = DISCARDED_AFTER.total_seconds()


def downloaded(os_version: str = "17.6", kind: EnrollmentKind = BY_PROFILE) -> Scene:
    here = scene(os_version)
    here.phone.download(here.server, ANNE, kind)
    return here


def test_a_downloaded_profile_enrolls_nothing_by_itself() -> None:
    here = downloaded()

    here.clock.sleep(60)

    assert here.phone.waiting is not None
    assert not here.phone.is_enrolled
    assert not here.product.enrollments


@pytest.mark.parametrize("kind", [BY_PROFILE, EnrollmentKind.DEVICE])
def test_installed_in_time_it_enrolls(kind: EnrollmentKind) -> None:
    here = downloaded(kind=kind)
    here.clock.sleep(LONGEST)

    here.phone.install(ANNE)

    assert here.record.kind is kind
    assert here.phone.waiting is None


@pytest.mark.parametrize("kind", [BY_PROFILE, EnrollmentKind.DEVICE])
def test_installed_too_late_it_is_gone_and_nothing_enrolled(kind: EnrollmentKind) -> None:
    here = downloaded(kind=kind)
    here.clock.sleep(LONGEST + 1)

    with pytest.raises(CannotEnroll, match="discarded"):
        here.phone.install(ANNE)

    assert here.phone.waiting is None
    assert not here.phone.is_enrolled
    assert here.product.device_side.records() == ()


def test_another_account_at_the_sign_in_ends_it() -> None:
    here = downloaded()

    with pytest.raises(CannotEnroll, match="another Managed Apple ID"):
        here.phone.install("bob@example.org")

    assert not here.phone.is_enrolled
    assert here.phone.waiting is None
    assert here.product.device_side.records() == ()


def test_capitals_do_not_make_another_account() -> None:
    here = downloaded()

    here.phone.install(ANNE.upper())

    assert here.phone.is_enrolled


def test_a_phone_that_is_updated_between_download_and_installation_refuses_it() -> None:
    here = downloaded()

    here.phone.os_version = "18.0"

    with pytest.raises(CannotEnroll, match="iOS 18"):
        here.phone.install(ANNE)


@pytest.mark.parametrize(("os_version", "works"), [("15.0", True), ("17.7", True), ("18.0", False)])
def test_the_way_by_profile_ends_with_ios_17(os_version: str, works: bool) -> None:
    here = scene(os_version)

    if works:
        here.phone.download(here.server, ANNE, BY_PROFILE)
    else:
        with pytest.raises(CannotEnroll, match="iOS 18"):
            here.phone.download(here.server, ANNE, BY_PROFILE)

    assert (here.phone.waiting is not None) is works


def test_a_profile_is_installed_once() -> None:
    here = downloaded()
    here.phone.install(ANNE)
    here.phone.leave()

    with pytest.raises(CannotEnroll, match="no profile waits"):
        here.phone.install(ANNE)


def test_people_who_come_too_late_begin_again_until_it_works(monkeypatch) -> None:
    monkeypatch.setattr(habits, "SLOW_SHARE", 0.5)
    world = World.empty(users=30, seed=3, mix=OLD_WAYS)
    old = world.open(Tiny, "source")

    world.settle(old)

    by_profile = [p for p in world.phones.values() if p.seed.enrollment is BY_PROFILE]
    enrolled = [p for p in by_profile if p.is_enrolled and p.enrollment.kind is BY_PROFILE]
    assert len(by_profile) > 5
    assert len(enrolled) > 0.8 * len(by_profile)


def test_slowness_is_drawn_from_a_stream_of_its_own() -> None:
    world = World.empty(users=5, seed=3)
    world.settle(world.open(Tiny, "source"))

    person = next(iter(world.people.values()))

    assert person.waits is not person.rng
    assert isinstance(person.waits, random.Random)
