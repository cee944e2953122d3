"""The app catalog, and distributing apps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from ueapi.contract import Accepted, Apps, Change, Ensured
from ueapi.errors import ManualStepRequired, NotFound, Rejected, Unintelligible
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import App, AppDraft, AppKind, Scope
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account, taken
from ueapi_maas360.facets.lately import LatelyAdded
from ueapi_maas360.facets.listing import Listing
from ueapi_maas360.facets.targets import in_turn, refuse_others
from ueapi_maas360.mapping.apps import (
    STORE_TYPE,
    AppKey,
    Target,
    app_as_added,
    app_from_row,
    app_type,
    is_listed,
    scope_from_rows,
)
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.wire.parts import xml_part
from ueapi_maas360.wire.reading import Record

TAKEN: Final = frozenset({"devices", "device_groups", "everyone"})
"""Fields of a scope that an app can be distributed to."""

_ENSURE: Final = "apps.ensure"
_UNASSIGN: Final = "apps.unassign"
_AT_ONCE: Final = {"instantInstall": "Yes", "sendEmail": "No"}
_CATALOG: Final = "/application-apis/applications/1.0/search/{billing}"
_ONE: Final = "/application-apis/applications/2.0/search/customer/{billing}"
_DISTRIBUTIONS: Final = "/application-apis/applications/1.0/searchDistributions/{billing}"
_ADD: Final = "/application-apis/applications/2.0/addITunesApp/customer/{billing}"
_DISTRIBUTE: Final = "/application-apis/applications/1.0/distributeApp/{billing}"
_STOP: Final = "/application-apis/applications/1.0/stopAppDistribution/{billing}"

_BY_HAND: Final[Mapping[AppKind, tuple[str, ...]]] = MappingProxyType(
    {
        AppKind.IN_HOUSE: ("In the portal, add an enterprise app for iOS and upload its IPA file",),
        AppKind.CUSTOM: (
            "In Apple Business Manager, get licenses of the app for the location the account uses",
            "In the portal, sync Apps and Books; the app then appears in the catalog",
        ),
        AppKind.WEB: ("In the portal, add a web clip for iOS with its address",),
    }
)


@frozen(kw_only=True)
class Maas360Apps(Apps):
    """The account's apps for iPhone and iPad. An app's id is its type and identifier, such as "2:org.example.mail"."""

    _account: Account
    _source: Source
    _page_rows: int
    _lately: LatelyAdded = field(factory=LatelyAdded, init=False)

    def page(self, cursor: str | None) -> Flow[Page[App]]:
        """List apps: one call for each page. Apps for other platforms are left out, so there is no total.

        Raises:
            Unintelligible: apps are announced that no page holds.
        """
        page = yield from self._listing("apps.list").page(cursor)
        if page.total and not page.items:
            raise Unintelligible(
                "the app catalog announces more apps than its pages hold.",
                remedy="It may be changing just now; list again. Nothing was changed.",
            )
        kept = tuple(app_from_row(self._source, row) for row in page.items if is_listed(row))
        return Page(kept, page.next)

    def get(self, app_id: str) -> Flow[App]:
        """Read one app and its distributions: two calls, and one more for each further page of distributions."""
        key = AppKey.parse(app_id)
        row = yield from self._row("apps.get", key)
        return app_from_row(self._source, row, (yield from self._scope("apps.get", key)))

    def ensure(self, draft: AppDraft) -> Flow[Ensured[App]]:
        """Find the app by bundle identifier, else add it from the store.

        Costs one call for each page of the catalog, and to add one, one to write and one to read back.

        Raises:
            ManualStepRequired: the app is not in the catalog, and is of a kind that only a person can add.
            Rejected: the product doesn't add it, as when its store has no such app. Nothing was changed.
        """
        rows = yield from self._listing(_ENSURE).walk()
        listed = (app_from_row(self._source, row) for row in rows if is_listed(row))
        found = next((app for app in listed if app.bundle_id == draft.bundle_id), None)
        found = found or self._lately.find(draft.bundle_id, now=self._source.now())
        if found is not None:
            return Ensured(found, Change.UNCHANGED)
        if draft.kind is not AppKind.STORE:
            raise _by_hand(draft)
        return Ensured((yield from self._add(draft)), Change.CREATED)

    def assign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Distribute each app to each target: one call for each pair, one after the other.

        Licenses go out with it, as the portal's settings of the app say.

        Raises:
            Rejected: the scope has a target the product can't be given, or the product refuses a pair; the remedy
                says how many were accepted before.
        """
        refuse_others(to, TAKEN)
        keys = [AppKey.parse(app_id) for app_id in app_ids]
        return (
            yield from in_turn(
                self._order("apps.assign", _DISTRIBUTE, key, {**target, **_AT_ONCE})
                for key in keys
                for target in _targets(to)
            )
        )

    def unassign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Stop distributing each app to each target; calls and errors as for `assign`.

        When the product refuses one, the distributions are read, since it may just not be distributed to the target.
        """
        refuse_others(to, TAKEN)
        keys = [AppKey.parse(app_id) for app_id in app_ids]
        return (
            yield from in_turn(self._stop(key, target) for key in keys for target in _parts(to))
        )

    def _add(self, draft: AppDraft) -> Flow[App]:
        body, content_type = xml_part(
            assumed.APP_DETAILS, "appDetails", assumed.store_app(draft.bundle_id)
        )
        call = self._account.order(_ENSURE, _ADD, body, content_type, effect=Effect.READABLE)
        taken((yield from ask(call)))
        key = AppKey(STORE_TYPE, draft.bundle_id)
        try:
            app = app_from_row(self._source, (yield from self._row(_ENSURE, key)))
        except NotFound:
            # It was taken, and this answer comes from a node that doesn't know it yet.
            app = app_as_added(self._source, key, name=draft.name)
        self._lately.note(app, now=self._source.now())
        return app

    def _order(
        self, operation: str, path: str, key: AppKey, target: Mapping[str, str]
    ) -> Flow[Accepted]:
        fields = {**_named(key), **target}
        call = self._account.form(operation, path, fields, effect=Effect.READABLE)
        return taken((yield from ask(call)))

    def _stop(self, key: AppKey, part: Scope) -> Flow[Accepted]:
        (target,) = _targets(part)
        try:
            return (yield from self._order(_UNASSIGN, _STOP, key, target))
        except Rejected:
            scope = yield from self._scope(_UNASSIGN, key)
            if _overlap(scope, part):
                raise
            return Accepted()

    def _listing(
        self,
        operation: str,
        path: str = _CATALOG,
        rows: tuple[str, str] = assumed.CATALOG,
        *,
        where: Mapping[str, str] | None = None,
    ) -> Listing:
        root, row = rows
        return Listing(
            account=self._account,
            operation=operation,
            path=path,
            root=root,
            row=row,
            rows=self._page_rows,
            where=where or {},
        )

    def _row(self, operation: str, key: AppKey) -> Flow[Record]:
        listing = self._listing(operation, _ONE, assumed.CATALOG, where=_named(key))
        rows = yield from listing.walk()
        # The search finds apps whose identifiers only begin alike, too.
        same = (r for r in rows if r.text("appId") == key.native and app_type(r) == key.type)
        found = next((r for r in same if is_listed(r)), None)
        if found is None:
            raise NotFound(
                "the catalog has no such app.",
                remedy="It may have been deleted in the meantime; list again. Nothing was changed by reading.",
            )
        return found

    def _scope(self, operation: str, key: AppKey) -> Flow[Scope]:
        where = _named(key)
        listing = self._listing(operation, _DISTRIBUTIONS, assumed.DISTRIBUTIONS, where=where)
        return scope_from_rows((yield from listing.walk()))


def _named(key: AppKey) -> Mapping[str, str]:
    return {"appType": key.type, "appId": key.native}


def _targets(to: Scope) -> Iterator[Mapping[str, str]]:
    if to.everyone:
        yield {"targetDevices": Target.EVERYONE.value}
    for group in to.device_groups:
        yield {"targetDevices": Target.GROUP.value, "deviceGroupId": group}
    for device in to.devices:
        yield {"targetDevices": Target.DEVICE.value, "deviceId": device}


def _parts(to: Scope) -> Iterator[Scope]:
    """The scope in pieces of one target each."""
    if to.everyone:
        yield Scope(everyone=True)
    yield from (Scope(device_groups=(group,)) for group in to.device_groups)
    yield from (Scope(devices=(device,)) for device in to.devices)


def _overlap(scope: Scope, part: Scope) -> bool:
    return (
        (scope.everyone and part.everyone)
        or not set(scope.device_groups).isdisjoint(part.device_groups)
        or not set(scope.devices).isdisjoint(part.devices)
    )


def _by_hand(draft: AppDraft) -> ManualStepRequired:
    steps = _BY_HAND[draft.kind]
    return ManualStepRequired(
        f"{draft.bundle_id} is not in the catalog, and this backend adds store apps only.",
        steps=steps,
        remedy=f"A person does this: {'; '.join(steps)}. Nothing was changed.",
        operation=_ENSURE,
    )
