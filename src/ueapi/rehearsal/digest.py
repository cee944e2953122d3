"""What a whole world has come to, as one digest: the same seed comes to the same end in every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from ueapi.rehearsal.enrollments import EnrollmentRecord
from ueapi.rehearsal.phone import VirtualPhone
from ueapi.rehearsal.world import Place, World


def digest(world: World, *places: Place) -> str:
    """SHA-256 over the enrollments of these products, what every phone holds, and how many messages it took.

    It holds nothing that could be read back. Keys and certificates are drawn by the system, so they have no part in it.
    """
    state = {
        "now": world.clock.now().isoformat(),
        "messages": world.messages,
        "phones": {key: _phone(phone) for key, phone in sorted(world.phones.items())},
        "products": [
            [list(_record(r)) for r in place.simulator.device_side.records()] for place in places
        ],
        "requests": [len(place.simulator.log.entries) for place in places],
    }
    text = json.dumps(state, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _phone(phone: VirtualPhone) -> object:
    current = phone.enrollment
    held: object = None
    if current is not None:
        contents = current.contents
        held = {
            "as": [current.identifier, current.kind.value, current.server.name],
            "profiles": sorted((name, one.uuid) for name, one in contents.profiles.items()),
            "apps": sorted(contents.apps.items()),
            "declarations": sorted(
                (name, one.server_token) for name, one in contents.declarations.items()
            ),
            "declared": sorted(
                (name, app.bundle_id, app.state.value)
                for name, app in contents.declared_apps.items()
            ),
            "books": sorted(contents.books),
            "waits": current.challenge is not None,
        }
    return [phone.os_version, phone.messages, sorted(phone.owned), held]


def _record(record: EnrollmentRecord) -> Iterator[object]:
    yield from (record.identifier, record.kind.value, record.is_active, len(record.queue))
    yield from (
        None if at is None else at.isoformat()
        for at in (record.since, record.ended, record.last_seen)
    )
    yield from (sorted(record.profiles.items()), sorted(record.apps.items()))
