"""Every secret of a profile becomes a reference, and comes back by it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple import profiles
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi.apple.profiles.secrets import (
    is_marker,
    markers,
    redacted,
    restored,
    secret_keys,
    separated,
)
from ueapi.apple.rules import Mode, RuleKind, Rules
from ueapi.errors import InvalidModel

WIFI = "com.apple.wifi.managed"
VPN = "com.apple.vpn.managed"

SCHEMA_SECRETS = {
    "com.apple.airplay:Passwords[].Password",
    "com.apple.apn.managed:DefaultsData.apns[].password",
    "com.apple.caldav.account:CalDAVPassword",
    "com.apple.carddav.account:CardDAVPassword",
    "com.apple.cellular:APNs[].Password",
    "com.apple.cellular:AttachAPN.Password",
    "com.apple.eas.account:Certificate",
    "com.apple.eas.account:CertificatePassword",
    "com.apple.eas.account:HeaderMagic",
    "com.apple.eas.account:Password",
    "com.apple.ldap.account:LDAPAccountPassword",
    "com.apple.mail.managed:IncomingPassword",
    "com.apple.mail.managed:OutgoingPassword",
    "com.apple.profileRemovalPassword:RemovalPassword",
    "com.apple.proxy.http.global:ProxyPassword",
    "com.apple.relay.managed:Relays[].AdditionalHTTPHeaderFields.ANY",
    "com.apple.security.acme:ClientIdentifier",
    "com.apple.security.pkcs12:Password",
    "com.apple.security.pkcs12:PayloadContent",
    "com.apple.security.scep:PayloadContent.Challenge",
    "com.apple.subscribedcalendar.account:SubCalAccountPassword",
    "com.apple.vpn.managed:IKEv2.AuthPassword",
    "com.apple.vpn.managed:IKEv2.PPK",
    "com.apple.vpn.managed:IKEv2.Password",
    "com.apple.vpn.managed:IKEv2.SharedSecret",
    "com.apple.vpn.managed:IPSec.SharedSecret",
    "com.apple.vpn.managed:IPSec.XAuthPassword",
    "com.apple.vpn.managed:PPP.AuthPassword",
    "com.apple.vpn.managed:Proxies.HTTPProxyPassword",
    "com.apple.vpn.managed:VPN.Password",
    "com.apple.webcontent-filter:Password",
    "com.apple.wifi.managed:EAPClientConfiguration.UserPassword",
    "com.apple.wifi.managed:Password",
    "com.apple.wifi.managed:ProxyPassword",
}
"""Of Apple's schema, what exists on iOS and is a secret when it is a text."""
TRUTH_VALUES = {
    "com.apple.wifi.managed:EAPClientConfiguration.OneTimeUserPassword",
    "com.apple.wifi.managed:EAPClientConfiguration.SystemModeUseOpenDirectoryCredentials",
}
"""Switches that sound like secrets; they are none, as they hold no text."""
BRANCHES = {
    "com.apple.airplay:Passwords",
    "com.apple.relay.managed:Relays[].AdditionalHTTPHeaderFields",
}
"""What holds secrets."""


def payload(kind: str, name: str = "p", /, **content: PlistValue) -> Payload:
    return Payload(type=kind, identifier=f"org.example.{name}", uuid=f"U-{name}", content=content)


def profile(*payloads: Payload, **extra: PlistValue) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.profile", uuid="U-1", payloads=payloads, extra=extra
    )


def holder(item: str) -> Payload:
    """A payload with a text at a key path of Apple's schema, such as `Relays[].Host`."""
    kind, _, path = item.partition(":")
    value: PlistValue = "s3cret"
    for part in reversed(path.split(".")):
        name = part.removesuffix("[]")
        value = {name: [value]} if part.endswith("[]") else {name: value}
    assert isinstance(value, dict)
    return payload(re.sub(r"\(.*\)$", "", kind), **value)


def ios_keys() -> list[str]:
    rules = Rules.load()
    return [
        item
        for item in rules.section_ids("payload-key")
        if rules.verdict(RuleKind.KEY, item, ios="18.1").mode is not Mode.NOT_AVAILABLE
    ]


def test_exactly_the_secrets_of_apples_schema_are_taken_for_secrets() -> None:
    known = {*ios_keys(), *SCHEMA_SECRETS}

    found = {item for item in known if secret_keys(holder(item))}

    assert found - TRUTH_VALUES - BRANCHES == SCHEMA_SECRETS


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        ({"VendorConfig": {"Realm": "r", "AuthKey": "x"}}, ("VendorConfig.AuthKey",)),
        (
            {"ExtensionData": {"pwd": "x", "licenseKey": "y"}},
            ("ExtensionData.pwd", "ExtensionData.licenseKey"),
        ),
        ({"ExtensionData": {"credentialUseMode": "always", "pwReqLength": 8}}, ()),
        (
            {"ProviderConfiguration": {"tokens": {"access_token": "x"}}},
            ("ProviderConfiguration.tokens.access_token",),
        ),
        ({"pairing": {"PIN": 1234}}, ("pairing.PIN",)),
        ({"URL": "https://ca.example.org/scep?challenge=x"}, ("URL",)),
        ({"URL": "https://example.org/?lang=en&page=2"}, ()),
        ({"Host": "https://cal.example.org/private-0123abcdef/basic.ics"}, ("Host",)),
        ({"URL": "https://u:x@example.org/"}, ("URL",)),
        ({"PIN": True, "Password": ""}, ()),
    ],
)
def test_free_content_is_judged_by_names_and_shapes(
    content: dict[str, PlistValue], paths: tuple[str, ...]
) -> None:
    found = secret_keys(payload("org.example.vendor", **content))

    assert found == paths


