"""Opening a named tenant, or reading the snapshot a name stands for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ueapi.cli.settings_file import TenantEntry, find_entry, is_secret, reveal, settings_path
from ueapi.errors import InvalidSettings, UsageError
from ueapi.runtime.events import Event, Retrying, Slowed

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.migration.documents import Plan
    from ueapi.model import Snapshot
    from ueapi.plugins import Registry
    from ueapi.runtime.clock import Clock

SILENCE: Final = 5.0
"""Seconds of waiting after which one wonders."""


def open_tenant(
    name: str, *, clock: Clock | None = None, registry: Registry | None = None
) -> Tenant:
    """Connect to a tenant of the settings file; `clock` and `registry` take the place of the machine's."""
    import ueapi

    entry = find_entry(settings_path(), name)
    _require_hidden(entry)
    secrets = {key: reveal(source, key) for key, source in entry.secrets.items()}
    settings: dict[str, Any] = {**entry.settings, **secrets}
    return ueapi.connect(
        entry.backend,
        name=name,
        observers=[_tell_waits],
        clock=clock,
        registry=registry,
        **settings,
    )


@contextmanager
def open_other(name: str | None, first: Tenant, *, clock: Clock | None = None) -> Iterator[Tenant]:
    """Connect to the target of a move; within one product that is the tenant which is open already."""
    if name is None:
        yield first
        return
    with open_tenant(name, clock=clock) as opened:
        yield opened


def require_target(plan: Plan, target: str | None) -> None:
    """Ask for the tenant to move to, unless phones stay in their product.

    Raises:
        UsageError: none is named. Nothing was changed.
    """
    if target is None and not plan.reenrolls:
        raise UsageError(
            "the plan moves people to another product.",
            remedy="Name its tenant with --target; nothing was changed.",
        )


def _tell_waits(event: Event) -> None:
    """Say why nothing seems to happen."""
    match event:
        case Slowed(tenant=name, wait=wait) if wait >= SILENCE:
            text = f"{name}: waiting {wait:.0f} s to stay within the product's limits"
        case Retrying(tenant=name, wait=wait, reason=reason) if wait >= SILENCE:
            text = f"{name}: {reason}, trying again in {wait:.0f} s"
        case _:
            return
    # Not through a console of its own: a picture that is being drawn makes room for what is written here.
    sys.stderr.write(f"{text}\n")


def _require_hidden(entry: TenantEntry) -> None:
    """Refuse a secret written out in the file.

    Raises:
        InvalidSettings: the message names the setting, never the value.
    """
    from ueapi.client.opening import installed

    fields = installed().settings_type(entry.backend)
    bare = [k for k in entry.settings if k in fields.model_fields and is_secret(fields, k)]
    if bare:
        raise InvalidSettings(
            f"tenant {entry.name!r} has {', '.join(bare)} written out in the settings file.",
            remedy=f'Change the secret, and write {bare[0]} = {{ env = "VARIABLE" }}; nothing was sent.',
        )


def snapshot_of(name: str) -> Snapshot:
    """Read a snapshot file, or take a snapshot of the tenant of that name."""
    from ueapi import migration

    path = Path(name)
    if path.suffix == ".json" or path.is_file() or len(path.parts) > 1:
        return migration.read_snapshot(path)
    with open_tenant(name) as tenant:
        return migration.snapshot(tenant)
