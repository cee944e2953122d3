"""Configuration profiles, which the product keeps as policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from ueapi.apple.profiles import ConfigurationProfile, is_marker
from ueapi.apple.profiles import read as read_profile
from ueapi.contract import Accepted, Change, Ensured, Profiles, Translation
from ueapi.errors import Conflict, Rejected
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import Profile, ProfileDraft, Scope
from ueapi_hexnode.facets.calls import action, number, reading, taken, targets, writing
from ueapi_hexnode.facets.listing import Listing
from ueapi_hexnode.mapping.origin import Source
from ueapi_hexnode.mapping.people import same_text
from ueapi_hexnode.mapping.policies import (
    PolicyTranslation,
    Sections,
    additions,
    differences,
    merged,
    translate,
    translate_content,
)
from ueapi_hexnode.mapping.profiles import profile_from_detail, profile_from_row
from ueapi_hexnode.wire.base import read
from ueapi_hexnode.wire.policies import PolicyDetailRow, PolicyRow

_POLICIES: Final = "/policy/"
_POLICY: Final = "/policy/{id}/"
_ENSURE: Final = "profiles.ensure"
# The product demands a description.
_DESCRIPTION: Final = "Made from an Apple configuration profile."

UNSURE: Final = timedelta(minutes=2)
"""How long a policy just made may be missing from a listing; longer than clusters of such products take to agree."""


@define
class LatelyMade:
    """Ids of policies made in the last minutes, by name.

    The product takes two policies of one name. Without this memory, making sure of one again would make a second one
    when the listing comes from a node that hasn't heard of the first.
    """

    _made: dict[str, tuple[datetime, str]] = field(factory=dict, repr=False)

    def note(self, name: str, native: str, *, now: datetime) -> None:
        """Remember one."""
        self._made[name] = (now, native)

    def id_of(self, name: str, *, now: datetime) -> str | None:
        """The id of one that a listing may not show yet."""
        made, native = self._made.get(name, (None, None))
        return native if made is not None and now - made < UNSURE else None


@frozen
class HexnodeProfiles(Profiles):
    """The portal's policies, without those in its archive."""

    _source: Source
    _per_page: int = field(kw_only=True)
    _lately: LatelyMade = field(factory=LatelyMade, kw_only=True)

    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        """List policies: one call for each page. Archived ones are left out, so there is no total."""
        page = yield from self._listing("profiles.list").page(PolicyRow, cursor)
        kept = tuple(profile_from_row(self._source, row) for row in page.items if not row.archived)
        return Page(kept, page.next)

    def get(self, profile_id: str) -> Flow[Profile]:
        """Read one policy with settings and targets: one call."""
        row = yield from _detail("profiles.get", profile_id)
        return profile_from_detail(self._source, row)

    def translate(self, content: bytes) -> Translation:
        """Translate by the table of keys."""
        return translate_content(content)

    def ensure(self, draft: ProfileDraft) -> Flow[Ensured[Profile]]:
        """Find the policy by name and make its settings those of the draft.

        Costs one call for each page of policies, one to read, and to change something one to write and one to read
        back. Settings of a policy that have no Apple key stay as they are, and so do its targets.

        Raises:
            Rejected: settings of the draft have no place in the API, or the product did not keep what it took.
            Conflict: two policies have that name.
        """
        profile = read_profile(draft.content)
        _refuse_markers(profile)
        wanted = _accepted(translate(profile))
        rows = yield from self._listing(_ENSURE).walk(PolicyRow)
        found = _only([r for r in rows if not r.archived and same_text(r.name, draft.name)])
        native = self._unlisted(draft.name) if found is None else str(found.id)
        if native is None:
            return (yield from self._create(draft.name, wanted))
        return (yield from self._update(native, wanted))

    def assign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Associate the policy with all targets: one call."""
        body = {"policies": [number(profile_id)], **targets(to)}
        yield from taken(
            action("profiles.assign", "associate_policy", body, effect=Effect.IDEMPOTENT)
        )
        return Accepted()

    def unassign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Remove the policy from all targets: one call."""
        body = {"policies": [number(profile_id)], **targets(to)}
        yield from taken(
            action("profiles.unassign", "remove_policy", body, effect=Effect.IDEMPOTENT)
        )
        return Accepted()

    def _create(self, name: str, wanted: Sections) -> Flow[Ensured[Profile]]:
        body = {"name": name, "description": _DESCRIPTION, "ios": wanted}
        reply = yield from ask(writing(_ENSURE, "POST", _POLICIES, body, effect=Effect.READABLE))
        made = read(PolicyRow, reply, of="the new policy")
        self._lately.note(name, str(made.id), now=self._source.now())
        return Ensured((yield from self._kept(str(made.id), wanted)), Change.CREATED)

    def _unlisted(self, name: str) -> str | None:
        return self._lately.id_of(name, now=self._source.now())

    def _update(self, native: str, wanted: Sections) -> Flow[Ensured[Profile]]:
        row = yield from _detail(_ENSURE, native)
        if not differences(wanted, row.ios or {}) and not additions(wanted, row.ios or {}):
            return Ensured(profile_from_detail(self._source, row), Change.UNCHANGED)
        body = _changed(row, wanted)
        yield from taken(
            writing(_ENSURE, "PUT", _POLICY, body, effect=Effect.IDEMPOTENT, native=native)
        )
        return Ensured((yield from self._kept(native, wanted)), Change.UPDATED)

    def _kept(self, native: str, wanted: Sections) -> Flow[Profile]:
        """Read back by meaning: the spelling of some keys is assumed, and a wrong one would be dropped in silence."""
        row = yield from _detail(_ENSURE, native)
        missing = differences(wanted, row.ios or {})
        if missing:
            raise Rejected(
                f"policy {native} was written, but the product did not keep all of it.",
                problems=missing,
                remedy=f"Set these in the portal, or delete the policy: {', '.join(missing)}.",
            )
        return profile_from_detail(self._source, row)

    def _listing(self, operation: str) -> Listing:
        return Listing(operation=operation, path=_POLICIES, per_page=self._per_page)


