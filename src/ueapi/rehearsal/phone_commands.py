"""What a virtual iPhone does with each command, and what iOS refuses under User Enrollment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import define, field

from ueapi.apple import mdm, plist, rules
from ueapi.apple import profiles as apple_profiles
from ueapi.apple.mdm.requests import REMOVE_WITH_ENROLLMENT
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel
from ueapi.model import EnrollmentID
from ueapi.rehearsal.enrollments import ENROLLMENT_PROFILE

if TYPE_CHECKING:
    from ueapi.rehearsal.phone import PhoneEnrollment, VirtualPhone

MANAGED: Final = "Managed"
PROMPTING: Final = "Prompting"
REFUSED_BY_USER: Final = "UserRejected"
OWNED_BY_USER: Final = "UserInstalledApp"
DOMAIN: Final = "MCInstallationErrorDomain"

_MANAGED_APP: Final[PlistDict] = {
    "ExternalVersionIdentifier": 1,
    "HasConfiguration": False,
    "HasFeedback": False,
    "IsValidated": True,
    "ManagementFlags": REMOVE_WITH_ENROLLMENT,
}
"""What a phone tells of each managed app besides its state; simulated apps have one version and no configuration."""
_PROFILES_KEPT: Final = 256
_VERDICTS_KEPT: Final = 4096


@define
class Contents:
    """Everything managed on the phone."""

    profiles: dict[str, apple_profiles.ConfigurationProfile] = field(factory=dict)
    apps: dict[str, str] = field(factory=dict)
    """Bundle id → state, in Apple's words."""


def obey(phone: VirtualPhone, current: PhoneEnrollment, command: mdm.Command) -> mdm.CommandResult:
    """Carry a command out, or say why not."""
    act = _ACTS.get(command.request_type)
    if act is None or not _is_allowed(rules.RuleKind.COMMAND, command.request_type, phone, current):
        return _failed(current, command, 12021, "this command is not available here")
    return act(phone, current, command)


def _is_allowed(
    kind: rules.RuleKind, name: str, phone: VirtualPhone, current: PhoneEnrollment
) -> bool:
    return not current.kind.is_user_enrollment or _is_usable(kind, name, phone.os_version)


@lru_cache(maxsize=_VERDICTS_KEPT)
def _is_usable(kind: rules.RuleKind, name: str, ios: str) -> bool:
    verdict = rules.Rules.load().find(kind, name, ios=ios)
    return verdict is not None and verdict.is_usable


def put_off(current: PhoneEnrollment, command: mdm.Command) -> mdm.CommandResult:
    """Say that the command has to wait."""
    return _answer(current, command, mdm.Status.NOT_NOW)


def _answer(
    current: PhoneEnrollment,
    command: mdm.Command,
    status: mdm.Status = mdm.Status.ACKNOWLEDGED,
    response: Mapping[str, PlistValue] | None = None,
    chain: tuple[mdm.ErrorLink, ...] = (),
) -> mdm.CommandResult:
    is_user = current.kind.is_user_enrollment
    return mdm.CommandResult(
        enrollment_id=EnrollmentID(current.identifier) if is_user else None,
        udid=None if is_user else current.identifier,
        command_uuid=command.uuid,
        status=status,
        request_type=command.request_type,
        error_chain=chain,
        response=response or {},
    )


def _failed(
    current: PhoneEnrollment,
    command: mdm.Command,
    code: int,
    why: str,
    response: Mapping[str, PlistValue] | None = None,
) -> mdm.CommandResult:
    link = mdm.ErrorLink(code=code, domain=DOMAIN, description=why, english=why)
    return _answer(current, command, mdm.Status.ERROR, response, (link,))


