"""What a virtual iPhone keeps about managed apps beside them: their attributes and their configuration.

Source: Apple's schema, Settings, InstallApplication, ManagedApplicationAttributes and ManagedApplicationConfiguration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ueapi.apple import mdm, rules
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.phone_answers import Act, Current, Obeying, answered, is_allowed
from ueapi.rehearsal.phone_apps import keys_allowed
from ueapi.rehearsal.phone_contents import MANAGED

NOT_HERE: Final = 12021
"""Guess: the number Apple gives a setting that isn't available."""


def keep_attributes(
    phone: Obeying, current: Current, bundle_id: str, attributes: PlistValue | None
) -> None:
    """Note the attributes an app gets with its installation; what this iOS doesn't know is without effect."""
    if isinstance(attributes, Mapping):
        kept = keys_allowed(phone, current, "InstallApplication:Attributes.", attributes)
        current.contents.attributes[bundle_id] = kept


def _settings(phone: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Each setting succeeds or fails on its own.

    Guess: the results are a list in the order of the settings, though Apple's schema shows a single one of them.
    """
    wanted = command.content.get("Settings")
    rows = [row for row in wanted if isinstance(row, Mapping)] if isinstance(wanted, list) else []
    results: list[PlistValue] = [_set(phone, current, row) for row in rows]
    return answered(current, command, response={"Settings": results})


def _set(phone: Obeying, current: Current, row: Mapping[str, PlistValue]) -> PlistDict:
    item = str(row.get("Item"))
    act = _ITEMS.get(item)
    if act is None or not is_allowed(rules.RuleKind.SETTING, f"Settings:{item}", phone, current):
        return _error("not available here")
    app = row.get("Identifier")
    if current.contents.declares(str(app)):
        return _error("a declaration manages this app")
    act(phone, current, str(app), row)
    return {"Status": "Acknowledged", **({"Identifier": app} if isinstance(app, str) else {})}


def _error(why: str) -> PlistDict:
    error: PlistDict = {"ErrorCode": NOT_HERE, "LocalizedDescription": why}
    return {"Status": "Error", "ErrorChain": [error]}


def _set_attributes(
    phone: Obeying, current: Current, app: str, row: Mapping[str, PlistValue]
) -> None:
    """Attributes replace those of before; none takes them away."""
    current.contents.attributes.pop(app, None)
    keep_attributes(phone, current, app, row.get("Attributes"))


def _set_configuration(
    _: Obeying, current: Current, app: str, row: Mapping[str, PlistValue]
) -> None:
    wanted = row.get("Configuration")
    if isinstance(wanted, Mapping):
        current.contents.configurations[app] = dict(wanted)
    else:
        current.contents.configurations.pop(app, None)


def _set_organization(
    _: Obeying, current: Current, app: str, row: Mapping[str, PlistValue]
) -> None:
    """Shown to the person, and told when asked; none takes it away."""
    del app
    wanted = row.get("OrganizationInfo")
    current.contents.organization = dict(wanted) if isinstance(wanted, Mapping) else {}


def _list_attributes(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    rows: list[PlistValue] = [
        {"Identifier": app, "Attributes": current.contents.attributes.get(app, {})}
        for app in _asked(current, command)
    ]
    return answered(current, command, response={"ApplicationAttributes": rows})


def _list_configurations(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    rows: list[PlistValue] = [
        {"Identifier": app, "Configuration": current.contents.configurations[app]}
        for app in _asked(current, command)
        if app in current.contents.configurations
    ]
    return answered(current, command, response={"ApplicationConfigurations": rows})


def _list_feedback(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """Simulated apps give no feedback."""
    return answered(current, command, response={"ManagedApplicationFeedback": []})


def _validate(_: Obeying, current: Current, command: mdm.Command) -> mdm.CommandResult:
    """In-house apps of a rehearsal are always validated."""
    return answered(current, command)


def _asked(current: Current, command: mdm.Command) -> list[str]:
    """The managed apps that are asked about."""
    wanted = command.content.get("Identifiers")
    apps = current.contents.apps
    named = wanted if isinstance(wanted, list) else []
    return [app for app in named if isinstance(app, str) and apps.get(app) == MANAGED]


_ITEMS: Final[
    Mapping[
        str,
        Callable[[Obeying, Current, str, Mapping[str, PlistValue]], None],
    ]
] = {
    "ApplicationAttributes": _set_attributes,
    "ApplicationConfiguration": _set_configuration,
    "OrganizationInfo": _set_organization,
}

SETTINGS: Final[Mapping[str, Act]] = {
    "Settings": _settings,
    "ManagedApplicationAttributes": _list_attributes,
    "ManagedApplicationConfiguration": _list_configurations,
    "ManagedApplicationFeedback": _list_feedback,
    "ValidateApplications": _validate,
}
