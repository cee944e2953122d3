"""Apps that declarations manage on a virtual iPhone, from iOS 17.2 on; commands have no hold on them.

Source: Apple's schema, declarative/declarations/configurations/app.managed and declarative/status/app.managed.list.
Guess: an app goes with its declaration, an optional one is never asked for, and under User Enrollment a license of the
device is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from ueapi.apple import rules
from ueapi.apple.declarations import Declaration
from ueapi.apple.plist import PlistDict, PlistValue
from ueapi.rehearsal.phone_answers import Current, Obeying, is_allowed
from ueapi.rehearsal.phone_apps import App, Hindrance, ask_owner, hindrance, keys_allowed, meant
from ueapi.rehearsal.phone_contents import MANAGED, AppState, Contents, DeclaredApp

APP: Final = "com.apple.configuration.app.managed"
OWNED: Final = "Error.UnmanagedAppAlreadyInstalled"
TWICE: Final = "Error.DuplicateConfiguredApp"
DECLINED: Final = "Error.UserRejected"
UNLICENSED: Final = "Error.LicenseNotFound"
UNKNOWN: Final = "Error.InvalidAppID"
_NAMES: Final = ("AppStoreID", "BundleID", "ManifestURL")
_REASONS: Final = {Hindrance.OWNED: OWNED, Hindrance.UNLICENSED: UNLICENSED}
_LICENSE: Final = "InstallBehavior.License."
_FOR_THE_USER: Final = "User"
Tell = Callable[[], None]
"""Tells the service how the apps are now."""


def is_valid_app(one: Declaration, phone: Obeying, current: Current) -> bool:
    """Whether it names one app, and for one of the store the kind of its license."""
    named = [key for key in _NAMES if isinstance(one.payload.get(key), str)]
    if len(named) != 1:
        return False
    return named == ["ManifestURL"] or _license(one, phone, current) is not None


def manage_apps(phone: Obeying, current: Current, tell: Tell) -> None:
    """Begin with what is declared, and let go of what is declared no more. Later changes are told by themselves."""
    contents = current.contents
    wanted = {
        name: contents.declarations[name]
        for name in sorted(contents.active)
        if contents.declarations[name].type == APP
    }
    for name in contents.declared_apps.keys() - wanted.keys():
        contents.attributes.pop(contents.declared_apps.pop(name).bundle_id, None)
    for name, one in wanted.items():
        held = contents.declared_apps.get(name)
        if held is None or held.revision != one.server_token:
            _begin(phone, current, one, tell)


def app_rows(contents: Contents) -> list[PlistValue]:
    """The apps as the status item lists them."""
    return [
        dict(_row(n, app)) for n, app in sorted(contents.declared_apps.items()) if app.bundle_id
    ]


def _row(name: str, app: DeclaredApp) -> Iterator[tuple[str, PlistValue]]:
    yield "identifier", app.bundle_id
    yield "declaration-identifier", name
    yield "state", app.state.value
    if app.reason is not None:
        yield "reasons", [{"code": app.reason}]


def _begin(phone: Obeying, current: Current, one: Declaration, tell: Tell) -> None:
    contents, payload = current.contents, one.payload
    before = contents.declared_apps.pop(one.identifier, None)
    found = meant(
        phone,
        store_id=payload.get("AppStoreID"),
        named=payload.get("BundleID"),
        manifest=payload.get("ManifestURL"),
    )
    app = DeclaredApp(revision=one.server_token, bundle_id=found.bundle_id if found else "")
    app.reason = _reason(phone, current, one, found)
    contents.declared_apps[one.identifier] = app
    if found is None or app.reason is not None:
        return
    _keep_attributes(phone, current, one, app.bundle_id)
    if _is_there(contents, before, app.bundle_id):
        app.state = AppState.MANAGED
    elif not _is_required(one):
        app.state = AppState.OPTIONAL
    else:
        app.state = AppState.PROMPTING
        ask_owner(phone, found, partial(_decided, contents, one.identifier, app, tell))


def _decided(contents: Contents, name: str, app: DeclaredApp, tell: Tell, is_agreed: bool) -> None:
    """The owner declined at once, or agreed and the app is there now, if it is still declared."""
    if not is_agreed:
        app.state, app.reason = AppState.FAILED, DECLINED
    elif contents.declared_apps.get(name) is app:
        app.state = AppState.MANAGED
        tell()


def _reason(phone: Obeying, current: Current, one: Declaration, found: App | None) -> str | None:
    """Why the app can't be managed, in Apple's words."""
    if found is None:
        return UNKNOWN
    if current.contents.declares(found.bundle_id):
        return TWICE
    hindered = hindrance(phone, current, found)
    if hindered is not None:
        return _REASONS[hindered]
    is_for_another = current.kind.is_user_enrollment and found.store_id is not None
    return UNLICENSED if is_for_another and not _is_for_user(phone, current, one) else None


def _is_there(contents: Contents, before: DeclaredApp | None, bundle_id: str) -> bool:
    """Whether the app is managed already; one that a command installed changes over."""
    state = contents.apps.pop(bundle_id, None)
    if state == MANAGED:
        return True
    is_same = before is not None and before.bundle_id == bundle_id
    return is_same and before is not None and before.state is AppState.MANAGED


def _keep_attributes(phone: Obeying, current: Current, one: Declaration, bundle_id: str) -> None:
    wanted = one.payload.get("Attributes")
    if isinstance(wanted, Mapping):
        kept = keys_allowed(phone, current, f"{APP}:Attributes.", wanted)
        current.contents.attributes[bundle_id] = kept
    else:
        current.contents.attributes.pop(bundle_id, None)


def _is_required(one: Declaration) -> bool:
    return _behavior(one).get("Install") == "Required"


def _is_for_user(phone: Obeying, current: Current, one: Declaration) -> bool:
    return _license(one, phone, current) == _FOR_THE_USER


def _license(one: Declaration, phone: Obeying, current: Current) -> str | None:
    """The kind of license; the older key counts as long as the phone's iOS has it."""
    row = _behavior(one).get("License")
    if not isinstance(row, Mapping):
        return None
    for key in ("Assignment", "VPPType"):
        is_known = is_allowed(rules.RuleKind.KEY, f"{APP}:{_LICENSE}{key}", phone, current)
        value = row.get(key)
        if isinstance(value, str) and is_known:
            return value
    return None


def _behavior(one: Declaration) -> PlistDict:
    found = one.payload.get("InstallBehavior")
    return dict(found) if isinstance(found, Mapping) else {}
