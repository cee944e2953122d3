"""Announces the Jamf Pro backend; everything else loads when it is used."""

from __future__ import annotations

from ueapi.contract import BackendManifest, hookimpl


@hookimpl
def ueapi_backend() -> BackendManifest:
    """Announce Jamf Pro."""
    return BackendManifest(
        name="jamf",
        product="Jamf Pro",
        contract="1.1",
        settings="ueapi_jamf.settings:JamfSettings",
        build="ueapi_jamf.backend:build",
        sheet="ueapi_jamf.sheet:SHEET",
        simulator="ueapi_jamf.simulator:build",
        cli="ueapi_jamf.cli:app",
        discovery="ueapi_jamf.discovery:enrollment_address",
    )
