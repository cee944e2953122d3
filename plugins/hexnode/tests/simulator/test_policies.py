from __future__ import annotations

import plistlib

from plugins.hexnode.tests.simulator.world import World

WIFI = {
    "service_set_identifier": "Office",
    "autojoin": True,
    "security_type": "WPA/WPA2",
    "password": "correct horse",
    "proxy_type": "Automatic",
}


def policy(world: World, **parts: object) -> int:
    made = world.post("/policy/", {"name": "BYOD", "description": "", **parts})
    assert made.status == 201
    return made.json["id"]


def content(world: World, name: str = "BYOD") -> dict[str, dict]:
    profile = plistlib.loads(world.portal.console.profile_content(name))
    return {p["PayloadType"]: _bare(p) for p in profile["PayloadContent"]}


def _bare(payload: dict) -> dict:
    return {k: v for k, v in payload.items() if not k.startswith("Payload")}


def profile(*payloads: dict) -> bytes:
    return plistlib.dumps({"PayloadType": "Configuration", "PayloadContent": list(payloads)})


def test_the_vendors_keys_become_apples_payloads():
    world = World()

    policy(
        world,
        ios={
            "password": {"min_length": 6, "min_complex_char": 1},
            "restrictions": {"allow_screen_shot": True, "allow_airdrop_managemendapps": False},
            "wifi": WIFI,
        },
    )

    assert content(world) == {
        "com.apple.mobiledevice.passwordpolicy": {"minLength": 6, "minComplexChars": 1},
        "com.apple.applicationaccess": {"allowScreenShot": True, "forceAirDropUnmanaged": True},
        "com.apple.wifi.managed": {
            "SSID_STR": "Office",
            "AutoJoin": True,
            "EncryptionType": "WPA",
            "Password": "correct horse",
            "ProxyType": "Auto",
        },
    }


def test_a_password_in_a_policy_counts_as_a_secret():
    world = World()

    policy(world, ios={"wifi": WIFI})

    assert "correct horse" in world.portal.secrets()


def test_unknown_keys_are_dropped_and_unconfirmed_ones_kept():
    world = World()
    restrictions = {"force_encrypted_backup": True, "allow_time_travel": False}

    number = policy(world, ios={"restrictions": restrictions, "vpn": {"host": "v"}})

    shown = world.get(f"/policy/{number}/").json["ios"]
    assert shown == {"restrictions": {"force_encrypted_backup": True}}


def test_each_edit_makes_a_new_version_and_replaces_everything():
    world = World()
    number = policy(world, ios={"restrictions": {"allow_camera": False}})

    edited = world.put(f"/policy/{number}/", {"name": "BYOD 2", "description": "x"})

    assert (edited.status, edited.json["version"], edited.json["ios"]) == (200, 2, None)


def test_a_policy_of_the_console_reaches_phones_but_is_not_readable():
    world = World()
    vpn = {"PayloadType": "com.apple.vpn.managed.applayer", "VPNType": "IKEv2"}
    limits = {"PayloadType": "com.apple.applicationaccess", "allowAssistant": False}
    limits["requireManagedPasteboard"] = True

    number = world.portal.console.make_profile("By hand", profile(vpn, limits))

    shown = world.get(f"/policy/{number}/").json
    assert shown["ios"] == {"restrictions": {"allow_assistant": False}}
    assert content(world, "By hand") == {
        "com.apple.vpn.managed.applayer": {"VPNType": "IKEv2"},
        "com.apple.applicationaccess": {"allowAssistant": False, "requireManagedPasteboard": True},
    }


def test_a_value_the_vendor_has_no_word_for_stays_with_the_console():
    world = World()
    wifi = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "O", "EncryptionType": "WPA3"}

    number = world.portal.console.make_profile("Wi-Fi", profile(wifi))

    shown = world.get(f"/policy/{number}/").json["ios"]
    assert shown == {"wifi": {"service_set_identifier": "O"}}
    assert content(world, "Wi-Fi")["com.apple.wifi.managed"]["EncryptionType"] == "WPA3"


def test_two_payloads_of_a_kind_stay_two():
    world = World()
    one = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "One"}
    two = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "Two", "Password": "pw-two"}

    world.portal.console.make_profile("Two", profile(one, two))

    made = plistlib.loads(world.portal.console.profile_content("Two"))
    assert [_bare(p) for p in made["PayloadContent"]] == [
        {"SSID_STR": "One"},
        {"SSID_STR": "Two", "Password": "pw-two"},
    ]


