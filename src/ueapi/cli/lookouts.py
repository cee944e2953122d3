"""Looking, before people are asked, where their domain leads phones: as `ueapi migrate apply` does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ueapi.discovery.publishing import Publisher
    from ueapi.migration import Plan
    from ueapi.migration.sightings import DomainLookout

BelieveOption = Annotated[
    bool,
    typer.Option(
        "--believe-discovery",
        help="Don't ask the people's domain where it leads phones; believe that it is right.",
    ),
]


def lookout_of(
    plan: Plan, source: str, target: str | None, signpost: Publisher | None
) -> DomainLookout | None:
    """Who asks the domain; `None` where the policy wants nobody to.

    Where a list is kept, its addresses count; else the policy's, and those that follow from the tenants' own.
    """
    from ueapi.migration.sightings import BY_HAND, BY_LIST, DomainLookout, Outside
    from ueapi.migration.steering import View
    from ueapi.runtime.probing import Looker

    if plan.policy.discovery_check == "never":
        return None
    look = Outside(Looker())
    if signpost is not None:
        there = signpost.addresses
        return DomainLookout(
            look=look, new=there.new, old=there.old, refusal=View.MISLED, do=BY_LIST
        )
    new = plan.policy.enrollment_address or _address_of(target or source)
    old = None if plan.reenrolls else _address_of(source)
    return DomainLookout(look=look, new=new, old=old, do=BY_HAND)


def _address_of(tenant: str) -> str | None:
    """Where people enroll with a tenant, if that follows from its own address."""
    from ueapi.cli.settings_file import find_entry, settings_path
    from ueapi.client.opening import installed

    entry = find_entry(settings_path(), tenant)
    return installed().enrollment_address(entry.backend, str(entry.settings.get("url", "")))
