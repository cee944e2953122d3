"""The named abilities, how a backend provides each, and the sheet that lists them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeVar, assert_never

from attrs import field, frozen

from ueapi.contract.cost import Cost
from ueapi.errors import CapabilityUnsupported, ManualStepRequired, UeapiError
from ueapi.model import Scope


class Capability(StrEnum):
    """One ability, named facet.verb; the same word in code, CLI and documentation."""

    USERS_LIST = "users.list"
    USERS_GET = "users.get"
    USERS_ENSURE = "users.ensure"
    USERS_MANAGED_APPLE_ID = "users.managed-apple-id"
    GROUPS_LIST = "groups.list"
    GROUPS_GET = "groups.get"
    GROUPS_CRITERIA = "groups.criteria"
    GROUPS_ENSURE = "groups.ensure"
    DEVICES_LIST = "devices.list"
    DEVICES_GET = "devices.get"
    DEVICES_REPORT = "devices.report"
    DEVICES_ENROLLMENT_KIND = "devices.enrollment-kind"
    DEVICES_ENROLLMENT_ID = "devices.enrollment-id"
    DEVICES_UNENROLL = "devices.unenroll"
    DEVICES_FORGET = "devices.forget"
    ENROLLMENTS_INVITE = "enrollments.invite"
    ENROLLMENTS_ACCOUNT_DRIVEN_SETUP = "enrollments.account-driven-setup"
    ENROLLMENTS_DISCOVERY = "enrollments.discovery"
    PROFILES_LIST = "profiles.list"
    PROFILES_GET = "profiles.get"
    PROFILES_ENSURE = "profiles.ensure"
    PROFILES_ASSIGN = "profiles.assign"
    PROFILES_UNASSIGN = "profiles.unassign"
    APPS_LIST = "apps.list"
    APPS_GET = "apps.get"
    APPS_STORE_ID = "apps.store-id"
    APPS_ENSURE = "apps.ensure"
    APPS_CONFIGURE = "apps.configure"
    APPS_ASSIGN = "apps.assign"
    APPS_UNASSIGN = "apps.unassign"
    LICENSES_LIST = "licenses.list"
    LICENSES_ASSIGN = "licenses.assign"
    LICENSES_UNASSIGN = "licenses.unassign"
    LICENSES_LOCATION_SETUP = "licenses.location-setup"
    COMMANDS_SEND = "commands.send"
    COMMANDS_STATUS = "commands.status"
    EVENTS_WATCH = "events.watch"


ADDED: Final[Mapping[Capability, tuple[int, int]]] = {Capability.DEVICES_FORGET: (1, 1)}
"""The contract version a capability came with, for those that weren't there from the beginning."""


FIND: Final = "users.find"
"""Finding a person is an operation of its own, since some products can only list; its row is that of `users.get`."""


class Level(StrEnum):
    """How far a backend provides a capability."""

    NATIVE = "native"
    PARTIAL = "partial"
    MANUAL = "manual"
    UNSUPPORTED = "unsupported"
    NOT_IMPLEMENTED = "not-implemented"


@frozen(kw_only=True)
class Support:
    """One row of the sheet.

    `loss` says what a partial ability lacks, `steps` what a person does, `why` why it is missing. `since` is the
    product's version, `evidence` the source of the claim, and `assumed` marks a claim no source confirms. `to` names
    the fields of `Scope` that an assignment takes; `None` means each of them. `calls` is how many requests the
    operation takes, and `finding`, on the row of `users.get`, what finding a person by Managed Apple ID takes; `None`
    means that it isn't declared.
    """

    level: Level
    loss: str = ""
    steps: tuple[str, ...] = ()
    why: str = ""
    since: str | None = None
    evidence: str = ""
    assumed: bool = False
    to: frozenset[str] | None = None
    calls: Cost | None = None
    finding: Cost | None = None

    @property
    def is_callable(self) -> bool:
        """Whether the backend does it by itself."""
        return self.level in (Level.NATIVE, Level.PARTIAL)


def native(
    evidence: str,
    *,
    since: str | None = None,
    assumed: bool = False,
    to: Collection[str] | None = None,
    calls: str | None = None,
    finding: str | None = None,
) -> Support:
    """Fully provided; `to` bounds what can be assigned to, `calls` says what it takes, such as "1 per page".

    Raises:
        ValueError: `to` names no field of `Scope`, or a cost is of another form than `Cost` reads.
    """
    return Support(
        level=Level.NATIVE,
        evidence=evidence,
        since=since,
        assumed=assumed,
        to=_kinds(to),
        calls=_cost(calls),
        finding=_cost(finding),
    )


