"""Connection settings of a Hexnode portal."""

from __future__ import annotations

from pydantic import Field, SecretStr

from ueapi.contract import Settings
from ueapi_hexnode import assumed


class HexnodeSettings(Settings):
    """How to reach one portal.

    `url` is the portal's address, such as `https://example.hexnodemdm.com`. `api_key` is made in the portal under
    Admin > API; one key acts for the whole portal.
    """

    api_key: SecretStr
    licensed_seats: int | None = Field(default=None, ge=1)
    """Devices the subscription covers. With it, calls are paced to the daily allowance of 10 per seat."""
    per_page: int = Field(default=assumed.LARGEST_PAGE, ge=1, le=assumed.LARGEST_PAGE)
    """Rows asked for in one listing call."""
