"""Profiles keep their content, compare by meaning, and lose exactly what iOS would refuse."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple import plist, profiles
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Effect, Payload
from ueapi.apple.rules import Mode
from ueapi.errors import InvalidModel

WIFI = "com.apple.wifi.managed"
PASSCODE = "com.apple.mobiledevice.passwordpolicy"
RESTRICTIONS = "com.apple.applicationaccess"
FILTER = "com.apple.webcontent-filter"


def payload(kind: str, uuid: str = "P-1", /, **content: PlistValue) -> Payload:
    return Payload(type=kind, identifier=f"org.example.{uuid}", uuid=uuid, content=content)


def profile(*payloads: Payload, **extra: PlistValue) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.profile",
        uuid="U-1",
        display_name="Work",
        payloads=payloads,
        extra=extra,
    )


def places(found: tuple[profiles.Finding, ...]) -> list[tuple[str, str | None]]:
    return [(finding.payload_type, finding.key) for finding in found]


def test_a_written_profile_reads_as_itself() -> None:
    whole = profile(
        evolve(payload(WIFI, SSID_STR="Work"), common={"PayloadDescription": "x"}),
        payload(RESTRICTIONS, "P-2", allowScreenShot=False),
        ConsentText={"default": "Yes?"},
    )

    assert profiles.read(profiles.write(whole)) == whole


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"PayloadType": "com.apple.wifi.managed"}, "no configuration profile"),
        ({"PayloadUUID": ""}, "PayloadUUID of the profile"),
        ({"PayloadContent": "x"}, "no array"),
        ({"PayloadContent": [{"PayloadType": "a"}]}, "PayloadIdentifier of payload 1"),
        ({"PayloadContent": ["x"]}, "payload 1 is no dictionary"),
        ({"EncryptedPayloadContent": b"x"}, "encrypted"),
        ({"PayloadVersion": True}, "PayloadVersion"),
    ],
)
def test_what_is_no_profile_is_refused_and_says_where(
    change: dict[str, PlistValue], why: str
) -> None:
    content = plist.write_canonical({**plist.read(profiles.write(profile())), **change})

    with pytest.raises(InvalidModel, match=why):
        profiles.read(content)


def test_a_signed_profile_is_named_as_such() -> None:
    with pytest.raises(InvalidModel, match="signed"):
        profiles.read(b"\x30\x82\x01\x00")


def test_what_a_server_rewrites_does_not_change_the_meaning() -> None:
    certificate = payload("com.apple.security.pem", "C-1", PayloadContent=b"x")
    network = payload(WIFI, SSID_STR="Work", PayloadCertificateUUID="C-1")
    ours = profile(certificate, network)

    theirs = ConfigurationProfile(
        identifier="net.example.other",
        uuid="U-9",
        organization="Example",
        payloads=(
            evolve(
                network, uuid="N-9", content={**network.content, "PayloadCertificateUUID": "c-9"}
            ),
            evolve(certificate, uuid="C-9"),
        ),
    )

    assert profiles.semantic_digest(ours) == profiles.semantic_digest(theirs)


def test_a_link_to_another_payload_changes_the_meaning() -> None:
    one = payload("com.apple.security.pem", "C-1", PayloadContent=b"x")
    two = payload("com.apple.security.pem", "C-2", PayloadContent=b"y")

    to_one = profile(one, two, payload(WIFI, PayloadCertificateUUID="C-1"))
    to_two = profile(one, two, payload(WIFI, PayloadCertificateUUID="C-2"))

    assert profiles.semantic_digest(to_one) != profiles.semantic_digest(to_two)


def test_a_changed_setting_changes_the_meaning() -> None:
    on, off = (profile(payload(RESTRICTIONS, allowScreenShot=value)) for value in (True, False))

    assert profiles.semantic_digest(on) != profiles.semantic_digest(off)


def test_one_forbidden_payload_is_taken_out_and_the_rest_stays() -> None:
    vpn = payload("com.apple.vpn.managed", "V-1", VPNType="IKEv2")
    network = payload(WIFI, SSID_STR="Work")

    kept, found = profiles.split(profile(vpn, network), ios="18.1")

    assert kept == profile(network)
    assert places(found) == [("com.apple.vpn.managed", None)]
    assert found[0].effect is Effect.REFUSES_PROFILE


def test_nothing_remains_of_a_profile_that_is_all_forbidden() -> None:
    kept, found = profiles.split(profile(payload("com.apple.app.lock")), ios="26.0")

    assert kept is None
    assert len(found) == 1


def test_forbidden_keys_are_taken_out_of_allowed_payloads() -> None:
    network = payload(WIFI, SSID_STR="Work", ProxyType="Manual", ProxyServer="p.example.org")
    limits = payload(RESTRICTIONS, "R-1", allowScreenShot=False, allowCamera=False)

    kept, found = profiles.split(profile(network, limits), ios="26.0")

    assert kept == profile(
        payload(WIFI, SSID_STR="Work"), payload(RESTRICTIONS, "R-1", allowScreenShot=False)
    )
    assert places(found) == [
        (WIFI, "ProxyType"),
        (WIFI, "ProxyServer"),
        (RESTRICTIONS, "allowCamera"),
    ]


def test_a_payload_without_any_usable_key_does_not_stay_as_a_shell() -> None:
    kept, _ = profiles.split(profile(payload(RESTRICTIONS, allowCamera=False)), ios="18.1")

    assert kept is None


def test_forbidding_removal_has_no_effect_and_allowing_it_is_no_finding() -> None:
    network = payload(WIFI, SSID_STR="Work")

    kept, found = profiles.split(profile(network, PayloadRemovalDisallowed=True), ios="18.1")

    assert places(found) == [("Configuration", "PayloadRemovalDisallowed")]
    assert kept == profile(network)
    assert profiles.refusals(profile(network, PayloadRemovalDisallowed=False), ios="18.1") == ()


@pytest.mark.parametrize(
    ("ios", "content", "keys"),
    [
        ("15.8", {"ContentFilterUUID": "F"}, [None]),
        ("16.0", {"ContentFilterUUID": "F"}, []),
        ("16.0", {}, ["ContentFilterUUID"]),
    ],
)
def test_a_content_filter_needs_a_new_enough_ios_and_its_uuid(
    ios: str, content: dict[str, PlistValue], keys: list[str | None]
) -> None:
    whole = profile(payload(FILTER, **content))

    found = profiles.refusals(whole, ios=ios)

    assert [finding.key for finding in found] == keys
    assert all(finding.effect is Effect.REFUSES_PROFILE for finding in found)


def test_passcode_rules_that_ios_enforces_anyway_are_no_finding() -> None:
    strict = payload(PASSCODE, forcePIN=True, allowSimple=False, minLength=6)

    assert profiles.refusals(profile(strict), ios="26.0") == ()


def test_other_passcode_rules_stay_in_the_profile_without_effect() -> None:
    strict = payload(PASSCODE, minLength=8, requireAlphanumeric=True, maxInactivity=5)

    kept, found = profiles.split(profile(strict), ios="26.0")

    assert kept == profile(strict)
    assert [f.key for f in found] == ["minLength", "requireAlphanumeric", "maxInactivity"]
    assert {f.mode for f in found} == {Mode.IGNORED}
    assert "6" in found[0].reason


def test_an_empty_passcode_payload_stays_since_its_presence_counts() -> None:
    kept, found = profiles.split(profile(payload(PASSCODE)), ios="26.0")

    assert kept == profile(payload(PASSCODE))
    assert found == ()


def test_a_payload_type_nobody_knows_is_taken_out_and_called_unproven() -> None:
    kept, found = profiles.split(profile(payload("org.example.custom", a=1)), ios="18.1")

    assert kept is None
    assert (found[0].mode, found[0].basis) == (None, "unproven")


@pytest.mark.parametrize(
    ("ios", "content", "keys"),
    [
        ("17.7", {"ManagedAppleID": "a@example.org"}, []),
        ("17.7", {"EnrollmentMode": "BYOD", "AssignedManagedAppleID": "a@example.org"}, []),
        ("26.0", {"AccessRights": 1}, ["AccessRights", "EnrollmentMode", "AssignedManagedAppleID"]),
    ],
)
def test_an_enrollment_profile_must_fit_the_way_of_enrolling(
    ios: str, content: dict[str, PlistValue], keys: list[str]
) -> None:
    found = profiles.refusals(profile(payload("com.apple.mdm", **content)), ios=ios)

    assert [f.key for f in found if f.effect is Effect.REFUSES_PROFILE] == keys


def test_keys_the_table_does_not_know_are_listed_apart() -> None:
    network = payload(WIFI, SSID_STR="Work", Colour="red", EAPClientConfiguration={"Shape": 1})

    assert profiles.refusals(profile(network), ios="18.1") == ()
    assert profiles.unknown_keys(network) == ("Colour", "EAPClientConfiguration.Shape")


def test_a_vendors_own_settings_are_free() -> None:
    free = payload(FILTER, VendorConfig={"anything": {"goes": 1}}, ContentFilterUUID="F")

    assert profiles.unknown_keys(free) == ()


SECRETS: list[tuple[Payload, tuple[str, ...]]] = [
    (payload(WIFI, Password="s3cret", SSID_STR="Work"), ("Password",)),
    (
        payload(WIFI, EAPClientConfiguration={"UserPassword": "s3cret", "UserName": "u"}),
        ("EAPClientConfiguration.UserPassword",),
    ),
    (payload("com.apple.mail.managed", IncomingPassword="s3cret"), ("IncomingPassword",)),
    (
        payload("com.apple.eas.account", Password="s3cret", CertificatePassword="x"),
        ("Password", "CertificatePassword"),
    ),
    (
        payload("com.apple.security.pkcs12", PayloadContent=b"s3cret", Password="x"),
        ("PayloadContent", "Password"),
    ),
    (
        payload("com.apple.security.scep", PayloadContent={"Challenge": "s3cret"}),
        ("PayloadContent.Challenge",),
    ),
    (
        payload("com.apple.airplay", Passwords=[{"DeviceName": "d", "Password": "s3cret"}]),
        ("Passwords[0].Password",),
    ),
    (
        payload(
            "com.apple.relay.managed",
            Relays=[{"AdditionalHTTPHeaderFields": {"Authorization": "s3cret"}}],
        ),
        ("Relays[0].AdditionalHTTPHeaderFields.Authorization",),
    ),
    (payload("com.apple.vpn.managed", IPSec={"SharedSecret": b"s3cret"}), ("IPSec.SharedSecret",)),
    (payload("org.example.custom", api_key="s3cret"), ("api_key",)),
    (payload("org.example.custom", Passcode=123456), ("Passcode",)),
    (
        payload("com.apple.caldav.account", CalDAVPrincipalURL="https://u:s3cret@example.org/"),
        ("CalDAVPrincipalURL",),
    ),
    (
        payload("com.apple.security.pem", PayloadContent=b"-----BEGIN PRIVATE KEY-----s3cret"),
        ("PayloadContent",),
    ),
    (payload("com.apple.security.root", PayloadContent=b"certificate"), ()),
    (payload("com.apple.mail.managed", OutgoingPasswordSameAsIncomingPassword=True), ()),
]


@pytest.mark.parametrize(("holder", "paths"), SECRETS)
def test_secrets_are_found_and_nothing_of_them_remains(
    holder: Payload, paths: tuple[str, ...]
) -> None:
    safe = profiles.redacted(profile(holder))

    assert profiles.secret_keys(holder) == paths
    assert profiles.secret_keys(safe.payloads[0]) == ()
    assert b"s3cret" not in profiles.write(safe)
    assert "s3cret" not in repr(profile(holder))
    assert profiles.redacted(safe) == safe


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_marker_says_nothing_about_the_secret(one: str, other: str) -> None:
    safe = [profiles.redacted(profile(payload(WIFI, Password=p))) for p in (one, other)]

    assert safe[0] == safe[1] or one.startswith("secret:") or other.startswith("secret:")
