"""Everything the checks judge, gathered by list calls: their number doesn't grow with the people asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from attrs import evolve, field, frozen

from ueapi.apple.rules import IosVersion
from ueapi.client import Tenant
from ueapi.contract import Capability, CapabilitySheet, Support
from ueapi.discovery.checking import Grade, Result, check
from ueapi.errors import InvalidModel, PermissionMissing
from ueapi.model import (
    Device,
    EnrollmentKind,
    EnrollmentState,
    LicensePool,
    Location,
    ManagedAppleID,
    User,
)
from ueapi.readiness.directory import Directory
from ueapi.readiness.findings import Check, Invitee
from ueapi.runtime.probing import Look

MOST_DOMAINS: Final = 20
"""Domains that are asked; an organization has a few, and a typing error in a record is no domain of it."""

T = TypeVar("T")


@frozen(kw_only=True)
class Facts:
    """What is known about both tenants and around them. `source` is the tenant people leave, if there is one."""

    target: Directory
    sheet: CapabilitySheet = field(repr=False)
    source: Directory | None = None
    has_account_driven: bool = False
    """Whether the target shows a phone that was enrolled the account-driven way."""
    locations: tuple[Location, ...] = ()
    pools: tuple[LicensePool, ...] | None = None
    missing: Mapping[str, str] = field(factory=dict)
    """`licenses` → why their number could not be read."""
    federated: frozenset[str] | None = None
    """Domains of the Managed Apple IDs, in lower case; `None` when nobody named them."""
    ios: IosVersion | None = None
    """The version of phones nobody has listed, as the operator tells it."""
    discovery: Mapping[str, tuple[Result, ...]] = field(factory=dict)
    """Domain → what devices would meet there."""
    confirmed: frozenset[Check] = frozenset()
    """Checks the operator looked at; what nobody else can see of them counts as ready."""

    def records(self, person: Invitee) -> tuple[User, ...]:
        """The target's records of a person."""
        return _records(self.target, person)

    def old_records(self, person: Invitee) -> tuple[User, ...]:
        """The source's records of a person."""
        return _records(self.source, person) if self.source else ()

    def account(self, person: Invitee) -> ManagedAppleID | None:
        """The person's Managed Apple ID: as the target has it, else as the source has it, else as it was typed."""
        for user in (*self.records(person), *self.old_records(person)):
            if user.managed_apple_id is not None:
                return user.managed_apple_id
        return _typed(person.address) if person.record is None else None


def _records(directory: Directory, person: Invitee) -> tuple[User, ...]:
    record = person.record
    own = (record,) if record is not None and record.ref.tenant == directory.tenant else ()
    return directory.records(person.address) or own


def _typed(address: str) -> ManagedAppleID | None:
    try:
        return ManagedAppleID(address)
    except ValueError:
        return None


def gather(
    tenant: Tenant,
    *,
    source: Tenant | None = None,
    federated: Collection[str] = (),
    ios: IosVersion | None = None,
    confirmed: Collection[Check] = (),
) -> Facts:
    """Read both tenants by list calls; nothing is changed. Discovery is looked at by `with_discovery`.

    A part the product doesn't list, or the credentials may not read, is named in `missing` and leaves checks unknown.

    Raises:
        AccessError: the credentials are refused.
        Unreachable: no answer; repeat.
    """
    target = _directory(tenant, has_phones=source is tenant)
    locations, pools, missing = read_seats(tenant)
    devices = _part(tenant, Capability.DEVICES_LIST, lambda: _proofs(tenant), "devices", {})
    return Facts(
        target=target,
        sheet=tenant.sheet,
        source=_source(source, tenant, target),
        has_account_driven=bool(devices),
        locations=locations,
        pools=pools,
        missing=missing,
        federated=frozenset(d.strip().casefold() for d in federated) or None,
        ios=ios,
        confirmed=frozenset(confirmed),
    )


def read_seats(
    tenant: Tenant,
) -> tuple[tuple[Location, ...], tuple[LicensePool, ...] | None, Mapping[str, str]]:
    """Read the tenant's locations and their licenses; `None` for what can't be read, with the reason by its name."""
    missing = dict[str, str]()
    locations = _part(tenant, Capability.LICENSES_LIST, tenant.licenses.list, "licenses", missing)
    if locations is None:
        return (), None, missing
    pools = _part(
        tenant, Capability.LICENSES_LIST, lambda: _pools(tenant, locations), "licenses", missing
    )
    return locations, pools, missing


