from __future__ import annotations

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple.profiles import ConfigurationProfile, Payload, redacted, write
from ueapi.contract import Fate
from ueapi.errors import InvalidModel
from ueapi_maas360.mapping.policies import translate, translate_content
from ueapi_maas360.plugin import ueapi_backend

WIFI = "com.apple.wifi.managed"
PASSCODE = "com.apple.mobiledevice.passwordpolicy"


def payload(kind: str, number: int = 1, **content: object) -> Payload:
    return Payload(
        type=kind,
        identifier=f"org.example.{number}",
        uuid=f"0C5CE3A4-4CBD-4C57-A1AD-3A44CBD4C57{number}",
        content=content,
    )


def profile(*payloads: Payload) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.all",
        uuid="6F1F2F64-8D0D-4A5C-9A36-1F2F648D0D4A",
        display_name="All",
        payloads=payloads,
    )


def steps(*payloads: Payload) -> str:
    return "\n".join(translate(profile(*payloads)).console_steps)


def test_every_setting_is_for_a_person_and_nothing_can_be_sent():
    content = write(profile(payload(PASSCODE, minLength=6, allowSimple=False)))

    outcome = translate_content(content)

    assert outcome.mappable is None
    assert [(f.payload_type, f.key, f.fate) for f in outcome.fates] == [
        (PASSCODE, "allowSimple", Fate.HUMAN_ONLY),
        (PASSCODE, "minLength", Fate.HUMAN_ONLY),
    ]
    assert all(f.reason and f.instead for f in outcome.fates)


def test_a_payload_without_settings_is_not_forgotten():
    outcome = translate(profile(payload("com.apple.font")))

    assert [(f.key, f.fate) for f in outcome.fates] == [("", Fate.HUMAN_ONLY)]
    assert len(outcome.console_steps) == 3


def test_an_empty_profile_needs_nobody():
    outcome = translate(profile())

    assert outcome.fates == ()
    assert outcome.console_steps == ()


def test_what_is_no_profile_is_refused():
    with pytest.raises(InvalidModel):
        translate_content(plistlib.dumps({"PayloadType": "other"}))


def test_planning_finds_the_translation_without_a_tenant():
    assert ueapi_backend().translate == "ueapi_maas360.mapping.policies:translate_content"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"allowSimple": False}, "allowSimple = off"),
        ({"minLength": 6}, "minLength = 6"),
        ({"SSID_STR": "Büro"}, 'SSID_STR = "Büro"'),
        (
            {"EAPClientConfiguration": {"AcceptEAPTypes": [13]}},
            "EAPClientConfiguration.AcceptEAPTypes[0] = 13",
        ),
        ({"Domains": []}, "Domains = none"),
        ({"Icon": b"\x89PNG"}, "Icon = as in the profile"),
    ],
)
def test_the_steps_name_each_value(content, told):
    assert told in steps(payload("com.example", **content))


def test_a_link_to_another_payload_names_it():
    certificate = payload("com.apple.security.root", 2, PayloadContent=b"der")

    told = steps(payload(WIFI, PayloadCertificateUUID=certificate.uuid), certificate)

    assert "PayloadCertificateUUID = the certificate (com.apple.security.root)" in told


@pytest.mark.parametrize(
    "content",
    [
        {"EmailAddress": "ada@example.org"},
        {"UserName": "ada-lovelace"},
        {"EmailAccountName": "ada-lovelace"},
        {"Note": "for ada-lovelace@example.org"},
    ],
)
def test_people_are_not_named_in_steps(content):
    told = steps(payload("com.apple.mail.managed", **content))

    assert "ada" not in told
    assert "as in the profile" in told


def test_a_reference_in_a_secrets_place_is_not_shown_either():
    whole = profile(payload(WIFI, SSID_STR="Office", Password="correct horse"))

    told = "\n".join(translate(redacted(whole)).console_steps)

    assert "Password = as in the profile (a secret)" in told


def test_a_hostile_key_can_not_speak_to_the_terminal():
    assert "\x1b" not in steps(payload("com.example\x1b[2J", **{"a\x1b]0;x\x07": "\x1b[2J"}))


@given(secret=st.text(min_size=1).map(lambda text: f"s3cret-{text}"))
def test_no_secret_is_ever_told(secret):
    told = steps(
        payload(WIFI, SSID_STR="Office", Password=secret),
        payload(
            "com.apple.vpn.managed",
            2,
            VendorConfig={"token": [secret], "hint": f"use {secret}"},
            IPSec={"SharedSecret": secret.encode()},
        ),
    )

    assert secret not in told
    assert "s3cret" not in told
