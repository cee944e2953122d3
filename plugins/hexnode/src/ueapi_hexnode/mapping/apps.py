"""Apps of the catalog."""

from __future__ import annotations

from ueapi.model import App, AppKind
from ueapi_hexnode import assumed
from ueapi_hexnode.mapping.origin import Source, not_shown
from ueapi_hexnode.wire.apps import AppRow
from ueapi_hexnode.wire.base import unknown_word


def app_from_row(source: Source, row: AppRow) -> App:
    """Translate an app; neither Apple's number of it nor scope and configuration are shown.

    One without a name is called by its bundle identifier, since people have to call it something.
    """
    return App(
        ref=source.ref(row.id),
        origin=source.origin(
            row,
            inferred=() if row.name else ("name",),
            absent=not_shown(
                "bundle_id",
                "store_id",
                "version",
                "url",
                "license_mode",
                "installs_by_itself",
                "has_configuration",
                "scope",
            ),
        ),
        name=row.name or row.identifier or f"App {row.id}",
        kind=_kind(row.app_type),
        bundle_id=row.identifier,
        version=row.version,
        url=row.webapp_url,
    )


def _kind(raw: str) -> AppKind:
    try:
        return assumed.APP_KINDS[assumed.word(raw)]
    except KeyError:
        known = ", ".join(assumed.APP_KINDS)
        raise unknown_word(raw, of="app_type", known=known) from None
