"""Typed payloads lose nothing, guess nothing and show no secret."""

from __future__ import annotations

import copy
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from tests.apple.payloads.payload_samples import (
    MODELS_BY_WORD,
    content_of,
    full,
    secret_paths,
)

from ueapi.apple.plist import PlistDict
from ueapi.apple.profiles import Payload, secret_keys
from ueapi.apple.profiles.payloads import (
    AirPrint,
    Exchange,
    KerberosSingleSignOn,
    Mail,
    Passcode,
    PerAppVpn,
    Printer,
    Relay,
    RelayServer,
    Scep,
    TypedPayload,
    WiFi,
    typed,
)
from ueapi.errors import InvalidModel

EVERY_MODEL = pytest.mark.parametrize(("word", "model"), MODELS_BY_WORD, ids=lambda part: str(part))


def payload(kind: str, content: PlistDict) -> Payload:
    return Payload(type=kind, identifier="org.example.one", uuid="U-1", content=content)


@EVERY_MODEL
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_content_comes_back_exactly(
    word: str, model: type[TypedPayload], data: st.DataObject
) -> None:
    content = data.draw(content_of(model))
    before = copy.deepcopy(content)

    written = model.of(payload(model.payload_type, content)).payload(identifier="org.example.two")

    assert written.content == before
    assert typed_values(written.content) == typed_values(before)


def typed_values(value: object) -> object:
    """A value with its types, since `True == 1 == 1.0`."""
    if isinstance(value, dict):
        return {key: typed_values(child) for key, child in value.items()}
    if isinstance(value, list):
        return [typed_values(child) for child in value]
    return type(value), value


@EVERY_MODEL
def test_every_secret_is_found_and_nothing_else(word: str, model: type[TypedPayload]) -> None:
    read = model.of(payload(model.payload_type, full(model)))

    found = set(secret_keys(read.payload(identifier="org.example.two")))

    assert found == set(secret_paths(read))


@EVERY_MODEL
def test_no_secret_is_shown(word: str, model: type[TypedPayload]) -> None:
    content = {**full(model), "Unknown": "s3cr3t"}

    read = model.of(payload(model.payload_type, content))

    assert "s3cr3t" not in repr(read)
    assert "s3cr3t" not in str(read)


@EVERY_MODEL
def test_a_payload_of_another_type_is_refused(word: str, model: type[TypedPayload]) -> None:
    with pytest.raises(InvalidModel, match=r"org\.example\.other"):
        model.of(payload("org.example.other", {}))


@EVERY_MODEL
def test_a_missing_required_key_is_named(word: str, model: type[TypedPayload]) -> None:
    content = full(model)
    needed = [
        key
        for name, key in model.key_names().items()
        if model.model_fields[name].is_required() or model.model_fields[name].default is not None
    ]

    for key in needed:
        rest = {name: value for name, value in content.items() if name != key}
        with pytest.raises(InvalidModel, match=key):
            model.of(payload(model.payload_type, rest))


@pytest.mark.parametrize(
    ("model", "change", "key"),
    [
        (Passcode, {"minLength": True}, "minLength"),
        (Passcode, {"minLength": 17}, "minLength"),
        (Passcode, {"minLength": 6.0}, "minLength"),
        (Passcode, {"forcePIN": 1}, "forcePIN"),
        (WiFi, {"SSID_STR": b"Work"}, "SSID_STR"),
        (WiFi, {"Password": b"x"}, "Password"),
        (WiFi, {"EncryptionType": "WPA4"}, "EncryptionType"),
        (WiFi, {"RoamingConsortiumOIs": "001122"}, "RoamingConsortiumOIs"),
        (WiFi, {"EAPClientConfiguration": {"AcceptEAPTypes": [14]}}, "AcceptEAPTypes.0"),
        (WiFi, {"EAPClientConfiguration": {"AcceptEAPTypes": [13.0]}}, "AcceptEAPTypes.0"),
        (WiFi, {"EAPClientConfiguration": "x"}, "EAPClientConfiguration"),
        (PerAppVpn, {"IKEv2": {"EnablePFS": True}}, "EnablePFS"),
        (PerAppVpn, {"IKEv2": {"PPK": "x"}}, "PPK"),
        (PerAppVpn, {"VendorConfig": "x"}, "VendorConfig"),
        (Exchange, {"MailNumberOfPastDaysToSync": 2}, "MailNumberOfPastDaysToSync"),
        (Exchange, {"MailNumberOfPastDaysToSync": True}, "MailNumberOfPastDaysToSync"),
        (Scep, {"PayloadContent": {"URL": "https://example.org", "Keysize": 512}}, "Keysize"),
        (AirPrint, {"AirPrint": [{"IPAddress": "p.example.org"}]}, "ResourcePath"),
        (Relay, {"Relays": [{"AdditionalHTTPHeaderFields": {"A": 1}}]}, "Relays.0.*Fields"),
        (Scep, {"PayloadContent": {"URL": "a", "SubjectAltName": {"dNSName": 1}}}, "dNSName"),
        (KerberosSingleSignOn, {"TeamIdentifier": "other"}, "TeamIdentifier"),
    ],
)
def test_what_breaks_the_schema_is_refused_and_named(
    model: type[TypedPayload], change: PlistDict, key: str
) -> None:
    content = {**full(model), **change}

    with pytest.raises(InvalidModel, match=key):
        model.of(payload(model.payload_type, content))