def _install_profile(
    phone: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    """One forbidden payload makes iOS refuse the whole profile. Source: Apple device management schema."""
    payload = command.content.get("Payload")
    content = payload if isinstance(payload, bytes) else b""
    try:
        profile = _profile(content)
    except InvalidModel as problem:
        return _failed(current, command, 4001, problem.message)
    if current.kind.is_user_enrollment:
        forbidden = _forbidden(content, phone.os_version)
        if forbidden is not None:
            return _failed(current, command, 4000, f"{forbidden} is not allowed")
    current.contents.profiles[profile.identifier] = profile
    return _answer(current, command)


# Every phone is sent the same few profiles, so each is read and judged once.


@lru_cache(maxsize=_PROFILES_KEPT)
def _profile(content: bytes) -> apple_profiles.ConfigurationProfile:
    return apple_profiles.read(content)


@lru_cache(maxsize=_VERDICTS_KEPT)
def _forbidden(content: bytes, ios: str) -> str | None:
    """The payload type for which iOS refuses the profile, or `None`."""
    for finding in rules.check(_profile(content), ios=ios):
        if finding.effect is rules.Effect.REFUSES_PROFILE or _is_unknown_type(finding):
            return finding.payload_type
    return None


def _is_unknown_type(finding: rules.Finding) -> bool:
    """Guess: iOS refuses a payload type it has never heard of."""
    return finding.mode is None and finding.key is None and not finding.stays


def _remove_profile(
    _: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    identifier = str(command.content.get("Identifier"))
    if identifier == ENROLLMENT_PROFILE:
        return _answer(current, command)
    if current.contents.profiles.pop(identifier, None) is None:
        return _failed(current, command, 12075, "there is no such profile")
    return _answer(current, command)


def _install_application(
    phone: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    """A user-assigned license must be there; a private copy is never taken over. Source: Apple, InstallApplication."""
    store_id = str(command.content.get("iTunesStoreID", ""))
    app = phone.apple.app(store_id) if store_id else None
    bundle_id = app.bundle_id if app else _named_app(phone, command)
    if not bundle_id:
        reason: PlistDict = {"RejectionReason": "CouldNotVerifyAppID"}
        return _failed(current, command, 12023, "it can't be found out which app is meant", reason)
    contents = current.contents
    if bundle_id in phone.owned:
        contents.apps[bundle_id] = OWNED_BY_USER
        reason = {"Identifier": bundle_id, "RejectionReason": "AppAlreadyInstalled"}
        return _failed(current, command, 12025, "the user installed this app", reason)
    if app and not phone.apple.holds(current.server.location, app.store_id, current.account):
        reason = {"Identifier": bundle_id, "RejectionReason": "NotEntitled"}
        contents.apps[bundle_id] = "Failed"
        return _failed(current, command, 12064, "no license is assigned to this account", reason)
    if contents.apps.get(bundle_id) == MANAGED:
        return _answer(current, command, response={"Identifier": bundle_id, "State": MANAGED})
    contents.apps[bundle_id] = PROMPTING
    _prompt(phone, current, bundle_id)
    return _answer(current, command, response={"Identifier": bundle_id, "State": PROMPTING})


def _named_app(phone: VirtualPhone, command: mdm.Command) -> str:
    """The bundle id a command names itself, or through the manifest of an in-house app; empty if neither does."""
    named = command.content.get("Identifier")
    if isinstance(named, str):
        return named
    address = command.content.get("ManifestURL")
    content = phone.fetch(address) if isinstance(address, str) else None
    if content is None:
        return ""
    try:
        manifest = plist.read(content)
    except InvalidModel:
        return ""
    match manifest:
        case {"items": [{"metadata": {"bundle-identifier": str(bundle_id)}}, *_]}:
            return bundle_id
        case _:
            return ""


def _prompt(phone: VirtualPhone, current: PhoneEnrollment, bundle_id: str) -> None:
    agreed = phone.accepts(bundle_id)
    if agreed is None:
        current.contents.apps[bundle_id] = REFUSED_BY_USER
        return

    def install() -> None:
        if current.contents.apps.get(bundle_id) == PROMPTING:
            current.contents.apps[bundle_id] = MANAGED

    phone.clock.after(agreed, install)


def _remove_application(
    _: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    current.contents.apps.pop(str(command.content.get("Identifier")), None)
    return _answer(current, command)


def _list_applications(
    _: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    """Managed apps only: the work side has no view of the others."""
    apps = current.contents.apps.items()
    rows: PlistDict = {bundle_id: {**_MANAGED_APP, "Status": state} for bundle_id, state in apps}
    return _answer(current, command, response={"ManagedApplicationList": rows})


def _list_profiles(
    _: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    rows: list[PlistValue] = [
        {
            "PayloadIdentifier": identifier,
            "PayloadDisplayName": profile.display_name or "",
            "PayloadUUID": profile.uuid,
        }
        for identifier, profile in current.contents.profiles.items()
    ]
    return _answer(current, command, response={"ProfileList": rows})


def _information(
    phone: VirtualPhone, current: PhoneEnrollment, command: mdm.Command
) -> mdm.CommandResult:
    """Answers what was asked for and is allowed, and nothing else."""
    hardware = phone.seed.hardware
    known: PlistDict = {
        "DeviceName": phone.seed.name,
        "OSVersion": phone.os_version,
        "ModelName": phone.seed.model,
        "ProductName": phone.seed.model_identifier,
        "IsSupervised": False,
        "DeviceCapacity": 128.0,
        "AvailableDeviceCapacity": 51.5,
        "BatteryLevel": 0.8,
        "SerialNumber": hardware.serial,
        "UDID": hardware.udid,
        "IMEI": hardware.imei,
        "PhoneNumber": hardware.phone_number,
    }
    queries = command.content.get("Queries")
    asked = queries if isinstance(queries, list) else []
    answers: PlistDict = {
        q: known[q]
        for q in asked
        if isinstance(q, str)
        and q in known
        and _is_allowed(rules.RuleKind.QUERY, f"DeviceInformation:{q}", phone, current)
    }
    return _answer(current, command, response={"QueryResponses": answers})


def _lock(_: VirtualPhone, current: PhoneEnrollment, command: mdm.Command) -> mdm.CommandResult:
    return _answer(current, command, response={"MessageResult": "Success"})


Act = Callable[["VirtualPhone", "PhoneEnrollment", mdm.Command], mdm.CommandResult]

_ACTS: Final[Mapping[str, Act]] = {
    mdm.RequestType.INSTALL_PROFILE: _install_profile,
    mdm.RequestType.REMOVE_PROFILE: _remove_profile,
    mdm.RequestType.INSTALL_APPLICATION: _install_application,
    mdm.RequestType.REMOVE_APPLICATION: _remove_application,
    mdm.RequestType.MANAGED_APPLICATION_LIST: _list_applications,
    mdm.RequestType.PROFILE_LIST: _list_profiles,
    mdm.RequestType.DEVICE_INFORMATION: _information,
    mdm.RequestType.DEVICE_LOCK: _lock,
}
