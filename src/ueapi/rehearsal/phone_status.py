"""What a virtual iPhone tells of its declarations, and of itself where somebody subscribed to it.

Source: Apple's schema, declarative/status, and the reasons in declarative/declarations/declarationbase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol, runtime_checkable

from ueapi.apple import mdm, rules
from ueapi.apple.declarations import Declaration
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.model import EnrollmentID
from ueapi.rehearsal.phone_answers import Current, Obeying, is_allowed
from ueapi.rehearsal.phone_contents import passcode_rule
from ueapi.rehearsal.phone_declared_apps import APP, app_rows, is_valid_app
from ueapi.rehearsal.phone_legacy import LEGACY

ACTIVATION: Final = "com.apple.activation."
CONFIGURATION: Final = "com.apple.configuration."
SUBSCRIPTIONS: Final = "com.apple.configuration.management.status-subscriptions"
APPS: Final = "app.managed.list"
NOT_FOR_IT: Final = "Error.ConfigurationNotSupported"
INVALID: Final = "Error.ConfigurationIsInvalid"
MISSING: Final = "Error.MissingConfigurations"
NOT_APPLIED: Final = "Error.ConfigurationCannotBeApplied"
"""Guess: the code for a profile of a declaration that iOS refuses."""
FAILED_WITH_IT: Final = "Error.ActivationFailed"
UNREFERENCED: Final = "Info.NotReferencedByActivation"
UNAVAILABLE: Final = "Error.StatusItemNotAvailable"
"""Guess: the code for a status item that isn't told."""
_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
Kinds = Mapping[str, tuple[mdm.DeclarationItem, ...]]


@runtime_checkable
class Asking(Protocol):
    """A phone that can ask its service something."""

    def ask(self, message: bytes) -> bytes | None:
        """Send a check-in message; its answer, or `None` when it is refused."""


def ask_service(
    phone: Asking,
    current: Current,
    endpoint: mdm.Endpoint,
    *,
    named: tuple[str, str] | None = None,
    content: bytes | None = None,
) -> bytes | None:
    """Ask about declarations, or tell their status; `None` when the service refuses."""
    is_user = current.kind.is_user_enrollment
    message = mdm.DeclarativeManagement(
        enrollment_id=EnrollmentID(current.identifier) if is_user else None,
        udid=None if is_user else current.identifier,
        endpoint=endpoint,
        declaration=named,
        content=content,
    )
    return phone.ask(message.to_plist())


def report(phone: Obeying, current: Current, kinds: Kinds) -> mdm.StatusReport:
    """Everything: how each declaration went, and what is subscribed to."""
    told, errors = _told(phone, current)
    rows: PlistDict = {
        f"{kind}s" if kind != "management" else kind: [_row(phone, current, i) for i in items]
        for kind, items in kinds.items()
    }
    status = {**told, "management.declarations": rows}
    return mdm.StatusReport(items=_nested(status), errors=tuple(errors))


def _row(phone: Obeying, current: Current, item: mdm.DeclarationItem) -> PlistDict:
    held = current.contents.declarations
    one = held.get(item.identifier)
    row: PlistDict = {"identifier": item.identifier, "server-token": item.server_token}
    if one is None:
        return {**row, "active": False, "valid": "unknown"}
    code = _problem(one, phone, current)
    if code is not None:
        return {**row, "active": False, "valid": "invalid", "reasons": [{"code": code}]}
    is_active = one.identifier in current.contents.active
    if is_active or not one.type.startswith(CONFIGURATION):
        return {**row, "active": True, "valid": "valid"}
    reason: PlistDict = {"code": _why_inactive(one, held), "details": _named(one)}
    return {**row, "active": False, "valid": "valid", "reasons": [reason]}


def _why_inactive(one: Declaration, held: Mapping[str, Declaration]) -> str:
    activations = (a for a in held.values() if a.type.startswith(ACTIVATION))
    is_named = any(one.identifier in named_by(a) for a in activations)
    return FAILED_WITH_IT if is_named else UNREFERENCED


