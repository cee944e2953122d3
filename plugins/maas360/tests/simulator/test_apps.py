from __future__ import annotations

import pytest
from plugins.maas360.tests.simulator.world import LOCATION, MAIL, World

from ueapi.rehearsal.apps_and_books import StoreApp

APPS = "/application-apis/applications/1.0"
V2 = "/application-apis/applications/2.0"
CHAT = StoreApp(store_id="7654321", bundle_id="org.example.chat", name="Chat", version="1.0")


def order(world: World, name: str, **changes: object):
    form = {
        "appType": 2,
        "appId": MAIL.bundle_id,
        "targetDevices": 0,
        "instantInstall": "Yes",
        "sendEmail": "No",
    }
    return world.post(f"{APPS}/{name}/{{b}}", **form | changes)


def status(answered):
    return answered.json["actionResponse"]["status"]


def ready(seats: int = 2):
    world = World()
    world.user()
    world.sell(seats)
    return world, world.enroll()


def multipart(world: World, xml: str, name: str = "app_details"):
    body = (
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: application/xml\r\n\r\n{xml}\r\n--frontier--\r\n"
    )
    kind = {"content-type": "multipart/form-data; boundary=frontier"}
    headers = world.authorized(accept="application/json", **kind)
    return world.send("POST", f"{V2}/addITunesApp/customer/{{b}}", headers, body.encode())


def test_the_second_search_needs_an_app_id():
    world, _ = ready()

    refused = world.get(f"{V2}/search/customer/{{b}}")
    found = world.get(f"{V2}/search/customer/{{b}}", appId="org.example").json["apps"]

    assert refused.status == 400
    assert (found["count"], found["pageNumber"], found["pageSize"]) == (1, 1, 1)
    app = found["app"]
    assert (app["appId"], app["appName"], app["appType"]) == (MAIL.bundle_id, "Example Mail", 2)
    assert (app["status"], app["vppCodes"], app["deviceType"]) == ("Active", "", 3)


def test_the_first_search_lists_all_and_answers_xml_unless_asked():
    world, _ = ready()
    world.sell(1, CHAT)

    listed = world.get(f"{APPS}/search/{{b}}").json["apps"]
    silent = world.send("GET", f"{APPS}/search/{{b}}", world.authorized())

    assert [a["appId"] for a in listed["app"]] == [MAIL.bundle_id, CHAT.bundle_id]
    assert silent.xml.findtext("count") == "2"
    assert world.get(f"{APPS}/search/{{b}}", appName="cha").json["apps"]["count"] == 1


def test_details_need_the_right_type():
    world, _ = ready()

    found = world.get(f"{APPS}/getAppDetails/{{b}}", appType=2, appId=MAIL.bundle_id)
    wrong = world.get(f"{APPS}/getAppDetails/{{b}}", appType=1, appId=MAIL.bundle_id)

    assert found.json["appDetails"]["appName"] == "Example Mail"
    assert wrong.status == 404


def test_a_store_app_is_added_by_a_document_in_a_part():
    world = World()
    world.apple.publish(CHAT)
    xml = "<appDetails><appId>7654321</appId><category>Talk</category></appDetails>"

    made, again = multipart(world, xml), multipart(world, xml)

    response = made.json["actionResponse"]
    assert (response["status"], response["appId"]) == ("Success", CHAT.bundle_id)
    assert again.json["actionResponse"]["status"] == "Failure"
    assert world.get(f"{APPS}/search/{{b}}").json["apps"]["app"]["category"] == "Talk"


def test_a_store_app_is_added_by_a_form_too():
    world = World()
    world.apple.publish(CHAT)

    made = world.post(f"{APPS}/addITunesApp/{{b}}", appId=CHAT.bundle_id)
    missing = world.post(f"{APPS}/addITunesApp/{{b}}", appId="org.example.nothing")

    assert (status(made), status(missing)) == ("Success", "Failure")


@pytest.mark.parametrize(
    ("xml", "name"),
    [("<appDetails/>", "other"), ("<app/>", "app_details"), ("<!DOCTYPE a><a/>", "app_details")],
)
def test_a_part_that_cannot_be_read_is_400(xml, name):
    assert multipart(World(), xml, name).status == 400


def test_another_body_is_refused():
    assert World().post_json(f"{V2}/addITunesApp/customer/{{b}}", {}).status == 415


# -- distribution ----------------------------------------------------------------------------------


def test_distributing_takes_a_seat_and_installs():
    world, phone = ready()

    done = order(world, "distributeApp")
    phone.connect()

    assert status(done) == "Success"
    assert phone.apps == {MAIL.bundle_id: "Managed"}
    assert world.apple.holders(LOCATION, MAIL.store_id) == {"mara@example.org"}
    found = world.get(f"{APPS}/searchDistributions/{{b}}").json["distributions"]
    assert (found["count"], found["distribution"]["targetDevices"]) == (1, 0)


def test_phones_that_come_later_get_it():
    world, _ = ready()
    order(world, "distributeApp")

    assert world.enroll(key="two").apps == {MAIL.bundle_id: "Managed"}


