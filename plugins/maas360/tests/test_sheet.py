"""The sheet, the facets and the announcement agree with each other."""

from __future__ import annotations

import pytest
from plugins.maas360.tests.service import backend

from ueapi.contract import Capability, Level, needed_by
from ueapi.errors import CapabilityUnsupported, ManualStepRequired
from ueapi_maas360.sheet import SHEET

FACETS = (
    *("users", "groups", "devices", "enrollments", "profiles", "apps", "licenses", "commands"),
)
ASSIGNED = {
    Capability.PROFILES_ASSIGN: {"devices", "device_groups"},
    Capability.APPS_ASSIGN: {"devices", "device_groups", "everyone"},
    Capability.APPS_UNASSIGN: {"devices", "device_groups", "everyone"},
}


def written():
    for name in FACETS:
        facet = type(getattr(backend(), name))
        base = facet.__mro__[1] if facet.__module__.startswith("ueapi_") else None
        for method in vars(facet) if base is not None else ():
            if not method.startswith("_") and method != "translate" and hasattr(base, method):
                yield needed_by(getattr(base, method))


def test_what_is_written_is_claimed():
    assert [c for c in written() if not SHEET[c].is_callable] == []


def test_each_row_says_what_it_lacks_and_how_that_is_known():
    for capability in Capability:
        row = SHEET[capability]
        said = {
            Level.NATIVE: "-",
            Level.PARTIAL: row.loss,
            Level.MANUAL: "".join(row.steps),
            Level.UNSUPPORTED: row.why,
        }
        assert row.evidence, capability
        assert said[row.level], capability


@pytest.mark.parametrize(("capability", "kinds"), ASSIGNED.items())
def test_what_is_assigned_to_whom_is_declared(capability, kinds):
    assert SHEET[capability].to == kinds


@pytest.mark.parametrize(
    "capability",
    [
        Capability.PROFILES_ENSURE,
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP,
        Capability.ENROLLMENTS_DISCOVERY,
        Capability.LICENSES_LOCATION_SETUP,
    ],
)
def test_what_only_a_person_can_do_has_its_steps(capability):
    refusal = SHEET.refusal(capability, backend="maas360")

    assert isinstance(refusal, ManualStepRequired)
    assert len(refusal.steps) > 1


@pytest.mark.parametrize(
    "capability",
    [
        Capability.ENROLLMENTS_INVITE,
        Capability.PROFILES_LIST,
        Capability.PROFILES_ASSIGN,
        Capability.APPS_ENSURE,
        Capability.COMMANDS_STATUS,
        Capability.DEVICES_ENROLLMENT_KIND,
        Capability.USERS_MANAGED_APPLE_ID,
    ],
)
def test_what_no_source_confirms_is_marked(capability):
    assert SHEET[capability].assumed


def test_licenses_have_no_code_and_no_claim():
    with pytest.raises(CapabilityUnsupported):
        backend().licenses.page(None)
    assert SHEET[Capability.LICENSES_LIST].level is Level.UNSUPPORTED
