"""`ueapi NAME ...`: commands of a plugin's own, loaded when they are called and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from ueapi.contract.opening import TenantOpener
from ueapi.errors import IncompatiblePlugin, UsageError

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.plugins import Registry

HELP: Final = "--help"


def root_of(
    app: typer.Typer, arguments: Sequence[str], *, registry: Registry | None = None
) -> TyperGroup:
    """The command tree for these arguments, with what plugins add to it.

    A command of ueapi never looks at plugins. The list of all commands reads manifests only; the plugin whose name is
    the first word is loaded, and no other.

    Raises:
        UsageError: the first word is a backend without commands of its own.
        IncompatiblePlugin: that backend is broken, or what its manifest names is no typer app.
    """
    root = get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError("the command tree has one command only")
    word = next((each for each in arguments if not each.startswith("-")), None)
    if word in root.commands:
        return root
    if word is not None:
        _add_called(root, word, registry or _installed())
    elif not arguments or HELP in arguments:
        _add_listed(root, registry or _installed())
    return root


def _installed() -> Registry:
    from ueapi.plugins import Registry

    return Registry.installed()


def _add_called(root: TyperGroup, name: str, registry: Registry) -> None:
    if name not in {*registry.names, *(failure.name for failure in registry.failures)}:
        return  # the command library says best what is near to an unknown word
    reference = registry.manifest(name).cli
    if reference is None:
        raise UsageError(
            "the plugin has no commands of its own.",
            remedy=f"`ueapi capabilities {name}` shows what the backend does; `ueapi --help` lists commands.",
            backend=name,
        )
    found = registry.resolve(name, reference)
    if not isinstance(found, typer.Typer):
        raise IncompatiblePlugin(
            "the manifest's `cli` is not a typer app.",
            remedy="Report it to the plugin's author.",
            backend=name,
        )
    command = get_command(found)
    command.context_settings["obj"] = _opener(name, registry)
    root.add_command(command, name)


def _opener(backend: str, registry: Registry) -> TenantOpener:
    def opened(name: str) -> Tenant:
        from ueapi.cli.opening import open_tenant
        from ueapi.cli.settings_file import find_entry, settings_path

        if (other := find_entry(settings_path(), name).backend) != backend:
            raise UsageError(
                f"tenant {name!r} is one of {other}.",
                remedy=f"Name a tenant of {backend}; `ueapi tenant list` shows them. Nothing was sent.",
                backend=backend,
            )
        return open_tenant(name, registry=registry)

    return TenantOpener(backend, opened)


def _add_listed(root: TyperGroup, registry: Registry) -> None:
    for name in registry.names:
        manifest = registry.manifest(name)
        if manifest.cli is not None and name not in root.commands:
            stand_in = typer.Typer(help=f"Commands of the plugin of {manifest.product}.")
            stand_in.callback(invoke_without_command=True)(_nothing)
            root.add_command(get_command(stand_in), name)


def _nothing() -> None:
    """Stand in for commands that are not loaded just to be listed."""
