"""Who lists the fleet, each in a process of its own.

A contender's generator gets ready until its first `yield`: it imports, connects, signs in and reads one row. What it
does after that is measured. All walk the same pages of the same sections in the same order.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Generator, Mapping
from typing import Final
from urllib.parse import urlsplit

Listing = Generator[None, None, int]

SECTIONS: Final = ("GENERAL", "HARDWARE", "USER_AND_LOCATION")
_KILOBYTE: Final = 1 if sys.platform != "darwin" else 1024


def ueapi_streamed(_: str, settings: Mapping[str, str]) -> Listing:
    """`tenant.devices.list()`, looking at each device and letting it go."""
    import ueapi

    with ueapi.connect("jamf", **settings) as tenant:
        tenant.check()
        yield
        return sum(1 for device in tenant.devices.list() if device.id)


def ueapi_kept(_: str, settings: Mapping[str, str]) -> Listing:
    """`list(tenant.devices.list())`."""
    import ueapi

    with ueapi.connect("jamf", **settings) as tenant:
        tenant.check()
        yield
        return len(list(tenant.devices.list()))


def ueapi_async(_: str, settings: Mapping[str, str]) -> Listing:
    """`async for device in tenant.devices.list()`."""
    import ueapi

    async def counted(tenant: ueapi.AsyncTenant) -> int:
        rows = 0
        async for device in tenant.devices.list():
            rows += bool(device.id)
        return rows

    with asyncio.Runner() as runner:
        tenant = ueapi.connect_async("jamf", **settings)
        runner.run(tenant.check())
        yield
        rows = runner.run(counted(tenant))
        runner.run(tenant.close())
        return rows


def vendor(url: str, settings: Mapping[str, str]) -> Listing:
    """The vendor's own Python client, as it is."""
    from jamf_pro_sdk import ApiClientCredentialsProvider, JamfProClient, SessionConfig
    from jamf_pro_sdk.clients.pro_api.pagination import FilterField, SortField

    at = urlsplit(url)
    assert at.hostname is not None
    client = JamfProClient(
        server=at.hostname,
        port=at.port or 443,
        credentials=ApiClientCredentialsProvider(settings["client_id"], settings["client_secret"]),
        session_config=SessionConfig(scheme="http"),
    )
    inventory = client.pro_api.get_mobile_device_inventory_v2
    order = SortField("mobileDeviceId").asc()
    # An end page of 0 counts as none there, so one row is asked for by its id.
    inventory(sections=list(SECTIONS), filter_expression=FilterField("mobileDeviceId").eq(1))
    yield
    size = page_size()
    return len(inventory(sections=list(SECTIONS), page_size=size, sort_expression=order))


def bare(url: str, settings: Mapping[str, str]) -> Listing:
    """Only httpx and `json.loads`, looking at each row and letting it go."""
    import httpx

    with httpx.Client(base_url=url, trust_env=False) as client:
        grant = {"grant_type": "client_credentials"}
        grant |= {name: settings[name] for name in ("client_id", "client_secret")}
        token = client.post("/api/v1/oauth/token", data=grant).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        _rows_of(client, 0, 1)
        yield
        size, page, rows = page_size(), 0, 0
        while found := _rows_of(client, page, size):
            rows += sum(1 for row in found if row["mobileDeviceId"])
            page += 1
            if len(found) < size:
                break
        return rows


def _rows_of(client, page: int, size: int):
    query = [*(("section", name) for name in SECTIONS)]
    query += [("page", str(page)), ("page-size", str(size)), ("sort", "mobileDeviceId:asc")]
    reply = client.get("/api/v2/mobile-devices/detail", params=query)
    reply.raise_for_status()
    return json.loads(reply.content)["results"]


def page_size() -> int:
    """The page size of the Jamf Pro backend, which all contenders use."""
    from ueapi_jamf.facets.devices import PAGE_SIZE

    return PAGE_SIZE


CONTENDERS: Final[Mapping[str, Callable[[str, Mapping[str, str]], Listing]]] = {
    "ueapi": ueapi_streamed,
    "ueapi-kept": ueapi_kept,
    "ueapi-async": ueapi_async,
    "vendor": vendor,
    "bare": bare,
}


def main() -> None:
    """Run one contender once, and print rows, seconds and kilobytes."""
    name, url, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    listing = CONTENDERS[name](url, settings)
    page_size()
    next(listing)
    idle = _peak()
    started = time.perf_counter()
    try:
        next(listing)
    except StopIteration as stop:
        seconds = time.perf_counter() - started
        print(json.dumps({"rows": stop.value, "seconds": seconds, "kilobytes": _peak() - idle}))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KILOBYTE


if __name__ == "__main__":
    main()
