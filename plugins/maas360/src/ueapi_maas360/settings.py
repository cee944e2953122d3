"""Connection settings of a MaaS360 account."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from ueapi.contract import Settings

PAGE_SIZES: Final = (25, 50, 100, 200, 250)
"""Rows a page can have. Source: published clients; what the product does with other numbers is unknown."""


class Maas360Settings(Settings):
    """How to reach one account. The web services application is registered in the portal.

    `url` is the root of the account's instance, such as `https://services.m3.maas360.com`; the first digit of the
    billing id tells the instance.
    """

    billing_id: str = Field(min_length=1)
    """Account number, part of nearly every path."""
    username: str = Field(min_length=1)
    """An administrator with the right to use web services."""
    password: SecretStr
    app_id: str = Field(min_length=1)
    """Id of the registered application, such as "com.1009999.ueapi"."""
    app_version: str = Field(min_length=1)
    app_access_key: SecretStr
    platform_id: str = Field(default="3", min_length=1)
    """Number of the platform the application was registered for; 3 for nearly all of them."""
    page_rows: int = PAGE_SIZES[-1]
    """Rows asked for in one page of users, groups, devices or apps: one of `PAGE_SIZES`. Leave the largest against a
    real account: each page is a call.
    """
    managed_apple_id: Literal["email", "unknown"] = "email"
    """Where a person's Managed Apple ID is read from, since no field holds it.

    `email` is right when the account is set to use the e-mail address as the Managed Apple ID. `unknown` leaves it
    unread, and nobody can be found by it.
    """
    managed_apple_id_attribute: str | None = None
    """Name of the custom attribute of users that holds the Managed Apple ID, where the account keeps one; it comes
    before `managed_apple_id`. A person is then found only by listing all users."""
    user_domain: str | None = None
    """Domain of people this makes; without it, what follows the @ of their Managed Apple ID."""
    user_enrollment_mode: str | None = None
    """What `enrollmentMode` says for a phone under User Enrollment in this account, where that is known.

    Without it, and for phones that say something else, the kind of enrollment is concluded from what a row lacks.
    """

    @field_validator("url")
    @classmethod
    def _is_an_address_alone(cls, value: str) -> str:
        parts = urlsplit(value.strip().rstrip("/"))
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("url must look like https://services.m3.maas360.com")
        if parts.username or parts.password:
            raise ValueError("url must not hold credentials; give them as settings of their own")
        if parts.path or parts.query or parts.fragment:
            raise ValueError("url must be the root of the instance alone, without a path")
        return parts.geturl()

    @field_validator("page_rows")
    @classmethod
    def _is_documented(cls, value: int) -> int:
        if value not in PAGE_SIZES:
            raise ValueError(f"page_rows must be one of {', '.join(map(str, PAGE_SIZES))}")
        return value
