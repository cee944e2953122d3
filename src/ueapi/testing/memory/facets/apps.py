"""The app catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Apps, Change, Ensured
from ueapi.errors import Rejected
from ueapi.flow import Call, Effect, Flow, Page, ask
from ueapi.model import App, AppDraft, AppKind, Scope
from ueapi.testing.memory.calls import Listing, reading, targets, writing
from ueapi.testing.memory.mapping import APP_KINDS, Source, app
from ueapi.testing.memory.wire import AcceptedRow, AppInFullRow, AppRow, PageRow, read

PATH: Final = "/v1/apps"
ONE: Final = "/v1/apps/{id}"
ENSURE: Final = "apps.ensure"
_WORDS: Final = {kind: word for word, kind in APP_KINDS.items()}


@frozen
class MemoryApps(Apps):
    """The tenant's apps."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[App]]:
        """List apps without scope: one call for each page."""
        listing = Listing(operation="apps.list", path=PATH, rows=self._rows)
        return (yield from listing.page(PageRow[AppRow], cursor, translate=self._app))

    def get(self, app_id: str) -> Flow[App]:
        """Read one app with its scope: one call."""
        return (yield from self._told(reading("apps.get", ONE, app_id)))

    def ensure(self, draft: AppDraft) -> Flow[Ensured[App]]:
        """Search by bundle id, then create: one call, and one more if it isn't there.

        Raises:
            Rejected: a web app, which the product has no place for. Nothing was sent.
        """
        where = (("bundle_id", draft.bundle_id),)
        listing = Listing(operation=ENSURE, path=PATH, rows=self._rows, where=where)
        body = _body(draft)
        page = yield from listing.page(PageRow[AppRow], None, translate=self._app)
        found = next((a for a in page.items if a.bundle_id == draft.bundle_id), None)
        if found is not None:
            # What is in the catalog comes from the store; a draft has nothing to correct there.
            return Ensured(found, Change.UNCHANGED)
        call = writing(ENSURE, "POST", PATH, effect=Effect.READABLE, body=body)
        return Ensured((yield from self._told(call)), Change.CREATED)

    def assign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Have the apps installed: one call for all of them."""
        return (yield from _order("assign", app_ids, to))

    def unassign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Take the apps back: one call for all of them."""
        return (yield from _order("unassign", app_ids, to))

    def _told(self, call: Call) -> Flow[App]:
        return self._app(read(AppInFullRow, (yield from ask(call)), of="an app"))

    def _app(self, row: AppRow) -> App:
        return app(self._source, row)


def _body(draft: AppDraft) -> dict[str, object]:
    if draft.kind is AppKind.WEB:
        raise Rejected(
            "the catalog has no place for a web app.",
            remedy="Offer it as a web clip in a configuration profile; nothing was sent.",
        )
    return {
        "name": draft.name,
        "kind": _WORDS[draft.kind],
        "bundle_id": draft.bundle_id,
        "store_id": draft.store_id,
        "version": draft.version,
    }


def _order(verb: str, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
    body = {"apps": list(app_ids), "to": targets(to)}
    call = writing(f"apps.{verb}", "POST", f"/v1/apps/{verb}", effect=Effect.IDEMPOTENT, body=body)
    read(AcceptedRow, (yield from ask(call)), of="the assignment")
    return Accepted()
