"""What a virtual iPhone lists: under User Enrollment managed things only, whoever asks.

Source: Apple's schema, the list commands and SecurityInfo. "ManagedOnly" leaves out what declarations manage, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.apple import mdm, rules
from ueapi.apple.mdm.requests import REMOVE_WITH_ENROLLMENT
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.apple.rules import IosVersion
from ueapi.rehearsal.phone_answers import Act, Current, Obeying, answered, is_allowed
from ueapi.rehearsal.phone_contents import MANAGED, AppState, in_effect

CERTIFICATES: Final = frozenset(
    {
        "com.apple.security.pem",
        "com.apple.security.pkcs1",
        "com.apple.security.pkcs12",
        "com.apple.security.root",
    }
)
"""Payloads that carry a certificate."""
DECLARED: Final = "Declarative Device Management"
TELLS_SOURCE: Final = IosVersion((18,))
"""From here on the list of profiles says which ones a declaration brought. Source: Apple's schema, ProfileList."""
_MANAGED_APP: Final[PlistDict] = {
    "ExternalVersionIdentifier": 1,
    "HasConfiguration": False,
    "HasFeedback": False,
    "IsValidated": True,
    "ManagementFlags": REMOVE_WITH_ENROLLMENT,
}
"""What a phone tells of each managed app besides its state; simulated apps have one version and no feedback."""
BLOCK_AND_FILE: Final = 3
"""`HardwareEncryptionCaps` of every iPhone: blocks and files are encrypted."""


def _list_applications(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Managed apps only: the work side has no view of the others."""
    apps = current.contents.apps.items()
    configured = current.contents.configurations
    rows: PlistDict = {
        bundle_id: {**_MANAGED_APP, "HasConfiguration": bundle_id in configured, "Status": state}
        for bundle_id, state in apps
    }
    return answered(current, command, response={"ManagedApplicationList": rows})


def _list_profiles(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    tells_source = IosVersion.parse(phone.os_version) >= TELLS_SOURCE
    declared = set(current.contents.legacy.values()) if tells_source else frozenset()
    rows: list[PlistValue] = [
        {
            "PayloadIdentifier": identifier,
            "PayloadDisplayName": profile.display_name or "",
            "PayloadUUID": profile.uuid,
            **({"Source": DECLARED} if identifier in declared else {}),
        }
        for identifier, profile in current.contents.profiles.items()
    ]
    return answered(current, command, response={"ProfileList": rows})


def _list_installed(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Private apps are listed only where the organization sees the whole phone."""
    seen = [b for b, state in current.contents.apps.items() if state == MANAGED]
    if not current.kind.is_user_enrollment:
        seen += sorted(phone.owned)
    rows: list[PlistValue] = [{"Identifier": bundle_id} for bundle_id in seen]
    if command.content.get("ManagedOnly") is not True:
        apps = current.contents.declared_apps.values()
        rows += [_declared(a.bundle_id) for a in apps if a.state is AppState.MANAGED]
    return answered(current, command, response={"InstalledApplicationList": rows})


def _declared(bundle_id: str) -> PlistValue:
    return {"Identifier": bundle_id, "Source": DECLARED}


def _list_certificates(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    found = in_effect(current.contents, phone.os_version)
    rows: list[PlistValue] = [
        {"CommonName": p.display_name or p.identifier, "IsIdentity": p.type.endswith("pkcs12")}
        for p in found
        if p.type in CERTIFICATES
    ]
    return answered(current, command, response={"CertificateList": rows})


def _list_provisioning(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """None: no rehearsal installs any."""
    return answered(current, command, response={"ProvisioningProfileList": []})


def _security(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Whether the passcode fits is told, whether there is one is not. Source: Apple's schema, SecurityInfo."""
    known: PlistDict = {
        "HardwareEncryptionCaps": BLOCK_AND_FILE,
        "PasscodeCompliant": True,
        "PasscodePresent": True,
        "PasscodeCompliantWithProfiles": True,
    }
    told: PlistDict = {
        key: value
        for key, value in known.items()
        if is_allowed(rules.RuleKind.QUERY, f"SecurityInfo:{key}", phone, current)
    }
    status: PlistDict = {"IsUserEnrollment": current.kind.is_user_enrollment}
    return answered(
        current, command, response={"SecurityInfo": {**told, "ManagementStatus": status}}
    )


LISTS: Final[Mapping[str, Act]] = {
    mdm.RequestType.MANAGED_APPLICATION_LIST: _list_applications,
    mdm.RequestType.PROFILE_LIST: _list_profiles,
    "CertificateList": _list_certificates,
    "InstalledApplicationList": _list_installed,
    "ProvisioningProfileList": _list_provisioning,
    "SecurityInfo": _security,
}
