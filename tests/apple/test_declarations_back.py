"""Declarations become a profile again, and what can't says why."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.apple.declaration_examples import (
    EAS,
    EXACT,
    HOSTING,
    LEAF_DER,
    MAIL,
    MAIL_ACCOUNT,
    PASSCODE,
    PKCS12,
    ROOT_DER,
    WIFI,
    converted,
    declaration,
    payload,
    profile,
)

from ueapi.apple.declarations import (
    Declaration,
    Fate,
    Hosted,
    legacy,
    to_profile,
)
from ueapi.apple.declarations.paths import nested
from ueapi.apple.declarations.table import ACTIVATION, EQUALS
from ueapi.apple.profiles import read, write


def test_the_rest_can_be_sent_as_a_hosted_profile() -> None:
    whole = profile(payload(WIFI, SSID_STR="Work", Password="s3cret"))

    found = legacy(whole, ios="26.0", hosting=HOSTING)
    again = to_profile(found.declarations, identifier="org.example.again", hosted=found.hosted)

    assert [one.type for one in found.declarations] == [
        "com.apple.configuration.legacy",
        ACTIVATION,
    ]
    assert found.hosted[0].content_type == "application/x-apple-aspen-config"
    assert again.profile is not None
    assert again.profile.payloads == whole.payloads


def test_both_ways_of_one_profile_do_not_collide() -> None:
    whole = profile(payload(PASSCODE), payload(WIFI, "w", SSID_STR="Work"))

    found = converted(whole)
    assert found.leftovers is not None
    rest = legacy(found.leftovers, ios="26.0", hosting=HOSTING)

    names = [one.identifier for one in (*found.declarations, *rest.declarations)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (declaration("configuration.app.managed"), "No payload is known"),
        (declaration("management.properties"), "No payload is known"),
        (declaration("configuration.legacy", ProfileURL="https://x.example.org/"), "is not given"),
        (declaration("configuration.legacy.interactive"), "The person decides"),
        (declaration("configuration.security.identity"), "an asset that is not given"),
        (declaration("configuration.account.exchange", EnabledProtocolTypes=["EWS"]), "EAS only"),
        (declaration("configuration.account.caldav"), "can't be without it"),
        (declaration("asset.useridentity"), "No configuration names it"),
    ],
)
def test_declarations_without_an_equal_stay(one: Declaration, reason: str) -> None:
    found = to_profile([one], identifier="org.example.p")

    assert found.profile is None
    assert found.leftovers == (one,)
    assert reason in found.kept[0].reason


def test_what_declarations_say_beyond_payloads_is_named() -> None:
    account = declaration(
        "configuration.account.exchange",
        "a",
        EnabledProtocolTypes=["EWS", "EAS"],
        VisibleName="Work",
        HostName="mail.example.org",
        UserIdentityAssetReference="u",
        Path="/ews",
        Colour="red",
    )
    person = declaration("asset.useridentity", "u", FullName="Ann", EmailAddress="a@example.org")

    found = to_profile([account, person], identifier="org.example.p")

    lost = {row.key for row in found.fates if row.fate is Fate.LOST}
    assert lost == {"VisibleName", "Path", "Colour", "UserIdentityAssetReference > FullName"}
    assert [row.key for row in found.fates if row.fate is Fate.DEGRADED] == ["EnabledProtocolTypes"]
    assert found.profile is not None
    assert found.profile.payloads[0].content == {
        "Host": "mail.example.org",
        "EmailAddress": "a@example.org",
    }


def test_only_activated_configurations_are_taken() -> None:
    off = declaration("configuration.passcode.settings", "off", MinimumLength=8)
    on = declaration("configuration.passcode.settings", "on", MinimumLength=6)
    activation = declaration(
        "activation.simple", "a", StandardConfigurations=["on"], Predicate="TRUEPREDICATE"
    )

    found = to_profile([off, on, activation], identifier="org.example.p")

    assert found.leftovers == (off,)
    assert found.profile is not None
    assert [one.content for one in found.profile.payloads] == [{"minLength": 6}]
    assert [row.key for row in found.fates if row.fate is Fate.LOST] == ["Predicate"]


def test_declarations_that_stay_keep_what_they_need() -> None:
    there = converted(profile(payload(MAIL, **MAIL_ACCOUNT)))

    found = to_profile(there.declarations, identifier="org.example.p", hosted=there.hosted[:1])

    assert found.profile is None
    assert found.leftovers == there.declarations


def test_an_identity_that_no_configuration_installs_becomes_a_payload() -> None:
    there = converted(
        profile(
            payload(EAS, "e", Host="mail.example.org", PayloadCertificateUUID="uuid-i"),
            payload(PKCS12, "i", **EXACT[PKCS12]),
        )
    )
    without = [
        one
        for one in there.declarations
        if not one.type.endswith("security.identity") and one.type != ACTIVATION
    ]

    found = to_profile(without, identifier="org.example.p", hosted=there.hosted)

    assert found.profile is not None
    account, identity = found.profile.payloads
    assert account.content["PayloadCertificateUUID"] == identity.uuid
    assert not found.is_exact


def test_content_that_was_exchanged_is_not_taken() -> None:
    there = converted(profile(payload("com.apple.security.root", PayloadContent=ROOT_DER)))
    other = [evolve(one, content=LEAF_DER) for one in there.hosted]

    found = to_profile(there.declarations, identifier="org.example.p", hosted=other)

    assert found.profile is None
    assert "not what the asset refers to" in found.kept[1].reason


WIRE = st.recursive(
    st.booleans() | st.integers(0, 9) | st.sampled_from(["a", "u", "None", "IMAP", "/p", "https://x", "AAAA"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Enabled", "Scope", "DataURL"]), inner, max_size=2)
    ),
    max_leaves=4,
)  # fmt: skip
KEYS = sorted(
    {row.slot or row.place for equal in EQUALS for row in equal.rows}
    | {"Reference", "StandardConfigurations", "ProfileURL"}
)
TYPES = [
    *sorted({equal.declaration for equal in EQUALS}),
    ACTIVATION,
    "com.apple.asset.useridentity",
    "com.apple.asset.credential.scep",
    "com.apple.configuration.legacy",
]
ANY = st.builds(
    lambda kind, name, content: Declaration.of(kind, name, nested(content)),
    st.sampled_from(TYPES),
    st.sampled_from(["a", "u", "c"]),
    st.dictionaries(st.sampled_from(KEYS), WIRE, max_size=5),
)


@given(st.lists(ANY, max_size=4), st.binary(max_size=9))
def test_whatever_declarations_hold_they_are_converted_or_stay(
    declarations: list[Declaration], content: bytes
) -> None:
    hosted = [Hosted(url="https://x", path="x", content_type="application/json", content=content)]

    found = to_profile(declarations, identifier="org.example.p", hosted=hosted)

    assert len(found.leftovers) == len(found.kept)
    if found.profile is not None:
        assert read(write(found.profile)) == found.profile
