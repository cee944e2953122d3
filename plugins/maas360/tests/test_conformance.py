"""The conformance kit, run against a backend that offers nothing yet: each suite sees it refuse, without a request.

The suites of the facets need something to list, and come with the first of them.
"""

from __future__ import annotations

import pytest

from ueapi.testing import FaultsConformance, Harness, SheetConformance

SETTINGS = {
    "billing_id": "3009999",
    "username": "api-admin",
    "password": "p-secret",
    "app_id": "com.3009999.ueapi",
    "app_version": "1.0",
    "app_access_key": "k-secret",
    "platform_id": "3",
}


@pytest.fixture
def harness() -> Harness:
    return Harness.build("maas360", settings=SETTINGS)


class TestSheet(SheetConformance): ...


class TestFaults(FaultsConformance): ...
