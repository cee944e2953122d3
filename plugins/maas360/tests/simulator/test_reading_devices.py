from __future__ import annotations

import pytest
from plugins.maas360.tests.simulator.world import HARDWARE, JSON, MAIL, MARA, World

from ueapi.model import EnrollmentKind
from ueapi_maas360.simulator.state import HeldPart

V1 = "/device-apis/devices/1.0/search/{b}"
V2 = "/device-apis/devices/2.0/search/customer/{b}"


def view(name: str) -> str:
    return f"/device-apis/devices/1.0/{name}/{{b}}"


def one_phone(**changes: object):
    world = World()
    world.user()
    return world, world.enroll(**changes)


def device_enrolled():
    return one_phone(hardware=HARDWARE, kind=EnrollmentKind.DEVICE)


def fleet(count: int):
    world = World()
    for number in range(count):
        world.user(f"p{number}", f"p{number}@example.org", f"Person {number}")
        world.enroll(f"p{number}@example.org", f"k{number}", name=f"iPhone {number}")
        world.clock.sleep(60)
    return world


def test_version_1_answers_xml_unless_asked_and_version_2_json():
    world, _ = one_phone()

    first = world.send("GET", V1, world.authorized())
    second = world.send("GET", V2, world.authorized())
    asking = world.send("GET", V2, world.authorized(accept="application/xml"))

    assert first.xml.tag == asking.xml.tag == "devices"
    assert set(second.json) == {"devices"}
    assert first.header("content-type") == "application/xml;charset=UTF-8"


@pytest.mark.parametrize("accept", ["*/*", "application/json;q=0.1, application/xml", "text/xml"])
def test_accept_is_read_as_usual(accept):
    world, _ = one_phone()

    assert world.send("GET", V1, world.authorized(accept=accept)).xml.tag == "devices"


def test_a_format_nobody_writes_is_not_acceptable():
    world, _ = one_phone()

    assert world.get(V1, accept="text/csv").status == 406


def test_one_device_is_an_object_and_several_are_an_array():
    one, two = fleet(1), fleet(2)

    alone, both = one.get(V2).json["devices"], two.get(V2).json["devices"]

    assert isinstance(alone["device"], dict)
    assert [d["deviceName"] for d in both["device"]] == ["iPhone 1", "iPhone 0"]
    assert (alone["count"], alone["pageNumber"], alone["pageSize"]) == (1, 1, 1)


def test_no_device_is_no_key():
    found = World().get(V2).json["devices"]

    assert found == {"count": 0, "pageNumber": 1, "pageSize": 0}


def test_a_user_enrolled_phone_shows_no_hardware():
    world, phone = one_phone()

    device = world.device(phone.csn)

    blank = ("udid", "platformSerialNumber", "imeiEsn", "wifiMacAddress", "phoneNumber")
    assert [device[name] for name in blank] == [""] * 5
    assert device["isSupervisedDevice"] is False
    assert device["testDevice"] is False
    assert device["ownership"] == "Employee Owned"
    assert device["sourceID"] == 1
    assert (device["username"], device["emailAddress"]) == ("mara", MARA)
    assert device["maas360ManagedStatus"] == "Enrolled"
    assert device["osVersion"] == 26.1
    assert device["lastReported"] == "2026-11-02T08:00:00"
    assert device["lastReportedInEpochms"] == 1793606400000
    assert device["selectiveWipeStatus"] == "N/a"
    assert phone.csn.startswith("Appl")
    assert len(phone.csn) == 16


def test_another_phone_shows_it_and_numbers_are_numbers():
    world, phone = device_enrolled()

    device = world.device(phone.csn)

    assert device["udid"] == HARDWARE.udid
    assert device["imeiEsn"] == 350000000000042
    assert device["phoneNumber"] == "+15550100"
    assert device["ownership"] == "Not Defined"
    assert device["enrollmentMode"] == "ENROLLMENT"


