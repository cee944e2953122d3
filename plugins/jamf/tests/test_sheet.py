"""The sheet, the facets and the announcement agree with each other."""

from __future__ import annotations

from importlib import import_module

import pytest
from plugins.jamf.tests.drive import CONTEXT

from ueapi.contract import Backend, Capability, Level, needed_by
from ueapi_jamf.backend import build
from ueapi_jamf.plugin import ueapi_backend
from ueapi_jamf.settings import JamfSettings
from ueapi_jamf.sheet import SHEET

FACETS = (
    "users",
    "groups",
    "devices",
    "enrollments",
    "profiles",
    "apps",
    "licenses",
    "commands",
)


def backend() -> Backend:
    return build(
        JamfSettings.model_validate(
            {"url": "https://jamf.example.org", "client_id": "x", "client_secret": "y"}
        ),
        CONTEXT,
    )


def overridden():
    for name in FACETS:
        facet = type(getattr(backend(), name))
        if facet.__module__.startswith("ueapi."):
            continue
        for method, function in vars(facet).items():
            if not method.startswith("_") and callable(function):
                yield needed_by(function)


def test_every_written_method_is_claimed_by_the_sheet():
    assert all(SHEET[capability].is_callable for capability in overridden())


def test_every_claim_has_evidence():
    claimed = (Level.NATIVE, Level.PARTIAL, Level.MANUAL, Level.UNSUPPORTED)

    assert [c for c in SHEET if SHEET[c].level in claimed and not SHEET[c].evidence] == []


def test_a_claimed_capability_with_a_method_of_its_own_is_written():
    aspects = {
        Capability.USERS_MANAGED_APPLE_ID,
        Capability.GROUPS_CRITERIA,
        Capability.DEVICES_ENROLLMENT_KIND,
        Capability.APPS_STORE_ID,
    }

    written = set(overridden())

    assert {c for c in SHEET if SHEET[c].is_callable} - aspects == written


@pytest.mark.parametrize("name", ["settings", "build", "sheet"])
def test_the_announcement_names_things_that_exist(name):
    module, _, attribute = getattr(ueapi_backend(), name).partition(":")

    assert hasattr(import_module(module), attribute)
