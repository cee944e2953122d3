"""Opening a named tenant, or reading the snapshot a name stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ueapi.cli.settings_file import find_entry, reveal, settings_path

if TYPE_CHECKING:
    from ueapi.client import Tenant
    from ueapi.model import Snapshot


def open_tenant(name: str) -> Tenant:
    """Connect to a tenant of the settings file."""
    import ueapi

    entry = find_entry(settings_path(), name)
    secrets = {key: reveal(source, key) for key, source in entry.secrets.items()}
    settings: dict[str, Any] = {**entry.settings, **secrets}
    return ueapi.connect(entry.backend, name=name, **settings)


def snapshot_of(name: str) -> Snapshot:
    """Read a snapshot file, or take a snapshot of the tenant of that name."""
    from ueapi import migration

    path = Path(name)
    if path.suffix == ".json" or path.exists():
        return migration.read_snapshot(path)
    with open_tenant(name) as tenant:
        return migration.snapshot(tenant)
