"""Announces the backend; nothing else is loaded until it is used."""

from __future__ import annotations

from ueapi.contract import BackendManifest, hookimpl


@hookimpl
def ueapi_backend() -> BackendManifest:
    """Announce the Hexnode backend."""
    return BackendManifest(
        name="hexnode",
        product="Hexnode UEM",
        contract="1.1",
        settings="ueapi_hexnode.settings:HexnodeSettings",
        build="ueapi_hexnode.backend:build",
        sheet="ueapi_hexnode.sheet:SHEET",
        translate="ueapi_hexnode.mapping.policies:translate_content",
        simulator="ueapi_hexnode.simulator:build",
        cli="ueapi_hexnode.cli:app",
    )
