"""From two snapshots to a plan: pure, so the same input gives the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from ueapi.contract import Capability, CapabilitySheet, Level
from ueapi.errors import PlanRefused
from ueapi.migration.assignment import Assignments, assignments
from ueapi.migration.digests import (
    app_digest,
    digest_of,
    group_digest,
    object_names,
    profile_digest,
)
from ueapi.migration.documents import (
    Loss,
    Plan,
    PlannedApp,
    PlannedDevice,
    PlannedGroup,
    PlannedPerson,
    Policy,
    Side,
    Task,
    Wave,
)
from ueapi.migration.forecasting import forecast
from ueapi.migration.inventory import Costed, Inventory
from ueapi.migration.matching import Candidate, Matches, Phone, match
from ueapi.migration.naming import namesakes
from ueapi.migration.reasons import Exclusion
from ueapi.migration.scheduling import waves as planned_waves
from ueapi.migration.scoping import Members, hidden_profiles, planned_apps, translated_profiles
from ueapi.migration.translation import Translate, TranslatedProfile
from ueapi.wording import counted


@frozen(kw_only=True)
class TargetProduct:
    """What planning must know of the products without asking them: the target's sheet and mapping table."""

    sheet: CapabilitySheet
    translate: Translate
    names: Mapping[str, str] = field(factory=dict)
    """Backend → the product's own name, for both sides."""
    source_sheet: CapabilitySheet | None = None
    """What the source can do; `None` when that is not known."""


def make_plan(
    source: Inventory, target: Inventory, *, policy: Policy, product: TargetProduct
) -> Plan:
    """Make the plan; no network, no clock.

    Everyone and every phone of the source gets an answer: a wave, or the reason why not. Every setting that doesn't
    arrive as it was is a loss with an id.

    Raises:
        PlanRefused: the policy lets the server end enrollments, and the source can't; or the target can't make users,
            or be told who gets a profile or an app. Nothing was changed.
    """
    require_leaving(policy, product)
    matches = kept_back(match(source, target), policy)
    moving = [c for c in matches.people if c.exclusion is None]
    waves = planned_waves(moving, policy, at=source.taken_at)
    people = planned_people(matches, waves)
    members = Members.of(source, people, policy.hidden_scope)
    versions = {p.os_version for c in moving for p in c.devices if p.os_version}
    translated = translated_profiles(source, product.translate, members, versions)
    apps, app_losses = planned_apps(source, members)
    assigned = _assignments(translated, members, target, product.sheet)
    _require_target(product.sheet, people, apps)
    plan = Plan(
        source=side_of(source, product.names, product.source_sheet),
        target=side_of(target, product.names, product.sheet),
        policy=policy,
        people=people,
        left_out=matches.left_out,
        waves=waves,
        groups=assigned.groups,
        profiles=assigned.profiles,
        apps=apps,
        tasks=(*setup_tasks(product.sheet), *assigned.tasks),
        losses=_unique(
            (
                *(loss for t in translated for loss in t.losses),
                *hidden_profiles(source, members),
                *app_losses,
            )
        ),
        notes=tuple(_notes(source, target, product.sheet, policy, matches, waves)),
        touched={
            **dict(_touched_source(source, moving, translated, apps)),
            **dict(_touched_target(target, moving, translated, apps, assigned.groups)),
        },
        names={
            **{f"source:{k}": v for k, v in object_names(source).items()},
            **{f"target:{k}": v for k, v in object_names(target).items()},
        },
    )
    return plan.model_copy(update={"forecast": forecast(plan)}).sealed()


def require_leaving(policy: Policy, product: TargetProduct) -> None:
    """Refuse a policy by which the server ends enrollments that the source can't end.

    Raises:
        PlanRefused: it is one. Nothing was changed.
    """
    wanted = policy.leave_by_server or policy.stragglers == "server"
    if not wanted or product.source_sheet is None:
        return
    support = product.source_sheet[Capability.DEVICES_UNENROLL]
    if not support.is_callable:
        why = support.why or "; ".join(support.steps)
        raise PlanRefused(
            f"the policy lets the server end old enrollments, which the source can't do: {why}.",
            remedy="Leave out leave_by_server, and set stragglers to none; nothing was changed.",
        )