def test_stopping_removes_it_and_frees_the_seat():
    world, phone = ready()
    order(world, "distributeApp")
    phone.connect()

    done = order(world, "stopAppDistribution")
    phone.connect()

    assert status(done) == "Success"
    assert phone.apps == {}
    assert world.apple.free(LOCATION, MAIL.store_id) == 2
    assert status(order(world, "stopAppDistribution")) == "Failure"


def test_a_seat_is_kept_while_another_phone_of_the_person_needs_it():
    world, phone = ready()
    order(world, "distributeApp")
    other = world.enroll(key="two")
    phone.connect()

    other.leave()

    assert world.apple.free(LOCATION, MAIL.store_id) == 1


@pytest.mark.parametrize("target", ["device", "group"])
def test_one_device_or_one_group_is_meant(target):
    world, phone = ready()
    world.user("ben", "ben@example.org", "Ben")
    other = world.enroll("ben@example.org", "two")
    conditions = [
        {"category": "Users", "attribute": "Username", "criteria": "Equal To", "value1": "ben"}
    ]
    body = {"groupName": "Ben", "conditions": conditions}
    made = world.post_json("/group-apis/group/2.0/deviceGroups/customer/{b}", body).json
    targets = {
        "device": {"targetDevices": 2, "deviceId": other.csn},
        "group": {"targetDevices": 1, "deviceGroupId": made["response"]["groupIdentifier"]},
    }

    done = order(world, "distributeApp", **targets[target])
    phone.connect()
    other.connect()

    assert status(done) == "Success"
    assert (phone.apps, other.apps) == ({}, {MAIL.bundle_id: "Managed"})


def test_without_instant_install_nothing_comes_by_itself():
    world, phone = ready()

    order(world, "distributeApp", instantInstall="No")
    phone.connect()

    assert phone.apps == {}
    assert world.apple.free(LOCATION, MAIL.store_id) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"appType": 1},
        {"targetDevices": 9},
        {"targetDevices": ""},
        {"targetDevices": 1},
        {"targetDevices": 2},
    ],
)
@pytest.mark.parametrize("name", ["distributeApp", "stopAppDistribution"])
def test_a_combination_that_does_not_fit_is_400_without_a_body(name, changes):
    world, _ = ready()

    refused = order(world, name, **changes)

    assert (refused.status, refused.reply.body) == (400, b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"appId": "org.example.nothing"},
        {"targetDevices": 1, "deviceGroupId": 1},
        {"targetDevices": 2, "deviceId": "ApplNOTHERE"},
    ],
)
def test_what_is_not_there_fails_in_words(changes):
    world, _ = ready()

    refused = order(world, "distributeApp", **changes)

    assert (refused.status, status(refused)) == (200, "Failure")


def test_a_group_of_users_is_no_target():
    world, _ = ready()
    group = world.service.account.make_group("Field", 3)

    assert (
        status(order(world, "distributeApp", targetDevices=1, deviceGroupId=group.id)) == "Failure"
    )


def test_without_a_seat_the_app_fails():
    world, phone = ready(seats=0)

    order(world, "distributeApp")
    phone.connect()

    found = world.get(f"{APPS}/getAppDistributionByDevice/{{b}}", deviceId=phone.csn).json
    assert found["appDistributions"]["appDistribution"]["status"] == "Failed"
    assert phone.apps == {}


def test_a_private_copy_is_never_taken_over():
    world, phone = ready()
    phone.app_state = "UserInstalledApp"
    order(world, "distributeApp")
    phone.connect()
    world.clock.sleep(61)
    phone.connect()

    found = world.get(f"{APPS}/getAppDistributionByDevice/{{b}}", deviceId=phone.csn).json

    assert found["appDistributions"]["appDistribution"]["status"] == "Failed"


def test_distributing_again_offers_the_app_where_it_failed():
    world, phone = ready(seats=0)
    order(world, "distributeApp")
    phone.connect()
    world.sell(1)

    order(world, "distributeApp")
    phone.connect()

    assert phone.apps == {MAIL.bundle_id: "Managed"}
    found = world.get(f"{APPS}/searchDistributions/{{b}}").json["distributions"]
    assert found["count"] == 1


def test_seats_are_free_after_a_selective_wipe_and_the_end_of_control():
    world, phone = ready(seats=1)
    order(world, "distributeApp")
    phone.connect()
    device = "/device-apis/devices/1.0/{}/{{b}}"
    world.post(device.format("selectiveWipeDevice"), deviceId=phone.csn)
    phone.connect()
    wiped = world.apple.free(LOCATION, MAIL.store_id)

    world.post(device.format("removeDevice"), deviceId=phone.csn)
    phone.connect()

    assert (wiped, world.apple.free(LOCATION, MAIL.store_id)) == (0, 1)


def test_deleting_stops_its_distributions():
    world, phone = ready()
    order(world, "distributeApp")
    phone.connect()

    done = world.post(f"{APPS}/deleteApp/{{b}}", appType=2, appId=MAIL.bundle_id)
    phone.connect()

    assert status(done) == "Success"
    assert phone.apps == {}
    assert world.apple.free(LOCATION, MAIL.store_id) == 2
    assert world.get(f"{APPS}/search/{{b}}").json["apps"]["count"] == 0
    deleted = world.get(f"{APPS}/search/{{b}}", status="Deleted").json["apps"]
    assert deleted["app"]["status"] == "Deleted"