def partial(
    loss: str,
    evidence: str,
    *,
    since: str | None = None,
    assumed: bool = False,
    to: Collection[str] | None = None,
    calls: str | None = None,
    finding: str | None = None,
) -> Support:
    """Provided, with a loss that is named; the rest is as for `native`."""
    return Support(
        level=Level.PARTIAL,
        loss=loss,
        evidence=evidence,
        since=since,
        assumed=assumed,
        to=_kinds(to),
        calls=_cost(calls),
        finding=_cost(finding),
    )


def _cost(text: str | None) -> Cost | None:
    return None if text is None else Cost.parse(text)


def _kinds(to: Collection[str] | None) -> frozenset[str] | None:
    """Fields of `Scope`.

    Raises:
        ValueError: there is no such field; the plugin's author corrects the row.
    """
    if to is None:
        return None
    unknown = sorted(set(to) - set(Scope.model_fields))
    if unknown:
        raise ValueError(f"nothing is assigned to {', '.join(unknown)}")
    return frozenset(to)


def manual(*steps: str, evidence: str, assumed: bool = False) -> Support:
    """The product has it in its console only; `steps` tell a person what to do there."""
    return Support(level=Level.MANUAL, steps=steps, evidence=evidence, assumed=assumed)


def unsupported(why: str, evidence: str, *, assumed: bool = False) -> Support:
    """The product, or Apple, doesn't offer it."""
    return Support(level=Level.UNSUPPORTED, why=why, evidence=evidence, assumed=assumed)


def not_implemented(why: str = "this backend doesn't offer it yet") -> Support:
    """The product may have it; this backend doesn't use it yet."""
    return Support(level=Level.NOT_IMPLEMENTED, why=why)


@frozen
class CapabilitySheet:
    """All of a backend's claims: a row for each capability, no more and no less."""

    rows: Mapping[Capability, Support] = field()

    @classmethod
    def of(cls, rows: Mapping[Capability, Support]) -> CapabilitySheet:
        """Check that the sheet is complete.

        A plugin made for an earlier contract has no rows for what came later, and doesn't offer it.

        Raises:
            ValueError: a capability has no row; the plugin's author adds it.
        """
        missing = [c.value for c in Capability if c not in rows and c not in ADDED]
        if missing:
            raise ValueError(f"the sheet has no row for {', '.join(missing)}")
        return cls({**{c: _younger(c) for c in ADDED}, **rows})

    def __getitem__(self, capability: Capability) -> Support:
        return self.rows[capability]

    def __iter__(self) -> Iterator[Capability]:
        return iter(Capability)

    @property
    def costs(self) -> Mapping[str, Cost]:
        """What the backend declares, by operation: one of each row, and `users.find`."""
        declared = {c.value: row.calls for c, row in self.rows.items()}
        declared[FIND] = self.rows[Capability.USERS_GET].finding
        return {operation: cost for operation, cost in declared.items() if cost is not None}

    def refusal(self, capability: Capability, *, backend: str) -> UeapiError | None:
        """The error to raise before any request, or `None` when the backend does it by itself."""
        support = self.rows[capability]
        match support.level:
            case Level.NATIVE | Level.PARTIAL:
                return None
            case Level.MANUAL:
                return ManualStepRequired(
                    "has this only in its console.",
                    steps=support.steps,
                    remedy=f"A person does this: {'; '.join(support.steps)}. Nothing was changed.",
                    backend=backend,
                    operation=capability.value,
                )
            case Level.UNSUPPORTED | Level.NOT_IMPLEMENTED:
                return CapabilityUnsupported(
                    f"not available: {support.why}.",
                    remedy=f"See `ueapi capabilities {backend}`; nothing was sent.",
                    backend=backend,
                    operation=capability.value,
                )
            case _:
                assert_never(support.level)


def _younger(capability: Capability) -> Support:
    major, minor = ADDED[capability]
    return not_implemented(f"this ability came with contract {major}.{minor}, after this backend")


F = TypeVar("F", bound=Callable[..., object])

_NEEDS: Final = "__ueapi_needs__"


def needs(capability: Capability) -> Callable[[F], F]:
    """Mark a facet method with the capability it is an instance of."""

    def mark(method: F) -> F:
        setattr(method, _NEEDS, capability)
        return method

    return mark


def needed_by(method: Callable[..., object]) -> Capability:
    """The capability a facet method was marked with.

    Raises:
        LookupError: the method carries no mark; its author adds `@needs`.
    """
    found = getattr(method, _NEEDS, None)
    if not isinstance(found, Capability):
        raise LookupError(f"{method.__qualname__} carries no @needs")
    return found
