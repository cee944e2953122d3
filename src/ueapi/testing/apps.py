"""What every backend promises about apps."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

from ueapi.client import Tenant
from ueapi.contract import Capability, Change
from ueapi.model import App, AppDraft, AppKind, LicenseMode
from ueapi.rehearsal.apps_and_books import StoreApp
from ueapi.testing.harness import Harness, plain
from ueapi.testing.promises import promise
from ueapi.testing.scopes import accepted_for_each_kind, restores
from ueapi.testing.subjects import (
    UNKNOWN,
    need,
    require_not_found,
    same_at_any_page_size,
    store_apps,
)
from ueapi.testing.tiers import Topic

NEW = StoreApp(
    store_id="6490009999", bundle_id="org.example.kit", name="Kit & Söhne", version="1.0"
)


def _app(app_id: str) -> Callable[[Tenant], App]:
    return lambda tenant: tenant.apps.get(app_id)


def _draft(app: StoreApp) -> AppDraft:
    return AppDraft(
        name=app.name, kind=AppKind.STORE, bundle_id=app.bundle_id, store_id=app.store_id
    )


class AppsConformance:
    """The apps facet."""

    facet = "apps"

    @promise(
        "apps.list.by-bundle-id",
        Topic.READS,
        Capability.APPS_LIST,
        fix="Read the bundle id of each app of the catalog, and follow the pages to the end.",
    )
    def test_lists_store_apps_by_bundle_id(self, harness: Harness) -> None:
        """Each seeded store app appears under its bundle id."""
        listed = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list()))
        if listed is None:
            return
        wanted = {a.bundle_id for a in harness.fleet.apps if a.kind is AppKind.STORE}

        assert wanted <= {a.bundle_id for a in listed}
        assert len({a.id for a in listed}) == len(listed)

    @promise(
        "apps.list.twice-is-equal",
        Topic.LAWS,
        Capability.APPS_LIST,
        fix="Take nothing into an app but what the product says; only `origin.read_at` may differ.",
    )
    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Nothing but the time of reading differs between two listings."""
        first = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list()))
        if first is not None:
            assert plain(first) == plain(harness.tenant.apps.list())

    @promise(
        "apps.list.any-page-size",
        Topic.PAGING,
        Capability.APPS_LIST,
        fix="Derive each page's cursor from what the product answered, and not from the rows asked for.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.APPS_LIST, lambda t: t.apps.list())

    @promise(
        "apps.get.as-listed",
        Topic.LAWS,
        Capability.APPS_GET,
        fix="Read rows of the listing and single apps through the same mapping.",
    )
    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """An app read alone agrees with its row."""
        listed = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list())) or []
        for row in listed:
            alone = harness.both_ways(Capability.APPS_GET, _app(row.id))
            if alone is not None:
                assert (alone.bundle_id, alone.name) == (row.bundle_id, row.name)
                assert (alone.kind, alone.version) == (row.kind, row.version)

    @promise(
        "apps.get.unknown",
        Topic.READS,
        Capability.APPS_GET,
        fix="Have `fault` map the product's answer for an unknown id to NotFound.",
    )
    def test_getting_none_is_not_found(self, harness: Harness) -> None:
        """An id that no app has raises NotFound."""
        require_not_found(harness, Capability.APPS_GET, _app(UNKNOWN))

    @promise(
        "apps.store-id.as-claimed",
        Topic.SHEET,
        Capability.APPS_STORE_ID,
        fix="Fill `store_id` where the sheet claims it, and leave it None where the sheet refuses.",
    )
    def test_store_ids_are_as_the_sheet_says(self, harness: Harness) -> None:
        """Claimed, store apps show Apple's id; refused, none does."""
        rows = need(store_apps(harness), "store apps")
        if harness.can(Capability.APPS_GET):
            rows = [harness.tenant.apps.get(row.id) for row in rows]
        wanted = {a.bundle_id: a.store_id for a in harness.fleet.apps}

        for app in rows:
            expected = wanted.get(app.bundle_id or "")
            assert app.store_id == (expected if harness.can(Capability.APPS_STORE_ID) else None)

    @promise(
        "apps.license-mode.never-guessed",
        Topic.READS,
        Capability.APPS_LIST,
        fix="Read `license_mode` from the product, and leave it None where the product doesn't show it.",
    )
    def test_license_modes_are_read_and_never_guessed(self, harness: Harness) -> None:
        """An app shows the license mode it has or none at all: who plans by a wrong one buys the wrong licenses."""
        rows = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list())) or []
        if harness.can(Capability.APPS_GET):
            rows += [harness.tenant.apps.get(row.id) for row in rows]
        licensed = {
            a.bundle_id for a in harness.fleet.apps if a.kind in (AppKind.STORE, AppKind.CUSTOM)
        }
        for app in rows:
            true = LicenseMode.USER if app.bundle_id in licensed else None
            assert app.license_mode in (None, true), (
                f"{app.name} shows {app.license_mode}, and has {true or 'no licenses'}"
            )

    @promise(
        "apps.ensure.already-there",
        Topic.LAWS,
        Capability.APPS_ENSURE,
        fix="Look for the app by bundle id first, and answer UNCHANGED when it is there.",
    )
    def test_ensuring_an_app_that_is_there_changes_nothing(self, harness: Harness) -> None:
        """A store app already in the catalog is found by its bundle id."""
        seed = next(a for a in harness.fleet.apps if a.kind is AppKind.STORE)
        draft = AppDraft(
            name=seed.name, kind=seed.kind, bundle_id=seed.bundle_id, store_id=seed.store_id
        )
        before = len(harness.simulator.log.changing())

        ensured = harness.both_ways(Capability.APPS_ENSURE, lambda t: t.apps.ensure(draft))

        if ensured is not None:
            assert ensured.change is Change.UNCHANGED
            assert len(harness.simulator.log.changing()) == before

    @promise(
        "apps.ensure.is-listed",
        Topic.WRITES,
        Capability.APPS_ENSURE,
        fix="Add the app by its store id, and read it back for the answer.",
    )
    def test_an_app_made_is_listed_and_no_other_changes(self, harness: Harness) -> None:
        """A new store app is in the catalog once, a second time changes nothing, and other rows are as before."""
        harness.apple.publish(NEW)
        draft = _draft(NEW)
        before = plain(store_apps(harness))
        made = harness.both_ways(Capability.APPS_ENSURE, lambda t: t.apps.ensure(draft))
        if made is None:
            return
        again = harness.tenant.apps.ensure(draft)
        after = store_apps(harness)

        assert (made.change, again.change) == (Change.CREATED, Change.UNCHANGED)
        assert again.value.id == made.value.id
        assert [a.bundle_id for a in after if a.id == made.value.id] == [NEW.bundle_id]
        assert [
            r for r in plain(a for a in after if a.id != made.value.id) if r not in before
        ] == []

    @promise(
        "apps.assign.each-kind",
        Topic.WRITES,
        Capability.APPS_ASSIGN,
        fix="Take each kind of target the row names; bound the row by `to` where the product takes fewer.",
    )
    def test_assigning_and_taking_back(self, harness: Harness) -> None:
        """Both are accepted for an app of the catalog, for each kind of target the sheet names."""
        ids = [a.id for a in store_apps(harness)][:1] or [UNKNOWN]

        accepted_for_each_kind(
            harness, Capability.APPS_ASSIGN, lambda t, to: t.apps.assign(ids, to)
        )
        accepted_for_each_kind(
            harness, Capability.APPS_UNASSIGN, lambda t, to: t.apps.unassign(ids, to)
        )

    @promise(
        "apps.assign.taken-back",
        Topic.LAWS,
        Capability.APPS_ASSIGN,
        Capability.APPS_UNASSIGN,
        fix="Change the scope by the given ids only; read it first where the product replaces it as a whole.",
    )
    def test_assigning_then_taking_back_restores(self, harness: Harness) -> None:
        """The scope after assigning and taking back is the one before."""
        if not _can_compare(harness):
            raise SkipTest("the backend doesn't assign apps, take them back and show scopes")
        app_id = need(store_apps(harness), "store apps")[0].id

        restores(
            harness,
            Capability.APPS_ASSIGN,
            lambda t, to: t.apps.assign([app_id], to),
            lambda t, to: t.apps.unassign([app_id], to),
            lambda t: t.apps.get(app_id).scope,
        )


def _can_compare(harness: Harness) -> bool:
    wanted = (Capability.APPS_ASSIGN, Capability.APPS_UNASSIGN, Capability.APPS_GET)
    return all(harness.can(capability) for capability in wanted)
