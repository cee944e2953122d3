"""Apps, of the Classic API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from ueapi.contract import Accepted, Apps, Capability, Change, Ensured, needs
from ueapi.errors import Conflict, ManualStepRequired, NotFound
from ueapi.flow import Call, Flow, Page, ask, ask_all
from ueapi.model import App, AppDraft, AppKind, LicenseMode, Scope
from ueapi_jamf import paths
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.lately import LatelyMade, LatelyScoped
from ueapi_jamf.facets.rescoping import adding, removing, rescoped
from ueapi_jamf.mapping.apps import (
    INSTALLED,
    OF_USERS,
    app_from_detail,
    app_from_draft,
    app_from_row,
    record_of,
)
from ueapi_jamf.mapping.targets import places_of
from ueapi_jamf.wire.calls import classic_get, classic_post, classic_put
from ueapi_jamf.wire.content import AppDetail, read_app, read_apps, require_scope
from ueapi_jamf.wire.scoping import Place, Wanted
from ueapi_jamf.wire.writing import Fields, document, new_id

_ENSURE: Final = "apps.ensure"
_ASSIGN: Final = "apps.assign"
_UNASSIGN: Final = "apps.unassign"
_ROOT: Final = "mobile_device_application"
_BY_HAND: Final[Mapping[AppKind, tuple[str, ...]]] = {
    AppKind.IN_HOUSE: (
        "Open Devices, Mobile Device Apps, and add an in-house app",
        "Upload its archive, or name the address of its manifest",
    ),
    AppKind.CUSTOM: (
        "In Apple Business Manager, get licenses of the app for the location Jamf Pro uses",
        "Open Devices, Mobile Device Apps, and add the app from the volume purchased content",
    ),
    AppKind.WEB: (
        "Make a configuration profile with a web clip: Jamf Pro has no apps of that kind",
    ),
}


@frozen
class JamfApps(Facet, Apps):
    """The app catalog of a Jamf Pro server."""

    made: LatelyMade = field(factory=LatelyMade, repr=False)
    scoped: LatelyScoped = field(factory=LatelyScoped, repr=False)

    @needs(Capability.APPS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[App]]:
        reply = yield from ask(classic_get("apps.list", paths.APPS))
        tenant, read_at = self.context.tenant, self.context.now()
        items = tuple(app_from_row(row, tenant=tenant, read_at=read_at) for row in read_apps(reply))
        return Page(items, total=len(items))

    @needs(Capability.APPS_GET)
    def get(self, app_id: str) -> Flow[App]:
        return self._app((yield from _detail("apps.get", app_id)))

    @needs(Capability.APPS_ENSURE)
    def ensure(self, draft: AppDraft) -> Flow[Ensured[App]]:
        """Find the app by bundle identifier, else make a record of it; its licenses go to users.

        Costs one call to list, and one to create; or one to read each record of the app, and one to change the way it
        is licensed if nobody has it yet.

        Raises:
            ManualStepRequired: the app is not in the catalog, and is of a kind that only a person can add.
            Rejected: it is not in the catalog and comes without Apple's id. Nothing was changed.
            Conflict: its only record licenses devices and is in use, or several records fit. Nothing was changed.
        """
        reply = yield from ask(classic_get(_ENSURE, paths.APPS))
        numbers = [row.id for row in read_apps(reply) if row.bundle_id == draft.bundle_id]
        if not numbers:
            number = self.made.id_of(draft.bundle_id, now=self.context.now())
            if number is None:
                return (yield from self._create(draft))
            numbers = [number]
        return (yield from self._fitting(draft, numbers))

    @needs(Capability.APPS_ASSIGN)
    def assign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Put targets into the scope of each app, which has it installed for them.

        Costs one call to read each app, and one to write it unless all targets are in it. An app that nobody has yet
        and that is only offered is set to be installed; the licenses are given apart, by `licenses.assign`.

        Raises:
            Rejected: the scope names everyone or exceptions. Nothing was sent.
            Conflict: an app excludes one of the targets, or is only offered to those who have it. Nothing was changed.
        """
        places = places_of(to)
        details = yield from _details(_ASSIGN, app_ids)
        calls = [self._assignment(number, detail, places) for number, detail in details]
        yield from _written(calls)
        return Accepted()

    @needs(Capability.APPS_UNASSIGN)
    def unassign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Take targets out of the scope of each app: one call to read it, and one to write it unless none is in it."""
        wanted = removing(places_of(to))
        details = yield from _details(_UNASSIGN, app_ids)
        calls = [self._rescoping(_UNASSIGN, number, detail, wanted) for number, detail in details]
        yield from _written(calls)
        return Accepted()

    # -- making sure -------------------------------------------------------------------------------

    def _create(self, draft: AppDraft) -> Flow[Ensured[App]]:
        if draft.kind is not AppKind.STORE:
            raise _by_hand(draft)
        body = document(_ROOT, record_of(draft))
        reply = yield from ask(classic_post(_ENSURE, paths.APP, body=body))
        number, now = new_id(reply, _ROOT), self.context.now()
        self.made.note(draft.bundle_id, number, now=now)
        made = app_from_draft(draft, number, tenant=self.context.tenant, read_at=now)
        return Ensured(made, Change.CREATED)

    def _fitting(self, draft: AppDraft, numbers: Sequence[str]) -> Flow[Ensured[App]]:
        """The one record whose licenses can go to users. Institutions keep records of their own beside it."""
        try:
            details = yield from _details(_ENSURE, numbers)
        except NotFound:
            raise Conflict(
                f"the record of {draft.bundle_id} was made or deleted moments ago, and the server's nodes don't agree.",
                remedy="Repeat in a minute; nothing was changed.",
            ) from None
        apps = [self._app(detail) for _, detail in details]
        fitting = [app for app in apps if app.license_mode is not LicenseMode.DEVICE]
        if len(fitting) == 1:
            return Ensured(fitting[0], Change.UNCHANGED)
        unused = [app for app in apps if app.scope is not None and app.scope.is_empty]
        if fitting or len(unused) != 1:
            raise _unclear(draft, apps)
        return (yield from self._license_users(unused[0]))

    def _license_users(self, app: App) -> Flow[Ensured[App]]:
        body = document(_ROOT, OF_USERS)
        reply = yield from ask(classic_put(_ENSURE, paths.APP, at={"id": app.id}, body=body))
        new_id(reply, _ROOT)
        changed = app.model_copy(update={"license_mode": LicenseMode.USER})
        return Ensured(changed, Change.UPDATED)

    # -- scopes ------------------------------------------------------------------------------------

    def _assignment(self, number: str, detail: AppDetail, places: tuple[Place, ...]) -> Call | None:
        stored = require_scope(detail.stored_scope, what=f"app {number}")
        wanted = adding(stored, places, what=f"app {number}")
        app = self._app(detail)
        if app.installs_by_itself is not False:
            return self._rescoping(_ASSIGN, number, detail, wanted)
        if app.scope is None or not app.scope.is_empty:
            raise Conflict(
                f"app {number} is offered in Self Service to those who have it, and not installed.",
                remedy="Set it to be installed in Jamf Pro, or make a record of its own for these people;"
                " nothing was changed.",
            )
        return self._rescoping(_ASSIGN, number, detail, wanted, {"general": INSTALLED})

    def _rescoping(
        self,
        operation: str,
        number: str,
        detail: AppDetail,
        wanted: Wanted,
        beside: Fields | None = None,
    ) -> Call | None:
        now = self.context.now()
        stored = require_scope(detail.stored_scope, what=f"app {number}")
        scope = rescoped(stored, wanted, self.scoped.of(number, now=now))
        if scope is None:
            return None
        self.scoped.note(number, wanted, now=now)
        body = document(_ROOT, beside or {}, beside=[scope])
        return classic_put(operation, paths.APP, at={"id": number}, body=body)

    def _app(self, detail: AppDetail) -> App:
        return app_from_detail(detail, tenant=self.context.tenant, read_at=self.context.now())


def _detail(operation: str, number: str) -> Flow[AppDetail]:
    reply = yield from ask(_reading(operation, number))
    return read_app(reply)


def _details(operation: str, numbers: Sequence[str]) -> Flow[list[tuple[str, AppDetail]]]:
    wanted = list(dict.fromkeys(numbers))
    replies = yield from ask_all(_reading(operation, number) for number in wanted)
    return [(number, read_app(reply)) for number, reply in zip(wanted, replies, strict=True)]


def _written(calls: Sequence[Call | None]) -> Flow[None]:
    replies = yield from ask_all(call for call in calls if call is not None)
    for reply in replies:
        new_id(reply, _ROOT)


def _reading(operation: str, number: str) -> Call:
    return classic_get(operation, paths.APP, at={"id": number})


def _by_hand(draft: AppDraft) -> ManualStepRequired:
    steps = _BY_HAND[draft.kind]
    return ManualStepRequired(
        f"{draft.bundle_id} is not in the catalog, and this backend adds store apps only.",
        steps=steps,
        remedy=f"A person does this: {'; '.join(steps)}. Nothing was changed.",
        operation=_ENSURE,
    )


def _unclear(draft: AppDraft, apps: Sequence[App]) -> Conflict:
    named = ", ".join(app.id for app in apps)
    return Conflict(
        f"records {named} of {draft.bundle_id} don't tell which one is for personal phones.",
        remedy="Keep one record whose licenses go to users, beside those for the organization's own devices;"
        " nothing was changed.",
    )
