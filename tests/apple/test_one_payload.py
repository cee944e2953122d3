"""One payload at a time: what makes an iPhone refuse a profile, and which restrictions do nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ueapi.apple import rules
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload, read, write
from ueapi.apple.rules import Effect, Mode, RuleKind, Rules

IOS = "18.1"
RESTRICTIONS = "com.apple.applicationaccess"
KERBEROS = "com.apple.AppSSOKerberos.KerberosExtension"

DEMANDED: dict[str, Mapping[str, PlistValue]] = {
    "com.apple.dnsProxy.managed": {"DNSProxyUUID": "1B1E5B3A-0000-4000-8000-000000000001"},
    "com.apple.extensiblesso(kerberos)": {"ExtensionIdentifier": KERBEROS, "Realm": "EXAMPLE.ORG"},
    "com.apple.mdm": {"EnrollmentMode": "BYOD", "AssignedManagedAppleID": "ana@example.org"},
    "com.apple.relay.managed": {"RelayUUID": "1B1E5B3A-0000-4000-8000-000000000002"},
    "com.apple.webcontent-filter": {"ContentFilterUUID": "1B1E5B3A-0000-4000-8000-000000000003"},
}
"""What a payload must hold on a personal phone."""
FORBIDDEN = {
    "com.apple.SetupAssistant.managed",
    "com.apple.apn.managed",
    "com.apple.app.lock",
    "com.apple.cellular",
    "com.apple.declarations",
    "com.apple.dnsSettings.managed",
    "com.apple.domains",
    "com.apple.homescreenlayout",
    "com.apple.networkusagerules",
    "com.apple.notificationsettings",
    "com.apple.osxserver.account",
    "com.apple.profileRemovalPassword",
    "com.apple.proxy.http.global",
    "com.apple.shareddeviceconfiguration",
    "com.apple.tvremote",
    "com.apple.vpn.managed",
}
"""Apple's list for iOS 18.1; the account of macOS Server was taken out with iOS 12."""


def on_ios() -> list[str]:
    """Every payload the schema marks for iOS, the one that was taken out included."""
    table = Rules.load()
    found = (
        table.verdict(RuleKind.PAYLOAD, item, ios=IOS) for item in table.section_ids("payload")
    )
    return [verdict.id for verdict in found if verdict.introduced is not None]


def profile(kind: str, content: Mapping[str, PlistValue]) -> ConfigurationProfile:
    """A profile with one payload, as it is after a way through a file."""
    only = Payload(
        type=kind.partition("(")[0],
        identifier="org.example.profile.only",
        uuid="1B1E5B3A-0000-4000-8000-00000000000A",
        content=content,
    )
    whole = ConfigurationProfile(
        identifier="org.example.profile",
        uuid="1B1E5B3A-0000-4000-8000-00000000000B",
        payloads=(only,),
    )
    return read(write(whole))


def is_refused(whole: ConfigurationProfile) -> bool:
    return any(f.effect is Effect.REFUSES_PROFILE for f in rules.check(whole, ios=IOS))


def restrictions() -> dict[str, Mode]:
    """Every key path of the restrictions that iOS has, and what holds for it."""
    table = Rules.load()
    verdicts = {
        path: table.verdict(RuleKind.KEY, f"{RESTRICTIONS}:{path}", ios=IOS)
        for path in sorted(table.keys_of(RESTRICTIONS))
    }
    return {path: v.mode for path, v in verdicts.items() if v.mode is not Mode.NOT_AVAILABLE}


def paths(modes: Mapping[str, Mode], mode: Mode) -> set[str]:
    return {path for path, found in modes.items() if found is mode}


def test_there_are_49_payloads_for_ios() -> None:
    assert len(on_ios()) == 33 + 16


@pytest.mark.parametrize("kind", on_ios())
def test_exactly_the_forbidden_payloads_cost_the_whole_profile(kind: str) -> None:
    whole = profile(kind, DEMANDED.get(kind, {}))

    assert is_refused(whole) == (kind in FORBIDDEN)


@pytest.mark.parametrize("kind", on_ios())
def test_what_is_refused_is_taken_out_and_what_is_not_stays(kind: str) -> None:
    whole = profile(kind, DEMANDED.get(kind, {}))

    parts = rules.split(whole, ios=IOS)

    assert (parts.works is None) == (kind in FORBIDDEN)


@pytest.mark.parametrize("kind", sorted(set(DEMANDED) - {"com.apple.extensiblesso(kerberos)"}))
def test_a_payload_without_what_is_demanded_costs_the_whole_profile(kind: str) -> None:
    assert is_refused(profile(kind, {}))


def test_access_rights_stop_an_enrollment_that_starts_in_settings() -> None:
    content = {**DEMANDED["com.apple.mdm"], "AccessRights": 8191}

    assert is_refused(profile("com.apple.mdm", content))


def test_exactly_the_forbidden_restrictions_are_named() -> None:
    modes = restrictions()
    content: dict[str, PlistValue] = {
        path: ["org.example.app"] if f"{path}[]" in modes else False
        for path in modes
        if not path.endswith("[]")
    }

    found = rules.check(profile(RESTRICTIONS, content), ios=IOS)

    named = {f.key for f in found if f.mode is Mode.FORBIDDEN}
    forbidden, allowed = paths(modes, Mode.FORBIDDEN), paths(modes, Mode.ALLOWED)
    # Of a list that does nothing, the elements are not told again.
    assert named == {path for path in forbidden if not path.endswith("[]")}
    assert not allowed & {f.key for f in found if f.is_loss}
    assert (len(forbidden), len(allowed)) == (137, 23)


def test_splitting_keeps_exactly_the_allowed_restrictions() -> None:
    modes = restrictions()
    content: dict[str, PlistValue] = {p: False for p in modes if not p.endswith("[]")}

    parts = rules.split(profile(RESTRICTIONS, content), ios=IOS)

    assert parts.works is not None
    assert set(parts.works.payloads[0].content) == paths(modes, Mode.ALLOWED)
