"""`ueapi discovery`: what a person's phone is told when it asks where to enroll."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli.exits import Exit
from ueapi.cli.signers import anchors_in, signer_of
from ueapi.errors import ManualStepRequired, UsageError
from ueapi.wording import people as counted_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from ueapi.discovery.audit import AuditLog

app = typer.Typer(
    help="Service discovery: write, steer and serve what phones are told.", no_args_is_help=True
)

Certificate = Annotated[
    Path | None, typer.Option(help="PEM file with the certificate to sign with, and its chain.")
]
Key = Annotated[Path | None, typer.Option(help="PEM file with the private key.")]
PasswordEnv = Annotated[
    str | None, typer.Option(help="Environment variable with the key's password.")
]


@app.command("check")
def check(
    address: Annotated[
        str,
        typer.Argument(
            help="Domain, a person's address, or a server's https address with its port."
        ),
    ],
    place: Annotated[
        str | None,
        typer.Option(
            "--discovery",
            help="https address to ask, in place of the domain of a person's address.",
        ),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(help="Tenant of the settings file that the document has to lead to."),
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="PEM file with a further authority to trust.")
    ] = None,
    watch: Annotated[
        float | None,
        typer.Option(min=1, max=86400, help="Check again every so many seconds, until stopped."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Ask as devices do, and say what is wrong and how to put it right. Exits 1 when devices would fail."""
    from ueapi.cli.discovery_check import checking, looker, print_results, watched
    from ueapi.discovery.checking import Grade

    expected = _address_of(tenant) if tenant else None
    check_now = checking(address, looker(ca), expected=expected, place=place)
    if watch is not None:
        watched(check_now, every=watch)
        return
    results = check_now()
    print_results(address, results, as_json=as_json)
    if any(r.grade is Grade.FINDING for r in results):
        raise typer.Exit(Exit.REFUSED)


@app.command("write", short_help="Write the discovery document for a tenant or an address.")
def write(
    tenant: Annotated[
        str | None,
        typer.Argument(
            help="Tenant of the settings file to enroll with; without it give --base-url."
        ),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="The enrollment address, as the product's console shows it.")
    ] = None,
    version: Annotated[
        str, typer.Option(help="mdm-byod for people's own devices, mdm-adde for others.")
    ] = "mdm-byod",
    out: Annotated[
        Path | None, typer.Option(help="Folder for a web server; printed when not given.")
    ] = None,
) -> None:
    """Write the discovery document for a tenant or an address, and what a web server must be told."""
    from ueapi.apple.enrollment import discovery
    from ueapi.discovery import export

    if (tenant is None) == (base_url is None):
        raise UsageError(
            "discovery needs one address.", remedy="Name a tenant, or give --base-url; not both."
        )
    if version not in set(discovery.Version):
        raise UsageError(f"there is no version {version!r}.", remedy="Give mdm-byod or mdm-adde.")
    address = base_url or _address_of(tenant or "")
    made = discovery.document(address, discovery.Version(version))
    if out is None:
        typer.echo(made.to_json().decode())
        return
    for path in export(made, out):
        typer.echo(str(path))


def _address_of(tenant: str) -> str:
    from ueapi.cli.settings_file import find_entry, read_entries, settings_path
    from ueapi.client.opening import installed
    from ueapi.contract import Capability

    path = settings_path()
    if _is_address(tenant) and tenant not in read_entries(path):
        raise UsageError(
            "the name of a tenant is asked for, and this is an address.",
            remedy="Give the enrollment address with --base-url, as the product's console shows it.",
        )
    entry = find_entry(path, tenant)
    registry = installed()
    address = registry.enrollment_address(entry.backend, str(entry.settings.get("url", "")))
    if address is not None:
        return address
    support = registry.sheet(entry.backend)[Capability.ENROLLMENTS_DISCOVERY]
    raise ManualStepRequired(
        "shows the enrollment address in its console only.",
        steps=support.steps,
        remedy="Look it up there, and give it with --base-url.",
        backend=entry.backend,
        operation=Capability.ENROLLMENTS_DISCOVERY.value,
    )


