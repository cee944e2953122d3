"""All that a virtual iPhone sends and is sent has the shape that Apple publishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.apple.shapes import faults, published
from tests.rehearsal.scene import ANNE, BYOD, TASKS, scene
from ueapi.apple import mdm, plist
from ueapi.rehearsal.wire import Network

COMMON = frozenset({"CommandUUID", "EnrollmentID", "ErrorChain", "RequestType", "Status"})
NEVER = ".UnusedRedemptionCode is missing"
"""The schema demands it of each managed app, but it comes of ApplyRedemptionCode, which User Enrollment forbids."""
QUERIES = ("OSVersion", "BuildVersion", "DeviceName", "ModelName", "ProductName", "BatteryLevel")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    """What goes over the wire to the management endpoints: request and answer."""
    found: list[tuple[bytes, bytes]] = []
    real = Network._exchanged

    def listening(self, method, url, headers, body, **more):
        exchange = real(self, method, url, headers, body, **more)
        if "/mdm/" in url:
            found.append((body, b"".join(exchange.parts)))
        return exchange

    monkeypatch.setattr(Network, "_exchanged", listening)
    return found


def test_a_phone_speaks_as_apple_publishes(heard: list[tuple[bytes, bytes]]) -> None:
    here = scene()
    here.enroll(ANNE, BYOD)
    here.settle()
    side = here.product.device_side
    for command in (
        mdm.device_information("C-1", QUERIES),
        mdm.profile_list("C-2"),
        mdm.managed_application_list("C-3"),
        mdm.install_application("C-4", bundle_id=TASKS),
        mdm.remove_application("C-5", TASKS),
        mdm.device_lock("C-6"),
        mdm.remove_profile("C-7", "org.example.nothing"),
    ):
        side.queue(here.record, command)
    here.settle()
    side.end(here.record)
    here.settle()

    told = [fault for sent, got in heard for fault in faults_between(sent, got)]

    assert {plist.read(sent).get("MessageType") for sent, _ in heard} >= {
        "Authenticate",
        "TokenUpdate",
    }
    assert [fault for fault in told if not fault.endswith(NEVER)] == []


def faults_between(sent: bytes, got: bytes) -> Iterator[str]:
    row: dict[str, Any] = plist.read(sent)
    if "MessageType" in row:
        yield from faults(row, published()["checkins"][row["MessageType"]]["keys"])
        return
    yield from (f"{key} is forbidden" for key in ("UDID", "UserID") if key in row)
    if row["Status"] == "Acknowledged":
        shape = published()["commands"][row["RequestType"]]
        answer = {key: value for key, value in row.items() if key not in COMMON}
        yield from (
            f"{row['RequestType']}: {one}" for one in faults(answer, shape.get("answer", {}))
        )
    if got:
        answered: dict[str, Any] = plist.read(got)
        inner = dict(answered["Command"])
        name = inner.pop("RequestType")
        yield from (
            f"{name}: {one}" for one in faults(inner, published()["commands"][name].get("keys", {}))
        )
