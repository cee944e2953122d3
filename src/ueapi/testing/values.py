"""Values go to the product as they are: what stands in an id never becomes part of a path, a query or a filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ueapi.client import Tenant
from ueapi.contract import Capability
from ueapi.errors import NotFound, Rejected, Unintelligible
from ueapi.model import Thing
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.subjects import need, people, phones, profiles, store_apps
from ueapi.testing.tiers import Topic

ODD_IDS: Final = (
    "{id}?kit=1",
    "{id}/?kit=1",
    "{id}#kit",
    "{id}&kit=1",
    "{id}%00",
    "kit/../{id}",
    '{id}" or id=="{id}',
    "{id}</id><id>{id}",
)
"""Texts that lead to the object of that id where they aren't encoded, and to none where they are."""
_FIX: Final = (
    "Put ids into a call's `at` and `query`, which are encoded, and never into `path`; quote them in a filter, and "
    "escape them in XML."
)

Read = Callable[[Tenant, str], Thing]


class ValuesConformance:
    """Nobody reaches another object, or another operation, by the spelling of an id."""

    facet = "values"

    @promise("values.ids.users", Topic.READS, Capability.USERS_GET, fix=_FIX)
    def test_an_odd_id_leads_to_no_user(self, harness: Harness) -> None:
        """An id with signs of its own in it is no user's, whatever it begins with."""
        _leads_nowhere(
            harness,
            Capability.USERS_GET,
            need(people(harness), "users")[0].id,
            lambda t, odd: t.users.get(odd),
        )

    @promise("values.ids.devices", Topic.READS, Capability.DEVICES_GET, fix=_FIX)
    def test_an_odd_id_leads_to_no_device(self, harness: Harness) -> None:
        """An id with signs of its own in it is no device's, whatever it begins with."""
        _leads_nowhere(
            harness,
            Capability.DEVICES_GET,
            need(phones(harness), "devices")[0].id,
            lambda t, odd: t.devices.get(odd),
        )

    @promise("values.ids.profiles", Topic.READS, Capability.PROFILES_GET, fix=_FIX)
    def test_an_odd_id_leads_to_no_profile(self, harness: Harness) -> None:
        """An id with signs of its own in it is no profile's, whatever it begins with."""
        _leads_nowhere(
            harness,
            Capability.PROFILES_GET,
            need(profiles(harness), "profiles")[0].id,
            lambda t, odd: t.profiles.get(odd),
        )

    @promise("values.ids.apps", Topic.READS, Capability.APPS_GET, fix=_FIX)
    def test_an_odd_id_leads_to_no_app(self, harness: Harness) -> None:
        """An id with signs of its own in it is no app's, whatever it begins with."""
        _leads_nowhere(
            harness,
            Capability.APPS_GET,
            need(store_apps(harness), "apps")[0].id,
            lambda t, odd: t.apps.get(odd),
        )


def _leads_nowhere(harness: Harness, capability: Capability, known: str, read: Read) -> None:
    if not harness.can(capability):
        harness.both_ways(capability, lambda t: read(t, known))
        return
    for form in ODD_IDS:
        odd = form.replace("{id}", known)
        try:
            found = read(harness.tenant, odd)
        except (NotFound, Rejected, Unintelligible) as problem:
            assert problem.remedy, f"{capability.value}: {type(problem).__name__} has no remedy"
            continue
        raise AssertionError(f"{capability.value}: {form!r} led to an object, {found.id!r}")
