"""Declarative management on a virtual iPhone: it fetches what is declared, follows what it can, and reports.

Source: Apple's schema, declarative/protocol and declarative/status; a configuration has its effect only where an
activation turns it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol, runtime_checkable

from ueapi.apple import mdm, rules
from ueapi.apple.declarations import Declaration, from_json
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.errors import InvalidModel
from ueapi.model import EnrollmentID
from ueapi.rehearsal.phone_answers import Current, Obeying, answered, failed, is_allowed
from ueapi.rehearsal.phone_contents import passcode_rule
from ueapi.rehearsal.phone_legacy import LEGACY, install_legacy

ACTIVATION: Final = "com.apple.activation."
SUBSCRIPTIONS: Final = "com.apple.configuration.management.status-subscriptions"
NOT_FOR_IT: Final = "Error.ConfigurationNotSupported"
"""Guess: the code for a declaration that this enrollment or this iOS doesn't have."""
MISSING: Final = "Error.MissingConfigurations"
"""Guess: the code for an activation that names what isn't there."""
REFUSED: Final = "Error.ProfileNotInstalled"
"""Guess: the code for a profile of a declaration that iOS refuses."""
UNAVAILABLE: Final = "Error.StatusItemNotAvailable"
"""Guess: the code for a status item that isn't told."""
_Kinds = Mapping[str, tuple[mdm.DeclarationItem, ...]]


@runtime_checkable
class Asking(Protocol):
    """A phone that can ask its service something."""

    def ask(self, message: bytes) -> bytes | None:
        """Send a check-in message; its answer, or `None` when it is refused."""


def follow_declarations(
    phone: Obeying, current: Current, command: mdm.Command
) -> mdm.CommandResult:
    """Acknowledge, take what is declared, and report how it went."""
    if not isinstance(phone, Asking):
        return failed(current, command, 12021, "this command is not available here")
    try:
        if current.contents.synchronized == _token(phone, current, command):
            return answered(current, command)
        kinds = _items(phone, current)
        if kinds is None:
            return failed(current, command, 12021, "the service doesn't say what it declares")
        _hold(phone, current, kinds)
    except InvalidModel as problem:
        return failed(current, command, 12021, problem.message)
    current.contents.active = _active(phone, current)
    install_legacy(phone, current)
    _ask(phone, current, mdm.Endpoint.STATUS, content=_report(phone, current, kinds).to_json())
    return answered(current, command)


def _token(phone: Asking, current: Current, command: mdm.Command) -> str:
    """The token of what is declared: it comes with the command, or is asked for; empty where nobody tells it."""
    sent = command.content.get("Data")
    content = sent if isinstance(sent, bytes) else _ask(phone, current, mdm.Endpoint.TOKENS)
    return mdm.SynchronizationTokens.from_json(content).declarations if content else ""


def _items(phone: Asking, current: Current) -> _Kinds | None:
    content = _ask(phone, current, mdm.Endpoint.DECLARATION_ITEMS)
    if content is None:
        return None
    found = mdm.DeclarationItems.from_json(content)
    current.contents.synchronized = found.token
    return {
        "activation": found.activations,
        "asset": found.assets,
        "configuration": found.configurations,
        "management": found.management,
    }


def _hold(phone: Asking, current: Current, kinds: _Kinds) -> None:
    """Fetch what is new or changed, and let go of what is declared no more."""
    held = current.contents.declarations
    wanted = {item.identifier: (kind, item) for kind, items in kinds.items() for item in items}
    for identifier in held.keys() - wanted.keys():
        del held[identifier]
    for identifier, (kind, item) in wanted.items():
        known = held.get(identifier)
        if known is not None and known.server_token == item.server_token:
            continue
        content = _ask(phone, current, mdm.Endpoint.DECLARATION, named=(kind, identifier))
        if content is None:
            current.contents.synchronized = None
        else:
            held[identifier] = from_json(content)


def _ask(
    phone: Asking,
    current: Current,
    endpoint: mdm.Endpoint,
    *,
    named: tuple[str, str] | None = None,
    content: bytes | None = None,
) -> bytes | None:
    is_user = current.kind.is_user_enrollment
    message = mdm.DeclarativeManagement(
        enrollment_id=EnrollmentID(current.identifier) if is_user else None,
        udid=None if is_user else current.identifier,
        endpoint=endpoint,
        declaration=named,
        content=content,
    )
    return phone.ask(message.to_plist())


# -- what is followed ------------------------------------------------------------------------------


def _active(phone: Obeying, current: Current) -> frozenset[str]:
    """The configurations that an activation turns on and that this phone has."""
    held = current.contents.declarations
    named = {
        name
        for one in held.values()
        if one.type.startswith(ACTIVATION) and not _missing(one, held)
        for name in _named(one)
    }
    return frozenset(name for name in named if _is_known(held[name], phone, current))


def _named(activation: Declaration) -> tuple[str, ...]:
    names = activation.payload.get("StandardConfigurations")
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


def _missing(activation: Declaration, held: Mapping[str, Declaration]) -> tuple[str, ...]:
    return tuple(name for name in _named(activation) if name not in held)


def _is_known(one: Declaration, phone: Obeying, current: Current) -> bool:
    return is_allowed(rules.RuleKind.DECLARATION, one.type, phone, current)


# -- what is reported ------------------------------------------------------------------------------


def _report(phone: Obeying, current: Current, kinds: _Kinds) -> mdm.StatusReport:
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
    is_followed = not one.type.startswith("com.apple.configuration.")
    is_active = is_followed or one.identifier in current.contents.active
    return {**row, "active": is_active, "valid": "valid"}


def _problem(one: Declaration, phone: Obeying, current: Current) -> str | None:
    if not _is_known(one, phone, current):
        return NOT_FOR_IT
    if one.type.startswith(ACTIVATION) and _missing(one, current.contents.declarations):
        return MISSING
    is_legacy = one.type == LEGACY and one.identifier in current.contents.active
    return REFUSED if is_legacy and one.identifier not in current.contents.legacy else None


def _told(phone: Obeying, current: Current) -> tuple[PlistDict, list[mdm.declarative.StatusError]]:
    """The status items somebody subscribed to: what this phone tells, and what it doesn't."""
    known: PlistDict = {
        "device.identifier.serial-number": phone.seed.hardware.serial,
        "device.identifier.udid": phone.seed.hardware.udid,
        "device.model.family": "iPhone",
        "device.model.identifier": phone.seed.model_identifier,
        "device.operating-system.version": phone.os_version,
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