def test_xml_and_json_show_the_same_fields():
    world, _ = one_phone()

    inner = world.get(V2, accept="application/xml").xml.find("device")

    assert {e.tag for e in inner} == set(world.get(V2).json["devices"]["device"])
    assert inner.findtext("isSupervisedDevice") == "false"
    assert inner.findtext("osVersion") == "26.1"


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_a_row_listed_before_follows_its_phone_its_owner_and_its_policy(accept):
    world, phone = one_phone()
    account = world.service.account
    row = world.store.devices[phone.csn]
    before = world.get(V2, accept=accept).reply.body

    row.name = "Renamed"
    world.store.users[row.user_id].name = "Mara Berg"
    account.store.policies[row.policy].name = "Baseline"
    row.parts["made"] = HeldPart(content=b"", failed=True)
    after = world.get(V2, accept=accept).reply.body.decode()

    words = ("Renamed", "Mara Berg", "Baseline", "Out of Compliance")
    assert [word in before.decode() for word in words] == [False] * 4
    assert [word in after for word in words] == [True] * 4
    assert world.get(V2, accept=accept).reply.body.decode() == after


def test_version_1_and_core_show_fewer_fields_than_version_2():
    world, phone = one_phone()

    first = world.get(V1).json["devices"]["device"]
    core = world.get(view("core"), deviceId=phone.csn).json

    assert core == {"device": first}
    assert not {"mdmPolicy", "osVersion", "platformSerialNumber"} & set(first)


def test_pages_count_all_rows_and_say_how_many_are_on_them():
    world = fleet(5)

    first = world.get(V2, pageSize=2).json["devices"]
    last = world.get(V2, pageSize=2, pageNumber=3).json["devices"]
    behind = world.get(V2, pageSize=2, pageNumber=4).json["devices"]

    assert [(p["count"], p["pageNumber"], p["pageSize"]) for p in (first, last, behind)] == [
        (5, 1, 2),
        (5, 3, 1),
        (5, 4, 0),
    ]
    assert last["device"]["deviceName"] == "iPhone 0"
    assert "device" not in behind


def test_pages_have_50_rows_unless_told_and_never_more_than_250():
    world = World()
    for number in range(300):
        world.service.account.make_user(
            f"p{number}", "example.org", name="P", email=f"p{number}@example.org", account=None
        )
    path = "/user-apis/user/1.0/search/{b}"

    sizes = [
        len(world.get(path, includeAllUsers=1, **asked).json["users"]["user"])
        for asked in ({}, {"pageSize": 100}, {"pageSize": 500}, {"pageSize": "many"})
    ]

    assert sizes == [50, 100, 250, 50]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["iPhone 2", "iPhone 1", "iPhone 0"]),
        ({"sortOrder": "asc"}, ["iPhone 0", "iPhone 1", "iPhone 2"]),
        ({"sortOrder": "dsc", "sortAttribute": "LASTREPORTED"}, ["iPhone 2", "iPhone 1", "iPhone 0"]),
        ({"sortOrder": "asc", "sortAttribute": "installeddate"}, ["iPhone 0", "iPhone 1", "iPhone 2"]),
        ({"partialUsername": "P1"}, ["iPhone 1"]),
        ({"partialUsername": "p", "match": "1"}, []),
        ({"partialDeviceName": "iphone 2", "match": "1"}, ["iPhone 2"]),
        ({"email": "p1@example.org"}, ["iPhone 1"]),
        ({"email": "p1@example"}, []),
        ({"platformName": "Android"}, []),
        ({"deviceStatus": "InActive"}, []),
        ({"maas360ManagedStatus": "Control Removed"}, []),
        ({"selectiveWipe": "PENDING"}, []),
        ({"plcCompliance": "OOC"}, []),
        ({"udid": "00008101-DEMO"}, []),
        ({"maas360DeviceId": "ApplNOTHERE"}, []),
        ({"operator": "AND", "deviceName": "x"}, ["iPhone 2", "iPhone 1", "iPhone 0"]),
    ],
)  # fmt: skip
def test_filters_and_order(asked, names):
    world = fleet(3)

    found = world.get(V2, **asked).json["devices"].get("device", [])

    rows = found if isinstance(found, list) else [found]
    assert [d["deviceName"] for d in rows] == names


