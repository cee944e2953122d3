"""Declarative management on a virtual iPhone: it fetches what is declared, follows what it can, and reports.

Source: Apple's schema, declarative/protocol and declarative/status; a configuration has its effect only where an
activation turns it on.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from ueapi.apple import mdm
from ueapi.apple.declarations import from_json
from ueapi.errors import InvalidModel
from ueapi.rehearsal.phone_answers import Current, Obeying, answered, failed
from ueapi.rehearsal.phone_declared_apps import manage_apps
from ueapi.rehearsal.phone_legacy import install_legacy
from ueapi.rehearsal.phone_status import (
    ACTIVATION,
    Asking,
    Kinds,
    ask_service,
    is_followable,
    missing,
    named_by,
    report,
    tell_apps,
)


def follow_declarations(
    phone: Obeying, current: Current, command: mdm.Command
) -> mdm.CommandResult:
    """Acknowledge, take what is declared, and report how it went."""
    if not isinstance(phone, Asking):
        return failed(current, command, 12021, "this command is not available here")
    try:
        if current.contents.synchronized == _token(phone, current, command):
            return answered(current, command)
        is_followed = synchronize(phone, current)
    except InvalidModel as problem:
        return failed(current, command, 12021, problem.message)
    if not is_followed:
        return failed(current, command, 12021, "the service doesn't say what it declares")
    return answered(current, command)


def synchronize(phone: Obeying, current: Current) -> bool:
    """Take what is declared and report how it went; false where the service doesn't say what it declares.

    Raises:
        InvalidModel: the service's answer is none.
    """
    if not isinstance(phone, Asking):
        return False
    kinds = _items(phone, current)
    if kinds is None:
        return False
    _hold(phone, current, kinds)
    _follow(phone, current)
    content = report(phone, current, kinds).to_json()
    ask_service(phone, current, mdm.Endpoint.STATUS, content=content)
    return True


def take_up(phone: Obeying, current: Current) -> None:
    """Synchronize without having been told to, where an enrollment began with declarations.

    Source: Apple, implementing the Enrollment SSO flow.
    """
    if current.contents.declarations:
        with suppress(InvalidModel):  # It looks again when the service tells it to.
            synchronize(phone, current)


def _follow(phone: Obeying, current: Current) -> None:
    """Bring the phone in line with what it holds."""
    current.contents.active = _active(phone, current)
    install_legacy(phone, current)
    manage_apps(phone, current, partial(tell_apps, phone, current))


def _token(phone: Asking, current: Current, command: mdm.Command) -> str:
    """The token of what is declared: it comes with the command, or is asked for; empty where nobody tells it."""
    sent = command.content.get("Data")
    content = sent if isinstance(sent, bytes) else ask_service(phone, current, mdm.Endpoint.TOKENS)
    return mdm.SynchronizationTokens.from_json(content).declarations if content else ""


def _items(phone: Asking, current: Current) -> Kinds | None:
    content = ask_service(phone, current, mdm.Endpoint.DECLARATION_ITEMS)
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


def _hold(phone: Asking, current: Current, kinds: Kinds) -> None:
    """Fetch what is new or changed, and let go of what is declared no more."""
    held = current.contents.declarations
    wanted = {item.identifier: (kind, item) for kind, items in kinds.items() for item in items}
    for identifier in held.keys() - wanted.keys():
        del held[identifier]
    for identifier, (kind, item) in wanted.items():
        known = held.get(identifier)
        if known is not None and known.server_token == item.server_token:
            continue
        content = ask_service(phone, current, mdm.Endpoint.DECLARATION, named=(kind, identifier))
        if content is None:
            current.contents.synchronized = None
        else:
            held[identifier] = from_json(content)


def _active(phone: Obeying, current: Current) -> frozenset[str]:
    """The configurations that an activation turns on and that this phone has."""
    held = current.contents.declarations
    named = {
        name
        for one in held.values()
        if one.type.startswith(ACTIVATION) and not missing(one, held)
        for name in named_by(one)
    }
    return frozenset(name for name in named if is_followable(held[name], phone, current))