def test_two_networks_have_two_references() -> None:
    whole = profile(
        payload(WIFI, "a", SSID_STR="Office", Password="one"),
        payload(WIFI, "b", SSID_STR="Guests", Password="two"),
    )

    apart = separated(whole)

    assert set(apart.secrets.values()) == {"one", "two"}
    assert restored(apart.profile, apart.secrets) == whole


def test_the_reference_of_a_network_stays_when_others_come_or_settings_change() -> None:
    one = payload(WIFI, "a", SSID_STR="Office", Password="x")
    changed = payload(WIFI, "c", SSID_STR="Office", Password="y", AutoJoin=False)
    other = payload(WIFI, "b", SSID_STR="Guests", Password="z")

    alone, together = redacted(profile(one)), redacted(profile(other, changed))

    assert markers(alone)[0] == markers(together)[1]


def test_payloads_without_a_name_are_told_apart_by_their_settings() -> None:
    one = payload(VPN, "a", IKEv2={"RemoteAddress": "one.example.org", "SharedSecret": "x"})
    other = payload(VPN, "b", IKEv2={"RemoteAddress": "two.example.org", "SharedSecret": "y"})

    there, back = separated(profile(one, other)), separated(profile(other, one))

    assert there.secrets == back.secrets
    assert len(there.secrets) == 2
    assert restored(there.profile, there.secrets) == profile(one, other)


def test_twins_that_differ_only_in_the_secret_both_come_back() -> None:
    whole = profile(
        payload(VPN, "a", PPP={"AuthPassword": "x"}), payload(VPN, "b", PPP={"AuthPassword": "y"})
    )

    apart = separated(whole)

    assert restored(apart.profile, apart.secrets) == whole


def test_secrets_come_back_as_text_data_and_number_and_on_the_profile_itself() -> None:
    whole = profile(
        payload("com.apple.security.pkcs12", PayloadContent=b"key", Password="x"),
        payload("org.example.lock", PIN=1234, Codes={"auth_code": [1, "2"]}),
        SharedSecret="outer",
    )

    apart = separated(whole)

    assert restored(apart.profile, apart.secrets) == whole
    assert "outer" not in repr(apart)
    assert set(markers(apart.profile)) == set(apart.secrets)


def test_data_can_be_given_as_text_but_text_not_as_data() -> None:
    data = redacted(profile(payload("com.apple.security.pkcs12", PayloadContent=b"key")))
    text = redacted(profile(payload(WIFI, Password="x")))

    again = restored(data, {markers(data)[0]: "key"})

    assert again.payloads[0].content["PayloadContent"] == b"key"
    with pytest.raises(InvalidModel, match="no text or a number"):
        restored(text, {markers(text)[0]: b"\xff"})


def test_a_missing_secret_is_named_by_its_place() -> None:
    safe = redacted(profile(payload(WIFI, EAPClientConfiguration={"UserPassword": "s3cret"})))

    with pytest.raises(InvalidModel) as problem:
        restored(safe, {})

    assert "EAPClientConfiguration.UserPassword" in str(problem.value)
    assert WIFI in str(problem.value)
    assert "s3cret" not in str(problem.value)


@pytest.mark.parametrize(
    "text", ["secret:hunter2", "secret:0123456789ABCDEF", "x secret:0123456789abcdef"]
)
def test_a_password_that_begins_like_a_reference_is_still_a_password(text: str) -> None:
    safe = redacted(profile(payload(WIFI, Password=text)))

    assert not is_marker(text)
    assert text not in str(safe.payloads[0].content)


SECRETS = st.text("ab", min_size=1) | st.binary(min_size=1, max_size=3)
PAYLOADS = st.builds(
    lambda kind, name, content: payload(kind, name, **content),
    st.sampled_from([WIFI, VPN]),
    st.sampled_from("pqr"),
    st.dictionaries(
        st.sampled_from(["SSID_STR", "UserDefinedName", "Password", "IKEv2", "k"]),
        SECRETS | st.dictionaries(st.sampled_from(["SharedSecret", "k"]), SECRETS, max_size=2),
        max_size=4,
    ),
)


@given(st.lists(PAYLOADS, max_size=5))
def test_any_profile_comes_back_whole(payloads: list[Payload]) -> None:
    whole = profile(*payloads)

    apart = separated(whole)

    assert restored(apart.profile, apart.secrets) == whole
    assert redacted(apart.profile) == apart.profile


@given(st.lists(PAYLOADS, max_size=4), st.data())
def test_references_do_not_depend_on_the_order_of_payloads(
    payloads: list[Payload], draw: st.DataObject
) -> None:
    shuffled = draw.draw(st.permutations(payloads))

    digests = [profiles.semantic_digest(redacted(profile(*each))) for each in (payloads, shuffled)]

    assert digests[0] == digests[1]
