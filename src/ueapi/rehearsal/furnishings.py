"""What an organization has besides people: groups, configuration profiles and apps."""

from __future__ import annotations

import plistlib
import random
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from attrs import frozen

from ueapi.apple.plist import PlistDict
from ueapi.model import (
    AnyOf,
    AppKind,
    Comparison,
    Criterion,
    CriterionField,
    EnrollmentKind,
)
from ueapi.rehearsal.fleet import AppSeed, GroupSeed, Person, ProfileSeed
from ueapi.rehearsal.names import DOMAIN

ACCOUNTS: Final = "managed-apple-ids"
FIELD_STAFF: Final = "field-staff"
OFFICE: Final = "office"
BYOD: Final = "byod-devices"
LOANS: Final = "loan-iphones"

SPARE_SEATS: Final = 20
"""Seats bought beyond one for each person."""
_MOST_LOANS: Final = 3
_FIELD_SHARE: Final = 0.4

_HAS_ACCOUNT: Final = Criterion(
    field=CriterionField.MANAGED_APPLE_ID, comparison=Comparison.CONTAINS, value=f"@{DOMAIN}"
)
_IS_USER_ENROLLED: Final = AnyOf(
    terms=tuple(
        Criterion(field=CriterionField.ENROLLMENT_KIND, comparison=Comparison.IS, value=kind.value)
        for kind in (EnrollmentKind.ACCOUNT_DRIVEN_USER, EnrollmentKind.PROFILE_DRIVEN_USER)
    )
)

_STORE_APPS: Final = (
    ("Example Tasks", "tasks", "4.2.0", BYOD),
    ("Example Notes", "notes", "12.1", BYOD),
    ("Example Chat", "chat", "7.0.3", BYOD),
    ("Example Expenses", "expenses", "2.8.1", FIELD_STAFF),
    ("Example Travel", "travel", "3.0", FIELD_STAFF),
)
_FIRST_STORE_ID: Final = 6_480_000_001

OWNABLE_APPS: Final = tuple(f"org.example.{word}" for _, word, _, key in _STORE_APPS if key == BYOD)
"""Assigned store apps that people may have bought privately before."""


@frozen
class _Draft:
    """A profile with one payload, before it has identifiers."""

    key: str
    name: str
    payload_type: str
    settings: PlistDict
    group: str


def make_groups(people: Sequence[Person], rng: random.Random) -> tuple[GroupSeed, ...]:
    """The organization's groups of users and of devices, with who and what is in them."""
    field_staff = _some_of(people, rng)
    phones = [phone for person in people for phone in person.phones]
    enrolled = tuple(p.key for p in phones if p.enrollment.is_user_enrollment)
    loans = rng.sample([p.key for p in phones], min(_MOST_LOANS, len(phones)))
    return (
        GroupSeed(
            key=ACCOUNTS,
            name="Managed Apple IDs",
            of="users",
            members=tuple(p.key for p in people if p.managed_apple_id is not None),
            criteria=_HAS_ACCOUNT,
        ),
        GroupSeed(key=FIELD_STAFF, name="Field staff", of="users", members=field_staff),
        GroupSeed(
            key=OFFICE,
            name="Office",
            of="users",
            members=tuple(p.key for p in people if p.key not in field_staff),
        ),
        GroupSeed(
            key=BYOD,
            name="User Enrolled BYOD Devices",
            of="devices",
            members=enrolled,
            criteria=_IS_USER_ENROLLED,
        ),
        GroupSeed(key=LOANS, name="Loan iPhones", of="devices", members=tuple(sorted(loans))),
    )


def make_profiles(rng: random.Random) -> tuple[tuple[ProfileSeed, ...], Mapping[str, str]]:
    """The organization's configuration profiles, and the secrets planted in them by name."""
    secrets = {
        "Office Wi-Fi password": f"wifi&{rng.getrandbits(64):016x}<7",
        "Work VPN shared secret": f"work-vpn-{rng.getrandbits(64):016x}",
        "Legacy VPN shared secret": f"legacy-vpn-{rng.getrandbits(64):016x}",
    }
    drafts = (
        _passcode(),
        _data_protection(),
        _wifi(secrets["Office Wi-Fi password"]),
        _work_vpn(secrets["Work VPN shared secret"], rng),
        _legacy_vpn(secrets["Legacy VPN shared secret"]),
    )
    return tuple(_profile(draft, rng) for draft in drafts), secrets


