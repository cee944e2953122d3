from __future__ import annotations

import json

import pytest
from plugins.hexnode.tests.portal import Portal, answer, backend, listing

from ueapi.apple.profiles import ConfigurationProfile, Payload, read, redacted, write
from ueapi.contract import Change
from ueapi.errors import Conflict, InvalidModel, Rejected
from ueapi.flow import Effect
from ueapi.model import ProfileDraft, Scope

NAME = "BYOD Grundschutz & Söhne"
PASSCODE = "com.apple.mobiledevice.passwordpolicy"
SECRET = "wlan-s3cret"


def policy(number: int = 7, name: str = NAME, archived: bool = False):
    return {"id": number, "name": name, "description": "d", "version": 1, "archived": archived}


def detail(ios, **more: object):
    return policy() | {"ios": ios} | more


def draft(*payloads: tuple[str, dict[str, object]], name: str = NAME):
    made = ConfigurationProfile(
        identifier="org.example.byod",
        uuid="A-0",
        payloads=tuple(
            Payload(type=kind, identifier=f"org.example.{n}", uuid=f"A-{n}", content=content)
            for n, (kind, content) in enumerate(payloads, start=1)
        ),
    )
    return ProfileDraft(name=name, content=write(made))


SIX = draft((PASSCODE, {"minLength": 6}))


def test_archived_policies_are_not_listed():
    portal = Portal({"GET /policy/": listing(policy(7), policy(8, "Old", archived=True))})

    page = portal.run(backend().profiles.page(None))

    assert [p.id for p in page.items] == ["7"]
    assert page.total is None


def test_a_policy_reads_as_a_configuration_profile_with_its_scope():
    portal = Portal(
        {
            "GET /policy/7/": detail(
                {"password": {"min_length": 6}, "email": {"x": 1}},
                policy_targets={
                    "users": [12],
                    "devices": [],
                    "usergroups": [3],
                    "devicegroups": [9],
                },
                app_management={"mandatory_apps": {"app": [153], "group": []}, "catalogs": []},
                general_settings={"location_settings": {"trackingdisabled": True}},
            )
        }
    )

    found = portal.run(backend().profiles.get("7"))

    assert found.content is not None
    assert [dict(p.content) for p in read(found.content).payloads] == [{"minLength": 6}]
    assert found.scope == Scope(
        users=("12",), user_groups=("users-3",), device_groups=("devices-9",)
    )
    assert found.unmapped == ("ios.email", "app_management.mandatory_apps")


def test_secrets_of_a_policy_stay_out_of_its_raw_row_and_repr():
    wifi = {"service_set_identifier": "Büro", "password": SECRET}
    portal = Portal({"GET /policy/7/": detail({"wifi": wifi})})

    found = portal.run(backend().profiles.get("7"))

    assert SECRET in (found.content or b"").decode()
    assert SECRET not in repr(found) + str(found.raw)


def test_a_new_policy_holds_only_what_the_profile_says_and_is_read_back():
    portal = Portal(
        {
            "GET /policy/": listing(),
            "POST /policy/": answer(policy(), 201),
            "GET /policy/7/": detail({"password": {"min_length": 6}}),
        }
    )

    ensured = portal.run(backend().profiles.ensure(SIX))

    assert ensured.change is Change.CREATED
    assert portal.body() == {
        "name": NAME,
        "description": "Made from an Apple configuration profile.",
        "ios": {"password": {"min_length": 6}},
    }
    assert portal.writes()[0].effect is Effect.READABLE
    assert len(portal.calls) == 3


def test_ensuring_twice_changes_nothing_the_second_time():
    portal = Portal(
        {
            "GET /policy/": listing(policy()),
            "GET /policy/7/": detail({"password": {"min_length": 6, "allow_simple": True}}),
        }
    )

    ensured = portal.run(backend().profiles.ensure(SIX))

    assert ensured.change is Change.UNCHANGED
    assert portal.writes() == []


def test_a_change_keeps_targets_and_foreign_settings():
    stored = detail(
        {"password": {"min_length": 4}, "email": {"x": 1}},
        policy_targets={"users": [], "devices": [], "usergroups": [3], "devicegroups": []},
        app_management={"mandatory_apps": {"app": [153], "group": []}},
    )

    def put(call):
        stored.update(json.loads(call.body))
        return stored

    portal = Portal(
        {
            "GET /policy/": listing(policy()),
            "GET /policy/7/": lambda call: stored,
            "PUT /policy/7/": put,
        }
    )

    ensured = portal.run(backend().profiles.ensure(SIX))

    assert ensured.change is Change.UPDATED
    assert portal.body() == {
        "name": NAME,
        "description": "d",
        "ios": {"email": {"x": 1}, "password": {"min_length": 6}},
        "app_management": {"mandatory_apps": {"app": [153], "group": []}},
        "policy_targets": {"users": [], "usergroups": [3], "devices": [], "devicegroups": []},
    }


