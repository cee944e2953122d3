"""Enrollment requests. Nearly all of this is a guess: of the services only the paths are known."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import answer, parameters, stamp
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import FAILURE, SUCCESS, refuse
from ueapi_maas360.simulator.state import Invitation, UserRow

ROOT: Final = "deviceEnrollment"


async def enroll_device(account: Account, request: Request) -> Response:
    """Source: a published client for the path; IBM's page on User Enrollment: no request without a Managed Apple ID.

    Guess: parameters and answer; the user has to be there, and the way of enrollment follows the portal's settings.
    """
    found = await parameters(request)
    user = account.store.user_named(found.get("username", ""), found.get("domain", ""))
    if user is None:
        user = account.store.user_with_email(found.get("emailAddress", ""))
    ownership = found.get("ownership", assumed.EMPLOYEE_OWNED)
    if user is None:
        return _refused(request, "There is no such user.")
    if user.account is None and ownership == assumed.EMPLOYEE_OWNED:
        return _refused(request, "No Managed Apple ID is linked to this user.")
    return answer(request, ROOT, _shown(_invite(account, user, ownership)))


def _refused(request: Request, text: str) -> Response:
    refuse(request)
    return answer(request, ROOT, {"status": FAILURE, "description": text})


def _invite(account: Account, user: UserRow, ownership: str) -> Invitation:
    rng, number = account.around.rng, account.store.next_id("invitation")
    row = Invitation(
        id=number,
        user_id=user.id,
        at=account.now(),
        ownership=ownership,
        passcode=f"{rng.randrange(10**8):08d}",
        url=f"https://enroll.example.org/{number}",
    )
    account.store.invitations.append(row)
    account.around.accounts.send_code(user.account or user.email, row.passcode)
    return row


def _shown(row: Invitation) -> Value:
    return {
        "status": SUCCESS,
        "description": "Enrollment request created.",
        "enrollmentRequestID": row.id,
        "url": row.url,
        "passcode": row.passcode,
        "qrCode": "",
        "maas360DeviceID": "",
        "expiresOn": stamp(row.at + timedelta(days=assumed.REQUEST_DAYS)),
    }


TABLE: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        "/device-apis/devices/1.0/enrollDevice/{billing}",
        enroll_device,
        CHANGES,
        ROOT,
    ),
)
