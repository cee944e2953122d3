"""The pages behind an enrollment request: the employee's way in order, and every turn that ends elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from ueapi.model import EnrollmentKind, EnrollmentState
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.client import EnrollmentFailed
from ueapi.rehearsal.enrolling.pages import Meaning
from ueapi.testing import Harness
from ueapi.testing.web_pages import Visitor
from ueapi_maas360.simulator import Maas360Simulator
from ueapi_maas360.simulator.portal_pages import OwnershipMode

PRIVATE = "org.example.diary"

SIGN_IN = ("Sign in", ("username", "password"))
OWNER = ("Device Ownership", ("owner",))
PASSCODE = ("Passcode", ("passcode",))


@pytest.fixture
def harness() -> Harness:
    return Harness.build("maas360", users=3)


@pytest.fixture
def pages(harness: Harness):
    assert isinstance(harness.simulator, Maas360Simulator)
    return harness.simulator.pages


def owner(harness: Harness):
    people = harness.world.people.values()
    return next(
        p
        for p in people
        if any(f.enrollment and f.enrollment.kind.is_user_enrollment for f in p.phones)
    )


def user_row(harness: Harness):
    simulator: Any = harness.simulator
    return simulator.account.store.user_with_account(owner(harness).typed)


def invite(harness: Harness) -> None:
    address = owner(harness).typed.casefold()
    user = next(u for u in harness.tenant.users.list() if u.email.casefold() == address)
    harness.tenant.enrollments.invite(user.id)


def visitor(harness: Harness, **more) -> Visitor:
    return Visitor(world=harness.world, place=harness.place, account=owner(harness).typed, **more)


def test_an_employee_signs_in_and_says_whose_phone_it_is(harness: Harness) -> None:
    seen = visitor(harness).walk()

    assert seen.pages == (SIGN_IN, OWNER)
    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER
    assert seen.profile.managed_apple_id == owner(harness).typed


def test_who_was_sent_a_request_types_the_passcode_of_its_message(harness: Harness) -> None:
    invite(harness)

    seen = visitor(harness).walk()

    assert seen.pages == (SIGN_IN, OWNER, PASSCODE)
    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER


def test_a_wrong_passcode_is_asked_for_again(harness: Harness) -> None:
    invite(harness)
    here = visitor(harness, insists={"passcode": "00000000x"})

    with pytest.raises(EnrollmentFailed, match="passcode"):
        here.walk()

    assert here.pages[-2:] == [PASSCODE, PASSCODE]


def test_the_passcode_of_an_old_request_is_not_asked_for_any_more(harness: Harness) -> None:
    invite(harness)
    harness.pass_time(hours=31 * 24)

    assert PASSCODE not in visitor(harness).walk().pages


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (OwnershipMode.EMPLOYEE, EnrollmentKind.PROFILE_DRIVEN_USER),
        (OwnershipMode.CORPORATE, EnrollmentKind.DEVICE),
    ],
)
def test_whose_phone_it_is_is_asked_only_where_the_portal_leaves_it_open(
    harness: Harness, pages, mode: OwnershipMode, kind: EnrollmentKind
) -> None:
    pages.ownership_mode = mode

    seen = visitor(harness).walk()

    assert seen.pages == (SIGN_IN,)
    assert seen.kind is kind


def test_employees_come_by_device_enrollment_where_user_enrollment_is_off(
    harness: Harness, pages
) -> None:
    pages.uses_user_enrollment = False

    assert visitor(harness).walk().kind is EnrollmentKind.DEVICE


def test_nobody_comes_as_an_employee_without_a_managed_apple_id(harness: Harness) -> None:
    here = visitor(harness)
    user_row(harness).account = None

    with pytest.raises(EnrollmentFailed, match="No Managed Apple ID"):
        here.walk()


def test_an_account_no_user_has_gets_no_further_than_the_sign_in(harness: Harness) -> None:
    here = Visitor(world=harness.world, place=harness.place, account="nobody@example.org")

    with pytest.raises(EnrollmentFailed, match="No user"):
        here.walk()

    assert here.pages == [SIGN_IN]


def test_a_corporate_phone_is_a_device_enrollment(harness: Harness) -> None:
    seen = visitor(harness, way=Meaning.ORGANIZATION).walk()

    assert seen.pages == (SIGN_IN, OWNER)
    assert seen.kind is EnrollmentKind.DEVICE
    assert seen.profile.access_rights


@pytest.mark.parametrize(
    ("insists", "again"), [({"password": "guess"}, SIGN_IN), ({"owner": "Nobody"}, OWNER)]
)
def test_an_answer_that_is_none_gets_its_page_again(
    harness: Harness, insists: dict[str, str], again: tuple[str, tuple[str, ...]]
) -> None:
    here = visitor(harness, insists=insists)

    with pytest.raises(EnrollmentFailed):
        here.walk()

    assert here.pages[-2:] == [again, again]


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

    assert "<label>Corporate username <input" in shown
    assert "Managed Apple Account" not in shown
