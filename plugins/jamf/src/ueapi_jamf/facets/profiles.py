"""Configuration profiles, of the Classic API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from ueapi.apple import profiles as apple
from ueapi.contract import Accepted, Capability, Change, Ensured, Profiles, needs
from ueapi.errors import Conflict, NotFound, Rejected
from ueapi.flow import Flow, Page, ask
from ueapi.model import Profile, ProfileDraft, Scope
from ueapi_jamf import paths
from ueapi_jamf.assumed import survives_ingest
from ueapi_jamf.facets.base import Facet
from ueapi_jamf.facets.lately import LatelyMade, LatelyScoped
from ueapi_jamf.facets.rescoping import adding, removing, rescoped
from ueapi_jamf.mapping.profiles import (
    profile_from_detail,
    profile_from_draft,
    profile_from_row,
    trimmed,
    wanted_profile,
)
from ueapi_jamf.mapping.targets import places_of
from ueapi_jamf.wire.calls import classic_get, classic_post, classic_put
from ueapi_jamf.wire.content import (
    ProfileDetail,
    ProfileWire,
    read_profile,
    read_profiles,
    require_scope,
)
from ueapi_jamf.wire.scoping import Wanted
from ueapi_jamf.wire.writing import Fields, document, new_id

_ENSURE: Final = "profiles.ensure"
_ROOT: Final = "configuration_profile"


@frozen
class JamfProfiles(Facet, Profiles):
    """Configuration profiles of a Jamf Pro server."""

    made: LatelyMade = field(factory=LatelyMade, repr=False)
    scoped: LatelyScoped = field(factory=LatelyScoped, repr=False)

    @needs(Capability.PROFILES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        reply = yield from ask(classic_get("profiles.list", paths.PROFILES))
        tenant, read_at = self.context.tenant, self.context.now()
        items = tuple(
            profile_from_row(row, tenant=tenant, read_at=read_at) for row in read_profiles(reply)
        )
        return Page(items, total=len(items))

    @needs(Capability.PROFILES_GET)
    def get(self, profile_id: str) -> Flow[Profile]:
        return self._profile((yield from _detail("profiles.get", profile_id)))

    @needs(Capability.PROFILES_ENSURE)
    def ensure(self, draft: ProfileDraft) -> Flow[Ensured[Profile]]:
        """Find the profile by name and make its content that of the draft; its scope stays as it is.

        Costs one call to list and one to read what is there, and to change something one to write and one to read
        back: what Jamf Pro stores can differ from what it took.

        Raises:
            Rejected: the draft holds references in the place of secrets, and nothing was sent; or the server stored
                something else than it was sent, and `problems` names each setting.
            Conflict: two profiles have that name. Nothing was changed.
        """
        wanted = wanted_profile(draft)
        reply = yield from ask(classic_get(_ENSURE, paths.PROFILES))
        number = _only(read_profiles(reply), draft.name)
        number = number or self.made.id_of(draft.name, now=self.context.now())
        if number is None:
            return (yield from self._create(draft, wanted))
        return (yield from self._update(number, wanted))

    @needs(Capability.PROFILES_ASSIGN)
    def assign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Put targets into the profile's scope: one call to read it, and one to write it unless all are in it.

        Raises:
            Rejected: the scope names everyone or exceptions. Nothing was sent.
            Conflict: the profile excludes one of the targets. Nothing was changed.
        """
        places = places_of(to)
        detail = yield from _detail("profiles.assign", profile_id)
        stored = require_scope(detail.stored_scope, what=f"profile {profile_id}")
        wanted = adding(stored, places, what=f"profile {profile_id}")
        yield from self._rescope("profiles.assign", detail, wanted)
        return Accepted()

    @needs(Capability.PROFILES_UNASSIGN)
    def unassign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Take targets out of the profile's scope: one call to read it, and one to write it unless none is in it."""
        places = places_of(to)
        detail = yield from _detail("profiles.unassign", profile_id)
        yield from self._rescope("profiles.unassign", detail, removing(places))
        return Accepted()

    def _rescope(self, operation: str, detail: ProfileDetail, wanted: Wanted) -> Flow[None]:
        number, now = detail.profile.id, self.context.now()
        stored = require_scope(detail.stored_scope, what=f"profile {number}")
        scope = rescoped(stored, wanted, self.scoped.of(number, now=now))
        if scope is None:
            return
        self.scoped.note(number, wanted, now=now)
        body = document(_ROOT, _kept_payloads(detail.profile), beside=[scope])
        reply = yield from ask(classic_put(operation, paths.PROFILE, at={"id": number}, body=body))
        new_id(reply, _ROOT)

    def _create(
        self, draft: ProfileDraft, wanted: apple.ConfigurationProfile
    ) -> Flow[Ensured[Profile]]:
        body = document(
            _ROOT,
            {
                "general": {
                    "name": draft.name,
                    "deployment_method": "Install Automatically",
                    "redeploy_on_update": "Newly Assigned",
                    **_payloads(apple.write(wanted).decode()),
                },
                "scope": {"all_mobile_devices": False, "all_jss_users": False},
            },
        )
        reply = yield from ask(classic_post(_ENSURE, paths.PROFILE, body=body))
        number, now = new_id(reply, _ROOT), self.context.now()
        self.made.note(draft.name, number, now=now)
        try:
            stored = yield from self._kept(number, wanted, before=None)
        except NotFound:
            # The node that was asked hasn't heard of the profile yet, so nothing can be compared.
            stored = profile_from_draft(draft, number, tenant=self.context.tenant, read_at=now)
        return Ensured(stored, Change.CREATED)

    def _update(self, number: str, wanted: apple.ConfigurationProfile) -> Flow[Ensured[Profile]]:
        try:
            found = self._profile((yield from _detail(_ENSURE, number)))
        except NotFound:
            raise Conflict(
                f"profile {number} was made or deleted moments ago, and the server's nodes don't agree about it.",
                remedy="Repeat in a minute; nothing was changed.",
            ) from None
        if not _differences(found, wanted):
            return Ensured(found, Change.UNCHANGED)
        body = document(_ROOT, {"general": _payloads(apple.write(wanted).decode())})
        reply = yield from ask(classic_put(_ENSURE, paths.PROFILE, at={"id": number}, body=body))
        new_id(reply, _ROOT)
        return Ensured((yield from self._kept(number, wanted, before=found)), Change.UPDATED)

    def _kept(
        self, number: str, wanted: apple.ConfigurationProfile, *, before: Profile | None
    ) -> Flow[Profile]:
        """Read back what was stored, and compare by meaning.

        A reading that equals what was there before comes from a node that hasn't heard of the change.
        """
        stored = self._profile((yield from _detail(_ENSURE, number)))
        problems = _differences(stored, wanted)
        is_stale = before is not None and stored.digest == before.digest
        if problems and not is_stale:
            raise Rejected(
                f"profile {number} was written, but Jamf Pro stored something else than it was sent.",
                problems=problems,
                remedy="Correct these in Jamf Pro, or delete the profile, before it is assigned: "
                f"{'; '.join(problems)}.",
            )
        return stored

    def _profile(self, detail: ProfileDetail) -> Profile:
        return profile_from_detail(detail, tenant=self.context.tenant, read_at=self.context.now())


