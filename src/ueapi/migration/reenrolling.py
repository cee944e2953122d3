"""Planning to enroll phones anew within one product: from older ways to account-driven User Enrollment.

Pure, as planning a move between products is. Nothing is made in the product, since everything is there: people keep
their records, groups, licenses and scopes. What hangs on the record of a phone is planned to be given to the new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ueapi.apple import profiles as apple_profiles
from ueapi.contract import Capability
from ueapi.errors import PlanRefused
from ueapi.migration.carried import Carried, CarriedKind, carried
from ueapi.migration.digests import app_digest, group_digest, object_names, profile_digest
from ueapi.migration.documents import Plan, PlannedApp, PlannedPerson, PlannedProfile, Task, Wave
from ueapi.migration.forecasting import forecast
from ueapi.migration.inventory import Inventory
from ueapi.migration.matching import Candidate, Judge, Matches, match, too_old
from ueapi.migration.planning import (
    TargetProduct,
    kept_back,
    planned_people,
    require_leaving,
    setup_tasks,
    side_of,
    unmet,
)
from ueapi.migration.policy import Policy
from ueapi.migration.reasons import Exclusion
from ueapi.migration.scheduling import waves as planned_waves
from ueapi.migration.scoping import Members
from ueapi.migration.translation import allowed_part
from ueapi.model import (
    AppKind,
    Device,
    EnrollmentKind,
    EnrollmentState,
    LicenseMode,
    Profile,
    Scope,
)
from ueapi.wording import counted

_OLD_WAYS = frozenset({EnrollmentKind.PROFILE_DRIVEN_USER, EnrollmentKind.LEGACY_PERSONAL})

_TITLES: Mapping[str, str] = {
    "set-up-account-driven-enrollment": "Allow account-driven User Enrollment",
    "discovery": "Let discovery answer for account-driven enrollment",
}


def make_reenrollment(taken: Inventory, *, policy: Policy, product: TargetProduct) -> Plan:
    """Make the plan; no network, no clock.

    Every phone gets an answer: a wave, or the reason why it stays as it is. Those that are account-driven already, and
    those whose iOS is too old for it, stay.

    Raises:
        PlanRefused: the policy lets the server end enrollments, and the product can't. Nothing was changed.
    """
    require_leaving(policy, product)
    matches = kept_back(match(taken, taken, judge=_judge(policy)), policy)
    moving = [c for c in matches.people if c.exclusion is None]
    waves = planned_waves(moving, policy, at=taken.taken_at)
    people = planned_people(matches, waves)
    given = _Given.of(taken, people)
    records = tuple(carried(taken, given.phones))
    versions = {p.os_version for c in moving for p in c.devices if p.os_version}
    side = side_of(taken, product.names, product.sheet)
    plan = Plan(
        source=side,
        target=side,
        policy=policy,
        people=people,
        left_out=matches.left_out,
        waves=waves,
        groups=(),
        profiles=tuple(given.profiles(taken, versions)),
        apps=tuple(given.apps(taken)),
        carried=records,
        tasks=tuple(_tasks(product)),
        losses=(),
        notes=tuple(_notes(taken, product, policy, matches, waves, versions, records)),
        touched=dict(_touched(taken, moving, given, records)),
        names={
            f"{role}:{key}": name
            for role in ("source", "target")
            for key, name in object_names(taken).items()
        },
    )
    return plan.model_copy(update={"forecast": forecast(plan)}).sealed()


def require_two(source: Inventory, target: Inventory) -> None:
    """Refuse to plan a move from a product to itself by accident.

    Raises:
        PlanRefused: both are one tenant. Nothing was changed.
    """
    if (source.tenant, source.backend) == (target.tenant, target.backend):
        raise PlanRefused(
            f"source and target are one tenant, {source.tenant!r}.",
            remedy="To enroll its phones anew, plan with --reenroll; nothing was changed.",
        )


def _judge(policy: Policy) -> Judge:
    """Why a phone of this product stays as it is."""

    def judge(device: Device) -> Exclusion | None:
        kind = device.enrollment.kind
        if device.enrollment.state is not EnrollmentState.ENROLLED:
            return Exclusion.NOT_ENROLLED
        if kind is EnrollmentKind.ACCOUNT_DRIVEN_USER:
            return Exclusion.ACCOUNT_DRIVEN_ALREADY
        if kind is EnrollmentKind.USER and not policy.reenroll_unclear:
            return Exclusion.WAY_NOT_SHOWN
        if kind not in _OLD_WAYS and kind is not EnrollmentKind.USER:
            return Exclusion.NOT_USER_ENROLLED
        return too_old(device)

    return judge


# -- what people have ------------------------------------------------------------------------------


class _Given:
    """What reaches the phones that move, as the product's scopes say.

    Verification asks for what reaches all of a person's moving phones: what one of two has alone is carried over, and
    not asked for.
    """

    def __init__(self, members: Members, phones: Mapping[str, Collection[str]]) -> None:
        self._members = members
        self._phones = phones

    @classmethod
    def of(cls, taken: Inventory, people: Sequence[PlannedPerson]) -> _Given:
        moving = {p.key: frozenset(d.id for d in p.devices) for p in people if p.exclusion is None}
        return cls(Members.of(taken, people), moving)

    @property
    def phones(self) -> frozenset[str]:
        """Ids of the records of phones that move."""
        return frozenset(phone for phones in self._phones.values() for phone in phones)

    def profiles(self, taken: Inventory, versions: Collection[str]) -> Iterator[PlannedProfile]:
        """Profiles that iOS takes whole under User Enrollment, with whom they reach."""
        groups = self.groups(taken)
        for profile in taken.profiles:
            people = self.reached(profile.scope, groups)
            if people and is_taken_whole(profile, versions):
                yield PlannedProfile(
                    source_id=profile.id, name=profile.name, people=people, by_api=False
                )

    def apps(self, taken: Inventory) -> Iterator[PlannedApp]:
        """Store apps with licenses for users, with whom they reach; the license stays with the person."""
        groups = self.groups(taken)
        for app in taken.apps:
            people = self.reached(app.scope, groups)
            is_for_users = app.kind is AppKind.STORE and app.license_mode is not LicenseMode.DEVICE
            if people and app.bundle_id and is_for_users:
                yield PlannedApp(
                    source_id=app.id,
                    name=app.name,
                    kind=app.kind,
                    bundle_id=app.bundle_id,
                    store_id=app.store_id,
                    version=app.version,
                    url=app.url,
                    people=people,
                )

    def groups(self, taken: Inventory) -> Mapping[str, frozenset[str]]:
        """Group of devices → the moving records in it."""
        return {
            g.id: frozenset(g.members or ()) & self.phones
            for g in taken.groups
            if g.of == "devices"
        }

    def reached(self, scope: Scope | None, groups: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
        """Keys of the people all of whose moving phones a scope reaches; `groups` as this class gives them."""
        if scope is None:
            return ()
        through_owner = scope.model_copy(update={"devices": (), "device_groups": ()})
        owners = self._members.in_scope(through_owner)
        records = frozenset(scope.devices).union(
            *(groups.get(group, frozenset()) for group in scope.device_groups)
        )
        return tuple(
            sorted(
                person
                for person, phones in self._phones.items()
                if person in owners or records.issuperset(phones)
            )
        )


def is_taken_whole(profile: Profile, versions: Collection[str]) -> bool:
    """Whether iOS takes all of a profile under User Enrollment; of one that isn't shown nobody knows."""
    if not is_shown(profile) or profile.content is None:
        return False
    part = allowed_part(profile.content, versions)
    return part is not None and part == allowed_part(profile.content, ())


