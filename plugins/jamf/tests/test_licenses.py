"""Licenses: locations, pools, and taking licenses back without taking anything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from plugins.jamf.tests.drive import CONTEXT, NOW, drive, json_reply, xml_reply

from ueapi.contract import Context
from ueapi.errors import Conflict, Unintelligible
from ueapi.flow import Effect, Reply
from ueapi_jamf.facets.licenses import JamfLicenses

APP = "<ios_apps><size>1</size><ios_app><adam_id>1234567890</adam_id></ios_app></ios_apps>"
SCOPE = (
    "<all_jss_users>false</all_jss_users><jss_users/>"
    "<jss_user_groups><size>1</size><user_group><id>6</id><name>Staff</name></user_group></jss_user_groups>"
    "<limitations><user_groups><size>1</size><user_group><name>Sales &amp; Co</name></user_group>"
    "</user_groups></limitations>"
)
DONE = Reply(201, {"content-type": "text/xml"}, b"<vpp_assignment><id>4</id></vpp_assignment>")


def licenses():
    return JamfLicenses(CONTEXT)


def listing(*numbers):
    rows = "".join(f"<vpp_assignment><id>{n}</id><name>A</name></vpp_assignment>" for n in numbers)
    return xml_reply(f"<vpp_assignments><size>{len(numbers)}</size>{rows}</vpp_assignments>")


def assignment(*excluded, apps=APP, scope=SCOPE):
    users = "".join(f"<user><id>{n}</id><name>n{n}</name></user>" for n in excluded)
    return xml_reply(
        f"<vpp_assignment><general><id>4</id></general>{apps}<mac_apps/><ebooks/><scope>{scope}"
        f"<exclusions><jss_users><size>{len(excluded)}</size>{users}</jss_users></exclusions></scope></vpp_assignment>"
    )


def body_of(call):
    root = etree.fromstring(call.body)
    return root, [e.text for e in root.findall("scope/exclusions/jss_users/user/id")]


def test_a_location_tells_when_another_service_took_it_over():
    reply = json_reply(
        {
            "totalCount": 1,
            "results": [
                {
                    "id": "2",
                    "name": "HQ",
                    "organizationName": "Example Org",
                    "countryCode": "US",
                    "tokenExpiration": "2027-01-08T10:00:00Z",
                    "clientContextMismatch": True,
                }
            ],
        }
    )

    page, _ = drive(licenses().page(None), reply)

    location = page.items[0]
    assert location.used_by_another_service is True
    assert location.expires == datetime(2027, 1, 8, 10, tzinfo=UTC)


def test_a_pool_counts_what_is_free():
    content = {"adamId": "1234567890", "licenseCountTotal": 200, "licenseCountInUse": 37}

    page, calls = drive(
        licenses().pools("2", None), json_reply({"totalCount": 1, "results": [content]})
    )

    assert page.items[0].free == 163
    assert calls[0].target == "/api/v1/volume-purchasing-locations/2/content"


def test_rows_of_one_app_are_one_pool_and_books_are_none():
    rows = [
        {"adamId": "12", "contentType": kind, "licenseCountTotal": total, "licenseCountInUse": 1}
        for kind, total in (("IOS_APP", 10), ("BOOK", 99), ("IOS_APP", 5))
    ]
    rows.insert(1, rows[0] | {"adamId": "7"})

    page, _ = drive(licenses().pools("2", None), json_reply({"totalCount": 4, "results": rows}))

    assert [(p.store_id, p.total, p.in_use) for p in page.items] == [("12", 15, 2), ("7", 10, 1)]
    assert page.total == 2


def test_unassigning_sends_the_whole_scope_back_with_the_users_excluded():
    _, calls = drive(licenses().unassign(["17", "18"]), listing(4), assignment("9"), DONE)

    put = calls[-1]
    root, excluded = body_of(put)
    assert (put.method, put.target) == ("PUT", "/JSSResource/vppassignments/id/4")
    assert (put.content_type, put.effect) == ("application/xml", Effect.READABLE)
    assert excluded == ["9", "17", "18"]
    assert [child.tag for child in root] == ["scope"]
    assert root.findtext("scope/jss_user_groups/user_group/id") == "6"
    assert root.findtext("scope/limitations/user_groups/user_group/name") == "Sales & Co"
    assert root.find(".//size") is None


def test_a_page_in_place_of_the_servers_answer_is_not_taken_for_an_update():
    page = Reply(200, {"content-type": "text/html"}, b"<html><body>Sign in</body></html>")

    with pytest.raises(Unintelligible):
        drive(licenses().unassign(["17"]), listing(4), assignment(), page)


def test_unassigning_again_changes_nothing():
    _, calls = drive(licenses().unassign(["17"]), listing(4), assignment("17"))

    assert [call.method for call in calls] == ["GET", "GET"]


def test_only_assignments_that_give_apps_to_somebody_are_changed():
    books = assignment(apps="<ios_apps/>")
    nobody = assignment(scope="<all_jss_users>false</all_jss_users>")

    _, calls = drive(
        licenses().unassign(["17"]), listing(4, 5, 6), books, nobody, assignment(), DONE
    )

    assert [call.at["id"] for call in calls if call.method == "PUT"] == ["6"]


def test_exclusions_the_cluster_has_not_shown_yet_are_not_taken_back():
    facet = licenses()

    drive(facet.unassign(["17"]), listing(4), assignment(), DONE)
    _, calls = drive(facet.unassign(["18"]), listing(4), assignment(), DONE)

    assert body_of(calls[-1])[1] == ["17", "18"]


def test_what_was_excluded_longer_ago_is_left_to_the_administrator():
    clock = iter([NOW, NOW + timedelta(minutes=5)])
    facet = JamfLicenses(Context(tenant="old", now=lambda: next(clock)))

    drive(facet.unassign(["17"]), listing(4), assignment(), DONE)
    _, calls = drive(facet.unassign(["18"]), listing(4), assignment(), DONE)

    assert body_of(calls[-1])[1] == ["18"]


def test_nobody_to_unassign_costs_no_request():
    _, calls = drive(licenses().unassign([]))

    assert calls == []


def test_an_assignment_without_its_scope_is_never_overwritten():
    bare = xml_reply(f"<vpp_assignment><general><id>4</id></general>{APP}</vpp_assignment>")

    with pytest.raises(Unintelligible, match="without its scope"):
        drive(licenses().unassign(["17"]), listing(4), bare)


# -- giving licenses ---------------------------------------------------------------------------------

OWN = "ueapi: app 12 for users"


def named(number=7, name=OWN):
    row = f"<vpp_assignment><id>{number}</id><name>{name}</name></vpp_assignment>"
    return xml_reply(f"<vpp_assignments><size>1</size>{row}</vpp_assignments>")


def locations(*rows):
    return json_reply({"totalCount": len(rows), "results": list(rows)})


def content(in_use):
    row = {"adamId": "12", "licenseCountTotal": 10, "licenseCountInUse": in_use}
    return json_reply({"totalCount": 1, "results": [row]})


def test_the_first_license_of_an_app_makes_an_assignment_at_the_location_with_most_left():
    taken_over = {"id": "4", "clientContextMismatch": True}

    _, calls = drive(
        licenses().assign("12", ["17", "18"]),
        listing(),
        locations({"id": "2"}, {"id": "3"}, taken_over),
        content(9),
        content(1),
        DONE,
    )

    made = etree.fromstring(calls[-1].body)
    assert (calls[-1].method, calls[-1].target) == ("POST", "/JSSResource/vppassignments/id/0")
    assert made.findtext("general/name") == OWN
    assert made.findtext("general/vpp_admin_account_id") == "3"
    assert made.findtext("ios_apps/ios_app/adam_id") == "12"
    assert [e.text for e in made.findall("scope/jss_users/user/id")] == ["17", "18"]


def test_more_users_join_the_assignment_and_are_no_longer_excluded():
    _, calls = drive(licenses().assign("12", ["17"]), named(), assignment("9", "17"), DONE)

    root, excluded = body_of(calls[-1])
    assert calls[-1].target == "/JSSResource/vppassignments/id/7"
    assert excluded == ["9"]
    assert root.findtext("scope/jss_users/user/id") == "17"
    assert root.findtext("scope/jss_user_groups/user_group/id") == "6"


def test_the_assignment_is_looked_for_once():
    facet = licenses()
    drive(facet.assign("12", ["17"]), named(), assignment(), DONE)

    _, calls = drive(facet.assign("12", ["18"]), assignment(), DONE)

    assert [call.method for call in calls] == ["GET", "PUT"]


def test_an_app_no_location_has_is_a_conflict():
    with pytest.raises(Conflict, match="no location"):
        drive(licenses().assign("12", ["17"]), listing(), locations())
