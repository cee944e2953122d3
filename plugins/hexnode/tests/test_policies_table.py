from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple.profiles import ConfigurationProfile, Payload, read, semantic_digest, write
from ueapi.contract import Fate
from ueapi_hexnode.mapping.conversions import Flag, Implied, Kept, Line, Number, Words
from ueapi_hexnode.mapping.policies import (
    additions,
    differences,
    merged,
    profile_from_sections,
    translate,
    translate_content,
)
from ueapi_hexnode.mapping.table import PASSCODE, RESTRICTIONS, TABLE, WIFI, Row

ROWS = [(kind, row) for kind, rows in TABLE.items() for row in rows.values()]


def payload(kind: str, **content: object) -> Payload:
    return Payload(type=kind, identifier=f"org.example.{kind}", uuid="A-1", content=content)


def profile(*payloads: Payload) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.byod", uuid="A-0", display_name="Büro & Söhne", payloads=payloads
    )


def fates(kind: str, **content: object) -> dict[str, Fate]:
    return {f.key: f.fate for f in translate(profile(payload(kind, **content))).fates}


def values(row: Row) -> st.SearchStrategy[object]:
    match row.conversion:
        case Flag() | Implied():
            return st.booleans()
        case Number():
            return st.integers(-1, 300)
        case Line():
            return st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20)
        case Words():
            return st.sampled_from([*row.conversion.exact, *row.conversion.near, "Something else"])
        case _:
            raise AssertionError(row)


def contents(kind: str) -> st.SearchStrategy[dict[str, object]]:
    known = {row.apple: values(row) for row in TABLE[kind].values()}
    foreign = {"noSuchKey": st.booleans(), "allowOpenFromManagedToUnmanaged": st.booleans()}
    return st.fixed_dictionaries({}, optional=known | foreign)


def _payload(kind: str, content: dict[str, object]) -> Payload:
    return payload(kind, **content)


def profiles() -> st.SearchStrategy[ConfigurationProfile]:
    """One payload of each kind at most; more are tried by examples."""
    each = [contents(kind).map(partial(_payload, kind)) for kind in TABLE]
    several = st.lists(st.one_of(*each), max_size=3, unique_by=lambda p: p.type)
    return several.map(lambda found: profile(*found))


@given(profiles())
def test_a_round_trip_loses_only_what_the_fates_say(given_profile):
    outcome = translate(given_profile)

    again, unmapped = profile_from_sections("x", "x/1", outcome.sections)

    exact = {(f.payload_type, f.key) for f in outcome.fates if f.fate is Fate.EXACT}
    sent = {(p.type, k): v for p in given_profile.payloads for k, v in p.content.items()}
    back = {(p.type, k): v for p in again.payloads for k, v in p.content.items()}
    assert unmapped == ()
    assert {place: back[place] for place in exact} == {place: sent[place] for place in exact}


@given(profiles())
def test_what_is_mappable_maps_to_the_same_policy_without_any_loss(given_profile):
    first = translate(given_profile)

    if first.mappable is not None:
        again = translate(first.mappable)
        assert again.sections == first.sections
        assert again.dropped == ()
        assert again.mappable == first.mappable


@given(profiles())
def test_each_setting_has_exactly_one_fate(given_profile):
    outcome = translate(given_profile)

    present = [(p.type, k) for p in given_profile.payloads for k in p.content]
    told = [(f.payload_type, f.key) for f in outcome.fates]
    assert sorted(place for place in told if place in present) == sorted(present)


@given(profiles())
def test_the_neutral_answer_holds_a_readable_profile(given_profile):
    answer = translate_content(write(given_profile))

    if answer.mappable is not None:
        assert semantic_digest(read(answer.mappable)) == semantic_digest(
            profile_from_sections("n", "t/9", translate(given_profile).sections)[0]
        )


def test_every_row_of_the_table_is_reachable_from_both_sides():
    names = [(kind, row.hexnode) for kind, row in ROWS if row.hexnode]

    assert len(names) == len(set(names))


def test_airdrop_asks_the_opposite_question():
    outcome = translate(profile(payload(RESTRICTIONS, forceAirDropUnmanaged=True)))

    assert outcome.sections == {"restrictions": {"allow_airdrop_managemendapps": False}}


def test_a_key_left_alone_is_not_sent_but_a_restricting_default_is_told():
    outcome = translate(profile(payload(RESTRICTIONS, allowAssistant=False)))

    assert outcome.sections == {"restrictions": {"allow_assistant": False}}
    told = {f.key for f in outcome.fates if f.fate is Fate.DEGRADED}
    assert told == {"allowScreenShot", "forceAirDropUnmanaged"}
    assert outcome.dropped == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"forcePIN": True}, {"forcePIN": Fate.DEGRADED}),
        ({"minLength": 6}, {"minLength": Fate.EXACT}),
        ({"minLength": 0}, {"minLength": Fate.DEGRADED}),
        ({"minLength": 17}, {"minLength": Fate.LOST}),
        ({"minLength": True}, {"minLength": Fate.LOST}),
        ({"maxGracePeriod": 2}, {"maxGracePeriod": Fate.LOST}),
        ({"maxGracePeriod": 15}, {"maxGracePeriod": Fate.EXACT}),
        ({"maxFailedAttempts": 11}, {"maxFailedAttempts": Fate.DEGRADED}),
        ({"customRegex": {"passwordContentRegex": ".*"}}, {"customRegex": Fate.LOST}),
    ],
)
def test_passcode_rules_have_honest_fates(content, expected):
    assert fates(PASSCODE, **content) == expected


