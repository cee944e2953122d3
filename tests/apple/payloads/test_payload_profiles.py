"""Profiles made of typed payloads are the same every time and read back as what they were made of."""

from __future__ import annotations

import pytest
from pydantic import SecretBytes
from tests.apple.payloads.payload_samples import MODELS_BY_WORD, full

from ueapi.apple import profiles
from ueapi.apple.plist import PlistDict
from ueapi.apple.profiles import Payload, payload_uuid
from ueapi.apple.profiles.payloads import (
    MODELS,
    WORDS,
    ContentFilter,
    DnsProxy,
    EapClient,
    IdentityCertificate,
    KerberosSingleSignOn,
    Passcode,
    PerAppVpn,
    Relay,
    Restrictions,
    RootCertificate,
    SingleSignOn,
    TypedPayload,
    WiFi,
    model_named,
    profile_of,
    typed,
    uuid_within,
    word_of,
)
from ueapi.errors import InvalidModel, UsageError

OURS = "org.example.work"
KERBEROS = "com.apple.AppSSOKerberos.KerberosExtension"


def plain(kind: str, identifier: str = "org.example.own", **content: object) -> Payload:
    rows: PlistDict = dict(content)
    return Payload(type=kind, identifier=identifier, uuid=payload_uuid(identifier), content=rows)


def built(*payloads: TypedPayload | Payload) -> profiles.ConfigurationProfile:
    return profile_of(payloads, identifier=OURS, display_name="Work", organization="Example")


def test_the_same_input_gives_the_same_bytes() -> None:
    one, two = (built(Passcode(), Restrictions(allow_siri=False)) for _ in range(2))

    assert profiles.write(one) == profiles.write(two)


def test_payloads_are_numbered_within_their_type() -> None:
    found = built(RootCertificate(content=b"1"), Passcode(), RootCertificate(content=b"2"))

    assert [payload.identifier for payload in found.payloads] == [
        f"{OURS}.com.apple.security.root.1",
        f"{OURS}.com.apple.mobiledevice.passwordpolicy.1",
        f"{OURS}.com.apple.security.root.2",
    ]
    assert [payload.uuid for payload in found.payloads] == [
        payload_uuid(payload.identifier) for payload in found.payloads
    ]


def test_a_plain_payload_keeps_its_own_names() -> None:
    own = plain("com.apple.security.root", PayloadContent=b"1")

    found = built(own, RootCertificate(content=b"2"))

    assert found.payloads[0] == own
    assert found.payloads[1].identifier == f"{OURS}.com.apple.security.root.2"


def test_a_link_points_at_the_payload_in_the_profile() -> None:
    network = WiFi(
        ssid="Work",
        certificate_uuid=uuid_within(OURS, IdentityCertificate),
        eap=EapClient(
            accept_eap_types=(13,),
            anchor_certificate_uuids=(uuid_within(OURS, RootCertificate, number=2),),
        ),
    )

    found = built(
        RootCertificate(content=b"1"),
        RootCertificate(content=b"2"),
        IdentityCertificate(content=SecretBytes(b"3")),
        network,
    )

    uuids = [payload.uuid for payload in found.payloads]
    assert network.certificate_uuid == uuids[2]
    assert network.eap is not None
    assert network.eap.anchor_certificate_uuids == (uuids[1],)


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(InvalidModel, match=r"org\.example\.own"):
        built(plain("com.apple.font", Font=b"1"), plain("com.apple.font", Font=b"2"))


def test_a_profile_without_identifier_is_refused() -> None:
    with pytest.raises(InvalidModel, match="identifier"):
        profile_of([Passcode()], identifier="", display_name="Work")


def test_keys_with_a_parameter_are_no_further_keys() -> None:
    with pytest.raises(InvalidModel, match="PayloadOrganization"):
        profile_of(
            [], identifier=OURS, display_name="Work", extra={"PayloadOrganization": "Example"}
        )


def test_further_keys_of_the_profile_are_written() -> None:
    made = profile_of(
        [Passcode()], identifier=OURS, display_name="Work", extra={"ConsentText": {"default": "?"}}
    )

    assert profiles.read(profiles.write(made)) == made


def test_what_was_built_reads_back_as_the_same_payloads() -> None:
    made = [model.of_keys(full(model), word) for word, model in MODELS_BY_WORD]

    read = profiles.read(profiles.write(built(*made)))

    assert [typed(payload) for payload in read.payloads] == made


@pytest.mark.parametrize(("word", "model"), MODELS_BY_WORD)
def test_a_word_and_its_model_find_each_other(word: str, model: type[TypedPayload]) -> None:
    example = model.of_keys(full(model), word)

    assert model_named(word) is model
    assert word_of(example) == word


def test_each_payload_type_has_its_model() -> None:
    assert {kind: model.payload_type for kind, model in MODELS.items()} == {k: k for k in MODELS}
    assert set(MODELS.values()) == set(WORDS.values()) - {KerberosSingleSignOn}


def test_a_misspelled_word_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="root-certificate"):
        model_named("root-certifcate")


def test_single_sign_on_is_read_by_its_extension() -> None:
    kind = SingleSignOn.payload_type

    other = typed(plain(kind, ExtensionIdentifier="org.example.sso", Type="Redirect"))
    kerberos = typed(plain(kind, **full(KerberosSingleSignOn)))

    assert isinstance(other, SingleSignOn)
    assert isinstance(kerberos, KerberosSingleSignOn)


def test_the_constants_of_kerberos_are_written_unasked_and_demanded_when_read() -> None:
    made = KerberosSingleSignOn(realm="EXAMPLE.ORG", hosts=(".example.org",))

    keys = made.keys_dict()

    assert keys["ExtensionIdentifier"] == KERBEROS
    assert keys["TeamIdentifier"] == "apple"
    with pytest.raises(InvalidModel, match="TeamIdentifier is missing"):
        typed(plain(made.payload_type, ExtensionIdentifier=KERBEROS, Type="Credential"))


def test_typed_refuses_what_breaks_the_schema() -> None:
    with pytest.raises(InvalidModel, match="VPNUUID"):
        typed(plain(PerAppVpn.payload_type, VPNType="IKEv2"))


@pytest.mark.parametrize(
    ("bound", "attribute"),
    [
        (
            PerAppVpn(vpn_uuid="V-1", vpn_type="IKEv2", user_defined_name="Work"),
            {"VPNUUID": "V-1"},
        ),
        (ContentFilter(content_filter_uuid="F-1"), {"ContentFilterUUID": "F-1"}),
        (
            DnsProxy(app_bundle_identifier="org.example.dns", dns_proxy_uuid="D-1"),
            {"DNSProxyUUID": "D-1"},
        ),
        (Relay(relays=(), relay_uuid="R-1"), {"RelayUUID": "R-1"}),
    ],
    ids=lambda part: type(part).__name__,
)
def test_an_app_is_bound_by_an_attribute(
    bound: PerAppVpn | ContentFilter | DnsProxy | Relay, attribute: dict[str, str]
) -> None:
    assert bound.app_attribute() == attribute


def test_an_app_is_not_bound_to_a_payload_without_uuid() -> None:
    with pytest.raises(InvalidModel, match="RelayUUID"):
        Relay(relays=()).app_attribute()
