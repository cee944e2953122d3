"""What a type checker must see of the public names; checked, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import ueapi
from ueapi.contract import Accepted, Ensured
from ueapi.model import Device, LicensePool, ManagedAppleID, User, UserDraft


def blocking(tenant: ueapi.Tenant, draft: UserDraft) -> None:
    assert_type(tenant.devices.list(), Iterator[Device])
    assert_type(tenant.users.find(ManagedAppleID("noor@example.org")), User | None)
    assert_type(tenant.users.ensure(draft), Ensured[User])
    assert_type(tenant.licenses.pools("1"), Iterator[LicensePool])
    assert_type(tenant.devices.unenroll("1"), Accepted)


async def asynchronous(tenant: ueapi.AsyncTenant) -> None:
    assert_type(tenant.devices.list(), AsyncIterator[Device])
    assert_type(await tenant.devices.get("1"), Device)


def opening() -> None:
    with ueapi.connect("fake", url="https://tenant.example.org", key="k") as tenant:
        assert_type(tenant, ueapi.Tenant)
    assert_type(ueapi.connect_async("fake", url="u"), ueapi.AsyncTenant)
