"""The pages behind the enrollment address: both of Hexnode's flows in order, and every turn that ends elsewhere."""

from __future__ import annotations

import pytest

from ueapi.model import EnrollmentKind, EnrollmentState
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.client import EnrollmentFailed
from ueapi.rehearsal.enrolling.pages import DESKTOP
from ueapi.rehearsal.phone import CannotEnroll
from ueapi.testing import Harness
from ueapi.testing.web_pages import Visitor
from ueapi_hexnode.simulator import HexnodeSimulator
from ueapi_hexnode.simulator.portal_pages import AppleType, Ownership

PRIVATE = "org.example.diary"

TERMS = ("Enroll", ("terms",))
SIGN_IN = ("Authenticate", ("username", "password"))
SIGN_IN_AND_OWNER = ("Authenticate", ("username", "password", "owner"))
MANAGED = ("Device management", ("managed",))
MANAGED_APPLE_ID = ("Download profile", ("managed_apple_id",))


@pytest.fixture
def harness() -> Harness:
    return Harness.build("hexnode", users=3)


@pytest.fixture
def pages(harness: Harness):
    assert isinstance(harness.simulator, HexnodeSimulator)
    return harness.simulator.pages


def owner(harness: Harness):
    people = harness.world.people.values()
    return next(
        p
        for p in people
        if any(f.enrollment and f.enrollment.kind.is_user_enrollment for f in p.phones)
    )


def visitor(harness: Harness, **more) -> Visitor:
    return Visitor(world=harness.world, place=harness.place, account=owner(harness).typed, **more)


def test_who_may_choose_answers_twice_that_the_phone_is_theirs(harness: Harness) -> None:
    seen = visitor(harness).walk()

    assert seen.pages == (TERMS, SIGN_IN_AND_OWNER, MANAGED, MANAGED_APPLE_ID)
    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER
    assert seen.profile.managed_apple_id == owner(harness).typed


def test_a_request_for_a_personal_phone_asks_for_the_managed_apple_id_only(
    harness: Harness, pages
) -> None:
    pages.ownership = Ownership.PERSONAL

    seen = visitor(harness).walk()

    assert seen.pages == (TERMS, MANAGED_APPLE_ID)
    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER


@pytest.mark.parametrize(
    ("ownership", "apple_type", "browser"),
    [
        (Ownership.PERSONAL, AppleType.DEVICE, ""),
        (Ownership.PERSONAL, AppleType.USER, DESKTOP),
        (Ownership.CORPORATE, AppleType.USER, ""),
    ],
)
def test_what_the_console_or_the_view_of_the_page_decides_asks_nobody(
    harness: Harness, pages, ownership: Ownership, apple_type: AppleType, browser: str
) -> None:
    pages.ownership, pages.apple_type = ownership, apple_type

    seen = visitor(harness, browser=browser).walk()

    assert seen.pages == (TERMS, SIGN_IN)
    assert seen.kind is EnrollmentKind.DEVICE
    assert seen.profile.access_rights


@pytest.mark.parametrize(
    ("insists", "browser", "pages"),
    [
        ({"owner": "organization"}, "", (TERMS, SIGN_IN_AND_OWNER)),
        ({"managed": "everything"}, "", (TERMS, SIGN_IN_AND_OWNER, MANAGED)),
        ({}, DESKTOP, (TERMS, SIGN_IN_AND_OWNER)),
    ],
    ids=["my organization owns it", "manage entire device", "desktop view"],
)
def test_each_wrong_turn_hands_out_a_device_enrollment(
    harness: Harness, insists: dict[str, str], browser: str, pages
) -> None:
    seen = visitor(harness, insists=insists, browser=browser).walk()

    assert seen.pages == pages
    assert seen.kind is EnrollmentKind.DEVICE


