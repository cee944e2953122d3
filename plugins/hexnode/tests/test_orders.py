from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, backend, listing

from ueapi.errors import Unintelligible
from ueapi.flow import Effect, Reply
from ueapi.model import CommandState, Scope


def order(**changes: object):
    return {
        "id": 901,
        "action": "Install Application",
        "status": "Pending",
        "initiated_time": "2026-02-05T06:40:02.330Z",
        "completed_time": None,
        "remarks": "",
    } | changes


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Pending", CommandState.PENDING),
        ("In Progress", CommandState.PENDING),
        ("Success", CommandState.ACKNOWLEDGED),
        ("Failed", CommandState.FAILED),
    ],
)
def test_states_of_orders_come_from_a_table(word, state):
    portal = Portal({"GET /devices/41/action_status/": listing(order(status=word))})

    (found,) = portal.run(backend().commands.of_device("41"))

    assert (found.state, found.kind, found.device) == (state, "InstallApplication", "41")


def test_an_action_without_an_apple_name_keeps_its_own():
    portal = Portal({"GET /devices/41/action_status/": listing(order(action="Disenroll Device"))})

    (found,) = portal.run(backend().commands.of_device("41"))

    assert found.kind == "Disenroll Device"


def test_a_failed_order_says_why():
    row = order(status="Failed", remarks="Not allowed under User Enrollment")
    portal = Portal({"GET /devices/41/action_status/": listing(row)})

    (found,) = portal.run(backend().commands.of_device("41"))

    assert found.problem == "Not allowed under User Enrollment"


def test_an_unknown_state_is_named_not_guessed():
    portal = Portal({"GET /devices/41/action_status/": listing(order(status="Maybe"))})

    with pytest.raises(Unintelligible, match="'Maybe'"):
        portal.run(backend().commands.of_device("41"))


def test_a_refresh_may_be_repeated():
    portal = Portal({"POST /actions/scan_device/": Reply(200)})

    portal.run(backend().commands.refresh("41"))

    assert portal.body() == {"devices": [41]}
    assert portal.calls[0].effect is Effect.IDEMPOTENT


def test_an_invitation_is_blind_since_nothing_shows_it():
    portal = Portal({"POST /users/12/send_request/": {}})

    portal.run(backend().enrollments.invite("12"))

    assert portal.body() == {"ownership": "personal"}
    assert portal.calls[0].effect is Effect.BLIND


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/actions/scan_device/", lambda b: b.commands.refresh("41")),
        ("/actions/disenroll_devices/", lambda b: b.devices.unenroll("41")),
        ("/actions/associate_policy/", lambda b: b.profiles.assign("7", Scope(users=("12",)))),
        ("/actions/install_applications/", lambda b: b.apps.assign(["5"], Scope(users=("12",)))),
        ("/users/12/send_request/", lambda b: b.enrollments.invite("12")),
    ],
)
def test_a_networks_sign_in_page_is_not_taken_for_an_accepted_order(path, order):
    page = Reply(200, {"content-type": "text/html; charset=utf-8"}, b"<html>Sign in</html>")
    portal = Portal({f"POST {path}": page})

    with pytest.raises(Unintelligible, match="text/html"):
        portal.run(order(backend()))
