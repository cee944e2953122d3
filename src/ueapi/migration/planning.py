"""From two snapshots to a plan: pure, so the same input gives the same plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from ueapi.contract import Capability, CapabilitySheet, Fate, Level
from ueapi.migration.digests import digest_of, object_digests, object_names
from ueapi.migration.documents import (
    Loss,
    Plan,
    PlannedApp,
    PlannedDevice,
    PlannedGroup,
    PlannedPerson,
    PlannedProfile,
    Policy,
    Side,
    Task,
    Wave,
)
from ueapi.migration.matching import Candidate, Exclusion, Matches, match
from ueapi.migration.naming import everyone_group, group_names, namesakes
from ueapi.migration.translation import Translate, TranslatedProfile, translate_profile
from ueapi.model import App, AppKind, Device, Group, LicenseMode, Profile, Scope, Snapshot


@frozen(kw_only=True)
class TargetProduct:
    """What planning must know of the target without asking it: its sheet and its mapping table."""

    sheet: CapabilitySheet
    translate: Translate
    names: Mapping[str, str] = field(factory=dict)
    """Backend → the product's own name, for both sides."""


def make_plan(
    source: Snapshot, target: Snapshot, *, policy: Policy, product: TargetProduct
) -> Plan:
    """Make the plan; no network, no clock.

    Everyone and every phone of the source gets an answer: a wave, or the reason why not. Every setting that doesn't
    arrive as it was is a loss with an id.
    """
    matches = match(source, target)
    people = tuple(_person(c, policy) for c in matches.people)
    waves = tuple(_waves(people, policy))
    people = _with_waves(people, waves)
    members = _Members.of(source, people)
    translated = _translated(source, matches, product, members)
    tasks = (*_setup_tasks(product.sheet), *(t.by_hand for t in translated if t.by_hand))
    apps, app_losses = _apps(source, members)
    groups = tuple(_groups(source, translated, members))
    plan = Plan(
        source=_side(source, product.names),
        target=_side(target, product.names),
        policy=policy,
        people=people,
        left_out={**matches.left_out, **_excluded_devices(matches, people)},
        waves=waves,
        groups=groups,
        profiles=tuple(_profile(t, source) for t in translated if t.by_api or t.by_hand),
        apps=apps,
        tasks=tasks,
        losses=_unique((*(loss for t in translated for loss in t.losses), *app_losses)),
        notes=tuple(_notes(source, target, product.sheet)),
        touched=_touched(source, target, people, translated, apps, groups),
        names={
            **{f"source:{k}": v for k, v in object_names(source).items()},
            **{f"target:{k}": v for k, v in object_names(target).items()},
        },
        calls=_calls(people, waves, translated, apps),
    )
    return plan.sealed()


def _side(taken: Snapshot, names: Mapping[str, str]) -> Side:
    return Side(
        tenant=taken.tenant,
        backend=taken.backend,
        product=names.get(taken.backend, taken.backend),
        taken_at=taken.taken_at,
    )


def _person(candidate: Candidate, policy: Policy) -> PlannedPerson:
    user = candidate.user
    maid = user.managed_apple_id
    exclusion = candidate.exclusion
    if exclusion is None and maid and maid.key in {x.casefold() for x in policy.exclude}:
        exclusion = Exclusion.BY_POLICY
    return PlannedPerson(
        key=candidate.key,
        source_id=user.id,
        managed_apple_id=maid,
        name=user.name or user.username or candidate.key,
        username=user.username,
        email=user.email,
        target_id=candidate.target.id if candidate.target else None,
        confidence=candidate.confidence,
        devices=tuple(_device(d) for d in candidate.devices) if exclusion is None else (),
        exclusion=exclusion,
    )


def _device(device: Device) -> PlannedDevice:
    return PlannedDevice(
        id=device.id,
        model=device.model,
        os_version=device.os_version,
        name_digest=digest_of(device.name or ""),
    )