def test_a_policy_reaches_the_phone_and_shows_once_the_phone_has_it():
    world = World()
    world.user()
    phone = world.enroll()
    number = policy(world, ios={"restrictions": {"allow_camera": False}})

    sent = world.post("/actions/associate_policy/", {"policies": [number], "devices": [1]})
    before = world.get("/devices/1/policies/").json["results"]
    phone.connect()

    assert (sent.status, sent.json, before) == (200, {}, [])
    shown = [{"id": number, "name": "BYOD", "version": 1}]
    assert world.get("/devices/1/policies/").json["results"] == shown
    assert world.get("/devices/1/").json["policies"] == shown
    assert world.actions(1) == [("Associate Policy", "Success")]
    assert [p["PayloadDisplayName"] for p in phone.profiles.values()] == ["BYOD"]


def test_a_profile_the_phone_refuses_is_a_failed_action():
    world = World()
    world.user()
    phone = world.enroll(refuses={"InstallProfile"})
    number = policy(world, ios={"wifi": WIFI})
    world.post("/actions/associate_policy/", {"policies": [number], "devices": [1]})

    phone.connect()

    (action,) = world.get("/devices/1/action_status/").json["results"]
    assert (action["status"], action["remarks"]) == ("Failed", "Refused.")
    assert world.get("/devices/1/policies/").json["count"] == 0


def test_phones_that_enroll_later_get_what_their_person_is_meant_to_have():
    world = World()
    world.sell(5)
    mara = world.user()
    body = {"groupname": "Field", "description": "", "users": [mara]}
    group = world.post("/usergroups/", body).json["id"]
    world.portal.console.link_location()
    mail = world.get("/applications/").json["results"][0]["id"]
    policy(
        world,
        ios={"wifi": WIFI},
        app_management={"mandatory_apps": {"app": [mail], "group": []}},
        policy_targets={"usergroups": [group]},
    )

    phone = world.enroll()
    phone.connect()

    assert len(phone.profiles) == 1
    assert phone.apps == {"org.example.mail": "Managed"}


def test_joining_and_leaving_a_group_brings_and_takes_its_policies():
    world = World()
    mara = world.user()
    body = {"groupname": "Field", "description": "", "users": []}
    group = world.post("/usergroups/", body).json["id"]
    policy(world, ios={"wifi": WIFI}, policy_targets={"usergroups": [group]})
    phone = world.enroll()

    world.post(f"/usergroups/{group}/", {"add_users": [mara], "remove_users": []})
    phone.connect()
    joined = len(phone.profiles)
    world.post(f"/usergroups/{group}/", {"add_users": [], "remove_users": [mara]})
    phone.connect()

    assert (joined, len(phone.profiles)) == (1, 0)


def test_archiving_takes_a_policy_off_all_phones():
    world = World()
    world.user()
    phone = world.enroll()
    number = policy(world, ios={"wifi": WIFI}, policy_targets={"devices": [1]})
    phone.connect()

    assert world.delete(f"/policy/{number}/").status == 204
    phone.connect()

    assert phone.profiles == {}
    assert world.get("/policy/").json["results"][0]["archived"] is True


def test_an_edit_brings_the_new_version_to_the_phones():
    world = World()
    world.user()
    phone = world.enroll()
    targets = {"devices": [1]}
    number = policy(world, ios={"wifi": WIFI}, policy_targets=targets)
    phone.connect()

    changed = {"name": "BYOD", "ios": {"wifi": {**WIFI, "autojoin": False}}}
    world.put(f"/policy/{number}/", {**changed, "policy_targets": targets})
    phone.connect()

    (held,) = phone.profiles.values()
    assert held["PayloadContent"][0]["AutoJoin"] is False
    assert world.get("/devices/1/policies/").json["results"][0]["version"] == 2


def test_a_changed_console_policy_is_delivered_again():
    world = World()
    world.user()
    phone = world.enroll()
    one = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "One"}
    number = int(world.portal.console.make_profile("Hand", profile(one)))
    world.post("/actions/associate_policy/", {"policies": [number], "devices": [1]})
    phone.connect()

    world.portal.console.edit_profile("Hand", profile({**one, "SSID_STR": "Two"}))
    phone.connect()

    (held,) = phone.profiles.values()
    assert held["PayloadContent"][0]["SSID_STR"] == "Two"