def is_shown(profile: Profile) -> bool:
    """Whether the product shows any setting of the profile."""
    return profile.content is not None and bool(apple_profiles.read(profile.content).payloads)


# -- the rest of the plan --------------------------------------------------------------------------


def _tasks(product: TargetProduct) -> Iterator[Task]:
    for task in setup_tasks(product.sheet):
        if task.kind in _TITLES:
            yield task.model_copy(update={"title": _TITLES[task.kind]})


def _notes(
    taken: Inventory,
    product: TargetProduct,
    policy: Policy,
    matches: Matches,
    waves: Sequence[Wave],
    versions: Collection[str],
    records: Sequence[Carried],
) -> Iterator[str]:
    for capability, why in sorted(taken.missing.items()):
        yield f"Not read ({capability}): {why}"
    if Exclusion.WAY_NOT_SHOWN in {*matches.left_out.values()}:
        yield (
            "The product doesn't say which way some phones were enrolled; they stay unless the policy says "
            "reenroll_unclear = true."
        )
    for profile in taken.profiles:
        if not is_shown(profile):
            yield f"The product doesn't show what profile {profile.name!r} holds; no phone is asked for it."
        elif not is_taken_whole(profile, versions):
            yield (
                f"Profile {profile.name!r} holds settings that iOS refuses under User Enrollment; no phone is asked "
                "for it."
            )
    if any(app.scope is None for app in taken.apps):
        yield "The product doesn't show who has some apps: assign anew what neither groups nor policies bring."
    yield from _by_hand(product, records)
    forget = product.sheet[Capability.DEVICES_FORGET]
    if not policy.keep_records and not forget.is_callable:
        yield "The records of ended enrollments are removed in the console, from the list in the report."
    yield from unmet(policy, matches, waves)


_NEEDS: Mapping[CarriedKind, Capability] = {
    CarriedKind.GROUP: Capability.GROUPS_ENSURE,
    CarriedKind.PROFILE: Capability.PROFILES_ASSIGN,
    CarriedKind.APP: Capability.APPS_ASSIGN,
}


def _by_hand(product: TargetProduct, records: Sequence[Carried]) -> Iterator[str]:
    for item in records:
        if not product.sheet[_NEEDS[item.kind]].is_callable:
            what = counted(
                len(item.devices),
                "phone by itself: add its new record",
                several="phones one by one: add their new records",
            )
            yield f"{item.kind.value.capitalize()} {item.name!r} names {what} in the console."


def _touched(
    taken: Inventory, moving: Sequence[Candidate], given: _Given, records: Sequence[Carried]
) -> Iterator[tuple[str, str]]:
    for candidate in moving:
        yield f"source:user:{candidate.user.id}", candidate.user.digest
        for phone in candidate.devices:
            yield f"source:device:{phone.id}", phone.digest
    direct = {(item.kind, item.id) for item in records}
    for group in taken.groups:
        if (CarriedKind.GROUP, group.id) in direct:
            yield f"source:group:{group.id}", group_digest(group)
    groups = given.groups(taken)
    for profile in taken.profiles:
        if given.reached(profile.scope, groups) or (CarriedKind.PROFILE, profile.id) in direct:
            yield f"target:profile:{profile.id}", profile_digest(profile)
    for app in taken.apps:
        if given.reached(app.scope, groups) or (CarriedKind.APP, app.id) in direct:
            yield f"target:app:{app.id}", app_digest(app)
