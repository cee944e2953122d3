"""The enrollment portal's pages: in Jamf's order, hidden by their switches, and where a wrong turn leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ueapi.model import EnrollmentKind, EnrollmentState
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.client import EnrollmentFailed
from ueapi.rehearsal.enrolling.pages import Form, Meaning
from ueapi.testing import Harness
from ueapi.testing.web_pages import Visitor
from ueapi_jamf.simulator import JamfSimulator
from ueapi_jamf.simulator.portal_pages import SignIn

PRIVATE = "org.example.diary"


@pytest.fixture
def harness() -> Harness:
    return Harness.build("jamf", users=3)


@pytest.fixture
def portal(harness: Harness):
    assert isinstance(harness.simulator, JamfSimulator)
    return harness.simulator.portal


def owner(harness: Harness):
    people = harness.world.people.values()
    return next(
        p
        for p in people
        if any(f.enrollment and f.enrollment.kind.is_user_enrollment for f in p.phones)
    )


def visitor(harness: Harness, **more) -> Visitor:
    return Visitor(world=harness.world, place=harness.place, account=owner(harness).typed, **more)


SIGN_IN = ("Log in with your directory account", ("username", "password"))
OWNERSHIP = ("Device ownership", ("ownership",))
SITE = ("Site", ("site",))
AGREEMENT = ("Agreement", ("agreement",))
CERTIFICATE = ("CA certificate", ("certificate",))
MANAGED_APPLE_ID = ("Managed Apple ID", ("managed_apple_id",))


def test_every_page_of_a_personal_phone_in_order(harness: Harness, portal) -> None:
    portal.sites = ("North", "South")
    portal.requires_eula = True

    seen = visitor(harness).walk()

    assert seen.pages == (SIGN_IN, OWNERSHIP, AGREEMENT, SITE, CERTIFICATE, MANAGED_APPLE_ID)
    assert seen.kind is EnrollmentKind.PROFILE_DRIVEN_USER
    assert seen.profile.managed_apple_id == owner(harness).typed
    assert seen.profile.access_rights is None


def test_ownership_is_asked_only_where_both_kinds_are_switched_on(harness: Harness, portal) -> None:
    portal.allows_institutional = False
    personal = visitor(harness).walk()
    portal.allows_institutional, portal.allows_personal = True, False
    institutional = visitor(harness).walk()

    assert personal.pages == (SIGN_IN, CERTIFICATE, MANAGED_APPLE_ID)
    assert institutional.pages == (SIGN_IN, CERTIFICATE)
    assert institutional.kind is EnrollmentKind.DEVICE


def test_nobody_enrolls_where_both_are_switched_off(harness: Harness, portal) -> None:
    portal.allows_institutional = portal.allows_personal = False

    with pytest.raises(EnrollmentFailed, match="enrolls no mobile devices"):
        visitor(harness).walk()


def test_the_certificate_is_skipped_by_a_switch(harness: Harness, portal) -> None:
    portal.skips_certificate = True

    assert visitor(harness).walk().pages == (SIGN_IN, OWNERSHIP, MANAGED_APPLE_ID)


@pytest.mark.parametrize(
    "sign_in", [SignIn.DIRECTORY, SignIn.SINGLE_SIGN_ON, SignIn.CLOUD_IDENTITY]
)
def test_each_way_of_signing_in_has_its_page(harness: Harness, portal, sign_in: SignIn) -> None:
    portal.sign_in = sign_in

    assert visitor(harness).walk().titles[0] == sign_in.value


def test_only_some_have_an_account_on_the_server_itself(harness: Harness, portal) -> None:
    portal.sign_in = SignIn.LOCAL

    with pytest.raises(EnrollmentFailed, match="may not enroll"):
        visitor(harness).walk()
    portal.local_accounts.add(owner(harness).typed.casefold())

    assert visitor(harness).walk().kind is EnrollmentKind.PROFILE_DRIVEN_USER


def test_a_wrong_password_leads_nowhere(harness: Harness) -> None:
    with pytest.raises(EnrollmentFailed, match="wrong"):
        visitor(harness, insists={"password": "guess"}).walk()


@pytest.mark.parametrize(
    ("insists", "pages"),
    [({"ownership": "made up"}, OWNERSHIP), ({"managed_apple_id": "anne"}, MANAGED_APPLE_ID)],
)
def test_an_answer_that_is_none_gets_its_page_again(
    harness: Harness, insists: dict[str, str], pages: tuple[str, tuple[str, ...]]
) -> None:
    here = visitor(harness, insists=insists)

    with pytest.raises(EnrollmentFailed):
        here.walk()

    assert here.pages[-1] == pages
    assert here.pages[-2] == pages


class Corrected(Visitor):
    """Somebody who mistypes each of `insists` once, and then reads what the page says."""

    def _answers(self, form: Form) -> Mapping[str, str]:
        if form.problem:
            self.insists, form.problem = {}, ""
        return super()._answers(form)


def test_who_mistypes_a_managed_apple_id_need_not_sign_in_again(harness: Harness) -> None:
    mistyped = {"managed_apple_id": "anne"}
    account = owner(harness).typed
    here = Corrected(world=harness.world, place=harness.place, account=account, insists=mistyped)

    seen = here.walk()

    assert seen.pages[-2:] == (MANAGED_APPLE_ID, MANAGED_APPLE_ID)
    assert seen.titles.count(SIGN_IN[0]) == 1


def test_signing_in_from_settings_asks_nothing_but_the_sign_in(harness: Harness, portal) -> None:
    portal.sites = ("North",)
    portal.requires_eula = True
    person = owner(harness)
    phone = person.phones[0]
    phone.leave()
    phone.os_version = "18.1"
    before = harness.world.way_in.messages

    phone.sign_in(person.typed)

    assert phone.enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER
    of_the_sign_in, of_the_identity = 6, 7
    assert harness.world.way_in.messages - before <= of_the_sign_in + of_the_identity


def test_a_wrong_turn_is_a_device_enrollment_and_the_person_finds_back(harness: Harness) -> None:
    person = owner(harness)
    phone = person.phones[0]
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
    assert ownership(harness, wrong.id) == "Institutional"
    assert not any(secret in text for text in told for secret in kept_private(phone))
    assert PRIVATE not in phone_apps(harness)
    assert newest(harness).enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER


def newest(harness: Harness):
    listed = harness.tenant.devices.list()
    standing = [d for d in listed if d.enrollment.state is EnrollmentState.ENROLLED]
    return max(standing, key=lambda d: d.enrollment.since or START)


def ownership(harness: Harness, device_id: str) -> str:
    simulator: Any = harness.simulator
    return simulator.server.devices.rows[int(device_id)].ownership


def kept_private(phone) -> tuple[str, ...]:
    hardware = phone.seed.hardware
    return (hardware.serial, hardware.imei, hardware.phone_number, PRIVATE)


def phone_apps(harness: Harness) -> set[str]:
    simulator: Any = harness.simulator
    rows = simulator.server.devices.rows.values()
    return {app.bundle_id for row in rows for app in row.apps}


def test_the_way_of_an_organization_ends_before_the_managed_apple_id(harness: Harness) -> None:
    seen = visitor(harness, way=Meaning.ORGANIZATION).walk()

    assert seen.pages == (SIGN_IN, OWNERSHIP, CERTIFICATE)
    assert seen.kind is EnrollmentKind.DEVICE
    assert seen.profile.access_rights


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
