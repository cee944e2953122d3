"""Invitations."""

from __future__ import annotations

from attrs import frozen

from ueapi.contract import Accepted, Enrollments
from ueapi.flow import Effect, Flow, ask
from ueapi.testing.memory.calls import writing
from ueapi.testing.memory.wire import AcceptedRow, read


@frozen
class MemoryEnrollments(Enrollments):
    """How people are asked in."""

    def invite(self, user_id: str) -> Flow[Accepted]:
        """Have the product send its mail: one call."""
        call = writing(
            "enrollments.invite",
            "POST",
            "/v1/users/{id}/invitation",
            # BLIND: nothing shows whether a mail went out, so a lost answer must not lead to a second mail.
            effect=Effect.BLIND,
            native=user_id,
        )
        read(AcceptedRow, (yield from ask(call)), of="the invitation")
        return Accepted()
