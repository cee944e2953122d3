from __future__ import annotations

import plistlib

from plugins.hexnode.tests.simulator.world import HARDWARE, MAIL, MARA, World

from ueapi.model import Comparison, Criterion, CriterionField, EnrollmentKind
from ueapi.rehearsal.fleet import AppSeed, Fleet, GroupSeed, Person, PhoneSeed, ProfileSeed
from ueapi.rehearsal.world import World as Organization
from ueapi_hexnode.simulator import HexnodeSimulator, build

SECRET = "wifi-secret-1"


def fleet() -> Fleet:
    phone = PhoneSeed(
        key="phone-1",
        name="Mara's iPhone",
        model="iPhone 16",
        model_identifier="iPhone17,3",
        os_version="26.1",
        enrollment=EnrollmentKind.ACCOUNT_DRIVEN_USER,
        hardware=HARDWARE,
    )
    wifi = {"PayloadType": "com.apple.wifi.managed", "SSID_STR": "Office", "Password": SECRET}
    content = plistlib.dumps({"PayloadType": "Configuration", "PayloadContent": [wifi]})
    newer = Criterion(
        field=CriterionField.OS_VERSION, comparison=Comparison.MORE_THAN, value="26.0"
    )
    return Fleet(
        seed=1,
        people=(
            Person(
                key="mara",
                name="Mara Lind",
                username="mara",
                email="m.lind@example.org",
                managed_apple_id=MARA,
                phones=(phone,),
            ),
            Person(key="ada", name="Ada", username="ada", email=None, managed_apple_id=None),
        ),
        groups=(
            GroupSeed(key="field", name="Field", of="users", members=("mara",)),
            GroupSeed(key="byod", name="BYOD", of="devices", members=("phone-1",)),
            GroupSeed(key="new", name="New", of="devices", criteria=newer),
        ),
        profiles=(ProfileSeed(key="wifi", name="Wi-Fi", content=content, groups=("field",)),),
        apps=(
            AppSeed(
                key="mail",
                name=MAIL.name,
                bundle_id=MAIL.bundle_id,
                store_id=MAIL.store_id,
                version=MAIL.version,
                groups=("byod",),
                seats=3,
            ),
        ),
        secrets={"wifi": SECRET},
    )


def test_an_organizations_fleet_is_readable_through_the_api():
    world = World()

    world.portal.furnish(fleet())

    people = [(u["name"], u["email"]) for u in world.get("/users/").json["results"]]
    assert people == [("Ada", None), ("Default User", None), ("Mara Lind", MARA)]
    assert world.get("/usergroups/1/").json["users"][0]["name"] == "Mara Lind"
    assert world.get("/policy/1/").json["policy_targets"]["usergroups"] == [1]
    assert world.get("/applications/").json["count"] == 1
    assert SECRET in world.portal.secrets()


def test_its_phones_get_groups_profiles_and_apps_on_enrolling():
    world = World()
    world.portal.furnish(fleet())

    phone = world.enroll()
    phone.connect()

    groups = {
        g["groupname"]: g["device_count"] for g in world.get("/devicegroups/").json["results"]
    }
    assert (groups["BYOD"], groups["New"]) == (1, 1)
    assert [p["PayloadDisplayName"] for p in phone.profiles.values()] == ["Wi-Fi"]
    assert phone.apps == {MAIL.bundle_id: "Managed"}


def test_a_person_is_renamed_by_hand():
    world = World()
    world.portal.furnish(fleet())

    world.portal.console.rename_user(MARA, "Mara Berg")

    assert "Mara Berg" in str(world.get("/users/").json)


def test_furnishing_is_the_same_each_time():
    one, two = World(), World()
    one.portal.furnish(fleet())
    two.portal.furnish(fleet())

    for path in ("/users/", "/policy/1/", "/devicegroups/", "/applications/"):
        assert one.get(path).json == two.get(path).json


def test_a_whole_organization_settles_and_every_phone_answers():
    world = Organization.empty(users=12, seed=3)
    place = world.open(build, "source")

    world.settle(place)

    assert isinstance(place.simulator, HexnodeSimulator)
    store = place.simulator.portal.store
    statuses = {a.status for d in store.devices.values() for a in d.actions}
    assert statuses <= {"Success", "Failed"}
    assert len(store.devices) == sum(len(p.phones) for p in world.fleet.people)
    assert any(d.apps and d.policies for d in store.devices.values())
    assert set(world.fleet.secrets.values()) <= place.simulator.secrets()
    assert int(place.settings["licensed_seats"]) >= 100
