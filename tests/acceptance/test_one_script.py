"""One script, two products: only the backend's name and its settings differ, and the answers are the same."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

import ueapi
from tests.acceptance.command import Shell
from ueapi.contract import Capability
from ueapi.errors import UeapiError
from ueapi.plugins import Registry
from ueapi.rehearsal.serving import in_background
from ueapi.rehearsal.world import Place

pytestmark = pytest.mark.loopback

USERS, SEED = 9, 11
BACKENDS = ("jamf", "hexnode")

SCRIPT = """
import json, sys
from collections import Counter

import ueapi

wanted = json.load(sys.stdin)
with ueapi.connect(wanted["backend"], **wanted["settings"]) as tenant:
    devices = list(tenant.devices.list())
    people = {u.managed_apple_id.key for u in tenant.users.list() if u.managed_apple_id}

json.dump(
    {
        "people": sorted(people),
        "user-enrolled": sum(d.enrollment.kind.is_user_enrollment for d in devices),
        "other": sum(not d.enrollment.kind.is_user_enrollment for d in devices),
        "phones": sorted((d.name, d.model, str(d.os_version)) for d in devices),
        "models": Counter(d.model for d in devices),
        "versions": Counter(str(d.os_version) for d in devices),
    },
    sys.stdout,
    sort_keys=True,
)
"""


@pytest.fixture(scope="module")
def places() -> Iterator[Mapping[str, Place]]:
    registry = Registry.installed()
    with (
        in_background(registry, "jamf", users=USERS, seed=SEED) as jamf,
        in_background(registry, "hexnode", users=USERS, seed=SEED) as hexnode,
    ):
        yield {"jamf": jamf, "hexnode": hexnode}


def told(backend: str, place: Place, folder: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps({"backend": backend, "settings": dict(place.settings)}),
        capture_output=True,
        text=True,
        env=Shell(folder).environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_script_tells_the_same_of_both_products(
    places: Mapping[str, Place], tmp_path: Path
) -> None:
    one, other = (told(name, places[name], tmp_path) for name in BACKENDS)

    assert one == other
    assert one["user-enrolled"] >= USERS - 2
    assert one["other"] >= 1


LISTINGS = ("users", "devices", "groups", "profiles", "apps", "licenses")
GETTABLE = ("users", "devices", "groups", "profiles", "apps")


def read_blocking(tenant: ueapi.Tenant) -> Iterator[object]:
    """Every listing, and one object of each kind; a refusal is an answer too."""
    for name in LISTINGS:
        door = getattr(tenant, name)
        try:
            rows = list(door.list())
        except UeapiError as refusal:
            yield name, type(refusal), str(refusal)
            continue
        yield name, rows
        if name in GETTABLE and rows:
            yield name, "get", door.get(first(name, rows))
    yield "nobody", refusal_of(lambda: tenant.devices.get("987654"))


async def read_async(tenant: ueapi.AsyncTenant) -> AsyncIterator[object]:
    for name in LISTINGS:
        door = getattr(tenant, name)
        try:
            rows = [row async for row in door.list()]
        except UeapiError as refusal:
            yield name, type(refusal), str(refusal)
            continue
        yield name, rows
        if name in GETTABLE and rows:
            yield name, "get", await door.get(first(name, rows))
    try:
        await tenant.devices.get("987654")
    except UeapiError as refusal:
        yield "nobody", (type(refusal), str(refusal))


def first(name: str, rows: list) -> object:
    return rows[0] if name == "groups" else rows[0].id


def refusal_of(act) -> tuple[type, str]:
    with pytest.raises(UeapiError) as caught:
        act()
    return caught.type, str(caught.value)


def plain(answers: list[object]) -> str:
    """All fields but the moment of reading."""
    return "\n".join(_without_time(answer) for answer in answers)


def _without_time(answer: object) -> str:
    if isinstance(answer, list | tuple):
        return "[" + ", ".join(map(_without_time, answer)) + "]"
    if hasattr(answer, "model_dump"):
        content = answer.model_dump(mode="json")
        content["origin"].pop("read_at")
        return json.dumps(content, sort_keys=True)
    return str(answer)


@pytest.mark.parametrize("backend", BACKENDS)
def test_blocking_and_asynchronous_programs_read_the_same(
    places: Mapping[str, Place], backend: str
) -> None:
    settings = places[backend].settings

    with ueapi.connect(backend, **settings) as tenant:
        blocking = list(read_blocking(tenant))
        callable_ones = tenant.sheet[Capability.DEVICES_GET].is_callable

    async def gather() -> list[object]:
        async with ueapi.connect_async(backend, **settings) as opened:
            return [answer async for answer in read_async(opened)]

    assert plain(asyncio.run(gather())) == plain(blocking)
    assert callable_ones
    assert len(blocking) > len(LISTINGS)