def _excluded_devices(matches: Matches, people: Sequence[PlannedPerson]) -> Mapping[str, Exclusion]:
    """The phones that could move, of people the policy keeps back."""
    return {
        d.id: person.exclusion
        for candidate, person in zip(matches.people, people, strict=True)
        if person.exclusion
        for d in candidate.devices
    }


def _waves(people: Sequence[PlannedPerson], policy: Policy) -> Iterator[Wave]:
    waiting = [p.key for p in people if p.exclusion is None]
    number = 0
    while waiting:
        size = policy.wave_sizes[min(number, len(policy.wave_sizes) - 1)]
        yield Wave(
            number=number + 1,
            starts_after=number * policy.wave_gap,
            people=tuple(waiting[:size]),
        )
        waiting = waiting[size:]
        number += 1


def _with_waves(
    people: Sequence[PlannedPerson], waves: Sequence[Wave]
) -> tuple[PlannedPerson, ...]:
    wave_of = {key: wave.number for wave in waves for key in wave.people}
    return tuple(p.model_copy(update={"wave": wave_of.get(p.key)}) for p in people)


@frozen
class _Members:
    """Which moving people are in a source group, and in a scope."""

    by_group: Mapping[str, frozenset[str]]
    by_user: Mapping[str, str]
    by_device: Mapping[str, str]

    @classmethod
    def of(cls, source: Snapshot, people: Sequence[PlannedPerson]) -> _Members:
        by_user = {p.source_id: p.key for p in people if p.exclusion is None}
        by_device = {d.id: p.key for p in people if p.exclusion is None for d in p.devices}
        by_group = {
            g.id: frozenset(
                key
                for m in g.members or ()
                if (key := (by_user if g.of == "users" else by_device).get(m))
            )
            for g in source.groups
        }
        return cls(by_group, by_user, by_device)

    def in_scope(self, scope: Scope | None) -> frozenset[str]:
        """Keys of the moving people a scope reaches."""
        if scope is None:
            return frozenset()
        if scope.everyone:
            return frozenset(self.by_user.values())
        direct = {self.by_user.get(u) for u in scope.users}
        direct |= {self.by_device.get(d) for d in scope.devices}
        groups = (*scope.user_groups, *scope.device_groups)
        through = (self.by_group.get(g, frozenset()) for g in groups)
        return frozenset({k for k in direct if k}.union(*through))


def _translated(
    source: Snapshot, matches: Matches, product: TargetProduct, members: _Members
) -> tuple[TranslatedProfile, ...]:
    versions = [d.os_version for c in matches.people for d in c.devices if d.os_version]
    wanted = [p for p in source.profiles if members.in_scope(p.scope)]
    return tuple(translate_profile(p, product.translate, versions) for p in _told_apart(wanted))


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


def _groups(
    source: Snapshot, translated: Sequence[TranslatedProfile], members: _Members
) -> Iterator[PlannedGroup]:
    known = {g.id: g for g in source.groups}
    names = group_names(source.groups)
    used: dict[str, Group] = {}
    for item in translated:
        scope = item.profile.scope
        if scope is None or not (item.by_api or item.by_hand):
            continue
        if _needs_own_group(scope):
            yield PlannedGroup(
                source_id=f"profile:{item.profile.id}",
                name=everyone_group(item.profile.name),
                members=tuple(sorted(members.in_scope(scope))),
                note="stands for direct assignments and exceptions",
            )
            continue
        for group_id in (*scope.user_groups, *scope.device_groups):
            if group_id in known:
                used[group_id] = known[group_id]
    for group_id, group in used.items():
        yield PlannedGroup(
            source_id=group_id,
            name=names[group_id],
            members=tuple(sorted(members.by_group.get(group_id, frozenset()))),
            note=_group_note(group),
        )


def _needs_own_group(scope: Scope) -> bool:
    return scope.everyone or bool(scope.users or scope.devices)


def _group_note(group: Group) -> str:
    if group.of == "devices":
        return "holds the owners of the devices, since the new enrollments don't exist yet"
    return "static copy of a dynamic group" if group.is_dynamic else ""


