from __future__ import annotations

import json
from datetime import timedelta

import pytest
from plugins.maas360.tests.documents import as_json, as_xml
from plugins.maas360.tests.rows import full
from plugins.maas360.tests.service import NOW, SETTINGS, Service, action, backend, name_of, page

from ueapi.contract import Context
from ueapi.errors import NotFound, Rejected, Unintelligible
from ueapi.flow import Effect, Reply
from ueapi.model import Absence, Scope
from ueapi_maas360.backend import build
from ueapi_maas360.settings import Maas360Settings

PHONES = {"policyID": "3001", "policyName": "BYOD", "platform": "iOS", "publishedVersion": "4"}


def policies(*rows):
    return page("policies", "policy", *rows)


def phones(*rows):
    return page("devices", "device", *rows)


def test_policies_are_known_by_name_and_hold_nothing_readable():
    service = Service({"GET policies": policies(PHONES)})

    (found,) = service.run(backend().profiles.page(None)).items

    assert (found.id, found.name) == ("BYOD", "BYOD")
    for name in ("content", "digest"):
        assert found.why_absent(name) is Absence.NOT_EXPOSED_BY_PRODUCT
    assert found.why_absent("scope") is Absence.NOT_FETCHED


@pytest.mark.parametrize("platform", ["Android", "Windows", "Mac"])
def test_policies_of_other_platforms_are_left_out(platform):
    service = Service({"GET policies": policies(PHONES, PHONES | {"platform": platform})})

    assert len(service.run(backend().profiles.page(None)).items) == 1


def test_a_policy_is_read_by_its_name():
    service = Service(
        {
            "GET policies": policies(PHONES, PHONES | {"policyName": "Office"}),
            "GET search": phones(),
        }
    )

    assert service.run(backend().profiles.get("Office")).name == "Office"


def test_who_has_a_policy_is_told_by_the_devices_under_control():
    service = Service(
        {
            "GET policies": policies(PHONES, PHONES | {"policyName": "Office"}),
            "GET search": phones(
                full(maas360DeviceID="A", mdmPolicy="BYOD"),
                full(maas360DeviceID="B", mdmPolicy="Office"),
                full(maas360DeviceID="C", mdmPolicy="BYOD", maas360ManagedStatus="Control Removed"),
                full(maas360DeviceID="D", mdmPolicy=""),
            ),
        }
    )

    found = service.run(backend().profiles.get("BYOD"))

    assert found.scope == Scope(devices=("A",))
    assert "scope" in found.origin.inferred
    assert found.why_absent("scope") is None


def test_one_listing_of_devices_answers_for_all_policies():
    service = Service(
        {
            "GET policies": policies(PHONES, PHONES | {"policyName": "Office"}),
            "GET search": phones(full(maas360DeviceID="A", mdmPolicy="BYOD")),
        }
    )
    profiles = backend().profiles

    scopes = [service.run(profiles.get(name)).scope for name in ("BYOD", "Office")]

    assert scopes == [Scope(devices=("A",)), Scope()]
    assert [name_of(call) for call in service.calls].count("search") == 1


def test_devices_are_listed_again_after_minutes_and_after_an_assignment():
    service = Service(
        {
            "GET policies": policies(PHONES),
            "GET search": phones(full(maas360DeviceID="A", mdmPolicy="BYOD")),
            "POST changeDevicePolicy": action(actionID="128400001"),
        }
    )
    times = [NOW]
    context = Context(tenant="third", now=lambda: times[-1])
    profiles = build(Maas360Settings.model_validate(SETTINGS), context).profiles

    service.run(profiles.get("BYOD"))
    service.run(profiles.assign("BYOD", Scope(devices=("A",))))
    service.run(profiles.get("BYOD"))
    times.append(NOW + timedelta(minutes=3))
    service.run(profiles.get("BYOD"))

    assert [name_of(call) for call in service.calls].count("search") == 3


def test_a_policy_that_is_not_there_is_not_found():
    service = Service({"GET policies": policies(PHONES)})

    with pytest.raises(NotFound):
        service.run(backend().profiles.get("byod"))


def test_two_policies_of_one_name_are_no_basis_for_assigning():
    service = Service({"GET policies": policies(PHONES, PHONES | {"policyID": "3002"})})

    with pytest.raises(Unintelligible, match="same name"):
        service.run(backend().profiles.page(None))


def test_a_device_is_given_a_policy_by_name():
    service = Service({"POST changeDevicePolicy": action(actionID="128400001")})

    accepted = service.run(backend().profiles.assign("BYOD", Scope(devices=("ApplUE7Q2K9M4X1B",))))

    assert service.forms() == [{"maas360DeviceId": "ApplUE7Q2K9M4X1B", "policyName": "BYOD"}]
    assert accepted.command_ids == ("128400001",)
    assert service.calls[0].effect is Effect.IDEMPOTENT


def test_a_group_is_given_a_policy_by_name():
    service = Service({"POST changeGroupPolicy": as_json("response", {"status": "Success"})})

    service.run(backend().profiles.assign("BYOD", Scope(device_groups=("5501",))))

    (call,) = service.writes()
    assert name_of(call) == "changeGroupPolicy"
    assert json.loads(call.body or b"") == {
        "changePolicyRequest": {
            "groupId": "5501",
            "policyRequest": {"policyType": "MDM", "policyName": ["BYOD"]},
        }
    }


@pytest.mark.parametrize(
    "said", [as_json("response", {"status": "Failure"}), as_xml("any", {"status": "failure"})]
)
def test_a_refusal_about_a_group_is_an_error_whatever_its_root(said):
    service = Service({"POST changeGroupPolicy": said})

    with pytest.raises(Rejected):
        service.run(backend().profiles.assign("BYOD", Scope(device_groups=("5501",))))


def test_a_sign_in_page_is_no_assignment():
    page = Reply(200, {"content-type": "text/html"}, b"<html><body>Sign in</body></html>")
    service = Service({"POST changeGroupPolicy": page})

    with pytest.raises(Unintelligible):
        service.run(backend().profiles.assign("BYOD", Scope(device_groups=("5501",))))


def test_a_refused_device_says_how_many_got_the_policy():
    outcomes = iter([action(), action(failed=True)])
    service = Service({"POST changeDevicePolicy": lambda _: next(outcomes)})

    with pytest.raises(Rejected, match="1 were accepted"):
        service.run(backend().profiles.assign("BYOD", Scope(devices=("a", "b", "c"))))

    assert len(service.calls) == 2


@pytest.mark.parametrize(
    "to", [Scope(), Scope(everyone=True), Scope(users=("7",)), Scope(user_groups=("8",))]
)
def test_other_targets_are_refused_before_anything_is_sent(to):
    service = Service({})

    with pytest.raises(Rejected):
        service.run(backend().profiles.assign("BYOD", to))

    assert service.calls == []
