"""Serving the responder by itself: a port, with TLS when a certificate is given."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from ueapi.discovery.responder import Responder


def serve(
    responder: Responder,
    *,
    host: str,
    port: int,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve until stopped. Devices ask over https only: give a certificate, or serve behind something that has one."""
    config = uvicorn.Config(
        responder,
        host=host,
        port=port,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
        log_level="error",
        lifespan="off",
        access_log=False,
        server_header=False,
        ws="none",
    )
    uvicorn.Server(config).run()
