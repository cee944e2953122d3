"""Fills the store with made-up rows, for measurements."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final
from uuid import UUID

from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import ACCOUNT_DRIVEN_USER, DeviceRow

_MODELS: Final = (
    ("iPhone 14", "iPhone14,7"),
    ("iPhone 15", "iPhone15,4"),
    ("iPhone 16", "iPhone17,3"),
)
_VERSIONS: Final = ("26.0", "26.1", "26.2", "27.0")


def populate(server: Server, devices: int, seed: int) -> None:
    """Add that many users with a device each; the devices have no phone behind them."""
    rng, now = random.Random(seed), server.around.clock.now()
    for _ in range(devices):
        number = len(server.users.rows) + 1
        name = f"person{number}"
        address = f"{name}@example.org"
        server.users.add(name, realname=f"Person {number}", email=address, managed_apple_id=address)
        model, identifier = rng.choice(_MODELS)
        enrolled = now - timedelta(seconds=rng.randrange(86_400, 30_000_000))
        server.devices.add(
            DeviceRow(
                id=server.devices.new_id(),
                management_id=str(UUID(int=rng.getrandbits(128), version=4)),
                udid=f"{rng.getrandbits(80):020x}",
                name=f"iPhone {rng.randrange(devices * 10)}",
                model=model,
                model_identifier=identifier,
                os_version=rng.choice(_VERSIONS),
                ownership=ACCOUNT_DRIVEN_USER,
                username=name,
                enrolled=enrolled,
                last_contact=now,
                last_inventory=now,
            )
        )
