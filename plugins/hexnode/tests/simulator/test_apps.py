from __future__ import annotations

from plugins.hexnode.tests.simulator.world import LOCATION, MAIL, MARA, World

from ueapi.rehearsal.apps_and_books import StoreApp


def stocked(seats: int = 1) -> World:
    world = World()
    world.sell(seats)
    world.user()
    return world


def install(world: World, device: int = 1):
    mail = world.get("/applications/").json["results"][0]["id"]
    return world.post("/actions/install_applications/", {"apps": [mail], "devices": [device]})


def status(world: World, device: int = 1) -> str:
    (row,) = world.get(f"/devices/{device}/applications/").json["results"]
    return row["status"]


def test_bought_apps_appear_once_the_location_is_linked():
    world = stocked()
    before = world.get("/applications/").json["count"]

    world.portal.console.link_location()

    (row,) = world.get("/applications/").json["results"]
    assert before == 0
    assert (row["identifier"], row["app_type"], row["license"]) == (MAIL.bundle_id, "store", None)


def test_a_store_app_is_found_and_added_before_that():
    world = stocked()

    found = world.get("/applications/searchapp/?keyword=mail&platform=ios").json["results"]
    number = world.app()
    world.portal.console.link_location()

    assert found[0]["appstore_id"] == MAIL.store_id
    assert [a["id"] for a in world.get("/applications/").json["results"]] == [number]


def test_an_app_is_there_once_only():
    world = stocked()
    world.app()

    body = {"name": "x", "app_type": "store", "platform": "ios", "category": "c", "icon": "i"}
    again = {**body, "identifier": MAIL.bundle_id, "appstore_id": MAIL.store_id}

    assert world.post("/applications/", again).status == 400


def test_only_store_and_web_apps_can_be_added():
    body = {"name": "x", "app_type": "enterprise", "platform": "ios", "category": "c", "icon": "i"}

    assert "app_type" in World().post("/applications/", body).json


def test_an_installation_takes_a_license_and_ends_when_the_phone_has_the_app():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll()

    sent = install(world)
    taken = world.apple.holds(LOCATION, MAIL.store_id, MARA)
    phone.connect()
    under_way = (status(world), world.actions(1))
    world.clock.sleep(61)
    phone.connect()

    assert (sent.status, sent.json, taken) == (200, {}, True)
    assert under_way == ("Pending", [("Install Application", "In Progress")])
    assert (status(world), world.actions(1)) == (
        "Installed",
        [("Install Application", "Success")],
    )


def test_without_a_linked_location_an_installation_fails():
    world = stocked()
    world.app()
    world.enroll()

    install(world)

    assert (status(world), world.actions(1)) == ("Failed", [("Install Application", "Failed")])


def test_without_a_free_seat_an_installation_fails():
    world = stocked(seats=1)
    world.portal.console.link_location()
    world.apple.take(LOCATION, MAIL.store_id, "other@example.org")
    world.enroll()

    install(world)

    (action,) = world.get("/devices/1/action_status/").json["results"]
    assert (action["status"], action["remarks"]) == (
        "Failed",
        "No license is available for the app.",
    )


def test_an_app_the_person_declined_is_failed():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll(app_state="UserRejected")

    install(world)
    phone.connect()
    world.clock.sleep(61)
    phone.connect()

    assert (status(world), world.actions(1)) == ("Failed", [("Install Application", "Failed")])


def test_looking_after_an_installation_ends_by_itself():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll(app_state="Prompting")
    install(world)
    phone.connect()

    world.clock.sleep(30 * 86_400)

    assert world.clock.next_due() is None
    assert status(world) == "Pending"


def test_apps_meant_for_a_person_reach_phones_that_enroll_later():
    world = stocked()
    world.portal.console.link_location()
    body = {"apps": [1], "users": [2]}

    world.post("/actions/install_applications/", body)
    phone = world.enroll()
    phone.connect()

    assert phone.apps == {MAIL.bundle_id: "Managed"}


def test_an_uninstalled_app_gives_its_license_back():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll()
    install(world)
    phone.connect()

    world.post("/actions/uninstall_applications/", {"apps": [1], "devices": [1]})
    phone.connect()

    assert phone.apps == {}
    assert world.apple.in_use(LOCATION, MAIL.store_id) == 0
    assert world.get("/devices/1/applications/").json["count"] == 0


def test_who_leaves_with_the_last_phone_gives_licenses_back():
    world = stocked()
    world.portal.console.link_location()
    first = world.enroll()
    second = world.enroll(key="two")
    install(world, 1)
    install(world, 2)

    first.leave()
    held = world.apple.in_use(LOCATION, MAIL.store_id)
    second.leave()

    assert (held, world.apple.in_use(LOCATION, MAIL.store_id)) == (1, 0)


def test_app_groups_and_catalogs_hold_apps():
    world = stocked()
    mail = world.app()
    group = world.post("/appgroups/", {"name": "G", "description": "", "apps": [mail]})
    body = {"name": "C", "description": "", "apps": [], "app_groups": [group.json["id"]]}

    catalog = world.post("/appcatalogues/", body)
    changed = world.post("/appgroups/1/", {"add_apps": [mail], "remove_apps": [mail]})

    assert [a["id"] for a in changed.json["apps"]] == [mail]
    assert catalog.json["app_groups"][0]["apps"][0]["name"] == MAIL.name


def test_deleting_an_app_takes_it_off_phones_that_got_it_by_policy():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll()
    apps = {"mandatory_apps": {"app": [1], "group": []}}
    body = {"name": "P", "app_management": apps, "policy_targets": {"devices": [1]}}
    world.post("/policy/", body)
    phone.connect()

    assert world.delete("/applications/1/").status == 204
    phone.connect()

    assert phone.apps == {}


def test_apps_bought_after_linking_appear_too():
    world = stocked()
    world.portal.console.link_location()
    notes = StoreApp(store_id="77", bundle_id="org.example.notes", name="Notes", version="1")

    world.sell(2, notes)

    names = [a["name"] for a in world.get("/applications/").json["results"]]
    assert names == [MAIL.name, "Notes"]


def test_a_changed_app_group_reaches_phones_whose_policy_requires_it():
    world = stocked()
    world.portal.console.link_location()
    phone = world.enroll()
    world.post("/appgroups/", {"name": "G", "description": "", "apps": []})
    needed = {"mandatory_apps": {"app": [], "group": [1]}}
    body = {"name": "P", "app_management": needed, "policy_targets": {"devices": [1]}}
    world.post("/policy/", body)
    mail = world.get("/applications/").json["results"][0]["id"]

    world.post("/appgroups/1/", {"add_apps": [mail], "remove_apps": []})
    phone.connect()

    assert phone.apps == {MAIL.bundle_id: "Managed"}
