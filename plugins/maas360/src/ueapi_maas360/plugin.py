"""Announces the backend; nothing else is loaded until it is used."""

from __future__ import annotations

from ueapi.contract import BackendManifest, hookimpl


@hookimpl
def ueapi_backend() -> BackendManifest:
    """Announce the MaaS360 backend."""
    return BackendManifest(
        name="maas360",
        product="IBM MaaS360",
        contract="1.1",
        settings="ueapi_maas360.settings:Maas360Settings",
        build="ueapi_maas360.backend:build",
        sheet="ueapi_maas360.sheet:SHEET",
        translate="ueapi_maas360.mapping.policies:translate_content",
        simulator="ueapi_maas360.simulator:build",
        cli="ueapi_maas360.cli:app",
    )
