"""The check-in messages of a virtual iPhone; the hardware is in them under Device Enrollment only."""

from __future__ import annotations

from typing import Final

from ueapi.apple import mdm
from ueapi.model import EnrollmentID
from ueapi.rehearsal.fleet import PhoneSeed

TOPIC: Final = "com.apple.mgmt.External.5f0c7b1e-3a52-4c0e-9b0a-2f6a1d5c7e90"


def authenticate(seed: PhoneSeed, enrollment_id: str | None, os_version: str) -> bytes:
    """The first message; without an EnrollmentID the phone is known by its hardware."""
    if enrollment_id is not None:
        return mdm.Authenticate(
            topic=TOPIC,
            enrollment_id=EnrollmentID(enrollment_id),
            os_version=os_version,
            product_name=seed.model_identifier,
        ).to_plist()
    return mdm.DeviceEnrollmentAuthenticate(
        topic=TOPIC,
        udid=seed.hardware.udid,
        serial_number=seed.hardware.serial,
        imei=seed.hardware.imei,
        os_version=os_version,
        product_name=seed.model_identifier,
    ).to_plist()


def token_update(seed: PhoneSeed, enrollment_id: str | None, token: bytes, magic: str) -> bytes:
    """Where to push to."""
    if enrollment_id is not None:
        return mdm.TokenUpdate(
            topic=TOPIC,
            enrollment_id=EnrollmentID(enrollment_id),
            token=token,
            push_magic=magic,
        ).to_plist()
    return mdm.DeviceEnrollmentTokenUpdate(
        topic=TOPIC, udid=seed.hardware.udid, token=token, push_magic=magic
    ).to_plist()


def check_out(seed: PhoneSeed, enrollment_id: str | None) -> bytes:
    """The goodbye."""
    if enrollment_id is not None:
        return mdm.CheckOut(topic=TOPIC, enrollment_id=EnrollmentID(enrollment_id)).to_plist()
    return mdm.DeviceEnrollmentCheckOut(topic=TOPIC, udid=seed.hardware.udid).to_plist()


def idle(seed: PhoneSeed, enrollment_id: str | None) -> bytes:
    """What asks for the next command; always the same."""
    return mdm.CommandPoll(
        enrollment_id=None if enrollment_id is None else EnrollmentID(enrollment_id),
        udid=seed.hardware.udid if enrollment_id is None else None,
    ).to_plist()
