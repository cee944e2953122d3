from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, backend, listing

from ueapi.contract import Capability, Level
from ueapi.errors import CapabilityUnsupported, ManualStepRequired
from ueapi.testing import Harness
from ueapi_hexnode.native import HexnodeApi
from ueapi_hexnode.plugin import ueapi_backend
from ueapi_hexnode.sheet import SHEET


def test_the_manifest_speaks_this_contract():
    manifest = ueapi_backend()

    manifest.require_compatible()

    assert manifest.name == "hexnode"


@pytest.mark.parametrize("capability", list(Capability))
def test_each_claim_has_a_source_and_says_what_it_lacks(capability):
    support = SHEET[capability]

    said = {
        Level.PARTIAL: support.loss,
        Level.MANUAL: support.steps,
        Level.UNSUPPORTED: support.why,
    }
    assert support.evidence
    assert said.get(support.level, True)


@pytest.mark.parametrize(
    "capability",
    [Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP, Capability.ENROLLMENTS_DISCOVERY],
)
def test_account_driven_enrollment_is_a_persons_work(capability):
    assert isinstance(SHEET.refusal(capability, backend="hexnode"), ManualStepRequired)


def test_licenses_have_no_code_and_no_claim():
    with pytest.raises(CapabilityUnsupported):
        backend().licenses.page(None)
    assert SHEET[Capability.LICENSES_LIST].level is Level.UNSUPPORTED


def test_every_path_ends_with_a_slash():
    portal = Portal({"GET /appgroups/4/": {"id": 4}, "GET /users/": listing()})
    made = backend()
    assert isinstance(made.native, HexnodeApi)

    portal.run(made.native.read("/appgroups/{id}/", "4"))
    portal.run(made.users.page(None))

    assert all(call.path.endswith("/") for call in portal.calls)


def test_a_tenant_runs_the_products_own_api():
    tenant = Harness.build("hexnode", users=3).tenant
    device = next(iter(tenant.devices.list()))

    found = tenant.run(tenant.native_as(HexnodeApi), HexnodeApi.read, "/devices/{id}/", device.id)

    assert isinstance(found, dict)
    assert str(found["id"]) == device.id
