"""What tells a client which server it talks to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import READS
from ueapi_jamf.simulator.answers import Row, answer_json
from ueapi_jamf.simulator.server import VERSION


def rows() -> list[Row]:
    """The routes."""
    return [
        Row("GET", "/api/v1/jamf-pro-version", version, READS),
        Row("GET", "/api/v1/health-check", health, READS),
    ]


async def version(request: Request) -> Response:
    """Source: Jamf Pro API 11.30 schema, `/v1/jamf-pro-version`."""
    return answer_json({"version": VERSION})


async def health(request: Request) -> Response:
    """Source: Jamf Pro API 11.30 schema, `/v1/health-check`; needs no token."""
    return Response(status_code=204)