def test_a_setting_the_product_dropped_in_silence_is_noticed():
    portal = Portal(
        {
            "GET /policy/": listing(),
            "POST /policy/": answer(policy(), 201),
            "GET /policy/7/": detail({"restrictions": {"allow_assistant": False}}),
        }
    )
    restrictions = draft(
        ("com.apple.applicationaccess", {"allowAssistant": False, "forceEncryptedBackup": True})
    )

    with pytest.raises(Rejected) as caught:
        portal.run(backend().profiles.ensure(restrictions))

    assert caught.value.problems == ("ios.restrictions.force_encrypted_backup",)


def test_a_draft_with_settings_that_do_not_map_is_refused_before_any_call():
    portal = Portal({})
    mixed = draft((PASSCODE, {"minLength": 6}), ("com.apple.domains", {"WebDomains": ["x"]}))

    with pytest.raises(Rejected) as caught:
        portal.run(backend().profiles.ensure(mixed))

    assert portal.calls == []
    assert caught.value.problems == (
        "com.apple.domains WebDomains: the API has no known keys for this kind of payload",
    )


def test_the_mappable_part_of_a_refused_draft_is_accepted():
    profiles = backend().profiles
    mixed = draft((PASSCODE, {"minLength": 6}), ("com.apple.domains", {"WebDomains": ["x"]}))
    portal = Portal(
        {
            "GET /policy/": listing(policy()),
            "GET /policy/7/": detail({"password": {"min_length": 6}}),
        }
    )

    part = profiles.translate(mixed.content).mappable
    assert part is not None
    ensured = portal.run(profiles.ensure(ProfileDraft(name=NAME, content=part)))

    assert ensured.change is Change.UNCHANGED


def test_a_reference_in_the_place_of_a_secret_never_becomes_a_password():
    wifi = draft(("com.apple.wifi.managed", {"SSID_STR": "Büro", "Password": SECRET}))
    marked = write(redacted(read(wifi.content)))

    with pytest.raises(Rejected, match="references") as caught:
        Portal({}).run(backend().profiles.ensure(ProfileDraft(name=NAME, content=marked)))

    assert caught.value.problems == ("com.apple.wifi.managed Password",)


def test_an_empty_profile_makes_no_policy():
    with pytest.raises(Rejected, match="no setting"):
        Portal({}).run(backend().profiles.ensure(draft()))


def test_what_is_no_profile_is_refused():
    with pytest.raises(InvalidModel):
        backend().profiles.translate(b"<html>")


def test_two_policies_of_one_name_are_a_question():
    portal = Portal({"GET /policy/": listing(policy(7), policy(8))})

    with pytest.raises(Conflict, match="7, 8"):
        portal.run(backend().profiles.ensure(SIX))


@pytest.mark.parametrize(
    ("verb", "name"), [("assign", "associate_policy"), ("unassign", "remove_policy")]
)
def test_an_assignment_is_one_call_for_all_targets(verb, name):
    portal = Portal({f"POST /actions/{name}/": {}})
    scope = Scope(
        users=("12", "13"), user_groups=("users-3",), devices=("41",), device_groups=("devices-9",)
    )

    portal.run(getattr(backend().profiles, verb)("7", scope))

    assert portal.body() == {
        "policies": [7],
        "users": [12, 13],
        "usergroups": [3],
        "devices": [41],
        "devicegroups": [9],
    }
    assert portal.calls[0].effect is Effect.IDEMPOTENT


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope(everyone=True), Scope(users=("12",), has_exceptions=True)],
)
def test_a_scope_the_product_has_no_word_for_is_refused(scope):
    portal = Portal({})

    with pytest.raises(Rejected):
        portal.run(backend().profiles.assign("7", scope))

    assert portal.calls == []


def test_a_policy_made_a_moment_ago_is_found_though_the_listing_does_not_show_it_yet():
    portal = Portal(
        {
            "GET /policy/": listing(),
            "POST /policy/": policy(7),
            "GET /policy/7/": detail({"password": {"min_length": 6}}),
        }
    )
    profiles = backend().profiles

    made = portal.run(profiles.ensure(SIX))
    again = portal.run(profiles.ensure(SIX))

    assert (made.change, again.change) == (Change.CREATED, Change.UNCHANGED)
    assert again.value.id == made.value.id
    assert len(portal.writes()) == 1