def _source(source: Tenant | None, tenant: Tenant, target: Directory) -> Directory | None:
    """Within one product both are the same, and are read once."""
    if source is None or source is tenant:
        return target if source else None
    return _directory(source, has_phones=True)


def _directory(tenant: Tenant, *, has_phones: bool) -> Directory:
    missing: dict[str, str] = {}
    users = _part(tenant, Capability.USERS_LIST, tenant.users.list, "users", missing)
    devices = None
    if has_phones:
        devices = _part(tenant, Capability.DEVICES_LIST, tenant.devices.list, "devices", missing)
    return Directory(tenant=tenant.name, users=users or (), devices=devices, missing=missing)


def _part(
    tenant: Tenant,
    capability: Capability,
    read: Callable[[], Iterable[T]],
    name: str,
    missing: dict[str, str],
) -> tuple[T, ...] | None:
    support = tenant.sheet[capability]
    if not support.is_callable:
        missing[name] = why(support)
        return None
    try:
        return tuple(read())
    except PermissionMissing as problem:
        needs = f", which need {problem.needs}" if problem.needs else ""
        missing[name] = f"the credentials may not read it{needs}"
        return None


def _proofs(tenant: Tenant) -> Iterator[Device]:
    """The first phone that shows that account-driven enrollment works there; no page is read after it."""
    for device in tenant.devices.list():
        enrollment = device.enrollment
        is_read = "enrollment.kind" not in device.origin.inferred
        is_on = enrollment.state is EnrollmentState.ENROLLED
        if is_read and is_on and enrollment.kind is EnrollmentKind.ACCOUNT_DRIVEN_USER:
            yield device
            return


def _pools(tenant: Tenant, locations: Iterable[Location]) -> Iterator[LicensePool]:
    """Seats this tenant can give: a location that another service uses is no longer its own."""
    for location in locations:
        if not location.used_by_another_service:
            yield from tenant.licenses.pools(location.id)


def why(support: Support) -> str:
    """Why something is not there, or not whole, in the sheet's own words."""
    return support.why or support.loss or "the product has it in its console only"


def sentences(steps: Sequence[str]) -> str:
    """A sheet's steps one after the other, each as a sentence; nothing for none."""
    return " ".join(f"{step.rstrip('.')}." for step in steps)


def everyone(facts: Facts, *, apps: frozenset[str] | None = None) -> tuple[Invitee, ...]:
    """All people of the source, else of the target; several records of one address are one person."""
    directory = facts.source or facts.target
    found: dict[str, Invitee] = {}
    for user in directory.users:
        if not user.built_in:
            account = user.managed_apple_id
            address = (account.root if account else None) or user.email or user.username or ""
            person = Invitee(address=address, record=user, apps=apps)
            found.setdefault(address.casefold() or f"id:{user.id}", person)
    return tuple(found.values())


def domains(people: Sequence[Invitee], facts: Facts) -> tuple[str, ...]:
    """Domains to ask: those of the people, the most frequent first; of federated ones only, where they are named."""
    accounts = (facts.account(person) for person in people)
    counted = Counter(account.domain for account in accounts if account)
    ours = facts.federated
    wanted = (name for name, _ in counted.most_common() if ours is None or name in ours)
    return tuple(wanted)[:MOST_DOMAINS]


def with_discovery(
    facts: Facts,
    people: Sequence[Invitee],
    *,
    look: Look,
    at: datetime,
    expected: str | None = None,
) -> Facts:
    """Ask each domain once as devices do, with a made-up name; `expected` is the target's own enrollment address."""
    names = domains(people, facts)
    return evolve(facts, discovery={name: _asked(name, look, at, expected) for name in names})


def _asked(domain: str, look: Look, at: datetime, expected: str | None) -> tuple[Result, ...]:
    try:
        return check(domain, look=look, at=at, expected=expected)
    except InvalidModel:
        return (
            Result(
                probe="name",
                grade=Grade.FINDING,
                text="it is no full domain name",
                fix="Correct the Managed Apple ID.",
            ),
        )
