from __future__ import annotations

import pytest
from plugins.maas360.tests.documents import as_xml
from plugins.maas360.tests.service import Service, backend, page

from ueapi.errors import Conflict, Rejected, Unintelligible
from ueapi.flow import Effect, Reply

ADA = {
    "userIdentifier": "4711",
    "userName": "ada",
    "domain": "example.org",
    "fullName": "Ada",
    "emailAddress": "ada@example.org",
}
MADE = {"status": "Success", "url": "https://m.example.org/e/1", "passcode": "1122"}


def invite(user=ADA, answered=None):
    reply = as_xml("deviceEnrollment", MADE) if answered is None else answered
    service = Service({"GET search": page("users", "user", user), "POST enrollDevice": reply})
    return service, backend().enrollments.invite("4711")


def test_a_person_is_invited_as_an_employee_by_mail():
    service, flow = invite()

    accepted = service.run(flow)

    (form,) = service.forms()
    assert form["emailAddress"] == "ada@example.org"
    assert (form["username"], form["domain"]) == ("ada", "example.org")
    assert form["ownership"] == "Employee Owned"
    assert form["platform"] == "iOS"
    assert accepted.command_ids == ()


def test_an_invitation_is_blind_since_nothing_shows_it():
    service, flow = invite()

    service.run(flow)

    assert [call.effect for call in service.writes()] == [Effect.BLIND]


def test_what_the_person_signs_in_with_is_not_handed_on():
    service, flow = invite()

    assert "1122" not in repr(service.run(flow))


def test_a_refusal_inside_a_200_is_an_error():
    service, flow = invite(answered=as_xml("deviceEnrollment", {"status": "Failure"}))

    with pytest.raises(Rejected):
        service.run(flow)


def test_a_sign_in_page_is_no_invitation():
    service, flow = invite(answered=Reply(200, {}, b"<html><body>hello</body></html>"))

    with pytest.raises(Unintelligible):
        service.run(flow)


@pytest.mark.parametrize("missing", ["emailAddress", "userName"])
def test_somebody_without_address_or_name_is_not_invited(missing):
    service, flow = invite(user=ADA | {missing: ""})

    with pytest.raises(Conflict):
        service.run(flow)

    assert service.writes() == []
