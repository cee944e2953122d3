"""What every backend promises about profiles and apps."""

from __future__ import annotations

import plistlib
from collections.abc import Callable

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability, Change
from ueapi.model import App, AppDraft, AppKind, Profile, ProfileDraft, Scope
from ueapi.testing.harness import Harness, plain

PASSCODE = plistlib.dumps(
    {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": "org.example.kit",
        "PayloadUUID": "6f1f2f64-8d0d-4a5c-9a36-1f2f648d0d4a",
        "PayloadDisplayName": "Kit passcode & more",
        "PayloadContent": [
            {
                "PayloadType": "com.apple.mobiledevice.passwordpolicy",
                "PayloadVersion": 1,
                "PayloadIdentifier": "org.example.kit.passcode",
                "PayloadUUID": "0c5ce3a4-4cbd-4c57-a1ad-3a44cbd4c57a",
                "minLength": 6,
                "allowSimple": False,
            }
        ],
    }
)


def _draft() -> ProfileDraft:
    content = apple_profiles.write(apple_profiles.read(PASSCODE))
    return ProfileDraft(name="Kit passcode & more", content=content)


def _profile(profile_id: str) -> Callable[[Tenant], Profile]:
    return lambda tenant: tenant.profiles.get(profile_id)


def _app(app_id: str) -> Callable[[Tenant], App]:
    return lambda tenant: tenant.apps.get(app_id)


class ProfilesConformance:
    """The profiles facet."""

    facet = "profiles"

    def test_lists_every_profile(self, harness: Harness) -> None:
        """Each seeded profile appears under its name."""
        listed = harness.both_ways(Capability.PROFILES_LIST, lambda t: list(t.profiles.list()))
        if listed is not None:
            assert {seed.name for seed in harness.fleet.profiles} <= {p.name for p in listed}

    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Content is the same by meaning in two readings."""
        listed = harness.both_ways(Capability.PROFILES_LIST, lambda t: list(t.profiles.list()))
        for row in listed or ():
            first = harness.both_ways(Capability.PROFILES_GET, _profile(row.id))
            if first is not None:
                assert plain([first]) == plain([harness.tenant.profiles.get(row.id)])

    def test_ensuring_twice_changes_once_and_reads_back(self, harness: Harness) -> None:
        """What was sent is what is read, by meaning; the second time sends no changing request."""
        draft = _draft()
        first = harness.both_ways(Capability.PROFILES_ENSURE, lambda t: t.profiles.ensure(draft))
        if first is None:
            return
        before = len(harness.simulator.log.changing())

        second = harness.tenant.profiles.ensure(draft)

        assert first.change is Change.CREATED
        assert second.change is Change.UNCHANGED
        assert len(harness.simulator.log.changing()) == before
        _same_settings(harness, first.value.id, draft.content)

    def test_assigning_and_taking_back(self, harness: Harness) -> None:
        """Both are accepted for a profile made a moment ago."""
        made = harness.both_ways(Capability.PROFILES_ENSURE, lambda t: t.profiles.ensure(_draft()))
        someone = next(u for u in harness.tenant.users.list() if not u.built_in)
        profile_id = made.value.id if made else "1"
        to = Scope(users=(someone.id,))

        harness.both_ways(Capability.PROFILES_ASSIGN, lambda t: t.profiles.assign(profile_id, to))
        harness.both_ways(
            Capability.PROFILES_UNASSIGN, lambda t: t.profiles.unassign(profile_id, to)
        )


def _same_settings(harness: Harness, profile_id: str, content: bytes) -> None:
    found = harness.both_ways(Capability.PROFILES_GET, lambda t: t.profiles.get(profile_id))
    if found is None or found.content is None:
        return
    sent = {p.type: dict(p.content) for p in apple_profiles.read(content).payloads}
    read = {p.type: dict(p.content) for p in apple_profiles.read(found.content).payloads}
    assert read == sent


class AppsConformance:
    """The apps facet."""

    facet = "apps"

    def test_lists_store_apps_by_bundle_id(self, harness: Harness) -> None:
        """Each seeded store app appears under its bundle id."""
        listed = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list()))
        if listed is None:
            return
        wanted = {a.bundle_id for a in harness.fleet.apps if a.kind is AppKind.STORE}

        assert wanted <= {a.bundle_id for a in listed}

    def test_gets_what_it_lists(self, harness: Harness) -> None:
        """An app read alone agrees with its row."""
        listed = harness.both_ways(Capability.APPS_LIST, lambda t: list(t.apps.list())) or []
        for row in listed[:3]:
            alone = harness.both_ways(Capability.APPS_GET, _app(row.id))
            if alone is not None:
                assert (alone.bundle_id, alone.name) == (row.bundle_id, row.name)

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

    def test_assigning_and_taking_back(self, harness: Harness) -> None:
        """Both are accepted for an app of the catalog."""
        apps = list(harness.tenant.apps.list())
        someone = next(u for u in harness.tenant.users.list() if not u.built_in)
        to = Scope(users=(someone.id,))
        ids = [a.id for a in apps if a.kind is AppKind.STORE][:1]

        harness.both_ways(Capability.APPS_ASSIGN, lambda t: t.apps.assign(ids, to))
        harness.both_ways(Capability.APPS_UNASSIGN, lambda t: t.apps.unassign(ids, to))
