"""Connection settings of a MaaS360 account."""

from __future__ import annotations

from pydantic import SecretStr

from ueapi.contract import Settings


class Maas360Settings(Settings):
    """How to reach one account. The web services application is registered in the portal.

    `url` is the root of the account's instance, such as `https://services.m3.maas360.com`; the first digit of the
    billing id tells the instance.
    """

    billing_id: str
    """Account number, part of nearly every path."""
    username: str
    """An administrator with the right to use web services."""
    password: SecretStr
    app_id: str
    """Id of the registered application, such as "com.1009999.ueapi"."""
    app_version: str
    app_access_key: SecretStr
    platform_id: str
    """Number of the platform the application was registered for."""
