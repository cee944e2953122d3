"""What every backend promises about configuration profiles."""

from __future__ import annotations

import plistlib
from collections.abc import Callable
from unittest import SkipTest

from ueapi.apple import profiles as apple_profiles
from ueapi.client import Tenant
from ueapi.contract import Capability, Change
from ueapi.model import Profile, ProfileDraft
from ueapi.testing.harness import Harness, plain
from ueapi.testing.promises import promise
from ueapi.testing.scopes import accepted_for_each_kind, restores
from ueapi.testing.subjects import (
    UNKNOWN,
    first_id,
    need,
    profiles,
    require_not_found,
    same_at_any_page_size,
)
from ueapi.testing.tiers import Topic

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


def _draft(least: int = 6) -> ProfileDraft:
    asked = plistlib.loads(PASSCODE)
    asked["PayloadContent"][0]["minLength"] = least
    content = apple_profiles.write(apple_profiles.read(plistlib.dumps(asked)))
    return ProfileDraft(name="Kit passcode & more", content=content)


def _profile(profile_id: str) -> Callable[[Tenant], Profile]:
    return lambda tenant: tenant.profiles.get(profile_id)


class ProfilesConformance:
    """The profiles facet."""

    facet = "profiles"

    @promise(
        "profiles.list.every-profile",
        Topic.READS,
        Capability.PROFILES_LIST,
        fix="List what the product keeps as profiles or policies for phones, page by page.",
    )
    def test_lists_every_profile(self, harness: Harness) -> None:
        """Each seeded profile appears under its name."""
        listed = harness.both_ways(Capability.PROFILES_LIST, lambda t: list(t.profiles.list()))
        if listed is not None:
            assert {seed.name for seed in harness.fleet.profiles} <= {p.name for p in listed}
            assert len({p.id for p in listed}) == len(listed)

    @promise(
        "profiles.list.any-page-size",
        Topic.PAGING,
        Capability.PROFILES_LIST,
        fix="Derive each page's cursor from what the product answered, and not from the rows asked for.",
    )
    def test_lists_the_same_at_any_page_size(self, harness: Harness) -> None:
        """However the listing is cut into pages, its rows and their order are the same."""
        same_at_any_page_size(harness, Capability.PROFILES_LIST, lambda t: t.profiles.list())

    @promise(
        "profiles.get.twice-is-equal",
        Topic.LAWS,
        Capability.PROFILES_GET,
        fix="Write content in the canonical form of `ueapi.apple.profiles`, keys owned by the server masked.",
    )
    def test_reading_twice_is_equal(self, harness: Harness) -> None:
        """Content is the same by meaning in two readings."""
        for row in profiles(harness):
            first = harness.both_ways(Capability.PROFILES_GET, _profile(row.id))
            if first is not None:
                assert plain([first]) == plain([harness.tenant.profiles.get(row.id)])
                assert (first.id, first.name) == (row.id, row.name)

    @promise(
        "profiles.get.unknown",
        Topic.READS,
        Capability.PROFILES_GET,
        fix="Have `fault` map the product's answer for an unknown id to NotFound.",
    )
    def test_getting_none_is_not_found(self, harness: Harness) -> None:
        """An id that no profile has raises NotFound."""
        require_not_found(harness, Capability.PROFILES_GET, _profile(UNKNOWN))

    @promise(
        "profiles.translate.says-what-ensure-does",
        Topic.LAWS,
        Capability.PROFILES_ENSURE,
        fix="Derive `mappable` and the fates from the same table that `ensure` writes with; ask nothing on the way.",
    )
    def test_translating_asks_nothing_and_tells_what_is_kept(self, harness: Harness) -> None:
        """Translation sends no request, is the same twice, and `ensure` takes the mappable part."""
        before = len(harness.simulator.log.entries)
        first = harness.tenant.profiles.translate(PASSCODE)
        again = harness.tenant.profiles.translate(PASSCODE)

        assert first == again
        assert len(harness.simulator.log.entries) == before
        if first.mappable is not None and harness.can(Capability.PROFILES_ENSURE):
            draft = ProfileDraft(name="Kit mappable", content=first.mappable)
            assert harness.tenant.profiles.ensure(draft).change is Change.CREATED

    @promise(
        "profiles.ensure.twice-is-once",
        Topic.LAWS,
        Capability.PROFILES_ENSURE,
        fix="Look for the profile by name first, and compare content by meaning before writing.",
    )
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

    @promise(
        "profiles.ensure.existing",
        Topic.WRITES,
        Capability.PROFILES_ENSURE,
        fix="When the profile is there with other content, replace the content, keep the scope, and answer UPDATED.",
    )
    def test_changed_content_updates_the_same_profile(self, harness: Harness) -> None:
        """Other content under the same name changes that profile and no other."""
        if not harness.can(Capability.PROFILES_ENSURE):
            harness.both_ways(Capability.PROFILES_ENSURE, lambda t: t.profiles.ensure(_draft()))
            return
        first = harness.tenant.profiles.ensure(_draft())
        others = plain(p for p in profiles(harness) if p.id != first.value.id)

        second = harness.tenant.profiles.ensure(_draft(least=8))

        assert second.change is Change.UPDATED
        assert second.value.id == first.value.id
        assert plain(p for p in profiles(harness) if p.id != first.value.id) == others
        _same_settings(harness, first.value.id, _draft(least=8).content)

    @promise(
        "profiles.ensure.for-nobody",
        Topic.WRITES,
        Capability.PROFILES_ENSURE,
        fix="Make the profile without a scope; assigning is an order of its own.",
    )
    def test_a_new_profile_is_for_nobody(self, harness: Harness) -> None:
        """A profile made is assigned to nobody, so that no phone changes before it shall."""
        made = harness.both_ways(Capability.PROFILES_ENSURE, lambda t: t.profiles.ensure(_draft()))
        if made is None or not harness.can(Capability.PROFILES_GET):
            return
        scope = harness.tenant.profiles.get(made.value.id).scope

        assert scope is None or scope.is_empty

    @promise(
        "profiles.assign.each-kind",
        Topic.WRITES,
        Capability.PROFILES_ASSIGN,
        fix="Take each kind of target the row names; bound the row by `to` where the product takes fewer.",
    )
    def test_assigning_and_taking_back(self, harness: Harness) -> None:
        """Both are accepted for a profile, for each kind of target the sheet names."""
        profile_id = _some(harness)

        accepted_for_each_kind(
            harness, Capability.PROFILES_ASSIGN, lambda t, to: t.profiles.assign(profile_id, to)
        )
        accepted_for_each_kind(
            harness, Capability.PROFILES_UNASSIGN, lambda t, to: t.profiles.unassign(profile_id, to)
        )

    @promise(
        "profiles.assign.taken-back",
        Topic.LAWS,
        Capability.PROFILES_ASSIGN,
        Capability.PROFILES_UNASSIGN,
        fix="Change the scope by the given ids only; read it first where the product replaces it as a whole.",
    )
    def test_assigning_then_taking_back_restores(self, harness: Harness) -> None:
        """The scope after assigning and taking back is the one before."""
        wanted = (
            Capability.PROFILES_ASSIGN,
            Capability.PROFILES_UNASSIGN,
            Capability.PROFILES_GET,
        )
        if not all(harness.can(capability) for capability in wanted):
            raise SkipTest("the backend doesn't assign profiles, take them back and show scopes")
        profile_id = need(profiles(harness), "profiles")[0].id

        restores(
            harness,
            Capability.PROFILES_ASSIGN,
            lambda t, to: t.profiles.assign(profile_id, to),
            lambda t, to: t.profiles.unassign(profile_id, to),
            lambda t: t.profiles.get(profile_id).scope,
        )


def _some(harness: Harness) -> str:
    """A profile for nobody yet, or whichever there is."""
    if harness.can(Capability.PROFILES_ENSURE):
        return harness.tenant.profiles.ensure(_draft()).value.id
    return first_id(profiles(harness))


def _same_settings(harness: Harness, profile_id: str, content: bytes) -> None:
    found = harness.both_ways(Capability.PROFILES_GET, _profile(profile_id))
    if found is None or found.content is None:
        return
    sent = {p.type: dict(p.content) for p in apple_profiles.read(content).payloads}
    read = {p.type: dict(p.content) for p in apple_profiles.read(found.content).payloads}
    assert read == sent