def test_the_newest_request_to_a_person_decides_before_the_console(harness: Harness, pages) -> None:
    address = owner(harness).typed.casefold()
    user = next(u for u in harness.tenant.users.list() if (u.email or "").casefold() == address)
    pages.ownership = Ownership.CORPORATE
    harness.tenant.enrollments.invite(user.id)

    seen = visitor(harness).walk()

    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER


@pytest.mark.parametrize(
    ("insists", "again"),
    [
        ({"password": "guess"}, SIGN_IN_AND_OWNER),
        ({"managed": "half of it"}, MANAGED),
        ({"managed_apple_id": "anne"}, MANAGED_APPLE_ID),
        ({"terms": "no"}, TERMS),
    ],
)
def test_an_answer_that_is_none_gets_its_page_again(
    harness: Harness, insists: dict[str, str], again: tuple[str, tuple[str, ...]]
) -> None:
    here = visitor(harness, insists=insists)

    with pytest.raises(EnrollmentFailed):
        here.walk()

    assert here.pages[-2:] == [again, again]


def test_a_phone_in_desktop_view_is_enrolled_as_a_whole_against_its_owners_will(
    harness: Harness,
) -> None:
    person, phone = owner(harness), owner(harness).phones[0]
    phone.leave()
    phone.os_version = "17.2"
    harness.world.way_in.browser = DESKTOP

    phone.enroll_on_web(harness.place.server, person.typed, EnrollmentKind.PROFILE_DRIVEN_USER)

    assert phone.enrollment.kind is EnrollmentKind.DEVICE
    assert newest(harness).enrollment.kind is EnrollmentKind.DEVICE


def test_a_phone_of_today_does_not_take_the_profile_of_a_personal_one(harness: Harness) -> None:
    person, phone = owner(harness), owner(harness).phones[0]
    phone.leave()
    phone.os_version = "18.1"

    with pytest.raises(CannotEnroll):
        phone.enroll_on_web(harness.place.server, person.typed, EnrollmentKind.PROFILE_DRIVEN_USER)


def test_a_wrong_turn_is_a_device_enrollment_and_the_person_finds_back(harness: Harness) -> None:
    person, phone = owner(harness), owner(harness).phones[0]
    phone.leave()
    phone.owned.add(PRIVATE)
    phone.os_version = "18.1"

    phone.enroll_on_web(harness.place.server, person.typed, EnrollmentKind.DEVICE)
    harness.pass_time(hours=6)
    wrong = newest(harness)
    told = [wrong.model_dump_json(), harness.tenant.devices.report(wrong.id).model_dump_json()]
    person.asked_to_repeat()
    harness.pass_time(hours=48)

    assert wrong.enrollment.kind is EnrollmentKind.DEVICE
    assert not any(secret in text for text in told for secret in kept_private(phone))
    assert newest(harness).enrollment.kind.is_user_enrollment


def newest(harness: Harness):
    listed = harness.tenant.devices.list()
    standing = [d for d in listed if d.enrollment.state is EnrollmentState.ENROLLED]
    found = max(standing, key=lambda d: d.enrollment.since or START)
    return harness.tenant.devices.get(found.id)


def kept_private(phone) -> tuple[str, ...]:
    hardware = phone.seed.hardware
    return (hardware.serial, hardware.imei, hardware.phone_number, PRIVATE)


@pytest.mark.parametrize("end", ["", "/"])
def test_the_enrollment_address_works_with_a_slash_at_its_end_and_without(
    harness: Harness, end: str
) -> None:
    page = f"{harness.place.server.page}{end}?user=sam@example.org"

    reply = harness.world.network.ask("GET", page, {}, b"")

    assert reply.status == 200
    assert b"<form" in reply.body


def test_the_sign_in_from_settings_asks_for_the_account_the_product_knows(harness: Harness) -> None:
    page = f"https://{harness.place.server.host}/enrollment/login?for=byod"

    shown = harness.world.network.ask("GET", page, {}, b"").body.decode()

    assert "<label>Username <input" in shown
    assert "Managed Apple Account" not in shown