def test_a_passcode_payload_counts_by_being_there():
    outcome = translate(profile(payload(PASSCODE, forcePIN=True)))

    assert outcome.sections == {"password": {}}
    again, _ = profile_from_sections("x", "x/1", outcome.sections)
    assert [p.type for p in again.payloads] == [PASSCODE]


@pytest.mark.parametrize(
    ("security", "fate"),
    [("WPA", Fate.EXACT), ("WPA2", Fate.DEGRADED), ("WPA3", Fate.DEGRADED), ("Odd", Fate.LOST)],
)
def test_wifi_security_is_kept_or_told(security, fate):
    told = fates(WIFI, SSID_STR="Büro & Gäste", EncryptionType=security)

    assert told == {"SSID_STR": Fate.EXACT, "EncryptionType": fate}


def test_a_network_with_a_sign_in_is_for_a_person_as_a_whole():
    told = fates(
        WIFI, SSID_STR="Büro", EncryptionType="WPA2", EAPClientConfiguration={"UserName": "x"}
    )

    assert set(told.values()) == {Fate.HUMAN_ONLY}


def test_a_second_network_is_for_a_person():
    two = profile(payload(WIFI, SSID_STR="Büro"), payload(WIFI, SSID_STR="Gäste"))

    outcome = translate(two)

    assert [f.fate for f in outcome.fates] == [Fate.EXACT, Fate.HUMAN_ONLY]
    assert outcome.sections == {"wifi": {"service_set_identifier": "Büro"}}


def test_open_in_is_for_a_person_and_unknown_payloads_are_lost():
    mixed = profile(
        payload(RESTRICTIONS, allowOpenFromManagedToUnmanaged=False, requireManagedPasteboard=True),
        payload("com.apple.vpn.managed.applayer", VPNType="IKEv2"),
        payload("com.apple.font", Font=b"x"),
    )

    outcome = translate(mixed)

    assert [(f.key, f.fate) for f in outcome.fates] == [
        ("allowOpenFromManagedToUnmanaged", Fate.HUMAN_ONLY),
        ("requireManagedPasteboard", Fate.LOST),
        ("VPNType", Fate.HUMAN_ONLY),
        ("Font", Fate.LOST),
    ]
    assert outcome.mappable is None


def test_steps_for_a_person_name_texts_and_never_show_them():
    mixed = profile(
        payload(PASSCODE, minLength=6, allowSimple=False),
        payload(WIFI, SSID_STR="Büro", Password="s3cret", EAPClientConfiguration={"UserName": "x"}),
    )

    told = "\n".join(translate(mixed).console_steps)

    assert "allowSimple = off, minLength = 6" in told
    assert "Password as in the profile" in told
    assert "s3cret" not in told


def test_a_profile_that_fits_needs_no_person():
    assert translate(profile(payload(PASSCODE, minLength=6))).console_steps == ()


# -- reading policies ----------------------------------------------------------------------------------


def test_settings_without_an_apple_key_are_named():
    sections = {
        "password": {"min_length": 6, "shape": "round"},
        "restrictions": None,
        "email": {"account_name": "x"},
        "wifi": {"service_set_identifier": "Büro", "security_type": "WPA/WPA2_Enterprise"},
    }

    read_back, unmapped = profile_from_sections("n", "t/7", sections)

    assert [dict(p.content) for p in read_back.payloads] == [{"minLength": 6}]
    assert unmapped == ("ios.email", "ios.password.shape", "ios.wifi")


def test_the_other_documented_spelling_is_read():
    read_back, unmapped = profile_from_sections("n", "t/7", {"password": {"min_complex_char": 2}})

    assert dict(read_back.payloads[0].content) == {"minComplexChars": 2}
    assert unmapped == ()


def test_reading_twice_gives_the_same_bytes():
    sections = {"password": {"min_length": 6}}

    assert write(profile_from_sections("n", "t/7", sections)[0]) == write(
        profile_from_sections("n", "t/7", sections)[0]
    )


# -- comparing -----------------------------------------------------------------------------------------


def test_defaults_the_product_filled_in_are_no_difference():
    wanted = {"restrictions": {"allow_assistant": False}}
    found = {"restrictions": {"allow_assistant": False, "allow_screen_shot": False}}

    assert differences(wanted, found) == ()
    assert additions(wanted, found) == ()


def test_a_setting_beyond_the_draft_is_an_addition():
    found = {"restrictions": {"allow_assistant": False, "allow_camera": False}}

    assert additions({"restrictions": {"allow_assistant": False}}, found) == (
        "ios.restrictions.allow_camera",
    )


def test_a_secret_that_is_not_given_back_is_no_difference():
    wanted = {"wifi": {"service_set_identifier": "Büro", "password": "s3cret"}}

    assert differences(wanted, {"wifi": {"service_set_identifier": "Büro"}}) == ()
    assert differences(wanted, {"wifi": {"service_set_identifier": "Büro", "password": "old"}}) == (
        "ios.wifi.password",
    )


def test_a_change_leaves_foreign_settings_in_place():
    found = {
        "email": {"x": 1},
        "password": {"min_length": 4, "shape": "round"},
        "wifi": {"autojoin": True},
    }

    assert merged({"password": {"min_length": 6}}, found) == {
        "email": {"x": 1},
        "password": {"shape": "round", "min_length": 6},
    }


def test_a_degraded_word_says_how_it_differs():
    outcome = TABLE[WIFI]["EncryptionType"].conversion.forth("WPA3")

    assert isinstance(outcome, Kept)
    assert "WPA3" in outcome.loss
