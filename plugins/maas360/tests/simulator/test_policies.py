from __future__ import annotations

import plistlib

import pytest
from plugins.maas360.tests.simulator.world import World

DEVICE = "/device-apis/devices/1.0/changeDevicePolicy/{b}"
GROUP = "/group-apis/group/1.0/changeGroupPolicy/customer/{b}"


def profile(name: str, kind: str = "com.apple.wifi.managed", **settings: object) -> bytes:
    identifier = f"org.example.{name.lower().replace(' ', '-')}"
    payload = {
        "PayloadType": kind,
        "PayloadIdentifier": f"{identifier}.settings",
        "PayloadUUID": "1F2D3C4B-0000-4000-8000-000000000001",
        "PayloadVersion": 1,
        **settings,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadDisplayName": name,
            "PayloadIdentifier": identifier,
            "PayloadUUID": "1F2D3C4B-0000-4000-8000-000000000002",
            "PayloadVersion": 1,
            "PayloadContent": [payload],
        }
    )


WIFI = profile("Wi-Fi", SSID_STR="Office", Password="s3cret", EncryptionType="WPA2")
CODE = profile("Code", "com.apple.mobiledevice.passwordpolicy", minLength=6)
VPN = profile("Old VPN", "com.apple.vpn.managed", VPNType="IKEv2")


def ready():
    world = World()
    world.user()
    world.service.console.make_profile("Wi-Fi", WIFI)
    world.service.console.make_profile("Code", CODE)
    return world, world.enroll()


def assign(world: World, phone, name: str):
    answered = world.post(DEVICE, maas360DeviceId=phone.csn, policyName=name)
    phone.connect()
    return answered.json["actionResponse"]["actionStatus"]


def group_of(world: World, name: str = "All Devices") -> int:
    return next(g.id for g in world.store.groups.values() if g.name == name)


def assign_group(world: World, group: object, *names: str, kind: str = "MDM"):
    request = {"policyType": kind, "policyName": list(names)}
    body = {"changePolicyRequest": {"groupId": group, "policyRequest": request}}
    return world.post_json(GROUP, body)


def names_on(phone):
    return sorted(p["PayloadDisplayName"] for p in phone.profiles.values())


def test_policies_are_listed_by_name_without_their_content():
    world, _ = ready()

    found = world.get("/device-apis/devices/1.0/policies/{b}")

    rows = found.json["policies"]["policy"]
    assert [p["policyName"] for p in rows] == ["Default iOS MDM Policy", "Wi-Fi", "Code"]
    assert [p["isDefault"] for p in rows] == ["Yes", "No", "No"]
    assert b"s3cret" not in found.reply.body
    assert "s3cret" in world.service.secrets()


def test_a_device_holds_one_policy_and_another_takes_its_place():
    world, phone = ready()
    assert world.device(phone.csn)["mdmPolicy"] == "Default iOS MDM Policy"

    assert assign(world, phone, "wi-fi") == 0
    first = names_on(phone)
    assert assign(world, phone, "Code") == 0

    assert (first, names_on(phone)) == (["Wi-Fi"], ["Code"])
    assert world.device(phone.csn)["mdmPolicy"] == "Code"


def test_a_policy_nobody_made_and_a_device_nobody_has_are_errors():
    world, phone = ready()

    unknown = world.post(DEVICE, maas360DeviceId="ApplNOTHERE", policyName="Code").json

    assert assign(world, phone, "Nothing") == 1
    assert unknown["actionResponse"]["actionStatus"] == 1


def test_the_newest_policy_of_a_phones_groups_counts():
    world, phone = ready()

    done = assign_group(world, str(group_of(world)), "Wi-Fi")
    assign_group(world, group_of(world, "iOS Devices"), "Code")
    phone.connect()

    assert done.json["response"]["status"] == "Success"
    assert names_on(phone) == ["Code"]
    assert world.service.log.entries[-1].status == 200


def test_what_a_device_itself_was_given_counts_before_its_groups():
    world, phone = ready()
    assign(world, phone, "Wi-Fi")

    assign_group(world, group_of(world), "Code")
    phone.connect()

    assert names_on(phone) == ["Wi-Fi"]


def test_phones_that_come_later_get_their_groups_policy():
    world, _ = ready()
    assign_group(world, group_of(world), "Wi-Fi")

    phone = world.enroll(key="two")

    assert names_on(phone) == ["Wi-Fi"]


@pytest.mark.parametrize(
    ("group", "names", "kind"),
    [
        ("1", ["Code"], "MDM"),
        ("all", ["Code"], "MDM"),
        ("", ["Nothing"], "MDM"),
        ("", [], "MDM"),
        ("", ["Code"], "MTD"),
        ("", ["Code", "Wi-Fi"], "MDM"),
    ],
)
def test_what_cannot_be_given_to_a_group_fails_in_words(group, names, kind):
    world, phone = ready()

    refused = assign_group(world, group or str(group_of(world)), *names, kind=kind)
    phone.connect()

    assert refused.json["response"]["status"] == "Failure"
    assert names_on(phone) == []


def test_a_request_without_a_group_is_400():
    world, _ = ready()

    assert world.post_json(GROUP, {"changePolicyRequest": {}}).status == 400


def test_what_apple_forbids_is_not_sent_to_a_personal_phone():
    world, phone = ready()
    world.service.console.make_profile("VPN", VPN)

    assign(world, phone, "VPN")

    assert names_on(phone) == []
    assert world.device(phone.csn)["mdmPolicy"] == "VPN"
    assert world.device(phone.csn)["policyComplianceState"] == "In Compliance"


def test_a_policy_the_phone_refuses_is_an_event_and_out_of_compliance():
    world, phone = ready()
    phone.refuses.add("InstallProfile")

    assign(world, phone, "Code")

    assert world.device(phone.csn)["policyComplianceState"] == "Out of Compliance"
    found = world.get("/device-apis/devices/2.0/search/customer/{b}", plcCompliance="OOC")
    assert found.json["devices"]["count"] == 1
    events = world.get("/device-apis/devices/1.0/searchComplianceEvents/{b}").json
    assert events["complianceEvents"]["complianceEvent"]["maas360DeviceID"] == phone.csn


def test_giving_the_same_policy_again_sends_what_was_refused():
    world, phone = ready()
    phone.refuses.add("InstallProfile")
    assign(world, phone, "Code")
    phone.refuses.clear()

    assign(world, phone, "Code")

    assert names_on(phone) == ["Code"]
    assert world.device(phone.csn)["policyComplianceState"] == "In Compliance"


def test_a_policy_changed_by_hand_goes_out_again():
    world, phone = ready()
    assign(world, phone, "Code")

    longer = profile("Code", "com.apple.mobiledevice.passwordpolicy", minLength=8)
    world.service.console.edit_profile("Code", longer)
    phone.connect()

    (held,) = phone.profiles.values()
    assert held["PayloadContent"][0]["minLength"] == 8


def test_the_console_shows_what_was_made():
    world, _ = ready()
    console = world.service.console

    shown = plistlib.loads(console.profile_content("Wi-Fi"))

    assert shown == plistlib.loads(WIFI)
    default = plistlib.loads(console.profile_content("Default iOS MDM Policy"))
    assert default["PayloadContent"] == []
    assert console.profile_content("Nothing") is None
    with pytest.raises(KeyError):
        console.edit_profile("Nothing", WIFI)
    with pytest.raises(KeyError):
        console.make_profile("Wi-Fi", WIFI)
