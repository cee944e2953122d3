"""`ueapi ready`: whether people can be asked to enroll or move, before anyone is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.opening import open_tenant
from ueapi.cli.ready_text import print_found, print_report
from ueapi.errors import UsageError

if TYPE_CHECKING:
    from ueapi.apple.rules import IosVersion
    from ueapi.cli.ready_file import Given
    from ueapi.client import Tenant
    from ueapi.readiness import Facts, Invitee

LONGEST: Final = 320
"""Characters of an address; longer ones are no address."""


def ready(
    tenant: Annotated[str, typer.Argument(help="The tenant people shall enroll with.")],
    people: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PERSON",
            help="Managed Apple IDs, mail addresses or user names; everyone when not given.",
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Tenant people leave; it shows which phones they have.")
    ] = None,
    federated: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAIN", help="A verified and federated domain; repeatable."),
    ] = None,
    app: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER",
            help="Apple's number of a licensed app each person shall get; repeatable.",
        ),
    ] = None,
    ios: Annotated[
        str | None, typer.Option(help="Version of iOS to take for phones that no tenant shows.")
    ] = None,
    confirmed: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK",
            help="A check you looked at yourself, such as account-driven; repeatable.",
        ),
    ] = None,
    given: Annotated[
        Path | None,
        typer.Option("--given", help="TOML file with federated, apps, confirmed and base_url."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="The tenant's enrollment address, as its console shows it.")
    ] = None,
    domain_check: Annotated[
        bool,
        typer.Option(
            "--domain-check/--no-domain-check", help="Ask the people's domains as devices do."
        ),
    ] = True,
    ca: Annotated[
        Path | None, typer.Option(help="PEM file with a further authority to trust.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say of each person whether they are ready, and if not, why and what to do. Exits 1 when someone isn't."""
    from ueapi.cli.ready_file import read_given
    from ueapi.readiness import Standing, tally
    from ueapi.readiness import ready as judged

    told = read_given(given).with_more(
        federated=federated, apps=app, confirmed=confirmed, base_url=base_url
    )
    version, wanted = _version(ios), _addresses(people)
    with open_tenant(tenant) as target, _opened(source, target) as old:
        facts = _facts(target, old, told, version)
        asked = _asked(wanted, facts, told)
        if domain_check:
            facts = _looked(facts, asked, target, told, ca)
        found = judged(asked, facts)
        calls = sum({id(t): t.meter.calls for t in (target, old) if t is not None}.values())
        if as_json:
            print_report(target, found, calls=calls)
        else:
            print_found(found, tally(found), calls=calls)
    if any(one.level is Standing.NOT_READY for one in found):
        raise typer.Exit(Exit.REFUSED)


@contextmanager
def _opened(source: str | None, target: Tenant) -> Iterator[Tenant | None]:
    """The tenant people leave; within one product it is open already."""
    if source is None or source == target.name:
        yield target if source else None
        return
    with open_tenant(source) as opened:
        yield opened


def _facts(target: Tenant, old: Tenant | None, told: Given, ios: IosVersion | None) -> Facts:
    from ueapi.readiness import gather

    return gather(target, source=old, federated=told.federated, ios=ios, confirmed=told.confirmed)


def _version(text: str | None) -> IosVersion | None:
    from ueapi.apple.rules import IosVersion

    return IosVersion.parse(text) if text else None


def _addresses(people: list[str] | None) -> tuple[str, ...]:
    """What was typed, each once.

    Raises:
        UsageError: one is no name; the message doesn't repeat it. Nothing was sent.
    """
    if any(not p.strip() or len(p) > LONGEST or not p.isprintable() for p in people or ()):
        raise UsageError(
            "one of the people is no address or user name.",
            remedy=f"Give 1 to {LONGEST} printable characters each; nothing was sent.",
        )
    return tuple({p.strip().casefold(): p.strip() for p in people or ()}.values())


def _asked(wanted: tuple[str, ...], facts: Facts, told: Given) -> tuple[Invitee, ...]:
    from ueapi.readiness import Invitee, everyone

    if not wanted:
        return everyone(facts, apps=told.wanted)
    return tuple(Invitee(address=address, apps=told.wanted) for address in wanted)


def _looked(
    facts: Facts, asked: tuple[Invitee, ...], target: Tenant, told: Given, ca: Path | None
) -> Facts:
    from ueapi.cli.discovery_check import looker
    from ueapi.readiness import with_discovery

    return with_discovery(
        facts,
        asked,
        look=looker(ca),
        at=target.now(),
        expected=told.base_url or _address_of(target),
    )


def _address_of(target: Tenant) -> str | None:
    """The enrollment address, for products whose plugin can tell it from the tenant's own."""
    from ueapi.cli.settings_file import find_entry, settings_path
    from ueapi.client.opening import installed

    entry = find_entry(settings_path(), target.name)
    return installed().enrollment_address(entry.backend, str(entry.settings.get("url", "")))
