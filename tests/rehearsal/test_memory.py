"""What happens over and over in a rehearsal leaves nothing for the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.rehearsal.scene import ANNE, BYOD, scene
from ueapi.contract import Limits
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.memory import uncollected
from ueapi.rehearsal.routing import indexed_application
from ueapi.rehearsal.wire import InProcess, Network
from ueapi.runtime.deeds import Request as Asked
from ueapi.runtime.transport import SyncConnection


def left_by(act: Callable[[], object]) -> int:
    """How many unreachable objects are left after a few times, the first time apart."""
    act()
    gc.collect()
    with uncollected():
        for _ in range(3):
            act()
        return gc.collect()


async def hello(_: Request) -> Response:
    return JSONResponse({"hello": "world"})


def test_a_request_of_a_client_leaves_no_garbage():
    network = Network({"x.example.org": indexed_application([Route("/", hello)])})
    connection = SyncConnection(Limits(), VirtualClock(), InProcess(network))
    asked = Asked(
        method="GET",
        url="https://x.example.org/",
        headers={},
        connect_timeout=5.0,
        read_timeout=30.0,
        until=60.0,
        response_bytes=1000,
    )

    assert left_by(lambda: connection.send(asked)) == 0


def test_a_phone_that_answers_leaves_no_garbage():
    here = scene()
    here.enroll(ANNE, BYOD)
    here.settle()

    assert left_by(here.ask) == 0


def test_the_collector_is_as_it_was_before():
    with uncollected():
        inside = gc.isenabled()

    assert (inside, gc.isenabled()) == (False, True)
