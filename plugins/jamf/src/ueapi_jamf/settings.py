"""What a connection to Jamf Pro needs."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from ueapi.contract import Settings


class JamfSettings(Settings):
    """The address of a Jamf Pro server, and either an API client or a user account.

    An API client (`client_id`, `client_secret`) is preferred: its role names exactly the privileges it has. Create
    one under Settings, System, API roles and clients. A user account (`username`, `password`) works as well.

    `url` is the server's address alone, such as `https://example.jamfcloud.example`.
    """

    client_id: str | None = None
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    page_rows: int | None = Field(default=None, ge=1, le=2000)
    """Rows asked for in one page of users or devices; fewer are gentler to a busy server and cost more calls."""

    @field_validator("url")
    @classmethod
    def _is_an_address_alone(cls, value: str) -> str:
        parts = urlsplit(value.strip().rstrip("/"))
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("url must look like https://host")
        if parts.username or parts.password:
            raise ValueError("url must not hold credentials; give them as settings of their own")
        if parts.path or parts.query or parts.fragment:
            raise ValueError("url must be the server's address alone, without /api or another path")
        return parts.geturl()

    @model_validator(mode="after")
    def _has_exactly_one_pair(self) -> Self:
        client = self.client_id, self.client_secret
        account = self.username, self.password
        if any(client) and any(account):
            raise ValueError(
                "give either client_id and client_secret, or username and password, not both"
            )
        if not (all(client) or all(account)):
            raise ValueError("give both client_id and client_secret, or both username and password")
        return self
