"""Inviting people. Account-driven enrollment is set up in the portal, which the sheet tells."""

from __future__ import annotations

from ueapi.contract import Accepted, Enrollments
from ueapi.flow import Effect, Flow
from ueapi_hexnode.facets.calls import taken, writing


class HexnodeEnrollments(Enrollments):
    """The portal's enrollment requests."""

    def invite(self, user_id: str) -> Flow[Accepted]:
        """Have the portal send its enrollment request: one call, whose effect nothing shows.

        The request leads to profile-driven enrollment, which phones from iOS 18 on no longer offer.
        Source: Hexnode help, Set up account-driven enrollment for Apple devices.
        """
        yield from taken(
            writing(
                "enrollments.invite",
                "POST",
                "/users/{id}/send_request/",
                {"ownership": "personal"},
                effect=Effect.BLIND,
                native=user_id,
            )
        )
        return Accepted()
