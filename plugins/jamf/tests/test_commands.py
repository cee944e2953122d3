"""Commands: the management id first, then what became of each command."""

from __future__ import annotations

import json

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply, query

from ueapi.errors import NotFound, Unintelligible
from ueapi.model import CommandState
from ueapi_jamf.facets.commands import JamfCommands

COMMANDS = JamfCommands(CONTEXT)
MANAGEMENT_ID = "5a3e5d3e-8d1f-4c2b-9d55-0f2b7a9c6e10"


def device(management_id=MANAGEMENT_ID):
    general = {"managed": True, "managementId": management_id}
    return json_reply({"totalCount": 1, "results": [{"mobileDeviceId": "41", "general": general}]})


def commands(*states):
    rows = [
        {
            "uuid": f"u{place}",
            "dateSent": "2026-02-11T09:20:11.004Z",
            "dateCompleted": None,
            "commandState": state,
            "commandType": "DEVICE_LOCK",
            "commandError": {"errorCode": 12021, "errorDomain": "MCMDMErrorDomain"},
        }
        for place, state in enumerate(states)
    ]
    return json_reply({"totalCount": len(rows), "results": rows})


def test_the_commands_of_a_device_are_asked_by_its_management_id_newest_first():
    found, calls = drive(COMMANDS.of_device("41"), device(), commands("PENDING", "ERROR"))

    assert query(calls[1], "filter") == [f"clientManagementId=={MANAGEMENT_ID}"]
    assert query(calls[1], "sort") == ["dateSent:desc"]
    assert [(c.kind, c.state) for c in found] == [
        ("DeviceLock", CommandState.PENDING),
        ("DeviceLock", CommandState.FAILED),
    ]
    assert found[1].problem == "MCMDMErrorDomain 12021"
    assert found[0].device == "41"


def test_an_unknown_state_is_named():
    with pytest.raises(Unintelligible, match="'LOST_AT_SEA'"):
        drive(COMMANDS.of_device("41"), device(), commands("LOST_AT_SEA"))


def test_refreshing_asks_for_names_and_versions_only():
    accepted, calls = drive(
        COMMANDS.refresh("41"), device(), json_reply([{"id": "0b6f", "href": "x"}], status=201)
    )

    order = json.loads(calls[1].body or b"")
    assert accepted.command_ids == ("0b6f",)
    assert order["clientData"] == [{"managementId": MANAGEMENT_ID}]
    assert order["commandData"]["commandType"] == "DEVICE_INFORMATION"
    assert not {"SerialNumber", "UDID", "IMEI"} & set(order["commandData"]["queries"])


def test_a_device_without_management_id_cannot_be_commanded():
    with pytest.raises(NotFound, match="no management id"):
        drive(COMMANDS.refresh("41"), device(None))
