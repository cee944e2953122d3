"""What a user-enrolled iPhone makes of a profile, part by part."""

from __future__ import annotations

import pytest

from ueapi.apple import rules
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi.apple.rules import Effect, Finding, Mode, Severity
from ueapi.cli.rules import IOS

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


def places(found: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    return [(finding.payload_type, finding.key) for finding in found]


def parted(
    whole: ConfigurationProfile, *, ios: str
) -> tuple[ConfigurationProfile | None, tuple[Finding, ...]]:
    parts = rules.split(whole, ios=ios)
    return parts.works, parts.findings


def losses(whole: ConfigurationProfile, *, ios: str) -> list[tuple[str, str | None]]:
    return places(tuple(f for f in rules.check(whole, ios=ios) if f.is_loss))


def test_one_forbidden_payload_is_taken_out_and_the_rest_stays() -> None:
    vpn = payload("com.apple.vpn.managed", "V-1", VPNType="IKEv2")
    network = payload(WIFI, SSID_STR="Work")

    kept, found = parted(profile(vpn, network), ios="18.1")

    assert kept == profile(network)
    assert places(found) == [("com.apple.vpn.managed", None)]
    assert found[0].effect is Effect.REFUSES_PROFILE


def test_nothing_remains_of_a_profile_that_is_all_forbidden() -> None:
    kept, found = parted(profile(payload("com.apple.app.lock")), ios="26.0")

    assert kept is None
    assert len(found) == 1


def test_forbidden_keys_are_taken_out_of_allowed_payloads() -> None:
    network = payload(WIFI, SSID_STR="Work", ProxyType="Manual", ProxyServer="p.example.org")
    limits = payload(RESTRICTIONS, "R-1", allowScreenShot=False, allowCamera=False)

    kept, found = parted(profile(network, limits), ios="26.0")

    assert kept == profile(
        payload(WIFI, SSID_STR="Work"), payload(RESTRICTIONS, "R-1", allowScreenShot=False)
    )
    assert places(found) == [
        (WIFI, "ProxyType"),
        (WIFI, "ProxyServer"),
        (RESTRICTIONS, "allowCamera"),
    ]


def test_a_payload_without_any_usable_key_does_not_stay_as_a_shell() -> None:
    kept, _ = parted(profile(payload(RESTRICTIONS, allowCamera=False)), ios="18.1")

    assert kept is None


def test_forbidding_removal_has_no_effect_and_allowing_it_is_no_finding() -> None:
    network = payload(WIFI, SSID_STR="Work")

    kept, found = parted(profile(network, PayloadRemovalDisallowed=True), ios="18.1")

    assert places(found) == [("Configuration", "PayloadRemovalDisallowed")]
    assert kept == profile(network)
    assert rules.check(profile(network, PayloadRemovalDisallowed=False), ios="18.1") == ()


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

    found = rules.check(whole, ios=ios)

    assert [finding.key for finding in found] == keys
    assert all(finding.effect is Effect.REFUSES_PROFILE for finding in found)


def test_passcode_rules_that_ios_enforces_anyway_are_no_finding() -> None:
    strict = payload(PASSCODE, forcePIN=True, allowSimple=False, minLength=6)

    assert losses(profile(strict), ios="26.0") == []


def test_other_passcode_rules_stay_in_the_profile_without_effect() -> None:
    strict = payload(PASSCODE, minLength=8, requireAlphanumeric=True, maxInactivity=5)

    kept, found = parted(profile(strict), ios="26.0")

    assert kept == profile(strict)
    lost = [f for f in found if f.is_loss]
    assert [f.key for f in lost] == ["minLength", "requireAlphanumeric", "maxInactivity"]
    assert {f.mode for f in lost} == {Mode.IGNORED}
    assert "6" in found[0].reason


def test_an_empty_passcode_payload_stays_since_its_presence_counts() -> None:
    kept, found = parted(profile(payload(PASSCODE)), ios="26.0")

    assert kept == profile(payload(PASSCODE))
    assert not any(f.is_loss for f in found)


def test_a_payload_type_nobody_knows_is_taken_out_and_called_unproven() -> None:
    kept, found = parted(profile(payload("org.example.custom", a=1)), ios="18.1")

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
    found = rules.check(profile(payload("com.apple.mdm", **content)), ios=ios)

    assert [f.key for f in found if f.effect is Effect.REFUSES_PROFILE] == keys


def test_keys_the_table_does_not_know_are_listed_apart() -> None:
    network = payload(WIFI, SSID_STR="Work", Colour="red", EAPClientConfiguration={"Shape": 1})

    found = rules.check(profile(network), ios="18.1")

    assert [(f.key, f.severity, f.is_loss) for f in found] == [
        ("Colour", Severity.NOTE, False),
        ("EAPClientConfiguration.Shape", Severity.NOTE, False),
    ]
    assert rules.unknown_keys(network) == ("Colour", "EAPClientConfiguration.Shape")


def test_a_vendors_own_settings_are_free() -> None:
    free = payload(FILTER, VendorConfig={"anything": {"goes": 1}}, ContentFilterUUID="F")

    assert rules.unknown_keys(free) == ()


@pytest.mark.parametrize(
    ("kind", "content", "effect"),
    [
        ("com.apple.vpn.managed.applayer", {"SafariDomains": ["example.org"]}, Effect.UNCERTAIN),
        (PASSCODE, {}, Effect.NONE),
        (RESTRICTIONS, {"allowLockScreenNotificationsView": False}, Effect.NONE),
        ("com.apple.notificationsettings", {"NotificationSettings": []}, Effect.NONE),
    ],
)
def test_where_sources_disagree_a_warning_names_both_and_nothing_is_taken_out(
    kind: str, content: dict[str, PlistValue], effect: Effect
) -> None:
    found = rules.check(profile(payload(kind, **content)), ios="26.0")

    (told,) = [f for f in found if "disagree" in f.reason]
    assert (told.severity, told.effect, told.stays) == (Severity.WARNING, effect, True)
    assert len(told.sources) == 2
    assert "Apple: " in told.reason
    assert told.instead


def test_in_a_range_each_part_is_judged_where_it_is_worst() -> None:
    relay = payload("com.apple.relay.managed", RelayUUID="R")

    (found,) = rules.check(profile(relay), ios="15.0-18.1")

    assert (found.mode, str(found.ios)) == (Mode.FORBIDDEN, "17.0")
    assert rules.check(profile(relay), ios="18.0-26.0") == ()


def test_a_forbidden_payload_that_ios_lost_still_costs_the_profile() -> None:
    (found,) = rules.check(profile(payload("com.apple.osxserver.account")), ios="18.1")

    assert (found.mode, found.effect) == (Mode.NOT_AVAILABLE, Effect.REFUSES_PROFILE)


def test_what_is_taken_out_is_handed_back_as_a_profile_of_its_own() -> None:
    vpn = payload("com.apple.vpn.managed", "V-1", VPNType="IKEv2")
    network = payload(WIFI, SSID_STR="Work", ProxyType="Manual")

    parts = rules.split(profile(vpn, network), ios="18.1")

    assert parts.works == profile(payload(WIFI, SSID_STR="Work"))
    assert parts.rest == profile(vpn, payload(WIFI, ProxyType="Manual"))


def test_a_whole_profile_has_no_rest() -> None:
    parts = rules.split(profile(payload(WIFI, SSID_STR="Work")), ios="18.1")

    assert parts.works == profile(payload(WIFI, SSID_STR="Work"))
    assert parts.rest is None


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (WIFI, "ProxyType", "None"),
        (WIFI, "DisableAssociationMACRandomization", False),
        (RESTRICTIONS, "allowCamera", True),
        (RESTRICTIONS, "forceLimitAdTracking", False),
    ],
)
def test_a_forbidden_key_with_the_value_ios_has_anyway_is_named_and_no_loss(
    kind: str, key: str, value: PlistValue
) -> None:
    whole = profile(payload(kind, **{key: value}))

    (found,) = rules.check(whole, ios="26.0")

    assert (found.key, found.mode) == (key, Mode.FORBIDDEN)
    assert (found.severity, found.is_loss) == (Severity.NOTE, False)


