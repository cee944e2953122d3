"""What a refusal means to a phone that is enrolled: nothing, that it has to go, or that its owner signs in again.

Source: Apple, Device Management, ongoing authorization of account-driven enrollments; Apple's schema,
mdm/errors/unrecognized.device.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, TypeAlias

from ueapi.apple.enrollment import (
    Challenge,
    RefusalCode,
    challenge_from_header,
    refusal_from,
)
from ueapi.apple.rules import IosVersion
from ueapi.errors import InvalidModel
from ueapi.flow import Reply

REFUSALS: Final = frozenset({401, 403})
TOLD_BY_CODE: Final = IosVersion((17,))
"""From here on a phone leaves when it is told that nobody recognizes it. Source: Apple's schema."""


class _Gone(Enum):
    GONE = "gone"


GONE: Final = _Gone.GONE
"""The service doesn't know the enrollment any more: the phone removes it."""
Meaning: TypeAlias = Literal[_Gone.GONE] | Challenge | None


def meaning_of(reply: Reply, *, ios: str, is_account_driven: bool) -> Meaning:
    """`GONE`, the challenge of another sign-in, or `None` where the phone stays as it is and tries again later."""
    if reply.status == 401:
        return _challenge(reply) if is_account_driven else GONE
    refusal = refusal_from(reply.headers.get("content-type", ""), reply.body)
    is_told = refusal is not None and refusal.code == RefusalCode.UNRECOGNIZED_DEVICE
    return GONE if is_told and IosVersion.parse(ios) >= TOLD_BY_CODE else None


def _challenge(reply: Reply) -> Meaning:
    """A challenge nobody can read is none."""
    try:
        return challenge_from_header(reply.headers.get("www-authenticate", ""))
    except InvalidModel:
        return GONE
