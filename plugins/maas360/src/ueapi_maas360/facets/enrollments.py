"""Inviting people. Account-driven enrollment is set up in the portal and at Apple, which the sheet tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Enrollments, Users
from ueapi.errors import Conflict
from ueapi.flow import Effect, Flow, ask
from ueapi.model import User
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.facets.outcomes import agreed

_INVITE: Final = "enrollments.invite"
_ENROLL: Final = "/device-apis/devices/1.0/enrollDevice/{billing}"


@frozen(kw_only=True)
class Maas360Enrollments(Enrollments):
    """The account's enrollment requests."""

    _account: Account
    _users: Users

    def invite(self, user_id: str) -> Flow[Accepted]:
        """Have the product mail its enrollment request: a read of the user, and one call whose effect nothing shows.

        The request can't name User Enrollment: that follows from the account's settings, and from the person saying
        that the device is an employee's. Source: IBM's steps for enrolling with User Enrollment.

        Raises:
            Conflict: the user has no address or name to be invited by. Nothing was sent.
            Rejected: the product refuses, as for people without a Managed Apple ID. Nothing was changed.
        """
        user = yield from self._users.get(user_id)
        call = self._account.form(_INVITE, _ENROLL, _request(user), effect=Effect.BLIND)
        agreed((yield from ask(call)), assumed.ENROLLMENT, of="an enrollment request")
        return Accepted()


def _request(user: User) -> Mapping[str, str]:
    if user.email is None or user.username is None:
        raise Conflict(
            f"user {user.id} has no e-mail address or no user name to be invited by.",
            remedy="Add it in the portal; nothing was sent.",
        )
    raw = user.raw
    domain = raw.get("domain", "") if isinstance(raw, dict) else ""
    return assumed.enrollment_request(username=user.username, domain=str(domain), email=user.email)
