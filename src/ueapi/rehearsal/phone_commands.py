"""What a virtual iPhone does with each command, and what iOS refuses under User Enrollment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Final

from ueapi.apple import mdm, rules
from ueapi.apple import profiles as apple_profiles
from ueapi.apple.plist import PlistDict
from ueapi.errors import InvalidModel
from ueapi.rehearsal.enrollments import ENROLLMENT_PROFILE
from ueapi.rehearsal.phone_answers import (
    Act,
    Current,
    Obeying,
    answered,
    failed,
    is_allowed,
    put_off,
)
from ueapi.rehearsal.phone_apps import Hindrance, ask_for, hindrance, meant
from ueapi.rehearsal.phone_contents import MANAGED, Contents, forbidden
from ueapi.rehearsal.phone_declarations import follow_declarations
from ueapi.rehearsal.phone_information import INFORMATION
from ueapi.rehearsal.phone_lists import LISTS
from ueapi.rehearsal.phone_media import MEDIA
from ueapi.rehearsal.phone_settings import SETTINGS, keep_attributes

__all__ = ["Contents", "obey", "put_off"]

PROMPTING: Final = "Prompting"
REFUSED_BY_USER: Final = "UserRejected"
OWNED_BY_USER: Final = "UserInstalledApp"
_PROFILES_KEPT: Final = 256


def obey(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Carry a command out, or say why not."""
    act = _ACTS.get(command.request_type)
    if act is None or not is_allowed(rules.RuleKind.COMMAND, command.request_type, phone, current):
        return failed(current, command, 12021, "this command is not available here")
    return act(phone, current, command)


def _install_profile(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """One forbidden payload makes iOS refuse the whole profile. Source: Apple device management schema."""
    payload = command.content.get("Payload")
    content = payload if isinstance(payload, bytes) else b""
    try:
        profile = _profile(content)
    except InvalidModel as problem:
        return failed(current, command, 4001, problem.message)
    if current.kind.is_user_enrollment:
        refused = forbidden(profile, phone.os_version)
        if refused is not None:
            return failed(current, command, 4000, f"{refused} is not allowed")
    current.contents.profiles[profile.identifier] = profile
    return answered(current, command)


# Every phone is sent the same few profiles, so each is read and judged once.


@lru_cache(maxsize=_PROFILES_KEPT)
def _profile(content: bytes) -> apple_profiles.ConfigurationProfile:
    return apple_profiles.read(content)


def _remove_profile(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    identifier = str(command.content.get("Identifier"))
    if identifier == ENROLLMENT_PROFILE:
        return answered(current, command)
    if current.contents.profiles.pop(identifier, None) is None:
        return failed(current, command, 12075, "there is no such profile")
    return answered(current, command)


def _install_application(
    phone: Obeying, current: Current, command: mdm.Command
) -> mdm.CommandResult:
    """A user-assigned license must be there. Source: Apple, InstallApplication."""
    content, contents = command.content, current.contents
    app = meant(
        phone,
        store_id=content.get("iTunesStoreID"),
        named=content.get("Identifier"),
        manifest=content.get("ManifestURL"),
    )
    if app is None:
        reason: PlistDict = {"RejectionReason": "CouldNotVerifyAppID"}
        return failed(current, command, 12023, "it can't be found out which app is meant", reason)
    bundle_id = app.bundle_id
    if contents.declares(bundle_id):
        return _declared(current, command)
    match hindrance(phone, current, app):
        case Hindrance.OWNED:
            contents.apps[bundle_id] = OWNED_BY_USER
            reason = {"Identifier": bundle_id, "RejectionReason": "AppAlreadyInstalled"}
            return failed(current, command, 12025, "the user installed this app", reason)
        case Hindrance.UNLICENSED:
            contents.apps[bundle_id] = "Failed"
            reason = {"Identifier": bundle_id, "RejectionReason": "Other"}
            why = "no license is assigned to this account"
            return failed(current, command, 12064, why, reason)
    is_there = contents.apps.get(bundle_id) == MANAGED
    contents.apps[bundle_id] = state = MANAGED if is_there else PROMPTING
    keep_attributes(phone, current, bundle_id, content.get("Attributes"))
    if not is_there:
        ask_for(phone, current, app, partial(_decided, contents, bundle_id))
    return answered(current, command, response={"Identifier": bundle_id, "State": state})


def _decided(contents: Contents, bundle_id: str, is_agreed: bool) -> None:
    """The owner agreed or declined; an app that was taken back meanwhile stays away."""
    if contents.apps.get(bundle_id) == PROMPTING:
        contents.apps[bundle_id] = MANAGED if is_agreed else REFUSED_BY_USER


def _remove_application(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    bundle_id = str(command.content.get("Identifier"))
    if current.contents.declares(bundle_id):
        return _declared(current, command)
    current.contents.forget_app(bundle_id)
    return answered(current, command)


def _declared(current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Source: Apple's schema, mdm/commands/application.install and application.remove."""
    return failed(current, command, 12025, "a declaration manages this app")


def _lock(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    return answered(current, command, response={"MessageResult": "Success"})


_ACTS: Final[Mapping[str, Act]] = {
    mdm.RequestType.INSTALL_PROFILE: _install_profile,
    mdm.RequestType.REMOVE_PROFILE: _remove_profile,
    mdm.RequestType.INSTALL_APPLICATION: _install_application,
    mdm.RequestType.REMOVE_APPLICATION: _remove_application,
    mdm.RequestType.DEVICE_LOCK: _lock,
    mdm.declarative.COMMAND: follow_declarations,
    **INFORMATION,
    **LISTS,
    **MEDIA,
    **SETTINGS,
}
