"""`ueapi maas360 ...`: device actions by the product's own names, and reading what no facet reads.

The account is a tenant of the settings file, named with `--tenant`. Without it the environment names it:
`UEAPI_MAAS360_URL`, `UEAPI_MAAS360_BILLING_ID` and so on, a variable for each setting. Password and access key are
asked for where their variables are missing, and are never arguments: other users of the machine could read those.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar

import typer
from attrs import asdict

from ueapi.contract import Accepted
from ueapi.contract.opening import OpenedTenant, opener
from ueapi.errors import UsageError
from ueapi.flow import Flow
from ueapi_maas360.native import Maas360Api

T = TypeVar("T")
P = ParamSpec("P")

PREFIX: Final = "UEAPI_MAAS360_"
_TEXTS: Final = (
    *("url", "billing_id", "username", "app_id", "app_version", "platform_id"),
    *("managed_apple_id", "managed_apple_id_attribute", "user_domain", "user_enrollment_mode"),
)
_SECRETS: Final = ("password", "app_access_key")

_TENANT: Final = "ueapi_maas360.tenant"

app: Final = typer.Typer(
    help="Actions of MaaS360's own, for a tenant of the settings file or the account that UEAPI_MAAS360_URL and the"
    " like name.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DeviceId = Annotated[str, typer.Argument(metavar="DEVICE", help="The device's MaaS360 id.")]
Sure = Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")]


@app.callback()
def _account(
    context: typer.Context,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="A tenant of the settings file.")
    ] = None,
) -> None:
    """Remember which account is meant."""
    context.meta[_TENANT] = tenant


@contextmanager
def connected(context: typer.Context) -> Iterator[OpenedTenant]:
    """Open the tenant that was named, else the account of the environment; asks for secrets that one lacks."""
    import ueapi

    name = context.meta.get(_TENANT)
    if name is not None:
        with opener(context.obj)(name) as opened:
            yield opened
        return
    settings: dict[str, Any] = {**settings_from(os.environ)}
    with ueapi.connect("maas360", **settings) as tenant:
        yield tenant


def settings_from(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings in these variables; empty ones count as missing."""
    found = {name: environ.get(PREFIX + name.upper(), "") for name in (*_TEXTS, *_SECRETS)}
    for name in _SECRETS:
        if not found[name]:
            found[name] = typer.prompt(name, hide_input=True, err=True)
    return {name: value for name, value in found.items() if value}


@app.command(short_help="Print which actions are permitted for a device.")
def actions(context: typer.Context, device: DeviceId) -> None:
    """Print which actions the product permits for a device now."""
    _show([asdict(action) for action in _run(context, Maas360Api.actions, device)])


@app.command()
def state(
    context: typer.Context,
    device: DeviceId,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="The id that the action was given.")
    ],
) -> None:
    """Print what became of an action ordered before."""
    _show({"state": _run(context, Maas360Api.state, device, action)})


@app.command()
def lock(context: typer.Context, device: DeviceId) -> None:
    """Lock a device's screen."""
    _tell(_run(context, Maas360Api.lock, device))


@app.command()
def refresh(context: typer.Context, device: DeviceId) -> None:
    """Ask a device to report."""
    _tell(_run(context, Maas360Api.refresh, device))


@app.command()
def message(
    context: typer.Context,
    device: DeviceId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the person reads.")],
    title: Annotated[str, typer.Option(help="The message's title.")] = "",
) -> None:
    """Show a device's person a message."""
    _tell(_run(context, Maas360Api.message, device, title=title, text=text))


@app.command(short_help="Take the work data off a device.")
def selective_wipe(context: typer.Context, device: DeviceId, yes: Sure = False) -> None:
    """Take the work data off a device that stays under control."""
    _ask(f"Take the work data off {device}?", is_sure=yes)
    _tell(_run(context, Maas360Api.selective_wipe, device))


@app.command()
def revoke_selective_wipe(context: typer.Context, device: DeviceId) -> None:
    """Bring the work data back."""
    _tell(_run(context, Maas360Api.revoke_selective_wipe, device))


@app.command()
def remove_control(context: typer.Context, device: DeviceId, yes: Sure = False) -> None:
    """End a device's enrollment; that can't be undone."""
    _ask(f"End the enrollment of {device} for good?", is_sure=yes)
    _tell(_run(context, Maas360Api.remove_control, device))


@app.command()
def hide(context: typer.Context, device: DeviceId) -> None:
    """Take a device's record out of the portal's lists."""
    _tell(_run(context, Maas360Api.hide, device))


@app.command(short_help="Erase a whole device; that can't be undone.")
def wipe(context: typer.Context, device: DeviceId, yes: Sure = False) -> None:
    """Erase a whole device; refused for any that may be under User Enrollment. That can't be undone."""
    _ask(f"Erase everything on {device} for good?", is_sure=yes)
    _tell(_run(context, Maas360Api.wipe, device))


@app.command(short_help="Remove a whole device's passcode.")
def reset_passcode(context: typer.Context, device: DeviceId, yes: Sure = False) -> None:
    """Remove a whole device's passcode; refused for any that may be under User Enrollment."""
    _ask(f"Remove the passcode of {device}?", is_sure=yes)
    _tell(_run(context, Maas360Api.reset_passcode, device))


@app.command(short_help="Print what the web services have at a path.")
def read(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Such as /…/summary/{billing}.")],
    query: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter.")
    ] = None,
) -> None:
    """Print what is at a path of the web services, as JSON."""
    _show(_run(context, Maas360Api.read, path, query=_pairs(query or [])))


def _run(
    context: typer.Context,
    method: Callable[Concatenate[Maas360Api, P], Flow[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with connected(context) as tenant:
        return tenant.run(tenant.native_as(Maas360Api), method, *args, **kwargs)


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(name and sign for name, sign, _ in pairs):
        raise UsageError(
            "a parameter is not of the form NAME=VALUE.",
            remedy="Write for example --query deviceId=ApplUE7Q2K9M4X1B; nothing was sent.",
        )
    return {name: value for name, _, value in pairs}


def _ask(question: str, *, is_sure: bool) -> None:
    if not is_sure:
        typer.confirm(question, abort=True, err=True)


def _tell(accepted: Accepted) -> None:
    _show({"accepted": True, "actions": list(accepted.command_ids)})


def _show(value: object) -> None:
    # Everything beyond ASCII is escaped, so that a device's name can't command the terminal.
    typer.echo(json.dumps(value, indent=2))
