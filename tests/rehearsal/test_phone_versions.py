"""Promises about what each iOS makes of what it is sent: the same rules that ueapi tells administrators."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.scene import ANNE, BYOD, TASKS, Scene, scene
from tests.rehearsal.tiny import DEVICE_VPN, PASSCODE, WEB_CLIP, profile
from ueapi.apple import mdm
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.phone_contents import (
    Contents,
    PasscodeRule,
    account_vpns,
    accounts,
    in_effect,
    passcode_rule,
    vpn_of,
)

VERSIONS = ("15.0", "16.7", "17.6", "18.7", "26.1", "27.0")
VPN = "7A3C1D9E-0000-4000-8000-000000000001"
APP_VPN = {
    "PayloadType": "com.apple.vpn.managed.applayer",
    "VPNType": "IKEv2",
    "VPNUUID": VPN,
    "UserDefinedName": "Work",
}
WIFI = {
    "PayloadType": "com.apple.wifi.managed",
    "SSID_STR": "Office",
    "EncryptionType": "WPA2",
    "ProxyType": "Manual",
    "ProxyServer": "proxy.example.org",
}
RESTRICTIONS = {
    "PayloadType": "com.apple.applicationaccess",
    "allowCamera": False,
    "allowScreenShot": False,
}
MAIL = {
    "PayloadType": "com.apple.mail.managed",
    "EmailAccountType": "EmailTypeIMAP",
    "IncomingMailServerAuthentication": "EmailAuthPassword",
    "IncomingMailServerHostName": "imap.example.org",
    "OutgoingMailServerAuthentication": "EmailAuthPassword",
    "OutgoingMailServerHostName": "smtp.example.org",
}
DNS = {"PayloadType": "com.apple.dnsSettings.managed", "DNSSettings": {"DNSProtocol": "HTTPS"}}
FILTER = {
    "PayloadType": "com.apple.webcontent-filter",
    "FilterType": "Plugin",
    "UserDefinedName": "Filter",
    "PluginBundleID": "org.example.filter",
    "ContentFilterUUID": VPN,
}
RELAY = {
    "PayloadType": "com.apple.relay.managed",
    "RelayUUID": VPN,
    "Relays": [{"HTTP3RelayURL": "https://relay.example.org"}],
}
HOME_SCREEN = {"PayloadType": "com.apple.homescreenlayout", "Pages": []}


def with_profiles(os_version: str, *payloads: dict, kind: EnrollmentKind = BYOD) -> Scene:
    """An enrolled phone that was sent each payload in a profile of its own."""
    here = scene(os_version)
    here.product.profiles = [profile(f"p{n}", payload) for n, payload in enumerate(payloads)]
    here.enroll(ANNE, kind)
    here.settle()
    return here


def tell(here: Scene, request_type: str, **content: object) -> mdm.CommandResult:
    """Send a command and wait for its answer."""
    told: list[mdm.CommandResult] = []
    vars(here.product)["answered"] = lambda record, command, result: told.append(result)
    command = mdm.Command(uuid="T", request_type=request_type, content=content)
    here.product.device_side.queue(here.record, command)
    here.settle()
    return told[-1]


def contents(here: Scene) -> Contents:
    return here.phone.enrollment.contents


@pytest.mark.parametrize(
    ("payload", "taken_from"),
    [
        (PASSCODE, "15.0"),
        (WEB_CLIP, "15.0"),
        (WIFI, "15.0"),
        (RESTRICTIONS, "15.0"),
        (MAIL, "15.0"),
        (APP_VPN, "15.0"),
        (FILTER, "16.7"),
        (DEVICE_VPN, None),
        (DNS, None),
        (HOME_SCREEN, None),
    ],
    ids=lambda v: v["PayloadType"] if isinstance(v, dict) else str(v),
)
@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_profile_is_taken_whole_or_not_at_all(
    os_version: str, payload: dict, taken_from: str | None
) -> None:
    here = scene(os_version)
    here.product.profiles = [profile("both", WEB_CLIP, payload)]

    here.enroll(ANNE, BYOD)
    here.settle()

    is_taken = taken_from is not None and VERSIONS.index(os_version) >= VERSIONS.index(taken_from)
    assert ("org.example.both" in contents(here).profiles) is is_taken


@pytest.mark.parametrize(
    ("os_version", "is_taken", "works"),
    [("16.7", True, False), ("17.6", False, False), ("18.7", True, True), ("27.0", True, True)],
)
def test_what_an_ios_does_not_know_is_without_effect_and_what_it_forbids_is_refused(
    os_version: str, is_taken: bool, works: bool
) -> None:
    here = with_profiles(os_version, RELAY)

    there = {p.type for p in in_effect(contents(here), os_version)}

    assert bool(contents(here).profiles) is is_taken
    assert bool(there) is works


@pytest.mark.parametrize("os_version", VERSIONS)
def test_forbidden_keys_are_without_effect_and_the_rest_of_the_profile_works(
    os_version: str,
) -> None:
    here = with_profiles(os_version, WIFI, RESTRICTIONS)

    working = {p.type: p.content for p in in_effect(contents(here), os_version)}

    assert len(contents(here).profiles) == 2
    assert working["com.apple.wifi.managed"].keys() == {"SSID_STR", "EncryptionType"}
    assert working["com.apple.applicationaccess"] == {"allowScreenShot": False}


@pytest.mark.parametrize("os_version", VERSIONS)
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"forcePIN": False},
        {"minLength": 12, "allowSimple": True},
        {"requireAlphanumeric": True},
    ],
    ids=repr,
)
def test_the_passcode_rule_follows_from_presence_alone(os_version: str, wanted: dict) -> None:
    payload = {"PayloadType": "com.apple.mobiledevice.passwordpolicy", **wanted}

    here = with_profiles(os_version, payload)

    rule = passcode_rule(contents(here), os_version)
    assert rule == PasscodeRule(shortest=6, allows_simple=False)


def test_without_the_payload_nothing_is_asked_of_the_passcode() -> None:
    here = with_profiles("26.1", WIFI)

    assert passcode_rule(contents(here), "26.1") is None


@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_vpn_binds_only_apps_that_name_it(os_version: str) -> None:
    here = with_profiles(os_version, APP_VPN)
    before = vpn_of(contents(here), os_version, TASKS)

    named = {"Item": "ApplicationAttributes", "Identifier": TASKS, "Attributes": {"VPNUUID": VPN}}
    answer = tell(here, "Settings", Settings=[named])
    bound = vpn_of(contents(here), os_version, TASKS)
    tell(here, "RemoveProfile", Identifier="org.example.p0")

    assert before is None
    assert answer.response["Settings"] == [{"Identifier": TASKS, "Status": "Acknowledged"}]
    assert bound == VPN
    assert vpn_of(contents(here), os_version, TASKS) is None


def test_attributes_can_come_with_the_installation_and_are_told() -> None:
    here = with_profiles("26.1", APP_VPN)

    tell(here, "InstallApplication", iTunesStoreID=6480000001, Attributes={"VPNUUID": VPN})
    told = tell(here, "ManagedApplicationAttributes", Identifiers=[TASKS, "org.example.other"])

    assert told.response["ApplicationAttributes"] == [
        {"Identifier": TASKS, "Attributes": {"VPNUUID": VPN}}
    ]


@pytest.mark.parametrize(("os_version", "kept"), [("15.0", False), ("16.7", False), ("17.6", True)])
def test_an_attribute_newer_than_the_ios_is_without_effect(os_version: str, kept: bool) -> None:
    here = with_profiles(os_version)

    row = {"Item": "ApplicationAttributes", "Identifier": TASKS, "Attributes": {"RelayUUID": VPN}}
    tell(here, "Settings", Settings=[row])

    assert ("RelayUUID" in contents(here).attributes[TASKS]) is kept


def test_each_setting_succeeds_or_fails_on_its_own() -> None:
    here = with_profiles("26.1")
    rows = [
        {"Item": "Wallpaper", "Image": b""},
        {"Item": "ApplicationConfiguration", "Identifier": TASKS, "Configuration": {"a": 1}},
    ]

    answer: Any = tell(here, "Settings", Settings=rows).response
    told = tell(here, "ManagedApplicationConfiguration", Identifiers=[TASKS])

    assert [r["Status"] for r in answer["Settings"]] == ["Error", "Acknowledged"]
    assert told.response["ApplicationConfigurations"] == [
        {"Identifier": TASKS, "Configuration": {"a": 1}}
    ]


@pytest.mark.parametrize("os_version", VERSIONS)
@pytest.mark.parametrize(
    ("command", "obeyed"),
    [
        ("ProfileList", True),
        ("CertificateList", True),
        ("InstalledApplicationList", True),
        ("ProvisioningProfileList", True),
        ("ManagedApplicationFeedback", True),
        ("ManagedMediaList", True),
        ("ValidateApplications", True),
        ("SecurityInfo", True),
        ("DeviceLock", True),
        ("EraseDevice", False),
        ("ClearPasscode", False),
        ("EnableLostMode", False),
        ("DeviceLocation", False),
        ("RestartDevice", False),
        ("Restrictions", False),
        ("InviteToProgram", False),
    ],
)
def test_every_ios_obeys_what_apple_allows_and_nothing_else(
    os_version: str, command: str, obeyed: bool
) -> None:
    here = with_profiles(os_version)

    answer = tell(here, command)

    assert (answer.status is mdm.Status.ACKNOWLEDGED) is obeyed
    assert here.phone.is_enrolled


def test_lists_and_queries_show_the_work_side_only() -> None:
    here = with_profiles("26.1", WIFI)
    here.phone.owned.add("org.example.private")

    apps: Any = tell(here, "InstalledApplicationList", ManagedAppsOnly=False).response
    told: Any = tell(here, "SecurityInfo").response
    security = told["SecurityInfo"]

    assert [a["Identifier"] for a in apps["InstalledApplicationList"]] == [TASKS]
    assert security["ManagementStatus"]["IsUserEnrollment"] is True
    assert "PasscodeCompliant" in security
    assert "PasscodePresent" not in security


def test_under_device_enrollment_private_apps_are_seen() -> None:
    here = with_profiles("26.1", WIFI, kind=EnrollmentKind.DEVICE)
    here.phone.owned.add("org.example.private")

    told: Any = tell(here, "InstalledApplicationList").response

    assert "org.example.private" in [a["Identifier"] for a in told["InstalledApplicationList"]]


@pytest.mark.parametrize("os_version", VERSIONS)
@pytest.mark.parametrize("who", ["owner", "service", "forgotten"])
def test_everything_managed_goes_and_nothing_private(os_version: str, who: str) -> None:
    here = with_profiles(os_version, MAIL, WIFI, PASSCODE)
    here.phone.owned.add("org.example.private")
    held, ended = contents(here), here.phone.enrollment
    had = (len(held.profiles), dict(held.apps), accounts(held, os_version))

    if who == "owner":
        here.phone.leave()
    elif who == "service":
        here.product.device_side.end(here.record)
    else:
        here.product.device_side.forget(here.record)
        here.phone.push()
    here.settle()

    assert had == (3, {TASKS: "Managed"}, ("com.apple.mail.managed",))
    assert here.phone.enrollment is None
    assert here.phone.owned == {"org.example.private"}
    assert ended.contents.is_empty
    assert accounts(ended.contents, os_version) == ()


@pytest.mark.parametrize("os_version", VERSIONS)
def test_an_account_goes_through_the_vpn_it_names_if_that_is_there(os_version: str) -> None:
    vpn = {"PayloadType": "com.apple.vpn.managed.applayer", "VPNType": "IKEv2", "VPNUUID": "here"}
    mail = {"PayloadType": "com.apple.mail.managed", "EmailAccountType": "EmailTypeIMAP"}
    here = scene(os_version)
    here.product.profiles = [
        profile("mail", {**mail, "VPNUUID": "here"}, {**mail, "VPNUUID": "nowhere"}, mail),
        profile("vpn", vpn),
    ]

    here.enroll(ANNE, BYOD)
    here.settle()

    contents = here.phone.enrollment.contents
    assert account_vpns(contents, os_version) == {"org.example.mail.0": "here"}
