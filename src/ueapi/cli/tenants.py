"""`ueapi tenant` and `ueapi doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ueapi.cli import settings_file
from ueapi.cli.opening import open_tenant
from ueapi.cli.printing import Format, print_document, print_rows
from ueapi.cli.settings_file import SecretSource, TenantEntry, is_secret
from ueapi.errors import InvalidSettings

if TYPE_CHECKING:
    from ueapi.contract import Settings

app = typer.Typer(help="Keep tenants under a name.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call the tenant.")],
    backend: Annotated[str, typer.Argument(help="Its backend, as in `ueapi backends`.")],
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A plain setting; repeatable."),
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option(
            "--secret",
            metavar="NAME=PLACE",
            help="Where a secret is; repeatable. PLACE is env:VARIABLE, file:PATH, command:WORDS, "
            "or keychain, which asks for it now.",
        ),
    ] = None,
) -> None:
    """Add or replace a tenant. Secrets are never taken from the command line."""
    from ueapi.plugins import Registry

    fields = Registry.installed().settings_type(backend)
    plain = dict(_pair(text) for text in values or [])
    hidden = {key: _source(name, key, place) for key, place in map(_pair, secrets or [])}
    _check(backend, fields, set(plain), set(hidden))
    _require_all(backend, fields, {*plain, *hidden})
    for key, source in hidden.items():
        if source.kind == "keychain":
            import keyring

            keyring.set_password(
                settings_file.SERVICE, source.place, typer.prompt(key, hide_input=True)
            )
    path = settings_file.settings_path()
    entries = settings_file.read_entries(path)
    entries[name] = TenantEntry(name, backend, plain, hidden)
    settings_file.write_entries(path, entries)
    typer.echo(f"Added {name} to {path}. Check it with `ueapi doctor {name}`.", err=True)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InvalidSettings(
            f"{key!r} is not of the form NAME=VALUE.", remedy="Nothing was changed."
        )
    return key, value


def _source(tenant: str, key: str, place: str) -> SecretSource:
    kind, _, where = place.partition(":")
    if kind not in settings_file.SOURCES or (kind != "keychain" and not where):
        raise InvalidSettings(
            f"the secret {key} names no source.",
            remedy="Use env:VARIABLE, file:PATH, command:WORDS or keychain; nothing was changed.",
        )
    return SecretSource(kind, f"{tenant}/{key}" if kind == "keychain" else where)


def _check(backend: str, fields: type[Settings], plain: set[str], hidden: set[str]) -> None:
    known = set(fields.model_fields)
    unknown = sorted((plain | hidden) - known)
    if unknown:
        raise InvalidSettings(
            f"{backend} has no setting {', '.join(unknown)}.",
            remedy=f"It has {', '.join(sorted(known))}; nothing was changed.",
        )
    exposed = sorted(k for k in plain if is_secret(fields, k))
    if exposed:
        raise InvalidSettings(
            f"{', '.join(exposed)} is a secret and must not stand on the command line.",
            remedy="Use --secret with env, file, command or keychain, and change the secret; nothing was stored.",
        )


def _require_all(backend: str, fields: type[Settings], given: set[str]) -> None:
    absent = [n for n, f in fields.model_fields.items() if f.is_required() and n not in given]
    if absent:
        ways = ", ".join(
            f"--secret {n}=env:VARIABLE" if is_secret(fields, n) else f"--set {n}=VALUE"
            for n in absent
        )
        raise InvalidSettings(
            f"{backend} also needs {', '.join(absent)}.",
            remedy=f"Add {ways}; nothing was changed.",
        )


@app.command("list")
def list_tenants(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the named tenants; secrets are shown by their place only."""
    entries = settings_file.read_entries(settings_file.settings_path())
    rows = [
        {
            "name": e.name,
            "backend": e.backend,
            "url": e.settings.get("url"),
            "secrets": ", ".join(f"{k} from {s.kind}" for k, s in e.secrets.items()) or None,
        }
        for e in entries.values()
    ]
    if as_json:
        print_document(rows)
        return
    print_rows(("name", "backend", "url", "secrets"), rows, Format.TABLE)


@app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="The tenant to forget.")]) -> None:
    """Forget a tenant; nothing changes in the product."""
    path = settings_file.settings_path()
    settings_file.find_entry(path, name)
    entries = settings_file.read_entries(path)
    del entries[name]
    settings_file.write_entries(path, entries)
    typer.echo(f"Removed {name} from {path}.", err=True)


def doctor(
    tenant: Annotated[str, typer.Argument(help="A tenant of the settings file.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Sign in and read one page; changes nothing."""
    with open_tenant(tenant) as opened:
        opened.check()
        sheet = opened.sheet
        assumed = sorted(c.value for c in sheet if sheet[c].assumed)
        report = {
            "tenant": tenant,
            "backend": opened.backend,
            "signed_in": True,
            "calls": opened.meter.calls,
            "capabilities": sum(1 for c in sheet if sheet[c].is_callable),
            "assumed": assumed,
        }
    if as_json:
        print_document(report)
        return
    verb = "rests" if len(assumed) == 1 else "rest"
    requests = "1 request" if report["calls"] == 1 else f"{report['calls']} requests"
    typer.echo(
        f"{tenant}: signed in to {report['backend']}, one page read, {requests}. "
        f"{report['capabilities']} capabilities, of which {len(assumed)} {verb} on an assumption "
        f"(`ueapi capabilities {report['backend']} --assumed`)."
    )