def test_single_sign_on_is_judged_by_the_schema_of_its_extension() -> None:
    kerberos = payload(
        "com.apple.extensiblesso",
        ExtensionIdentifier="com.apple.AppSSOKerberos.KerberosExtension",
        TeamIdentifier="apple",
        ExtensionData={"pwReqLength": 8},
    )
    other = payload(
        "com.apple.extensiblesso",
        ExtensionIdentifier="org.example.sso",
        ExtensionData={"pwReqLength": 8},
    )

    assert losses(profile(kerberos), ios="26.0") == [
        ("com.apple.extensiblesso", "ExtensionData.pwReqLength")
    ]
    assert losses(profile(other), ios="26.0") == []


def test_per_app_vpn_has_the_keys_of_vpn_as_well() -> None:
    vpn = payload(
        "com.apple.vpn.managed.applayer",
        VPNType="IKEv2",
        VPNUUID="V",
        IKEv2={"RemoteAddress": "vpn.example.org"},
        Colour="red",
    )

    found = rules.check(profile(vpn), ios="26.0")

    assert [(f.key, f.severity) for f in found] == [("Colour", Severity.NOTE)]
    assert rules.verdict(
        rules.RuleKind.KEY, "com.apple.vpn.managed.applayer:VPNType", ios="26.0"
    ).is_usable


def test_what_is_demanded_to_be_absent_is_told_once() -> None:
    enrollment = payload(
        "com.apple.mdm",
        AccessRights=1,
        EnrollmentMode="BYOD",
        AssignedManagedAppleID="anne@example.org",
    )

    assert losses(profile(enrollment), ios="26.0") == [("com.apple.mdm", "AccessRights")]


def test_without_a_version_the_one_of_the_command_line_is_meant() -> None:
    whole = profile(payload("com.apple.vpn.managed"))

    assert rules.CURRENT_IOS == IOS
    assert rules.check(whole) == rules.check(whole, ios=IOS)
    assert rules.split(whole) == rules.split(whole, ios=IOS)