def _detail(operation: str, native: str) -> Flow[PolicyDetailRow]:
    reply = yield from ask(reading(operation, _POLICY, native))
    return read(PolicyDetailRow, reply, of="a policy")


def _accepted(translation: PolicyTranslation) -> Sections:
    problems = [f"{f.payload_type} {f.key}: {f.reason}" for f in translation.dropped]
    if not problems and not translation.sections:
        problems = ["the profile holds no setting the product could keep"]
    if problems:
        raise Rejected(
            "the API can't hold all of this profile.",
            problems=problems,
            remedy="Send the part that `translate` calls mappable, and have the rest set in the portal;"
            f" nothing was changed. Not held: {'; '.join(problems)}.",
        )
    return translation.sections


def _refuse_markers(profile: ConfigurationProfile) -> None:
    places = [
        f"{payload.type} {key}"
        for payload in profile.payloads
        for key, value in payload.content.items()
        if is_marker(value)
    ]
    if places:
        raise Rejected(
            "the profile holds references in the place of secrets.",
            problems=places,
            remedy="Read the profile from its tenant again, since files never hold its secrets; nothing was changed.",
        )


def _only(rows: list[PolicyRow]) -> PolicyRow | None:
    if len(rows) > 1:
        raise Conflict(
            f"policies {', '.join(str(r.id) for r in rows)} have the same name.",
            remedy="Rename or archive all but one in the portal; nothing was changed.",
        )
    return rows[0] if rows else None


def _changed(row: PolicyDetailRow, wanted: Sections) -> Mapping[str, object]:
    # A change replaces the whole policy, so everything it had goes back with it.
    beside = {
        "android": row.android,
        "app_management": row.app_management,
        "general_settings": row.general_settings,
        "policy_targets": row.policy_targets and row.policy_targets.model_dump(),
    }
    return {
        "name": row.name,
        "description": row.description or _DESCRIPTION,
        "ios": merged(wanted, row.ios or {}),
        **{name: value for name, value in beside.items() if value is not None},
    }
