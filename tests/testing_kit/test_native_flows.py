"""The product's own API, run by a tenant through every backend."""

from __future__ import annotations

import pytest

import ueapi_hexnode.native
import ueapi_jamf.native
import ueapi_maas360.native
from ueapi.contract import Capability, Users, needed_by, needs
from ueapi.errors import RemoteError, UsageError
from ueapi.testing import Harness
from ueapi.testing.memory.native import ExampleApi

JamfApi = ueapi_jamf.native.JamfApi
HexnodeApi = ueapi_hexnode.native.HexnodeApi
Maas360Api = ueapi_maas360.native.Maas360Api
SEARCH = "/device-apis/devices/2.0/search/customer/{billing}"

READINGS = [
    ("memory", ExampleApi, "/v1/devices"),
    ("jamf", JamfApi, "/v1/mobile-device-groups/static-groups"),
    ("hexnode", HexnodeApi, "/devices/"),
    ("maas360", Maas360Api, SEARCH),
]
NAMES = [name for name, _, _ in READINGS]


@pytest.fixture(params=READINGS, ids=NAMES)
def reading(request):
    name, kind, path = request.param
    return Harness.build(name, users=3), kind, path


def test_a_flow_that_names_no_capability_is_run(reading):
    harness, kind, path = reading
    tenant = harness.tenant

    found = tenant.run(tenant.native_as(kind), kind.read, path)

    assert isinstance(found, dict)
    assert found
    with pytest.raises(LookupError):
        needed_by(kind.read)


def test_an_error_says_which_of_the_products_own_flows_it_was(reading):
    harness, kind, _ = reading
    tenant = harness.tenant

    with pytest.raises(RemoteError) as caught:
        tenant.run(tenant.native_as(kind), kind.read, "/v9/no-such-thing/1/")

    assert caught.value.operation == "native.read"
    assert caught.value.backend == tenant.backend


@pytest.mark.parametrize("odd", ["/{id}", "/{0}", "/{", "/{}"])
def test_a_place_in_the_path_that_nothing_fills_is_refused(reading, odd):
    harness, kind, path = reading
    tenant = harness.tenant

    with pytest.raises(UsageError, match="place in the call"):
        tenant.run(tenant.native_as(kind), kind.read, path + odd)


def test_a_flow_that_names_a_refused_capability_is_refused_without_a_request(reading):
    harness, kind, path = reading
    tenant = harness.tenant
    refused = next(c for c in tenant.sheet if not tenant.sheet[c].is_callable)

    @needs(refused)
    def read(self, path):
        return kind.read(self, path)

    before = len(harness.simulator.log.entries)
    with pytest.raises(UsageError):
        tenant.run(tenant.native_as(kind), read, path)

    assert len(harness.simulator.log.entries) == before


def test_a_facets_method_without_a_mark_goes_by_no_back_door():
    harness = Harness.build("memory", users=3)

    def page(self, cursor):
        return Users.page(self, cursor)

    with pytest.raises(LookupError):
        harness.tenant.run(harness.backend.users, page, None)


def test_the_api_of_another_product_is_none_of_this_tenant():
    tenant = Harness.build("memory", users=3).tenant

    with pytest.raises(UsageError, match="JamfApi"):
        tenant.native_as(JamfApi)


def test_what_a_row_of_the_sheet_is_about_names_it():
    named = {
        name: needed_by(getattr(Maas360Api, name))
        for name in ("state", "refresh", "remove_control")
    }

    assert named == {
        "state": Capability.COMMANDS_STATUS,
        "refresh": Capability.COMMANDS_SEND,
        "remove_control": Capability.DEVICES_UNENROLL,
    }
