"""Apps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ueapi.errors import Unintelligible
from ueapi.model import Absence, App, AppKind, LicenseMode, Origin, Ref
from ueapi_jamf.mapping.scopes import scope_from_wire
from ueapi_jamf.mapping.text import filled
from ueapi_jamf.wire.content import AppDetail, AppLicensingWire, AppRowWire

_STORE_ID: Final = re.compile(r"[/?&]id=?(\d+)(?!\w)")

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
