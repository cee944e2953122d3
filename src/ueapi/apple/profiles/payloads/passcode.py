"""The passcode payload, whose presence is what counts under User Enrollment."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload


class Passcode(TypedPayload):
    """Rules for the passcode.

    On a user-enrolled iPhone the payload's presence makes iOS demand a passcode of at least six characters that is not
    simple. Whatever the other keys say is ignored, except that the presence of `max_inactivity` takes away the choice
    of never locking. `Passcode()` therefore asks for all a personal phone gives; the fields are for reading profiles
    made for other phones. Source: Apple, Device Management, Passcode.
    """

    payload_type: ClassVar[str] = "com.apple.mobiledevice.passwordpolicy"

    force_pin: Annotated[bool | None, Field(alias="forcePIN")] = None
    """Whether a passcode must be set."""
    allow_simple: Annotated[bool | None, Field(alias="allowSimple")] = None
    """Whether repeated and rising characters (`1111`, `1234`) will do."""
    min_length: Annotated[int | None, Field(alias="minLength", ge=0, le=16)] = None
    """Characters."""
    max_inactivity: Annotated[int | None, Field(alias="maxInactivity", ge=0, le=15)] = None
    """Minutes until the screen locks."""
    require_alphanumeric: Annotated[bool | None, Field(alias="requireAlphanumeric")] = None
    """Whether digits alone are too little."""
    min_complex_characters: Annotated[int | None, Field(alias="minComplexChars", ge=0, le=4)] = None
    """Characters that are neither letter nor digit."""
    max_failed_attempts: Annotated[int | None, Field(alias="maxFailedAttempts", ge=2, le=11)] = None
    """Wrong passcodes until the phone erases itself."""
    max_grace_period: Annotated[int | None, Field(alias="maxGracePeriod")] = None
    """Minutes after locking during which no passcode is asked for."""
    max_age_in_days: Annotated[int | None, Field(alias="maxPINAgeInDays", ge=0, le=730)] = None
    """Days until a new passcode must be chosen."""
    history: Annotated[int | None, Field(alias="pinHistory", ge=1, le=50)] = None
    """Earlier passcodes that can't be used again."""
