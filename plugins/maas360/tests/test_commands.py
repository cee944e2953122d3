from __future__ import annotations

from datetime import UTC, datetime

import pytest
from plugins.maas360.tests.service import Service, action, backend, page

from ueapi.errors import Rejected, Unintelligible
from ueapi.flow import Effect
from ueapi.model import CommandState

LOCK = {
    "actionID": "128400001",
    "actionName": "Lock",
    "status": "Completed",
    "actionDate": "2026-11-02T08:00:00",
    "completedDate": "2026-11-02T08:00:30",
    "description": "done",
}


def history(*rows):
    service = Service({"GET searchActionHistory": page("actionHistory", "action", *rows)})
    return service.run(backend().commands.of_device("ApplUE7Q2K9M4X1B"))


def test_an_action_becomes_a_command_with_apples_name():
    (found,) = history(LOCK)

    assert found.id == "128400001"
    assert found.device == "ApplUE7Q2K9M4X1B"
    assert found.kind == "DeviceLock"
    assert found.sent == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert found.problem is None


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Pending", CommandState.PENDING),
        ("sent", CommandState.PENDING),
        ("Completed", CommandState.ACKNOWLEDGED),
        ("Failed", CommandState.FAILED),
        ("Cancelled", CommandState.FAILED),
    ],
)
def test_states_come_from_a_table(word, state):
    (found,) = history(LOCK | {"status": word})

    assert found.state is state


def test_an_unknown_state_is_named_not_guessed():
    with pytest.raises(Unintelligible, match="'Lost'"):
        history(LOCK | {"status": "Lost"})


def test_a_failure_says_why_and_an_unknown_action_keeps_its_name():
    (found,) = history(LOCK | {"status": "Failed", "actionName": "Buzz"})

    assert (found.kind, found.problem) == ("Buzz", "done")


def test_a_device_without_actions_has_none():
    assert history() == ()


def test_a_refresh_hands_out_the_actions_id():
    service = Service({"POST refreshDeviceInformation": action(actionID="128400001")})

    accepted = service.run(backend().commands.refresh("ApplUE7Q2K9M4X1B"))

    assert accepted.command_ids == ("128400001",)
    assert service.forms() == [{"deviceId": "ApplUE7Q2K9M4X1B"}]
    assert service.calls[0].effect is Effect.IDEMPOTENT


def test_a_refused_refresh_is_an_error_though_its_status_is_200():
    service = Service({"POST refreshDeviceInformation": action(failed=True)})

    with pytest.raises(Rejected):
        service.run(backend().commands.refresh("ApplUE7Q2K9M4X1B"))