def _assignments(
    translated: Sequence[TranslatedProfile],
    members: Members,
    target: Inventory,
    sheet: CapabilitySheet,
) -> Assignments:
    limits = target.limits if isinstance(target, Costed) else None
    return assignments(
        translated,
        members,
        sheet=sheet,
        most=limits.profiles_per_device if limits else None,
    )


def _require_target(
    sheet: CapabilitySheet, people: Sequence[PlannedPerson], apps: Sequence[PlannedApp]
) -> None:
    """What everyone who moves needs of the target; better refused here than after people were asked."""
    needed = []
    if any(p.wave is not None and p.target_id is None for p in people):
        needed.append(Capability.USERS_ENSURE)
    if apps:
        needed.append(Capability.APPS_ASSIGN)
    lacking = [c for c in needed if not sheet[c].is_callable]
    if lacking:
        whys = "; ".join(
            f"{c.value}: {sheet[c].why or ', then '.join(sheet[c].steps)}" for c in lacking
        )
        raise PlanRefused(
            f"the target can't do by itself what a move needs: {whys}.",
            remedy="Choose another target, or make these there by hand and plan again; nothing was changed.",
        )


def side_of(
    taken: Inventory, names: Mapping[str, str], sheet: CapabilitySheet | None = None
) -> Side:
    """A tenant as the plan knows it, with what its backend's sheet declares."""
    cost = taken if isinstance(taken, Costed) else None
    return Side(
        tenant=taken.tenant,
        backend=taken.backend,
        product=names.get(taken.backend, taken.backend),
        taken_at=taken.taken_at,
        limits=cost.limits if cost else None,
        rows={
            "users": len(taken.users),
            "devices": len(taken.devices),
            "groups": len(taken.groups),
            "profiles": len(taken.profiles),
            "apps": len(taken.apps),
        },
        spent=cost.spent if cost else {},
        does=_does(sheet) if sheet else None,
    )


def _does(sheet: CapabilitySheet) -> dict[str, str | None]:
    """What a backend does by itself, with the requests it declares."""
    costs = sheet.costs
    return {
        c.value: str(cost) if (cost := costs.get(c.value)) else None
        for c in sheet
        if sheet[c].is_callable
    }


def kept_back(matches: Matches, policy: Policy) -> Matches:
    """Take out whom the policy keeps back, and note their phones."""
    excluded = {address.casefold() for address in policy.exclude}
    exempt = {account.key for account in policy.exempt}
    left_out = dict(matches.left_out)
    people: list[Candidate] = []
    for candidate in matches.people:
        account = candidate.account.key if candidate.account else ""
        reason = Exclusion.BY_POLICY if account in excluded else None
        if reason is None and account in exempt:
            reason = Exclusion.EXEMPT
        if candidate.exclusion is not None or reason is None:
            people.append(candidate)
            continue
        left_out.update(dict.fromkeys((d.id for d in candidate.devices), reason))
        people.append(evolve(candidate, exclusion=reason, devices=()))
    return Matches(people=tuple(people), left_out=left_out)


def planned_people(matches: Matches, waves: Sequence[Wave]) -> tuple[PlannedPerson, ...]:
    """Everyone, with their wave or the reason why they have none."""
    wave_of = {key: wave.number for wave in waves for key in wave.people}
    return tuple(_person(c, wave_of.get(c.key)) for c in matches.people)


# What is built here was validated when the snapshot was read; and one set of names serves all.
_PERSON = set(PlannedPerson.model_fields)
_DEVICE = set(PlannedDevice.model_fields)


def _person(candidate: Candidate, wave: int | None) -> PlannedPerson:
    user = candidate.user
    return PlannedPerson.model_construct(
        _PERSON,
        key=user.key,
        source_id=user.id,
        managed_apple_id=user.account,
        name=user.name or user.username or user.key,
        username=user.username,
        email=user.email,
        target_id=candidate.target.id if candidate.target else None,
        confidence=candidate.confidence,
        devices=tuple(_device(d) for d in candidate.devices),
        wave=wave,
        exclusion=candidate.exclusion,
    )