def test_a_refusal_never_holds_the_value() -> None:
    content: PlistDict = {**full(Mail), "IncomingPassword": 271828, "EmailAccountType": "Tr0ub4dor"}

    with pytest.raises(InvalidModel) as refused:
        Mail.of(payload(Mail.payload_type, content))

    assert "271828" not in str(refused.value)
    assert "Tr0ub4dor" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_refusal_names_no_free_key_and_stays_short() -> None:
    rows: list[PlistDict] = [
        {"AdditionalHTTPHeaderFields": {"X-Anne@example.org": 1}} for _ in range(2000)
    ]

    with pytest.raises(InvalidModel, match="and 1995 more") as refused:
        Relay.of(payload(Relay.payload_type, {"Relays": rows}))

    assert "Anne" not in str(refused.value)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("key", ["PayloadType", "PayloadUUID", "PayloadDisplayName"])
def test_what_the_envelope_sets_is_refused_in_a_description(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        WiFi(ssid="Work", further={key: "x"})


def test_fields_are_given_by_name_or_by_apples_key() -> None:
    by_name = WiFi(ssid="Work", password=SecretStr("hidden"))

    by_key = WiFi.model_validate({"SSID_STR": "Work", "Password": "hidden"})

    assert by_name == by_key
    assert by_name.keys_dict() == {"SSID_STR": "Work", "Password": "hidden"}


def test_a_misspelled_field_is_refused_in_a_description() -> None:
    with pytest.raises(ValidationError, match="sid"):
        WiFi.model_validate({"sid": "Work"})
    with pytest.raises(ValidationError, match="prot"):
        AirPrint.model_validate(
            {"printers": [{"address": "a", "resource_path": "ipp", "prot": 631}]}
        )


def test_a_key_with_a_field_is_no_further_key() -> None:
    with pytest.raises(ValidationError, match="SSID_STR"):
        WiFi(ssid="Work", further={"SSID_STR": "Play"})


def test_unknown_keys_that_look_like_our_own_names_survive() -> None:
    content: PlistDict = {"further": {"ssid": 1}, "ssid": "x", "model_config": 2, "SSID_STR": "y"}

    read = WiFi.of(payload(WiFi.payload_type, content))

    assert read.ssid == "y"
    assert read.payload(identifier="org.example.two").content == content


def test_unknown_keys_deep_inside_survive() -> None:
    content: PlistDict = {"AirPrint": [{"IPAddress": "a", "ResourcePath": "b", "New": [1]}]}

    read = AirPrint.of(payload(AirPrint.payload_type, content))

    assert read.printers[0].further == {"New": [1]}
    assert read.keys_dict() == content


def test_a_set_has_no_order_and_is_no_array() -> None:
    with pytest.raises(ValidationError, match="match_domains"):
        Relay.model_validate({"relays": [], "match_domains": {"example.org"}})


def test_lists_are_kept_unchangeable() -> None:
    rows = [Printer(address="p.example.org", resource_path="ipp/print")]

    read = AirPrint.model_validate({"printers": rows})
    rows.clear()

    assert len(read.printers) == 1


def test_header_credentials_are_secrets() -> None:
    relay = Relay(relays=(RelayServer(headers={"Authorization": SecretStr("Bearer x")}),))

    written = relay.payload(identifier="org.example.two")

    assert "Bearer" not in repr(relay)
    assert secret_keys(written) == ("Relays[0].AdditionalHTTPHeaderFields.Authorization",)


def test_names_of_people_are_not_shown() -> None:
    content = {**full(Mail), "EmailAddress": "anne@example.org", "EmailAccountName": "Anne"}

    read = Mail.of(payload(Mail.payload_type, content))

    assert "anne" not in repr(read).lower()


@EVERY_MODEL
def test_every_model_has_a_schema_for_descriptions(word: str, model: type[TypedPayload]) -> None:
    by_name = model.model_json_schema(by_alias=False)

    assert set(by_name["properties"]) == {*model.key_names(), "further"}
    assert by_name["additionalProperties"] is False


@pytest.mark.parametrize("name", ["ueapi", "ueapi.apple.profiles"])
def test_who_needs_no_model_does_not_load_them(name: str) -> None:
    code = f"import sys, {name}; print([m for m in sys.modules if 'profiles.payloads' in m])"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_a_type_without_a_model_stays_plain() -> None:
    assert typed(payload("com.apple.education", {})) is None
