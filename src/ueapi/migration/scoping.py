"""What of the source's groups, profiles and apps reaches people who move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from ueapi.contract import Fate
from ueapi.migration.digests import digest_of
from ueapi.migration.documents import (
    Loss,
    PlannedApp,
    PlannedPerson,
)
from ueapi.migration.inventory import Inventory
from ueapi.migration.policy import HiddenScope
from ueapi.migration.translation import Translate, TranslatedProfile, translate_profile
from ueapi.model import App, AppKind, Group, LicenseMode, Profile, Scope


@frozen
class Members:
    """Which moving people are in a source group, and in a scope."""

    by_group: Mapping[str, frozenset[str]]
    by_user: Mapping[str, str]
    by_device: Mapping[str, str]
    everyone: frozenset[str]
    groups: tuple[Group, ...]
    """The source's groups, without their members."""
    hidden: frozenset[str] = frozenset()
    """Whom a scope reaches that the source doesn't show."""

    @classmethod
    def of(
        cls, source: Inventory, people: Sequence[PlannedPerson], hidden: HiddenScope = "nobody"
    ) -> Members:
        """Go through the source's groups once; of their members those who move are kept."""
        by_user = {p.source_id: p.key for p in people if p.exclusion is None}
        by_device = {d.id: p.key for p in people if p.exclusion is None for d in p.devices}
        by_group: dict[str, frozenset[str]] = {}
        groups: list[Group] = []
        for group in source.groups:
            keys = by_user if group.of == "users" else by_device
            found = (keys.get(member) for member in group.members or ())
            by_group[group.id] = frozenset(key for key in found if key)
            groups.append(group.model_copy(update={"members": None}))
        everyone = frozenset(by_user.values())
        reached = everyone if hidden == "everyone" else frozenset[str]()
        return cls(by_group, by_user, by_device, everyone, tuple(groups), reached)

    def in_scope(self, scope: Scope | None) -> frozenset[str]:
        """Keys of the moving people a scope reaches."""
        if scope is None:
            return self.hidden
        if scope.everyone:
            return self.everyone
        direct = {self.by_user.get(u) for u in scope.users}
        direct |= {self.by_device.get(d) for d in scope.devices}
        groups = (*scope.user_groups, *scope.device_groups)
        through = (self.by_group.get(g, frozenset()) for g in groups)
        return frozenset({k for k in direct if k}.union(*through))


def hidden_profiles(source: Inventory, members: Members) -> Iterator[Loss]:
    """What is said of profiles of which the source doesn't show who has them."""
    for profile in source.profiles:
        if profile.scope is None:
            yield _hidden_loss("profile", profile.name, _hidden_fate(members.hidden))


def translated_profiles(
    source: Inventory, translate: Translate, members: Members, ios_versions: Iterable[str]
) -> tuple[TranslatedProfile, ...]:
    """Translate every profile that reaches someone who moves, for phones of these iOS versions."""
    versions = sorted(set(ios_versions))
    wanted = [p for p in source.profiles if members.in_scope(p.scope)]
    return tuple(translate_profile(p, translate, versions) for p in _told_apart(wanted))


def _told_apart(profiles: Iterable[Profile]) -> Iterator[Profile]:
    """Two profiles of one name get different ones, since a name is the key on the target."""
    seen: Counter[str] = Counter()
    for profile in profiles:
        name = profile.name
        seen[name.casefold()] += 1
        number = seen[name.casefold()]
        yield (
            profile if number == 1 else profile.model_copy(update={"name": f"{name} ({number})"})
        )


def planned_apps(
    source: Inventory, members: Members
) -> tuple[tuple[PlannedApp, ...], tuple[Loss, ...]]:
    """The apps to assign on the target, and what of the source's apps is lost."""
    planned: list[PlannedApp] = []
    losses: list[Loss] = []
    for app in source.apps:
        people = tuple(sorted(members.in_scope(app.scope)))
        if app.scope is None and app.kind is AppKind.STORE:
            losses.append(_hidden_loss("app", app.name, _hidden_fate(people)))
        if not people:
            continue
        losses.extend(_app_losses(app))
        if (
            app.bundle_id
            and app.kind is AppKind.STORE
            and app.license_mode is not LicenseMode.DEVICE
        ):
            planned.append(_planned_app(app, app.bundle_id, people))
    return tuple(planned), tuple(losses)


def _hidden_loss(kind: str, name: str, fate: Fate) -> Loss:
    """What is said of an object of which the source doesn't show who has it."""
    reason = f"the source doesn't show who gets this {kind}"
    if fate is not Fate.LOST:
        reason += "; everyone who moves gets it"
    return Loss(
        id=f"L-{digest_of([kind, name, 'scope', fate])[:8]}",
        object=name,
        payload="",
        key="scope",
        fate=fate,
        reason=reason,
        instead='Set hidden_scope = "everyone" in the policy, or assign it on the target by hand.',
    )


def _hidden_fate(people: Collection[str]) -> Fate:
    return Fate.DEGRADED if people else Fate.LOST


def _planned_app(app: App, bundle_id: str, people: tuple[str, ...]) -> PlannedApp:
    return PlannedApp(
        source_id=app.id,
        name=app.name,
        kind=app.kind,
        bundle_id=bundle_id,
        store_id=app.store_id,
        version=app.version,
        url=app.url,
        people=people,
    )


def _app_losses(app: App) -> Iterator[Loss]:
    if app.kind is not AppKind.STORE:
        reason = f"an app of kind {app.kind.value} can't be added through an API"
        yield _app_loss(app, "app", reason, "Upload or link it in the target's console.")
    elif app.license_mode is LicenseMode.DEVICE:
        reason = "its licenses are assigned to devices, which User Enrollment doesn't allow"
        yield _app_loss(app, "license", reason, "Buy or convert to licenses assigned to users.")
    elif app.has_configuration:
        reason = "its managed configuration has no place in the target's API"
        yield _app_loss(app, "configuration", reason, "Enter it in the target's console.")


def _app_loss(app: App, key: str, reason: str, instead: str) -> Loss:
    return Loss(
        id=f"L-{digest_of(['app', app.name, key])[:8]}",
        object=app.name,
        payload="",
        key=key,
        fate=Fate.HUMAN_ONLY,
        reason=reason,
        instead=instead,
    )