def test_only_phones_that_reported_since():
    world = fleet(3)
    rows = world.get(V2).json["devices"]["device"]

    since = rows[1]["lastReportedInEpochms"]

    found = world.get(V2, lastReportedAfterInEpochms=since).json["devices"]
    assert found["device"]["deviceName"] == "iPhone 2"


def test_paths_end_with_a_slash_or_not():
    world, _ = one_phone()

    assert world.get(V2 + "/").json == world.get(V2).json


@pytest.mark.parametrize("name", ["core", "summary", "softwareInstalled", "identity"])
def test_a_device_nobody_has_is_not_found(name):
    refused = World().get(view(name), deviceId="ApplNOTHERE")

    assert (refused.status, refused.reply.body) == (404, b"")


def test_summaries_keep_their_labels_and_types():
    world, phone = one_phone()

    found = world.get(view("summary"), deviceId=phone.csn).json["devicesSummary"]

    rows = found["deviceAttributes"]["deviceAttribute"]
    assert found["maas360DeviceID"] == phone.csn
    assert {tuple(r) for r in rows} == {("key", "type", "value")}
    assert "Apple Serial Number" not in [r["key"] for r in rows]


@pytest.mark.parametrize(
    ("name", "root"),
    [("hardwareInventory", "deviceHardware"), ("mdNetworkInformation", "networkInformation")],
)
def test_inventories_have_one_shape(name, root):
    world, phone = one_phone()

    found = world.get(view(name), deviceId=phone.csn).json[root]

    assert set(found) == {"maas360DeviceID", "deviceAttributes"}


def test_security_and_compliance_of_a_device():
    world, phone = one_phone()

    found = world.get(view("mdSecurityCompliance"), deviceId=phone.csn).json

    assert isinstance(
        found["securityCompliance"]["complianceAttributes"]["complianceAttribute"], list
    )


def test_software_is_what_is_managed_and_there():
    world, _ = one_phone()
    world.sell(3)
    world.post(
        "/application-apis/applications/1.0/distributeApp/{b}",
        appType=2,
        appId=MAIL.bundle_id,
        targetDevices=0,
        instantInstall="Yes",
    )
    phone = world.enroll(key="two")
    before = world.get(view("softwareInstalled"), deviceId=phone.csn).json["deviceSoftwares"]
    world.clock.sleep(61)
    phone.connect()

    after = world.get(view("softwareInstalled"), deviceId=phone.csn).json["deviceSoftwares"]

    assert "deviceSw" not in before
    assert after["deviceSw"]["swName"] == "Example Mail"
    assert after["deviceSw"]["swAttrs"][0] == {
        "key": "Application ID",
        "type": "string",
        "value": "org.example.mail",
    }
    installed = world.get("/application-apis/installedApps/1.0/search/{b}").json["installedApps"]
    assert (installed["count"], installed["app"]["deviceCount"]) == (1, 1)


def test_custom_attributes_are_defined_once_and_shown_in_the_identity():
    world, phone = one_phone()
    path = "/device-apis/devices/2.0/customAttributes/customer/{b}"
    defined = world.post_json(path, {"name": "Wave", "type": "string"})
    again = world.post_json(path, {"name": "Wave", "type": "string"})

    done = world.post(
        view("setCustomAttributeValue"),
        deviceId=phone.csn,
        customAttributeName="Wave",
        customAttributeValue="2",
    )

    assert defined.json == {"name": "Wave", "responseCode": 0}
    assert (again.status, again.json["responseCode"]) == (400, 7)
    assert done.json["actionResponse"]["actionStatus"] == 0
    identity = world.get(view("identity"), deviceId=phone.csn).json["deviceIdentity"]
    attribute = {"customAttributeName": "Wave", "customAttributeValue": 2}
    assert identity["customAttributes"] == {"customAttribute": attribute}


def test_what_is_nowhere_is_404_and_another_method_405():
    world = World()

    assert world.get("/device-apis/devices/3.0/search/{b}").status == 404
    assert world.send("DELETE", V2, world.authorized(accept=JSON)).status == 405
