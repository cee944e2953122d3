"""Apps on a virtual iPhone: which one is meant, what stands in its way, and whether its owner is asked.

Source: Apple's schema, mdm/commands/application.install and the key RequiredAppIDForMDM of the enrollment profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from attrs import frozen

from ueapi.apple import plist, rules
from ueapi.apple.plist import PlistValue
from ueapi.errors import InvalidModel
from ueapi.rehearsal.phone_answers import Current, Obeying, is_allowed

REQUIRED_APP: Final = "com.apple.mdm:RequiredAppIDForMDM"
DOWNLOAD: Final = 20.0
"""Seconds until an app is there that nobody is asked for. Guess."""


@frozen(kw_only=True)
class App:
    """An app that is to be installed; without a store id it doesn't come from the store."""

    bundle_id: str
    store_id: str | None = None


class Hindrance(Enum):
    """Why an app can't be installed as managed."""

    OWNED = "its owner installed it"
    UNLICENSED = "no license is assigned to the account"


def meant(
    phone: Obeying,
    *,
    store_id: PlistValue | None = None,
    named: PlistValue | None = None,
    manifest: PlistValue | None = None,
) -> App | None:
    """The app of a store id, a bundle id or the manifest of an in-house app, in this order; `None` if none is found."""
    if store_id:
        found = phone.apple.app(str(store_id))
        return None if found is None else App(bundle_id=found.bundle_id, store_id=found.store_id)
    if not isinstance(named, str):
        bundle_id = _in_manifest(phone, manifest)
        return App(bundle_id=bundle_id) if bundle_id else None
    ids = (app.store_id for app in phone.apple.store_apps() if app.bundle_id == named)
    return App(bundle_id=named, store_id=next(ids, None))


def hindrance(phone: Obeying, current: Current, app: App) -> Hindrance | None:
    """What keeps an app from being installed. A private copy is never taken over. Source: Apple, InstallApplication."""
    if app.bundle_id in phone.owned:
        return Hindrance.OWNED
    location, account = current.server.location, current.account
    if app.store_id and not phone.apple.holds(location, app.store_id, account):
        return Hindrance.UNLICENSED
    return None


def ask_for(phone: Obeying, current: Current, app: App, then: Callable[[bool], None]) -> None:
    """Ask the owner, unless it is the app that the enrollment profile names; `then` hears of a refusal at once."""
    if _is_required(phone, current, app):
        phone.clock.after(DOWNLOAD, lambda: then(True))
    else:
        ask_owner(phone, app, then)


def ask_owner(phone: Obeying, app: App, then: Callable[[bool], None]) -> None:
    """Ask the owner whether an app may come; `then` hears of a refusal at once, and of consent once it is there."""
    agreed = phone.accepts(app.bundle_id)
    if agreed is None:
        then(False)
    else:
        phone.clock.after(agreed, lambda: then(True))


def _is_required(phone: Obeying, current: Current, app: App) -> bool:
    wanted = current.required_app
    if wanted is None or app.store_id != str(wanted):
        return False
    return is_allowed(rules.RuleKind.KEY, REQUIRED_APP, phone, current)


def _in_manifest(phone: Obeying, address: PlistValue | None) -> str:
    """The bundle id that the manifest of an in-house app names; empty if it names none."""
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


def keys_allowed(
    phone: Obeying, current: Current, within: str, wanted: Mapping[str, PlistValue]
) -> dict[str, PlistValue]:
    """Of an app's attributes those that this iOS knows; the others are without effect."""
    return {
        key: value
        for key, value in wanted.items()
        if is_allowed(rules.RuleKind.KEY, f"{within}{key}", phone, current)
    }