def _named(one: Declaration) -> PlistDict:
    return {"Identifier": one.identifier, "ServerToken": one.server_token}


def _problem(one: Declaration, phone: Obeying, current: Current) -> str | None:
    if not _is_known(one, phone, current):
        return NOT_FOR_IT
    if one.type.startswith(ACTIVATION) and missing(one, current.contents.declarations):
        return MISSING
    if not is_followable(one, phone, current):
        return INVALID
    is_legacy = one.type == LEGACY and one.identifier in current.contents.active
    return NOT_APPLIED if is_legacy and one.identifier not in current.contents.legacy else None


def is_followable(one: Declaration, phone: Obeying, current: Current) -> bool:
    """Whether this phone has it under its enrollment, and its content is sound."""
    if not _is_known(one, phone, current):
        return False
    return one.type != APP or is_valid_app(one, phone, current)


def named_by(activation: Declaration) -> tuple[str, ...]:
    """The configurations an activation turns on."""
    names = activation.payload.get("StandardConfigurations")
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


def missing(activation: Declaration, held: Mapping[str, Declaration]) -> tuple[str, ...]:
    """Those of them that aren't there."""
    return tuple(name for name in named_by(activation) if name not in held)


def _is_known(one: Declaration, phone: Obeying, current: Current) -> bool:
    return is_allowed(rules.RuleKind.DECLARATION, one.type, phone, current)


def _told(phone: Obeying, current: Current) -> tuple[PlistDict, list[mdm.declarative.StatusError]]:
    """The status items somebody subscribed to: what this phone tells, and what it doesn't."""
    known: PlistDict = {
        APPS: app_rows(current.contents),
        "device.identifier.serial-number": phone.seed.hardware.serial,
        "device.identifier.udid": phone.seed.hardware.udid,
        "device.model.family": "iPhone",
        "device.model.identifier": phone.seed.model_identifier,
        "device.operating-system.version": phone.os_version,
        "mdm.app": _commanded_apps(current),
        "mdm.enrollment-type": "user" if current.kind.is_user_enrollment else "device",
        "passcode.is-compliant": True,
        "passcode.is-present": passcode_rule(current.contents, phone.os_version) is not None,
    }
    asked = sorted(set(_subscribed(current)))
    told = {
        name: known[name]
        for name in asked
        if name in known and is_allowed(rules.RuleKind.STATUS, name, phone, current)
    }
    reason = (mdm.declarative.Reason(code=UNAVAILABLE),)
    untold = (name for name in asked if name not in told and name != "management.declarations")
    return told, [mdm.declarative.StatusError(item=name, reasons=reason) for name in untold]


def tell_apps(phone: Obeying, current: Current) -> None:
    """Tell where the apps of declarations are now, if somebody subscribed to it."""
    if APPS in _subscribed(current) and isinstance(phone, Asking):
        changed = mdm.StatusReport(items=_nested({APPS: app_rows(current.contents)}))
        ask_service(phone, current, mdm.Endpoint.STATUS, content=changed.to_json())


def _commanded_apps(current: Current) -> list[PlistValue]:
    """The apps that commands installed; declared ones aren't among them."""
    apps = current.contents.apps.items()
    return [
        {"identifier": bundle_id, "state": _WORDS.sub("-", state).lower()}
        for bundle_id, state in sorted(apps)
    ]


def _subscribed(current: Current) -> Iterable[str]:
    for name in current.contents.active:
        one = current.contents.declarations[name]
        rows = one.payload.get("StatusItems") if one.type == SUBSCRIPTIONS else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and isinstance(row.get("Name"), str):
                yield str(row["Name"])


def _nested(items: PlistDict) -> PlistDict:
    """Status items by the parts of their names, as they are sent."""
    root: dict[str, PlistValue] = {}
    for name, value in items.items():
        *parents, last = name.split(".")
        here = root
        for part in parents:
            deeper = here.setdefault(part, {})
            here = deeper if isinstance(deeper, dict) else {}
        here[last] = value
    return root