def _device(phone: Phone) -> PlannedDevice:
    return PlannedDevice.model_construct(
        _DEVICE,
        id=phone.id,
        model=phone.model,
        os_version=phone.os_version,
        name_digest=phone.name_digest,
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


def setup_tasks(sheet: CapabilitySheet) -> Iterator[Task]:
    """What an administrator sets up on the target, as far as its API doesn't."""
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


def _notes(
    source: Inventory,
    target: Inventory,
    sheet: CapabilitySheet,
    policy: Policy,
    matches: Matches,
    waves: Sequence[Wave],
) -> Iterator[str]:
    for capability, why in sorted({**source.missing, **target.missing}.items()):
        yield f"Not read ({capability}): {why}"
    if sheet[Capability.DEVICES_ENROLLMENT_KIND].level is not Level.NATIVE:
        yield "The target doesn't name the enrollment type; it is concluded from what the phone hides."
    if sheet[Capability.PROFILES_ENSURE].level is Level.MANUAL:
        yield "The target shows no settings of a profile: what is made there by hand can't be compared with the plan."
    if policy.invite:
        support = sheet[Capability.ENROLLMENTS_INVITE]
        sends = "The target sends its own invitation, too" if support.is_callable else ""
        said = sends or "The target sends no invitation by itself"
        yield ": ".join(filter(None, (said, support.loss or support.why))).rstrip(".") + "."
    yield from unmet(policy, matches, waves)


def unmet(policy: Policy, matches: Matches, waves: Sequence[Wave]) -> Iterator[str]:
    """What the policy names and the source or the plan doesn't have; nobody is named."""
    known = {c.account.key for c in matches.people if c.account}
    named = {
        "exclude": {address.casefold() for address in policy.exclude},
        "exempt": {account.key for account in policy.exempt},
        "pilot": {account.key for account in policy.pilot},
        "vips": {account.key for account in policy.vips},
        "languages": {address.casefold() for address in policy.languages},
    }
    for name, keys in named.items():
        if absent := len(keys - known):
            yield f"The policy's {name} names {absent} of {len(keys)} whom the source doesn't know."
    moving = [c.account for c in matches.people if c.account and c.exclusion is None]
    others = sum(1 for account in moving if account.domain not in policy.federated)
    if policy.federated and policy.hold_unready and others:
        yield f"The policy's federated names no domain of {counted(others, 'person', several='people')}, who will wait."
    if beyond := sorted(n for n in policy.leave_by_server if n > len(waves)):
        numbers = ", ".join(map(str, beyond))
        yield f"The policy's leave_by_server names wave {numbers}, and the plan has {counted(len(waves), 'wave')}."


def _touched_source(
    source: Inventory,
    moving: Sequence[Candidate],
    translated: Sequence[TranslatedProfile],
    apps: Sequence[PlannedApp],
) -> Iterator[tuple[str, str]]:
    for candidate in moving:
        yield f"source:user:{candidate.user.id}", candidate.user.digest
    for candidate in moving:
        for phone in candidate.devices:
            yield f"source:device:{phone.id}", phone.digest
    profiles = {t.profile.id for t in translated}
    for profile in source.profiles:
        if profile.id in profiles:
            yield f"source:profile:{profile.id}", profile_digest(profile)
    wanted = {a.source_id for a in apps}
    for app in source.apps:
        if app.id in wanted:
            yield f"source:app:{app.id}", app_digest(app)


def _touched_target(
    target: Inventory,
    moving: Sequence[Candidate],
    translated: Sequence[TranslatedProfile],
    apps: Sequence[PlannedApp],
    groups: Sequence[PlannedGroup],
) -> Iterator[tuple[str, str]]:
    for candidate in moving:
        if candidate.target:
            yield f"target:user:{candidate.target.id}", candidate.target.digest
    names = (t.profile.name for t in translated)
    there = frozenset(namesakes(target, names, (g.name for g in groups)))
    for profile in target.profiles:
        if f"profile:{profile.id}" in there:
            yield f"target:profile:{profile.id}", profile_digest(profile)
    for group in target.groups:
        if f"group:{group.id}" in there:
            yield f"target:group:{group.id}", group_digest(group)
    bundles = {a.bundle_id for a in apps}
    for app in target.apps:
        if app.bundle_id in bundles:
            yield f"target:app:{app.id}", app_digest(app)


def _unique(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    return tuple({loss.id: loss for loss in losses}.values())
