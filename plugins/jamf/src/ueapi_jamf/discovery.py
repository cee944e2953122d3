"""Where people's own devices enroll: the address that service discovery has to name."""

from __future__ import annotations

from typing import Final

ENROLLMENT: Final = "/servicediscoveryenrollment/v1/userenroll"
"""Source: Jamf's guide on account-driven User Enrollment, the example of a discovery file."""


def enrollment_address(url: str) -> str:
    """Return the enrollment address of the server at `url`."""
    return f"{url.rstrip('/')}{ENROLLMENT}"
