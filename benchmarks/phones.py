"""Thousands of virtual phones in one process: enroll, move by their owners' habits, and be asked daily, for 21 days.

`python -m benchmarks.phones 5000 7` prints seconds, the peak in MB, messages, and a digest of the end as JSON.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time

from ueapi.plugins import Registry
from ueapi.rehearsal.memory import uncollected
from ueapi.rehearsal.world import World

DAY = 86_400.0
DAYS = 21
REMINDERS = (3, 5, 8)
"""Days on which people are reminded."""
CALLS = 12
"""The day on which the help desk calls whoever hasn't moved."""


def end_of(world: World) -> str:
    """A digest of where each phone is and what it holds."""
    found = hashlib.sha256()
    for key, phone in sorted(world.phones.items()):
        held = phone.enrollment
        if held is None:
            found.update(f"{key}:nowhere\n".encode())
            continue
        profiles, apps = sorted(held.contents.profiles), sorted(held.contents.apps)
        found.update(f"{key}:{held.server.name}:{held.kind}:{profiles}:{apps}\n".encode())
    found.update(str(world.messages).encode())
    return found.hexdigest()


def lived(users: int, seed: int) -> World:
    """21 days of a fleet that leaves one product for another."""
    registry = Registry.installed()
    world = World.empty(users=users, seed=seed)
    old = world.open_installed(registry, "jamf", "source")
    new = world.open_installed(registry, "hexnode", "target")
    new.simulator.furnish(world.fleet)
    new.simulator.console.set_up_account_driven_enrollment()
    new.simulator.console.link_location()
    with uncollected():
        world.settle(old, lambda: new.server)
        world.lead(new.server)
        for person in world.people.values():
            person.asked_to_move()
        for day in range(1, DAYS + 1):
            _talk(world, day)
            for place in (old, new):
                for record in place.server.side.records():
                    if record.is_active:
                        place.server.side.inquire(record)
            world.clock.sleep(DAY)
    return world


def _talk(world: World, day: int) -> None:
    for person in world.people.values():
        if day in REMINDERS:
            person.reminded()
        if day == CALLS:
            person.called_by_help_desk()


def main() -> None:
    """Print the figures."""
    begun = time.perf_counter()
    world = lived(int(sys.argv[1]), int(sys.argv[2]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - begun
    moved = sum(
        1 for p in world.phones.values() if p.enrollment and p.enrollment.server.name == "target"
    )
    row = {
        "seconds": round(seconds, 1),
        "peak_mb": round(peak),
        "phones": len(world.phones),
        "moved": moved,
        "messages": world.messages,
        "digest": end_of(world),
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