def make_apps(people: int) -> tuple[AppSeed, ...]:
    """Store apps, one custom app and one in-house app, with seats for everybody and some to spare."""
    seats = people + SPARE_SEATS
    store = tuple(
        AppSeed(
            key=word,
            name=name,
            bundle_id=f"org.example.{word}",
            store_id=str(_FIRST_STORE_ID + number),
            version=version,
            groups=(group,),
            seats=seats,
        )
        for number, (name, word, version, group) in enumerate(_STORE_APPS)
    )
    custom = AppSeed(
        key="warehouse",
        name="Example Warehouse",
        bundle_id="org.example.warehouse",
        store_id=str(_FIRST_STORE_ID + len(store)),
        version="1.4",
        kind=AppKind.CUSTOM,
        groups=(BYOD,),
        seats=seats,
    )
    in_house = AppSeed(
        key="intranet",
        name="Example Intranet",
        bundle_id="org.example.intranet",
        store_id=None,
        version="1.0.7",
        kind=AppKind.IN_HOUSE,
        groups=(BYOD,),
    )
    return (*store, custom, in_house)


def _some_of(people: Sequence[Person], rng: random.Random) -> tuple[str, ...]:
    wanted = max(1, round(len(people) * _FIELD_SHARE))
    return tuple(sorted(rng.sample([person.key for person in people], wanted)))


def _passcode() -> _Draft:
    settings: PlistDict = {"minLength": 6, "allowSimple": False, "maxInactivity": 5}
    return _Draft("passcode", "Passcode", "com.apple.mobiledevice.passwordpolicy", settings, BYOD)


def _data_protection() -> _Draft:
    settings: PlistDict = {
        "allowAssistantWhileLocked": False,
        "allowOpenFromManagedToUnmanaged": False,
        "allowOpenFromUnmanagedToManaged": False,
        "allowScreenShot": False,
        "forceEncryptedBackup": True,
        "requireManagedPasteboard": True,
        "safariForceFraudWarning": True,
    }
    name = "Data protection"
    return _Draft("data-protection", name, "com.apple.applicationaccess", settings, BYOD)


def _wifi(password: str) -> _Draft:
    settings: PlistDict = {
        "AutoJoin": True,
        "EncryptionType": "WPA2",
        "HIDDEN_NETWORK": False,
        "Password": password,
        "SSID_STR": "Example Office",
    }
    return _Draft("office-wifi", "Office Wi-Fi", "com.apple.wifi.managed", settings, BYOD)


def _work_vpn(secret: str, rng: random.Random) -> _Draft:
    settings: PlistDict = {
        "IKEv2": _ike("vpn.example.org", secret),
        "OnDemandMatchAppEnabled": True,
        "UserDefinedName": "Work VPN",
        "VPNType": "IKEv2",
        "VPNUUID": _uuid(rng),
    }
    kind = "com.apple.vpn.managed.applayer"
    return _Draft("work-vpn", "Work VPN", kind, settings, FIELD_STAFF)


def _legacy_vpn(secret: str) -> _Draft:
    """A VPN for the whole phone, which Apple forbids under User Enrollment: iOS refuses the profile."""
    settings: PlistDict = {
        "IKEv2": _ike("old-vpn.example.org", secret),
        "UserDefinedName": "Legacy VPN",
        "VPNType": "IKEv2",
    }
    return _Draft("legacy-vpn", "Legacy VPN", "com.apple.vpn.managed", settings, BYOD)


def _ike(server: str, secret: str) -> PlistDict:
    return {
        "AuthenticationMethod": "SharedSecret",
        "LocalIdentifier": "phones.example.org",
        "RemoteAddress": server,
        "RemoteIdentifier": server,
        "SharedSecret": secret,
    }


def _profile(draft: _Draft, rng: random.Random) -> ProfileSeed:
    identifier = f"org.example.profile.{draft.key}"
    payload = {
        **draft.settings,
        "PayloadDisplayName": draft.name,
        "PayloadIdentifier": f"{identifier}.settings",
        "PayloadType": draft.payload_type,
        "PayloadUUID": _uuid(rng),
        "PayloadVersion": 1,
    }
    content = plistlib.dumps(
        {
            "PayloadContent": [payload],
            "PayloadDisplayName": draft.name,
            "PayloadIdentifier": identifier,
            "PayloadOrganization": "Example Organization",
            "PayloadType": "Configuration",
            "PayloadUUID": _uuid(rng),
            "PayloadVersion": 1,
        }
    )
    return ProfileSeed(key=draft.key, name=draft.name, content=content, groups=(draft.group,))


def _uuid(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4)).upper()