def _detail(operation: str, number: str) -> Flow[ProfileDetail]:
    reply = yield from ask(classic_get(operation, paths.PROFILE, at={"id": number}))
    return read_profile(reply)


def _only(rows: Sequence[ProfileWire], name: str) -> str | None:
    wanted = name.strip().casefold()
    found = [row.id for row in rows if row.name.strip().casefold() == wanted]
    if len(found) > 1:
        raise Conflict(
            f"profiles {', '.join(found)} have the same name.",
            remedy="Rename all but one in Jamf Pro; nothing was changed.",
        )
    return found[0] if found else None


def _differences(stored: Profile, wanted: apple.ConfigurationProfile) -> tuple[str, ...]:
    """What differs by meaning, without values. Texts of both have no blank ends."""
    if stored.content is None:
        return ("the profile came without its payloads",)
    changes = apple.difference(wanted, trimmed(apple.read(stored.content)))
    return tuple(apple.describe(change) for change in changes)


def _payloads(plist: str) -> Mapping[str, str]:
    return {"payloads": survives_ingest(plist)}


def _kept_payloads(profile: ProfileWire) -> Fields:
    """The stored payloads again, if they hold entities: saving a profile without them may decode them once more."""
    if profile.payloads is None or "&" not in profile.payloads:
        return {}
    return {"general": _payloads(profile.payloads.strip())}
