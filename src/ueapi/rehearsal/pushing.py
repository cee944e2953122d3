"""Apple's push service between a product and its phones: it wakes them, and says which enrollments are no more.

Source: Apple, handling notification responses from APNs: 410 for a token that is no longer active for the topic.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrollments import EnrollmentRecord
from ueapi.rehearsal.phone import VirtualPhone


@define(eq=False)
class PushService:
    """What one product pushes through. `phones` finds each by the token of its enrollment.

    A phone that left without the product hearing of it is unknown to the next push, and with that the product knows.
    Guess: Apple says so at once, and the product ends the enrollment then.
    """

    side: DeviceSide
    phones: Mapping[str, VirtualPhone] = field(repr=False)

    def __call__(self, record: EnrollmentRecord) -> None:
        """Wake the phone of an enrollment, or tell the product that there is none. A phone of elsewhere isn't known."""
        phone = self.phones.get(record.token)
        if phone is None:
            return
        if self._holds(phone, record):
            phone.push()
        else:
            self.side.forget(record)

    def _holds(self, phone: VirtualPhone, record: EnrollmentRecord) -> bool:
        held = phone.enrollment
        return (
            held is not None
            and held.server.side is self.side
            and held.identifier == record.identifier
        )
