"""Fields exist for what Apple lets through to a personal phone, and for nothing else."""

from __future__ import annotations

import pytest
from tests.apple.payloads.payload_samples import MODELS_BY_WORD, key_paths

from ueapi.apple.profiles.payloads import (
    KerberosSingleSignOn,
    Passcode,
    PerAppVpn,
    Restrictions,
    TypedPayload,
    WiFi,
)
from ueapi.apple.rules import Mode, RuleKind, Rules

VERSIONS = ("18.1", "27.0")
DEVICE_WIDE_VPN = "com.apple.vpn.managed"
SECOND_SCHEMA = "com.apple.extensiblesso(kerberos)"


def modes(owner: str, path: str) -> set[Mode]:
    rules = Rules.load()
    asked = (rules.find(RuleKind.KEY, f"{owner}:{path}", ios=ios) for ios in VERSIONS)
    return {verdict.mode for verdict in asked if verdict is not None}


def allowed_keys(owner: str, ios: str) -> set[str]:
    rules = Rules.load()
    ids = (item for item in rules.ids(RuleKind.KEY) if item.startswith(f"{owner}:"))
    return {
        item.partition(":")[2]
        for item in ids
        if rules.verdict(RuleKind.KEY, item, ios=ios).is_usable
    }


def is_usable(model: type[TypedPayload], path: str) -> bool:
    owner = SECOND_SCHEMA if model is KerberosSingleSignOn else model.payload_type
    found = modes(owner, path)
    if model is Passcode:
        return found == {Mode.IGNORED}
    if model is PerAppVpn and not found:
        # The schema takes these keys over from the device-wide VPN, which is forbidden as such.
        return modes(DEVICE_WIDE_VPN, path) == {Mode.FORBIDDEN}
    return any(mode.is_usable for mode in found)


@pytest.mark.parametrize(("word", "model"), MODELS_BY_WORD, ids=lambda part: str(part))
def test_every_field_is_a_key_that_has_its_effect(word: str, model: type[TypedPayload]) -> None:
    assert [path for path in key_paths(model) if not is_usable(model, path)] == []


@pytest.mark.parametrize(("word", "model"), MODELS_BY_WORD, ids=lambda part: str(part))
def test_every_model_is_of_a_payload_that_apple_allows(
    word: str, model: type[TypedPayload]
) -> None:
    verdict = Rules.load().verdict(RuleKind.PAYLOAD, model.payload_type, ios="27.0")

    assert verdict.is_usable


def test_restrictions_are_exactly_what_apple_allows() -> None:
    fields = set(Restrictions.key_names().values())

    now, then = (allowed_keys(Restrictions.payload_type, ios) for ios in ("27.0", "18.1"))

    assert fields == now | then
    assert now - then == {
        "allowExternalIntelligenceIntegrations",
        "allowExternalIntelligenceIntegrationsSignIn",
        "allowSiriAI",
    }
    assert len(then) == 23


def test_restrictions_say_since_when() -> None:
    rules, owner = Rules.load(), Restrictions.payload_type

    described = Restrictions.model_json_schema(by_alias=False)["properties"]

    for name, key in Restrictions.key_names().items():
        since = rules.verdict(RuleKind.KEY, f"{owner}:{key}", ios="27.0").introduced
        assert f"Since {since}" in described[name]["description"], key


@pytest.mark.parametrize("key", ["ProxyType", "ProxyServer", "DisableAssociationMACRandomization"])
def test_forbidden_wifi_keys_have_no_field(key: str) -> None:
    assert key not in WiFi.key_names().values()
