"""Announces the backend. It holds names only, so that listing backends loads none of them."""

from __future__ import annotations

from ueapi.contract import BackendManifest, hookimpl


@hookimpl
def ueapi_backend() -> BackendManifest:
    """Announce the reference backend."""
    return BackendManifest(
        name="memory",
        product="Example UEM (reference, for learning)",
        contract="1.1",
        settings="ueapi.testing.memory.settings:MemorySettings",
        build="ueapi.testing.memory.backend:build",
        sheet="ueapi.testing.memory.sheet:SHEET",
        # No `translate`: the product takes configuration profiles as they are.
        simulator="ueapi.testing.memory.simulator:build",
    )
