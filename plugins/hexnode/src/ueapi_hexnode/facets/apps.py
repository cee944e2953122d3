"""The app catalog, and having apps installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Apps, Change, Ensured
from ueapi.errors import ManualStepRequired, Rejected
from ueapi.flow import Call, Effect, Flow, Page, ask
from ueapi.model import App, AppDraft, AppKind, Scope
from ueapi_hexnode import assumed
from ueapi_hexnode.facets.calls import action, number, reading, taken, targets, writing
from ueapi_hexnode.facets.catalog import Catalog
from ueapi_hexnode.facets.listing import V1
from ueapi_hexnode.mapping.apps import app_from_row
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.wire.apps import AppRow, FoundRow, StoreRow
from ueapi_hexnode.wire.base import read

_ENSURE: Final = "apps.ensure"
_BY_HAND: Final[Mapping[AppKind, tuple[str, ...]]] = MappingProxyType(
    {
        AppKind.IN_HOUSE: (
            "In the portal, open Apps and add an enterprise app",
            "Upload its IPA file",
        ),
        AppKind.CUSTOM: (
            "In Apple Business Manager, get licenses of the app for the location the portal uses",
            "In the portal, sync Apps and Books; the app then appears in the catalog",
        ),
        AppKind.WEB: ("In the portal, open Apps and add a web app with its address and an icon",),
    }
)


@frozen
class HexnodeApps(Apps):
    """The portal's apps for iPhone and iPad."""

    _source: Source
    _catalog: Catalog

    def page(self, cursor: str | None) -> Flow[Page[App]]:
        """List apps: one call for each page."""
        page = yield from self._catalog.listing("apps.list").page(AppRow, cursor)
        apps = tuple(app_from_row(self._source, row) for row in page.items)
        return Page(apps, page.next, page.total)

    def get(self, app_id: str) -> Flow[App]:
        """Read one app: one call."""
        reply = yield from ask(reading("apps.get", "/applications/{id}/", app_id))
        return app_from_row(self._source, read(AppRow, reply, of="an app"))

    def ensure(self, draft: AppDraft) -> Flow[Ensured[App]]:
        """Find the app by bundle identifier, else search the store and add it.

        Costs one call for each page of apps, and to add one, one or two searches and one to write.

        Raises:
            ManualStepRequired: the app is not in the catalog, and is of a kind that only a person can add.
            Rejected: the store search does not show the app. Nothing was changed.
        """
        rows = yield from self._catalog.listing(_ENSURE).walk(AppRow)
        found = next((row for row in rows if row.identifier == draft.bundle_id), None)
        if found is not None:
            return Ensured(app_from_row(self._source, found), Change.UNCHANGED)
        if draft.kind is not AppKind.STORE:
            raise _by_hand(draft)
        store = yield from self._search(draft)
        reply = yield from ask(
            writing(_ENSURE, "POST", "/applications/", store.as_body(), effect=Effect.READABLE)
        )
        made = app_from_row(self._source, read(AppRow, reply, of="the new app"))
        return Ensured(made, Change.CREATED)

    def assign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Order the installation of all apps for all targets: one call. Licenses go out with it."""
        return (yield from _order("apps.assign", "install_applications", app_ids, to))

    def unassign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Order the removal of all apps for all targets: one call."""
        return (yield from _order("apps.unassign", assumed.UNINSTALL, app_ids, to))

    def _search(self, draft: AppDraft) -> Flow[StoreRow]:
        for keyword in dict.fromkeys((draft.name, draft.bundle_id)):
            reply = yield from ask(_searching(keyword))
            for row in read(FoundRow, reply, of="the store search").results:
                if row.identifier == draft.bundle_id:
                    return row
        raise Rejected(
            f"the product's store search does not show {draft.bundle_id}.",
            problems=[f"bundle_id: {draft.bundle_id} not found"],
            remedy="Check the bundle identifier and the store's country, or add the app in the portal;"
            " nothing was changed.",
        )


def _order(operation: str, name: str, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
    body = {"apps": [number(a) for a in app_ids], **targets(to)}
    yield from taken(action(operation, name, body, effect=Effect.READABLE))
    return Accepted()


def _searching(keyword: str) -> Call:
    return Call(
        operation=_ENSURE,
        method="GET",
        path=f"{V1}/applications/searchapp/",
        effect=Effect.READS,
        query=(("keyword", keyword), ("platform", "ios")),
    )


def _by_hand(draft: AppDraft) -> ManualStepRequired:
    steps = _BY_HAND[draft.kind]
    return ManualStepRequired(
        f"{draft.bundle_id} is not in the catalog, and the API adds store apps only.",
        steps=steps,
        remedy=f"A person does this: {'; '.join(steps)}. Nothing was changed.",
        operation=_ENSURE,
    )
