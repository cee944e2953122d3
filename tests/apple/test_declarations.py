"""Profiles become declarations where Apple has equals, and come back the same wherever that is promised."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.apple.declaration_examples import (
    EAS,
    EXACT,
    LEAF_DER,
    MAIL,
    MAIL_ACCOUNT,
    PASSCODE,
    PEM,
    PKCS12,
    ROOT_DER,
    WIFI,
    converted,
    fates,
    payload,
    profile,
    subset,
    there_and_back,
)

from ueapi.apple import profiles
from ueapi.apple.declarations import (
    Fate,
    from_json,
    to_json,
)
from ueapi.apple.declarations.table import ACTIVATION, EQUALS
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import Payload
from ueapi.apple.profiles.secrets import separated


def test_there_is_an_exact_example_for_every_payload_type_of_the_table() -> None:
    assert set(EXACT) == {equal.payload_type for equal in EQUALS}


@pytest.mark.parametrize("kind", EXACT)
def test_what_is_exact_comes_back_the_same(kind: str) -> None:
    whole = profile(payload(kind, **EXACT[kind]))

    found = converted(whole)

    assert found.is_exact, [row for row in found.fates if row.fate is not Fate.EXACT]
    assert found.leftovers is None
    assert profiles.semantic_digest(there_and_back(whole)) == profiles.semantic_digest(whole)


@pytest.mark.parametrize("kind", EXACT)
def test_every_key_has_a_fate(kind: str) -> None:
    found = converted(profile(payload(kind, **EXACT[kind], Unheard=1)))

    keys = {row.key for row in found.fates}
    assert {key for key in EXACT[kind] if key != "PayloadContent"} <= keys
    assert fates(found, Fate.LOST) == {"Unheard": "No equal of this key is known."}


@pytest.mark.parametrize("kind", EXACT)
def test_no_secret_stands_in_a_declaration_or_a_repr(kind: str) -> None:
    found = converted(profile(payload(kind, **EXACT[kind])))

    sent = b"".join(to_json(one) for one in found.declarations)
    assert b"s3cret" not in sent
    assert "s3cret" not in repr(found)
    for hosted in found.hosted:
        if b"s3cret" in hosted.content:
            assert hosted.digest.encode() not in sent


@pytest.mark.parametrize("kind", EXACT)
def test_the_declarations_are_the_same_every_time_and_read_as_themselves(kind: str) -> None:
    whole = profile(payload(kind, **EXACT[kind]))

    found = converted(whole)

    assert found == converted(whole)
    assert [from_json(to_json(one)) for one in found.declarations] == list(found.declarations)
    assert all(len(one.identifier) <= 64 for one in found.declarations)


def test_all_kinds_together_come_back_the_same() -> None:
    whole = profile(*(payload(kind, f"n{n}", **EXACT[kind]) for n, kind in enumerate(EXACT)))

    found = converted(whole)

    assert found.is_exact
    assert profiles.semantic_digest(there_and_back(whole)) == profiles.semantic_digest(whole)


def test_one_activation_names_every_configuration() -> None:
    found = converted(profile(payload(PASSCODE), payload(MAIL, "m", **MAIL_ACCOUNT)))

    activation = found.declarations[-1]
    assert activation.type == ACTIVATION
    assert activation.payload["StandardConfigurations"] == [
        one.identifier for one in found.declarations if ".configuration." in one.type
    ]


def test_a_mail_account_has_its_login_in_hosted_credentials() -> None:
    found = converted(profile(payload(MAIL, **MAIL_ACCOUNT)))

    kinds = [one.type for one in found.declarations]
    assert kinds == [
        "com.apple.asset.useridentity",
        "com.apple.asset.credential.userpassword",
        "com.apple.asset.credential.userpassword",
        "com.apple.configuration.account.mail",
        ACTIVATION,
    ]
    assert json.loads(found.hosted[0].content) == {"UserName": "ann", "Password": "s3cret-in"}
    asset = found.declarations[1].payload
    assert asset["Reference"] == {
        "DataURL": found.hosted[0].url,
        "ContentType": "application/json",
    }
    assert asset["Authentication"] == {"Type": "MDM"}


def test_a_new_password_makes_a_new_address_and_a_new_server_token() -> None:
    other = {**MAIL_ACCOUNT, "IncomingPassword": "s3cret-new"}

    old, new = (converted(profile(payload(MAIL, **each))) for each in (MAIL_ACCOUNT, other))

    assert old.hosted[0].url != new.hosted[0].url
    tokens = [
        [one.server_token for one in each.declarations if one.type.endswith("userpassword")]
        for each in (old, new)
    ]
    assert tokens[0][0] != tokens[1][0]
    assert tokens[0][1] == tokens[1][1]
    assert [one.identifier for one in old.declarations] == [
        one.identifier for one in new.declarations
    ]


def test_a_certificate_can_be_checked_by_size_and_hash() -> None:
    found = converted(profile(payload("com.apple.security.root", PayloadContent=ROOT_DER)))

    assert found.declarations[0].payload["Reference"] == {
        "DataURL": found.hosted[0].url,
        "ContentType": "application/pkcs1",
        "Size": len(ROOT_DER),
        "Hash-SHA-256": found.hosted[0].digest,
    }


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("com.apple.security.root", {"PayloadContent": LEAF_DER}, "com.apple.security.pkcs1"),
        ("com.apple.security.pkcs1", {"PayloadContent": ROOT_DER}, "com.apple.security.root"),
        ("com.apple.security.root", {"PayloadContent": PEM}, "com.apple.security.pem"),
    ],
)
def test_a_certificate_under_another_name_is_kept_and_said(
    kind: str, content: dict[str, PlistValue], reason: str
) -> None:
    found = converted(profile(payload(kind, **content)))

    assert reason in fates(found, Fate.DEGRADED)["PayloadContent"]
    assert there_and_back(profile(payload(kind, **content))).payloads[0].type == reason


@pytest.mark.parametrize(
    ("ios", "kept"),
    [("16.7", "This declaration came with iOS 17.0."), ("17.0", None)],
)
def test_a_version_without_the_declaration_keeps_the_payload(ios: str, kept: str | None) -> None:
    whole = profile(payload("com.apple.security.root", PayloadContent=ROOT_DER))

    found = converted(whole, ios)

    assert [row.reason.rpartition(": ")[2] for row in found.kept] == ([kept] if kept else [])
    assert found.leftovers == (whole if kept else None)


def test_a_version_without_a_key_loses_that_key_only() -> None:
    content = dict(EXACT[PASSCODE])

    found = converted(profile(payload(PASSCODE, **content)), "16.0")

    assert set(fates(found, Fate.LOST)) == {
        "requireAlphanumeric",
        "minComplexChars",
        "maxPINAgeInDays",
    }
    assert "16.2" in fates(found, Fate.LOST)["minComplexChars"]


def test_before_17_a_login_has_no_proof_of_the_phone() -> None:
    content = {key: MAIL_ACCOUNT[key] for key in MAIL_ACCOUNT if "SMIME" not in key}

    found = converted(profile(payload(MAIL, **content)), "16.0")

    assert "Authentication" not in found.declarations[1].payload


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("com.apple.relay.managed", "network.relay"),
        ("com.apple.webcontent-filter", "webcontent-filter.plugin"),
        ("com.apple.dnsProxy.managed", "network.dns-proxy"),
        ("com.apple.extensiblesso", "extensible-sso"),
    ],
)
def test_declarations_known_by_name_only_keep_the_payload(kind: str, word: str) -> None:
    before, after = (converted(profile(payload(kind)), ios) for ios in ("26.0", "27.0"))

    assert word in after.kept[0].reason
    assert "schema used here" in after.kept[0].reason
    assert "27.0" in before.kept[0].reason


def test_payloads_without_an_equal_stay_in_the_profile_with_its_keys() -> None:
    restrictions = payload("com.apple.applicationaccess", allowScreenShot=False)
    whole = profile(payload(PASSCODE, "q"), restrictions, ConsentText={"default": "Yes?"})

    found = converted(whole)

    assert found.leftovers == evolve(whole, payloads=(restrictions,))
    assert fates(found, Fate.DEGRADED)["ConsentText"].endswith("rest of the profile.")
    assert profiles.semantic_digest(there_and_back(whole)) == profiles.semantic_digest(whole)


def test_an_identity_stays_with_the_network_that_needs_it() -> None:
    wifi = payload(WIFI, "w", PayloadCertificateUUID="uuid-I")
    identity = payload(PKCS12, "i", **EXACT[PKCS12])
    account = payload(EAS, "e", Host="mail.example.org", PayloadCertificateUUID="UUID-i")
    free = payload(PASSCODE, "f")

    found = converted(profile(identity, account, free, wifi))

    assert found.leftovers is not None
    assert found.leftovers.payloads == (identity, account, wifi)
    assert [row.reason for row in found.kept][:2] == [
        "It is linked with com.apple.wifi.managed, which stays.",
        "It is linked with com.apple.security.pkcs12, which stays.",
    ]


@pytest.mark.parametrize("kind", [PKCS12, "com.apple.security.scep", "com.apple.security.acme"])
def test_an_account_keeps_its_identity(kind: str) -> None:
    account = payload(
        EAS,
        "e",
        Host="mail.example.org",
        PayloadCertificateUUID="uuid-I",
        SMIMESigningEnabled=True,
        SMIMESigningCertificateUUID="UUID-i",
    )
    whole = profile(account, payload(kind, "i", **EXACT[kind]))

    found = converted(whole)

    assert found.is_exact
    assert profiles.semantic_digest(there_and_back(whole)) == profiles.semantic_digest(whole)


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        (MAIL, {"VPNUUID": "V"}, "per-app VPN"),
        (MAIL, {"IncomingMailServerUsername": None}, "can't be without UserName"),
        (MAIL, {"IncomingMailServerHostName": None}, "can't be without it"),
        (MAIL, {"EmailAccountType": "EmailTypeX"}, "none that Apple names"),
        (MAIL, {"SMIMESigningCertificateUUID": "gone"}, "points at no payload"),
        (MAIL, {"SMIMESigningCertificateUUID": "UUID-p"}, "is no identity"),
        (EAS, {"Certificate": b"x"}, "move it to a payload of its own"),
        (EAS, {"Host": None}, "can't be without HostName"),
        (PKCS12, {"Password": None}, "can't be without Password"),
        (
            "com.apple.subscribedcalendar.account",
            {"SubCalAccountHostName": "cal.example.org"},
            "https",
        ),
        (
            "com.apple.subscribedcalendar.account",
            {"SubCalAccountHostName": "https://cal.example.org/private-0123456789/a.ics"},
            "It is a secret",
        ),
    ],
)
def test_a_payload_that_would_break_as_a_declaration_stays(
    kind: str, change: dict[str, PlistValue | None], reason: str
) -> None:
    changed = {**EXACT[kind], **change}
    content = {key: value for key, value in changed.items() if value is not None}

    found = converted(profile(payload(kind, **content)))

    assert found.declarations == ()
    assert found.hosted == ()
    assert reason in found.kept[0].reason


@pytest.mark.parametrize(
    ("kind", "change", "key", "fate"),
    [
        (MAIL, {"IncomingMailServerUseSSL": True}, "IncomingMailServerUseSSL", Fate.LOST),
        (MAIL, {"PreventMove": True}, "PreventMove", Fate.LOST),
        (MAIL, {"PreventMove": False}, "PreventMove", Fate.DEGRADED),
        (MAIL, {"IncomingMailServerAuthentication": "EmailAuthNone"}, "IncomingPassword", Fate.LOST),
        (EAS, {"MailNumberOfPastDaysToSync": 7}, "MailNumberOfPastDaysToSync", Fate.LOST),
        (EAS, {"SMIMEEncryptionEnabled": True}, "SMIMEEncryptionEnabled", Fate.LOST),
        (EAS, {"EnableMailUserOverridable": 1}, "EnableMailUserOverridable", Fate.LOST),
        ("com.apple.caldav.account", {"CalDAVPrincipalURL": "/u/ann"}, "CalDAVPrincipalURL", Fate.DEGRADED),
        ("com.apple.caldav.account", {"CalDAVPrincipalURL": "https://a.example.org/"}, "CalDAVPrincipalURL", Fate.LOST),
        ("com.apple.caldav.account", {"CalDAVUseSSL": True}, "CalDAVUseSSL", Fate.LOST),
        ("com.apple.ldap.account", {"LDAPSearchSettings": [{"x": 1}]}, "LDAPSearchSettings", Fate.LOST),
        (
            "com.apple.google-oauth",
            {"CommunicationServiceRules": {"DefaultServiceHandlers": {"AudioCall": "org.example"}}},
            "CommunicationServiceRules.DefaultServiceHandlers.AudioCall",
            Fate.LOST,
        ),
        (PKCS12, {"PayloadCertificateFileName": "a.p12"}, "PayloadCertificateFileName", Fate.LOST),
    ],
)  # fmt: skip
def test_what_differs_is_said_with_a_reason(
    kind: str, change: dict[str, PlistValue], key: str, fate: Fate
) -> None:
    found = converted(profile(payload(kind, **{**EXACT[kind], **change})))

    assert fates(found, fate)[key]
    assert not found.is_exact


def test_a_password_said_once_is_said_twice() -> None:
    content = {key: MAIL_ACCOUNT[key] for key in MAIL_ACCOUNT if key != "OutgoingPassword"}
    whole = profile(payload(MAIL, **content, OutgoingPasswordSameAsIncomingPassword=True))

    found = converted(whole)

    assert json.loads(found.hosted[1].content)["Password"] == "s3cret-in"
    assert set(fates(found, Fate.DEGRADED)) == {"OutgoingPasswordSameAsIncomingPassword"}


def test_a_demanded_default_is_said() -> None:
    content = {key: MAIL_ACCOUNT[key] for key in MAIL_ACCOUNT if key != "SMIMESigningEnabled"}

    found = converted(profile(payload(MAIL, **content)))

    assert "SMIMESigningEnabled" in fates(found, Fate.DEGRADED)


def test_references_in_place_of_secrets_are_named_and_restored_later() -> None:
    whole = profile(payload(MAIL, **MAIL_ACCOUNT), payload(PKCS12, "i", **EXACT[PKCS12]))
    apart = separated(whole)

    found = converted(apart.profile)

    assert set(found.missing_secrets) == set(apart.secrets)
    assert found.is_exact
    assert profiles.semantic_digest(there_and_back(apart.profile)) == profiles.semantic_digest(
        apart.profile
    )


@given(st.sampled_from(sorted(EXACT)).flatmap(subset))
def test_any_part_of_a_payload_comes_back_the_same_when_exact(one: Payload) -> None:
    whole = profile(one)

    if converted(whole).is_exact:
        assert profiles.semantic_digest(there_and_back(whole)) == profiles.semantic_digest(whole)


def test_a_value_too_deep_for_a_declaration_is_lost_and_the_rest_stays_whole() -> None:
    deep: PlistValue = "x"
    for _ in range(50):
        deep = [deep]

    found = converted(profile(payload(PASSCODE, minLength=deep, pinHistory=3)))

    assert set(fates(found, Fate.LOST)) == {"minLength"}
