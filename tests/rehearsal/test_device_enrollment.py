"""The contrast: signing in on a phone that the organization owns, and each way in refusing the other's phones."""

from __future__ import annotations

import plistlib

import pytest

from tests.rehearsal.scene import ANNE, HARDWARE, Scene, scene
from ueapi.apple import mdm
from ueapi.apple.enrollment import discovery
from ueapi.model import EnrollmentKind
from ueapi.plugins import Registry
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import ADDE, BYOD
from ueapi.rehearsal.phone import CannotEnroll
from ueapi.rehearsal.world import World

HOST = "https://tiny.example.org"
QUERIES = ["SerialNumber", "IsSupervised", "UDID"]


def owned(os_version: str = "26.1", *, path: str = ADDE) -> Scene:
    """A scene whose domain offers Device Enrollment."""
    here = scene(os_version)
    domain = Domain(lambda _: f"{HOST}{path}", version=discovery.Version.ADDE)
    here.phone.network.hosts["example.org"] = domain
    return here


def test_the_domain_decides_and_the_organization_sees_the_hardware() -> None:
    here = owned()

    here.phone.sign_in(ANNE)
    here.settle()

    assert here.record.kind is EnrollmentKind.DEVICE
    assert here.record.identifier == HARDWARE.udid
    assert here.record.hardware.serial == HARDWARE.serial
    assert here.phone.enrollment.is_account_driven


def test_it_is_never_supervised() -> None:
    here = owned()
    told = []
    vars(here.product)["answered"] = lambda record, command, result: told.append(result)
    asked = mdm.Command(
        uuid="Q", request_type="DeviceInformation", content={"Queries": list(QUERIES)}
    )
    here.phone.sign_in(ANNE)
    here.settle()

    here.product.device_side.queue(here.record, asked)
    here.settle()

    answers = told[-1].response["QueryResponses"]
    assert answers["IsSupervised"] is False
    assert answers["SerialNumber"] == HARDWARE.serial


def test_its_messages_carry_the_udid_and_never_an_enrollment_id() -> None:
    here = owned()
    bodies = []
    product = here.phone.network.hosts["tiny.example.org"]

    async def noted(scope, receive, send):
        message = await receive()
        if scope["method"] == "PUT":
            bodies.append(plistlib.loads(message["body"]))

        async def again():
            return message

        await product(scope, again, send)

    here.phone.network.hosts["tiny.example.org"] = noted
    here.phone.sign_in(ANNE)
    here.settle()
    here.phone.leave()

    assert bodies
    assert all(b["UDID"] == HARDWARE.udid and "EnrollmentID" not in b for b in bodies)
    assert bodies[0]["SerialNumber"] == HARDWARE.serial


@pytest.mark.parametrize(("os_version", "works"), [("16.7", False), ("17.0", True), ("27.0", True)])
def test_it_came_with_ios_17(os_version: str, works: bool) -> None:
    here = owned(os_version)

    if works:
        here.phone.sign_in(ANNE)
    else:
        with pytest.raises(CannotEnroll, match="iOS 17"):
            here.phone.sign_in(ANNE)

    assert here.phone.is_enrolled is works


def test_its_token_ends_and_is_renewed_as_any_other() -> None:
    here = owned()
    here.phone.sign_in(ANNE)
    here.settle()

    here.product.way_in.expire(here.record)
    here.ask()
    here.phone.sign_in_again()
    here.settle()

    assert here.product.device_side.records() == (here.record,)
    assert here.record.bearer == here.phone.enrollment.token
    assert not here.record.queue


def test_a_phone_that_shows_its_hardware_is_refused_where_personal_phones_come_in() -> None:
    here = owned(path=BYOD)

    with pytest.raises(CannotEnroll, match="400"):
        here.phone.sign_in(ANNE)

    assert here.product.device_side.records() == ()


def test_a_phone_that_hides_its_hardware_is_refused_where_the_organizations_come_in() -> None:
    here = scene()
    here.phone.network.hosts["example.org"] = Domain(lambda _: f"{HOST}{ADDE}")

    with pytest.raises(CannotEnroll, match="400"):
        here.phone.sign_in(ANNE)

    assert here.product.device_side.records() == ()


def test_whoever_came_the_wrong_way_is_seen_by_the_kind_of_the_device() -> None:
    registry = Registry.installed()
    world = World.empty(users=5, seed=5)
    place = world.open_installed(registry, "memory", "target")
    world.settle(place)
    phone = next(
        p for p in world.phones.values() if p.is_enrolled and p.major >= 17 and p.enrollment.account
    )
    account = phone.enrollment.account
    phone.leave()
    domain = Domain(
        lambda _: place.simulator.way_in.base_url(discovery.Version.ADDE),
        version=discovery.Version.ADDE,
    )
    world.network.hosts["example.org"] = domain

    phone.sign_in(account)
    world.clock.sleep(3600)

    seen = [d.enrollment.kind for d in world.tenant(registry, place, "t").devices.list()]
    assert EnrollmentKind.DEVICE in seen
