"""How a device side says no, so that a phone knows what follows from it.

Source: Apple, Device Management, ongoing authorization; Apple's schema, mdm/errors.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse, Response

from ueapi.apple import plist
from ueapi.apple.enrollment import Refusal, RefusalCode
from ueapi.apple.rules import IosVersion
from ueapi.errors import InvalidModel

UNRECOGNIZED: Final = RefusalCode.UNRECOGNIZED_DEVICE.value
TOLD_BY_CODE: Final = IosVersion((17,))
"""From here on a phone understands the code; an older one leaves at a 401 without a challenge."""


class Refused(Exception):
    """Ends a request early with this response."""

    def __init__(self, response: Response) -> None:
        self.response = response


def refusal(problem: Refused | InvalidModel) -> Response:
    """What is answered."""
    return problem.response if isinstance(problem, Refused) else _described(400, problem.message)


def problem(status: int, text: str) -> Response:
    """A refusal with a text for the log of the device."""
    return _described(status, text)


def gone(ios: str) -> Response:
    """The enrollment is no more: the phone removes it, each iOS by what it understands."""
    if ios and IosVersion.parse(ios) < TOLD_BY_CODE:
        return _described(401, "this enrollment has ended")
    body = Refusal(code=UNRECOGNIZED).to_json()
    return Response(body, status_code=403, media_type="application/json")


def sign_in_again(challenge: str | None) -> Response:
    """The token is worth nothing any more; with the challenge the enrollment goes on after a sign-in."""
    answer = _described(401, "sign in again")
    if challenge is not None:
        answer.headers["www-authenticate"] = challenge
    return answer


def broken(body: bytes) -> Response | None:
    """What is wrong with the message whoever sent it; that is said before anything else.

    Readers of messages refuse both identifiers too, so nothing has happened yet.
    """
    try:
        message = plist.read(body)
    except InvalidModel as found:
        return _described(400, found.message)
    if "UDID" in message and "EnrollmentID" in message:
        return _described(400, "a message carries EnrollmentID or UDID, never both")
    return None


def _described(status: int, text: str) -> Response:
    return JSONResponse({"code": "org.example.refused", "description": text}, status_code=status)
