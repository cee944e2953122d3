"""Configuration profiles. The product takes and gives them as they are, so `translate` isn't overridden."""

from __future__ import annotations

import base64
from typing import Final

from attrs import frozen

from ueapi.apple import profiles as apple_profiles
from ueapi.contract import Accepted, Change, Ensured, Profiles
from ueapi.flow import Call, Effect, Flow, Page, ask
from ueapi.model import Profile, ProfileDraft, Scope
from ueapi.testing.memory.calls import Listing, reading, targets, writing
from ueapi.testing.memory.mapping import Source, profile, profile_in_full
from ueapi.testing.memory.wire import AssignedRow, PageRow, ProfileInFullRow, ProfileRow, read

PATH: Final = "/v1/profiles"
ONE: Final = "/v1/profiles/{id}"
ENSURE: Final = "profiles.ensure"


@frozen
class MemoryProfiles(Profiles):
    """The tenant's profiles."""

    _source: Source
    _rows: int

    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        """List profiles without content: one call for each page."""
        listing = Listing(operation="profiles.list", path=PATH, rows=self._rows)
        return (yield from listing.page(PageRow[ProfileRow], cursor, translate=self._profile))

    def get(self, profile_id: str) -> Flow[Profile]:
        """Read one profile with content and scope: one call."""
        return (yield from self._told(reading("profiles.get", ONE, profile_id)))

    def ensure(self, draft: ProfileDraft) -> Flow[Ensured[Profile]]:
        """Search by name, read the content, then create or replace: two calls, and one more if something has to change.

        Contents are compared by meaning, since the order of keys and the identifiers servers make up say nothing.

        Raises:
            InvalidModel: the draft is no configuration profile. Nothing was sent.
        """
        wanted = apple_profiles.semantic_digest(apple_profiles.read(draft.content))
        body = {"name": draft.name, "content": base64.b64encode(draft.content).decode()}
        found = yield from self._search(draft.name)
        if found is None:
            call = writing(ENSURE, "POST", PATH, effect=Effect.READABLE, body=body)
            return Ensured((yield from self._told(call)), Change.CREATED)
        present = yield from self._told(reading(ENSURE, ONE, found.id))
        if present.digest == wanted:
            return Ensured(present, Change.UNCHANGED)
        call = writing(ENSURE, "PUT", ONE, effect=Effect.IDEMPOTENT, native=found.id, body=body)
        return Ensured((yield from self._told(call)), Change.UPDATED)

    def assign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Add to the profile's targets: one call."""
        return (yield from self._order("assign", profile_id, to))

    def unassign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Take away from the profile's targets: one call."""
        return (yield from self._order("unassign", profile_id, to))

    def _order(self, verb: str, profile_id: str, to: Scope) -> Flow[Accepted]:
        call = writing(
            f"profiles.{verb}",
            "POST",
            f"{ONE}/{verb}",
            effect=Effect.IDEMPOTENT,
            native=profile_id,
            body={"to": targets(to)},
        )
        read(AssignedRow, (yield from ask(call)), of="the assignment")
        return Accepted()

    def _search(self, name: str) -> Flow[Profile | None]:
        listing = Listing(operation=ENSURE, path=PATH, rows=self._rows, where=(("name", name),))
        page = yield from listing.page(PageRow[ProfileRow], None, translate=self._profile)
        return next((p for p in page.items if p.name == name), None)

    def _told(self, call: Call) -> Flow[Profile]:
        row = read(ProfileInFullRow, (yield from ask(call)), of="a profile")
        return profile_in_full(self._source, row)

    def _profile(self, row: ProfileRow) -> Profile:
        return profile(self._source, row)
