"""Apps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ueapi.errors import Rejected, Unintelligible
from ueapi.model import Absence, App, AppDraft, AppKind, LicenseMode, Origin, Ref, Scope
from ueapi_jamf.assumed import APP_ADDRESS, UNKNOWN_VERSION
from ueapi_jamf.mapping.scopes import scope_from_wire
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.content import AppDetail, AppLicensingWire, AppRowWire
from ueapi_jamf.wire.writing import Fields

_STORE_ID: Final = re.compile(r"[/?&]id=?(\d+)(?!\w)")

INSTALLED: Final[Fields] = {
    "deployment_type": "Install Automatically/Prompt Users to Install",
    "deploy_automatically": True,
}
"""What makes an app go to whoever is in its scope. Source: Jamf Classic API schema, 11.30.1."""

OF_USERS: Final[Fields] = {"vpp": {"assign_vpp_device_based_licenses": False}}
"""Licenses of the app go to users, the only ones User Enrollment allows."""

_BY_ITSELF: Final[Mapping[str | None, bool | None]] = {
    "install automatically/prompt users to install": True,
    "make available in self service": False,
    None: None,
}

_UNREAD: Final[Mapping[str, Absence]] = {
    **dict.fromkeys(("bundle_id", "version"), Absence.NOT_EXPOSED_BY_PRODUCT),
    **dict.fromkeys(
        ("store_id", "url", "license_mode", "installs_by_itself", "has_configuration", "scope"),
        Absence.NOT_FETCHED,
    ),
}
_READ: Final[Mapping[str, Absence]] = dict.fromkeys(_UNREAD, Absence.NOT_EXPOSED_BY_PRODUCT)


def app_from_row(row: AppRowWire, *, tenant: str, read_at: datetime) -> App:
    """Translate one row of the app listing."""
    return App(
        ref=Ref(tenant=tenant, id=row.id),
        origin=_origin(row, absent=_UNREAD, read_at=read_at),
        name=row.name,
        kind=_kind(row),
        bundle_id=row.bundle_id,
        version=row.version,
    )


def app_from_detail(detail: AppDetail, *, tenant: str, read_at: datetime) -> App:
    """Translate one app."""
    app = detail.app
    return App(
        ref=Ref(tenant=tenant, id=app.id),
        origin=_origin(app, absent=_READ, read_at=read_at),
        name=app.name,
        kind=_kind(app),
        bundle_id=app.bundle_id,
        store_id=store_id(app.itunes_store_url),
        version=app.version,
        url=filled(app.itunes_store_url),
        license_mode=_license_mode(detail.licensing),
        installs_by_itself=installs_by_itself(app.deployment_type),
        has_configuration=detail.has_configuration,
        scope=scope_from_wire(detail.scope),
    )


def store_id(url: str | None) -> str | None:
    """Apple's id inside a store address such as `https://apps.apple.com/us/app/name/id1234567890`."""
    found = _STORE_ID.search(url or "")
    return found[1] if found else None


def installs_by_itself(deployment: str | None) -> bool | None:
    """Whether the server pushes the app.

    Raises:
        Unintelligible: a deployment type the schema doesn't have.
    """
    text = filled(deployment)
    try:
        return _BY_ITSELF[text.casefold() if text else None]
    except KeyError:
        raise Unintelligible(
            f"deployment_type is {text!r}, which is neither pushed nor offered in Self Service.",
            remedy="Update the plugin; nothing was changed.",
        ) from None


def store_address(draft: AppDraft) -> str:
    """The address in the store, which carries Apple's id.

    Raises:
        Rejected: the draft names neither the id nor such an address. Nothing was sent.
    """
    named = store_id(draft.url)
    if draft.url is not None and named is not None and named == (draft.store_id or named):
        return draft.url
    if draft.store_id is not None:
        return APP_ADDRESS.format(store_id=draft.store_id)
    raise Rejected(
        f"{draft.bundle_id} comes without Apple's id, so that no record of a store app can be made.",
        problems=["store_id: missing"],
        remedy="Name its store_id, or its address in the store; nothing was changed.",
    )


def record_of(draft: AppDraft) -> Fields:
    """A new app record for User Enrollment: managed, installed by its scope, licensed to users, given to nobody.

    Taking over a private copy is left off, as Jamf advises for personal devices: iOS refuses it there.
    """
    return {
        "general": {
            "name": draft.name,
            "display_name": draft.name,
            "bundle_id": draft.bundle_id,
            "version": draft.version or UNKNOWN_VERSION,
            "internal_app": False,
            "os_type": "iOS",
            "itunes_store_url": store_address(draft),
            **INSTALLED,
            "deploy_as_managed_app": True,
            "take_over_management": False,
            "remove_app_when_mdm_profile_is_removed": True,
        },
        "scope": {"all_mobile_devices": False, "all_jss_users": False},
        **OF_USERS,
    }


def app_from_draft(draft: AppDraft, number: str, *, tenant: str, read_at: datetime) -> App:
    """An app record as it was just made."""
    address = store_address(draft)
    return App(
        ref=Ref(tenant=tenant, id=number),
        origin=Origin(
            backend="jamf",
            read_at=read_at,
            absent={"license_mode": Absence.NOT_EXPOSED_BY_PRODUCT},
            inferred=frozenset({"kind"}),
        ),
        name=draft.name,
        kind=AppKind.STORE,
        bundle_id=draft.bundle_id,
        store_id=store_id(address),
        version=draft.version or UNKNOWN_VERSION,
        url=address,
        installs_by_itself=True,
        has_configuration=False,
        scope=Scope(),
    )


def _kind(row: AppRowWire) -> AppKind:
    return AppKind.IN_HOUSE if row.internal_app else AppKind.STORE


def _origin(row: AppRowWire, *, absent: Mapping[str, Absence], read_at: datetime) -> Origin:
    """Jamf Pro shows a custom app like one from the store, so that kind is a conclusion."""
    inferred = frozenset[str]() if row.internal_app else frozenset({"kind"})
    return Origin(backend="jamf", read_at=read_at, absent=absent, inferred=inferred, raw=row)


def _license_mode(licensing: AppLicensingWire) -> LicenseMode | None:
    """To what licenses go; an app without a location has none, whatever its switch says."""
    if licensing.vpp_admin_account_id < 0 or licensing.assign_vpp_device_based_licenses is None:
        return None
    is_device = licensing.assign_vpp_device_based_licenses
    return LicenseMode.DEVICE if is_device else LicenseMode.USER
