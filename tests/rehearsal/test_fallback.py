"""Promises about service discovery by Apple: from iOS 18.2 on, after an answer of the domain that is a failure."""

from __future__ import annotations

import pytest

from tests.rehearsal.scene import ANNE, Scene, scene
from ueapi.apple.enrollment import Refusal, RefusalCode, discovery
from ueapi.apple.enrollment.discovery import WELL_KNOWN, ModelFamily
from ueapi.errors import InvalidModel, UsageError
from ueapi.model import EnrollmentKind
from ueapi.plugins import Registry
from ueapi.rehearsal.enrolling.business import BUSINESS_ADDRESS, BUSINESS_HOST, AppleBusiness
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import BYOD
from ueapi.rehearsal.phone import CannotEnroll
from ueapi.rehearsal.wire import Application
from ueapi.rehearsal.world import World

DISCOVERY = "discovery.example.org"
REFUSAL = Refusal(code=RefusalCode.DISCOVERY_FAILED, message="Nobody has invited you yet.")
JSON = b"application/json"
IPHONE, MAC = ModelFamily.IPHONE, ModelFamily.MAC


def answering(status: int, body: bytes = b"", asked: list[str] | None = None) -> Application:
    async def application(scope, receive, send):
        del receive
        if asked is not None:
            asked.append(scope["query_string"].decode())
        headers = [(b"content-type", JSON)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


def business(
    os_version: str, domain: Application | None, *, assigned: bool = True
) -> tuple[Scene, AppleBusiness]:
    """A scene whose domain answers so, and an organization at Apple with one service."""
    here = scene(os_version)
    hosts = here.phone.network.hosts
    apple = AppleBusiness(knows=lambda address: address == ANNE)
    apple.link("tiny", f"https://{DISCOVERY}{WELL_KNOWN}")
    if assigned:
        apple.assign("tiny", IPHONE)
    hosts[BUSINESS_HOST], here.phone.way_in.apple = apple, BUSINESS_ADDRESS
    hosts[DISCOVERY] = Domain(lambda _: f"https://tiny.example.org{BYOD}")
    if domain is None:
        del hosts["example.org"]
    else:
        hosts["example.org"] = domain
    return here, apple


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 503])
def test_any_failure_status_of_the_domain_leads_to_apple(status: int) -> None:
    here, _ = business("18.2", answering(status))

    here.phone.sign_in(ANNE)

    assert here.record.is_active


@pytest.mark.parametrize(
    ("os_version", "works"),
    [
        ("15.0", False),
        ("16.7", False),
        ("17.7", False),
        ("18.1.1", False),
        ("18.2", True),
        ("18.7", True),
        ("26.0", True),
        ("27.0", True),
    ],
)
def test_it_came_with_ios_18_2(os_version: str, works: bool) -> None:
    here, _ = business(os_version, answering(404))

    if works:
        here.phone.sign_in(ANNE)
    else:
        with pytest.raises(CannotEnroll, match=r"the domain answers 404$"):
            here.phone.sign_in(ANNE)

    assert here.phone.is_enrolled is works


def test_a_domain_that_answers_is_preferred() -> None:
    here, apple = business("26.1", Domain(lambda _: f"https://tiny.example.org{BYOD}"))
    apple.unassign()

    here.phone.sign_in(ANNE)

    assert here.record.is_active


@pytest.mark.parametrize(
    "domain", [None, answering(200, b"{}"), answering(200, b"<html>"), answering(204)]
)
def test_what_is_no_failure_status_ends_the_enrollment(domain: Application | None) -> None:
    here, _ = business("26.1", domain)

    with pytest.raises(CannotEnroll):
        here.phone.sign_in(ANNE)

    assert here.product.device_side.records() == ()


def test_apple_is_told_what_the_domain_was_told_and_passes_it_on() -> None:
    asked: list[str] = []
    here, _ = business("26.1", answering(404, asked=asked))
    answer = discovery.document(f"https://tiny.example.org{BYOD}").to_json()
    here.phone.network.hosts[DISCOVERY] = answering(200, answer, asked)

    here.phone.sign_in(ANNE)

    assert asked == ["user-identifier=anne%40example.org&model-family=iPhone"] * 2


def test_without_a_default_for_its_family_a_phone_hears_of_both_failures() -> None:
    here, apple = business("26.1", answering(403, REFUSAL.to_json()), assigned=False)
    apple.assign("tiny", MAC)

    with pytest.raises(CannotEnroll, match=r"Nobody has invited you yet\.; Apple.*404"):
        here.phone.sign_in(ANNE)

    assert (apple.assigned(MAC), apple.assigned(IPHONE)) == ("tiny", None)


def test_who_is_no_account_of_the_organization_is_sent_nowhere() -> None:
    here, _ = business("26.1", answering(404))

    with pytest.raises(CannotEnroll, match="404"):
        here.phone.sign_in("bob@example.org")


def test_a_service_that_took_its_address_back_is_nobodys_default() -> None:
    here, apple = business("26.1", answering(404))

    apple.unlink("tiny")

    with pytest.raises(CannotEnroll):
        here.phone.sign_in(ANNE)


@pytest.mark.parametrize(
    ("os_version", "said"), [("17.4", "refused"), ("17.5", "Nobody has invited you yet.")]
)
def test_the_words_of_a_refusal_are_shown_from_ios_17_5_on(os_version: str, said: str) -> None:
    here, _ = business(os_version, answering(403, REFUSAL.to_json()))

    with pytest.raises(CannotEnroll, match=said):
        here.phone.sign_in(ANNE)


@pytest.mark.parametrize("address", ["http://x.example.org/", "x.example.org", "https:///path", ""])
def test_apple_stores_https_addresses_only(address: str) -> None:
    apple = AppleBusiness(knows=lambda _: True)

    with pytest.raises(InvalidModel):
        apple.link("tiny", address)
    with pytest.raises(UsageError):
        apple.assign("tiny")


def test_a_world_has_an_organization_whose_default_an_administrator_sets() -> None:
    world = World.empty(users=5, seed=5)
    place = world.open_installed(Registry.installed(), "memory", "target")
    world.settle(place)
    phones = [
        phone
        for phone in world.phones.values()
        if phone.major >= 26
        and phone.enrollment
        and phone.enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER
    ]
    accounts = [phone.enrollment.account for phone in phones]
    for phone in phones:
        phone.leave()
    world.network.hosts["example.org"] = answering(404)

    with pytest.raises(CannotEnroll):
        phones[0].sign_in(accounts[0])
    world.assign_default(place, IPHONE)
    for phone, account in zip(phones, accounts, strict=True):
        phone.sign_in(account)

    assert phones
    assert all(phone.is_enrolled for phone in phones)
