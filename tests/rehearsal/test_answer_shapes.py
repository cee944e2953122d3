"""What a virtual phone answers to lists, settings and declarations has the shape that Apple publishes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apple.shapes import faults, published
from tests.rehearsal.scene import ANNE, BYOD, TASKS, scene
from tests.rehearsal.tiny import PASSCODE, WEB_CLIP, profile
from ueapi.apple import mdm

ATTRIBUTES = {"Item": "ApplicationAttributes", "Identifier": TASKS, "Attributes": {"VPNUUID": "v"}}


def answer(command: str, content: dict) -> mdm.CommandResult:
    here = scene()
    here.product.profiles = [profile("all", PASSCODE, WEB_CLIP)]
    here.enroll(ANNE, BYOD)
    here.settle()
    told: list[mdm.CommandResult] = []
    vars(here.product)["answered"] = lambda record, command, result: told.append(result)

    asked = mdm.Command(uuid="S", request_type=command, content=content)
    here.product.device_side.queue(here.record, asked)
    here.settle()
    return told[-1]


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("CertificateList", {}),
        ("DeclarativeManagement", {}),
        ("InstalledApplicationList", {}),
        ("ManagedApplicationAttributes", {"Identifiers": [TASKS]}),
        ("ManagedApplicationConfiguration", {"Identifiers": [TASKS]}),
        ("ManagedApplicationFeedback", {"Identifiers": [TASKS]}),
        ("ManagedMediaList", {}),
        ("ProvisioningProfileList", {}),
        ("SecurityInfo", {}),
        ("ValidateApplications", {}),
    ],
)
def test_an_answer_breaks_nothing_that_apple_publishes(command: str, content: dict) -> None:
    result = answer(command, content)

    shape = published()["commands"][command].get("answer", {})
    assert result.status is mdm.Status.ACKNOWLEDGED
    assert list(faults(dict(result.response), shape)) == []


def test_each_result_of_a_setting_breaks_nothing_that_apple_publishes() -> None:
    result = answer("Settings", {"Settings": [ATTRIBUTES, {"Item": "Wallpaper"}]})

    published_answer: Any = published()["commands"]["Settings"]["answer"]["Settings"]
    told: Any = result.response
    assert [list(faults(row, published_answer[1])) for row in told["Settings"]] == [[], []]
