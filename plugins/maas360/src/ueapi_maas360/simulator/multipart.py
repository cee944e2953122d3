"""Parts of a multipart body, for the services that take an XML document beside a file."""

from __future__ import annotations

from email import policy
from email.errors import MessageError
from email.parser import BytesParser

from starlette.requests import Request

from ueapi_maas360.simulator.answers import Refused, bounded_body, media_type


async def part_of(request: Request, name: str) -> bytes:
    """The part of that name. Guess: 415 for a body that isn't multipart, and 400 when the part isn't there."""
    if media_type(request) != "multipart/form-data":
        raise Refused(415)
    # A header of the request's own, so that the parser knows where parts begin.
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    try:
        message = BytesParser(policy=policy.HTTP).parsebytes(head + await bounded_body(request))
    except (MessageError, ValueError):
        raise Refused(400) from None
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == name:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return content
    raise Refused(400)