def _profile(item: TranslatedProfile, source: Snapshot) -> PlannedProfile:
    scope = item.profile.scope or Scope()
    names = group_names(source.groups)
    groups = (
        (everyone_group(item.profile.name),)
        if _needs_own_group(scope)
        else tuple(names[g] for g in (*scope.user_groups, *scope.device_groups) if g in names)
    )
    return PlannedProfile(
        source_id=item.profile.id,
        name=item.profile.name,
        groups=groups,
        by_api=item.by_api is not None and item.by_hand is None,
        by_hand=item.by_hand.subject if item.by_hand else None,
    )


def _apps(source: Snapshot, members: _Members) -> tuple[tuple[PlannedApp, ...], tuple[Loss, ...]]:
    planned: list[PlannedApp] = []
    losses: list[Loss] = []
    for app in source.apps:
        people = tuple(sorted(members.in_scope(app.scope)))
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


_SETUP = (
    ("set-up-account-driven-enrollment", Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP),
    ("discovery", Capability.ENROLLMENTS_DISCOVERY),
    ("link-location", Capability.LICENSES_LOCATION_SETUP),
)

_TITLES = {
    "set-up-account-driven-enrollment": "Allow account-driven User Enrollment on the target",
    "discovery": "Let discovery answer for the target",
    "link-location": "Link the second Apps and Books location to the target, with seats for everyone who moves",
}


def _setup_tasks(sheet: CapabilitySheet) -> Iterator[Task]:
    for kind, capability in _SETUP:
        support = sheet[capability]
        if support.level is Level.NATIVE:
            continue
        yield Task(
            id=f"T-{digest_of(['setup', kind])[:8]}",
            kind=kind,
            title=_TITLES[kind],
            steps=support.steps,
        )


def _notes(source: Snapshot, target: Snapshot, sheet: CapabilitySheet) -> Iterator[str]:
    for capability, why in sorted({**source.missing, **target.missing}.items()):
        yield f"Not read ({capability}): {why}"
    if sheet[Capability.DEVICES_ENROLLMENT_KIND].level is not Level.NATIVE:
        yield "The target doesn't name the enrollment type; it is concluded from what the phone hides."


def _touched(
    source: Snapshot,
    target: Snapshot,
    people: Sequence[PlannedPerson],
    translated: Sequence[TranslatedProfile],
    apps: Sequence[PlannedApp],
    groups: Sequence[PlannedGroup],
) -> Mapping[str, str]:
    old, new = object_digests(source), object_digests(target)
    moving = [p for p in people if p.exclusion is None]
    wanted = [f"user:{p.source_id}" for p in moving]
    wanted += [f"device:{d.id}" for p in moving for d in p.devices]
    wanted += [f"profile:{t.profile.id}" for t in translated]
    wanted += [f"app:{a.source_id}" for a in apps]
    bundles = {a.bundle_id for a in apps}
    there = [f"user:{p.target_id}" for p in moving if p.target_id]
    there += namesakes(target, (t.profile.name for t in translated), (g.name for g in groups))
    there += [f"app:{a.id}" for a in target.apps if a.bundle_id in bundles]
    return {
        **{f"source:{key}": old[key] for key in wanted},
        **{f"target:{key}": new[key] for key in there},
    }


def _unique(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    return tuple({loss.id: loss for loss in losses}.values())


def _calls(
    people: Sequence[PlannedPerson],
    waves: Sequence[Wave],
    translated: Sequence[TranslatedProfile],
    apps: Sequence[PlannedApp],
) -> Mapping[str, int]:
    moving = [p for p in people if p.exclusion is None]
    phones = sum(len(p.devices) for p in moving)
    fresh = sum(1 for p in moving if p.target_id is None)
    return {
        "staging": fresh + 2 * len(translated) * (1 + len(waves)) + 2 * len(apps),
        "moving": 2 * phones + 2 * len(waves),
    }
