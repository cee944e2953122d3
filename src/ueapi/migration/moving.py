"""The steps of a move for programs: plan it, apply it, and ask how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ueapi.client import Tenant
from ueapi.migration import engine, planning, reenrolling, reporting
from ueapi.migration.documents import Plan
from ueapi.migration.inventory import Inventory
from ueapi.migration.ledger import Ledger
from ueapi.migration.planning import TargetProduct
from ueapi.migration.policy import Policy
from ueapi.migration.reporting import PersonStatus, Report
from ueapi.migration.steering import Event, Lookout, Signpost, Steering
from ueapi.migration.work import Clock
from ueapi.plugins import Registry
from ueapi.runtime.clock import SystemClock


def plan(
    source: Inventory,
    target: Inventory,
    *,
    policy: Policy | None = None,
    registry: Registry | None = None,
) -> Plan:
    """Plan a move; asks nobody and changes nothing.

    Takes snapshots in memory, and those on disk as `open_snapshot` opens them. The target product's sheet and mapping
    table come from its plugin, so no tenant is needed.

    Raises:
        UnknownBackend: the plugin of one of the products is not installed.
        PlanRefused: both are one tenant; or the policy lets the server end enrollments, and the source can't.
    """
    reenrolling.require_two(source, target)
    product = _product(source, target, registry or Registry.installed())
    return planning.make_plan(source, target, policy=policy or Policy(), product=product)


def plan_reenrollment(
    taken: Inventory, *, policy: Policy | None = None, registry: Registry | None = None
) -> Plan:
    """Plan to enroll phones anew within one product, by account-driven User Enrollment; asks nobody, changes nothing.

    Apply it as any plan, with the tenant as source and as target.

    Raises:
        UnknownBackend: the plugin of the product is not installed.
        PlanRefused: the policy lets the server end enrollments, and the product can't.
    """
    product = _product(taken, taken, registry or Registry.installed())
    return reenrolling.make_reenrollment(taken, policy=policy or Policy(), product=product)


def _product(source: Inventory, target: Inventory, plugins: Registry) -> TargetProduct:
    return TargetProduct(
        sheet=plugins.sheet(target.backend),
        translate=plugins.translator(target.backend),
        names={b: plugins.manifest(b).product for b in (source.backend, target.backend)},
        source_sheet=plugins.sheet(source.backend),
    )


def apply(
    plan: Plan,
    *,
    source: Tenant,
    target: Tenant,
    ledger: str | Ledger,
    clock: Clock | None = None,
    steering: Steering | None = None,
    signpost: Signpost | None = None,
    lookout: Lookout | None = None,
    follow: bool = False,
) -> Iterator[Event]:
    """Apply a plan, yielding what happens; see `ueapi.migration.engine.run` for the errors.

    `ledger` is a database URL, or a ledger that is open already. Run it again with the same ledger to go on.
    """
    run = partial(
        engine.run,
        plan,
        source=source,
        target=target,
        clock=clock or SystemClock(),
        steering=steering,
        signpost=signpost,
        lookout=lookout,
        follow=follow,
    )
    if isinstance(ledger, Ledger):
        yield from run(ledger=ledger)
        return
    with Ledger(ledger) as opened:
        yield from run(ledger=opened)


def status(ledger: str | Ledger, *, seed: int | None = None) -> Report:
    """Report where a move is; safe while another process applies it."""
    if isinstance(ledger, Ledger):
        return reporting.report(ledger, seed=seed)
    with Ledger(ledger, may_write=False) as opened:
        return reporting.report(opened, seed=seed)


def who(ledger: str | Ledger, user: str) -> PersonStatus:
    """Report where one person is."""
    if isinstance(ledger, Ledger):
        return reporting.who(ledger, user)
    with Ledger(ledger, may_write=False) as opened:
        return reporting.who(opened, user)
