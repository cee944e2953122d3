"""Profiles keep their content, compare by meaning, and lose exactly what iOS would refuse."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple import plist, profiles
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
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