def _is_address(text: str) -> bool:
    from ueapi.apple.enrollment import discovery

    return "://" in text or discovery.is_domain(text)


@app.command("steer")
def steer(
    plan: Annotated[Path, typer.Argument(help="The plan whose people are steered.")],
    out: Annotated[Path, typer.Option(help="The list to write; a later one replaces it.")],
    new: Annotated[str, typer.Option(help="Enrollment address of the target.")],
    old: Annotated[
        str | None,
        typer.Option(help="Enrollment address for everybody else; refused when not given."),
    ] = None,
    waves: Annotated[
        str, typer.Option(help='Waves that enroll with the target, such as "1-3" or "1,4".')
    ] = "1",
    certificate: Certificate = None,
    key: Key = None,
    password_env: PasswordEnv = None,
) -> None:
    """Write the signed list of who enrolls with the target. It holds digests and names nobody."""
    from ueapi.discovery.publishing import Addresses, Publisher
    from ueapi.migration import Plan
    from ueapi.runtime.clock import SystemClock

    signer = signer_of(certificate, key, password_env)
    if signer is None:
        raise UsageError(
            "a list must be signed.", remedy="Give --certificate and --key; nothing was written."
        )
    found = Plan.read(plan)
    wanted = _numbers(waves, len(found.waves))
    people = [
        str(p.managed_apple_id)
        for p in found.people
        if p.wave in wanted and p.managed_apple_id is not None
    ]
    publisher = Publisher(
        path=out, addresses=Addresses(new=new, old=old), signer=signer, now=SystemClock().now
    )
    number = publisher.publish(people)
    typer.echo(f"{out}: list {number} steers {counted_people(len(people))} to the target.")


def _numbers(text: str, waves: int) -> frozenset[int]:
    """Wave numbers out of a text such as "1-3,5".

    Raises:
        UsageError: not of that form, or there is no such wave.
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        end = last if dash else first
        if not first.isdecimal() or not end.isdecimal() or int(end) > waves:
            raise UsageError(
                f"{text!r} names no waves of the plan, which has 1 to {waves}.",
                remedy='Write it as "1-3" or "1,4"; nothing was written.',
            )
        found.update(range(int(first), int(end) + 1))
    if not found or min(found) < 1:
        raise UsageError(f"the plan has waves 1 to {waves}.", remedy="Name some of these.")
    return frozenset(found)


@app.command("serve")
def serve(
    allowed: Annotated[
        Path, typer.Option("--list", help="The signed list; a later one in its place is taken up.")
    ],
    anchors: Annotated[Path, typer.Option(help="PEM file with the certificates to trust.")],
    halt: Annotated[
        Path | None, typer.Option(help="While this file exists, everybody gets the default.")
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(help="File that gets a line of JSON for each answer; it names nobody."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8443,
    tls_certificate: Annotated[
        Path | None, typer.Option(help="PEM file for https; phones ask in no other way.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file with its private key.")] = None,
) -> None:
    """Answer each person's phone by the list, until stopped."""
    from ueapi.discovery import Responder, Shelf
    from ueapi.discovery.audit import AuditLog
    from ueapi.discovery.serving import serve as run
    from ueapi.runtime.clock import SystemClock

    if (tls_certificate is None) != (tls_key is None):
        raise UsageError("https needs a certificate and its key.", remedy="Give both, or neither.")
    clock = SystemClock()
    with AuditLog.opened(audit, now=clock.now) as log:
        shelf = Shelf(
            path=allowed,
            anchors=anchors_in(anchors),
            now=clock.now,
            monotonic=time.monotonic,
            halt=halt,
            tell=_telling(log),
        )
        typer.echo(f"list {shelf.current.number}: answering on {host} port {port}", err=True)
        run(
            Responder(shelf, log.answered),
            host=host,
            port=port,
            certificate=tls_certificate,
            key=tls_key,
        )


def _telling(log: AuditLog) -> Callable[[str, str], None]:
    def tell(outcome: str, detail: str) -> None:
        log.told(outcome, detail)
        sys.stderr.write(f"{outcome} {detail}".rstrip() + "\n")

    return tell
