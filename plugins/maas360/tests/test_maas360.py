from __future__ import annotations

import pytest
from plugins.maas360.tests.portal import SETTINGS, backend
from pydantic import ValidationError

from ueapi_maas360.plugin import ueapi_backend
from ueapi_maas360.settings import PAGE_SIZES, Maas360Settings
from ueapi_maas360.simulator.server import Maas360Simulator


def test_the_manifest_speaks_this_contract():
    manifest = ueapi_backend()

    manifest.require_compatible()

    assert manifest.name == "maas360"


def test_secrets_show_in_no_repr_and_no_error():
    settings = Maas360Settings.model_validate(SETTINGS)

    with pytest.raises(ValidationError) as caught:
        Maas360Settings.model_validate(SETTINGS | {"platform_id": None, "stray": "p-secret"})

    assert "secret" not in repr(settings) + str(settings.password) + str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "services.m3.maas360.com"},
        {"url": "https://services.m3.maas360.com/device-apis"},
        {"url": "https://api-admin:p-secret@services.m3.maas360.com"},
        {"billing_id": ""},
        {"page_rows": 500},
        {"page_rows": 0},
        {"page_rows": 75},
        {"managed_apple_id": "upn"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        Maas360Settings.model_validate(SETTINGS | wrong)


@pytest.mark.parametrize("rows", [25, 50, 100, 200, 250, "100"])
def test_pages_have_the_sizes_that_are_documented(rows):
    settings = Maas360Settings.model_validate(SETTINGS | {"page_rows": rows})

    assert settings.page_rows == int(rows)


def test_the_simulator_names_the_same_sizes():
    assert Maas360Simulator.page_sizes == PAGE_SIZES


def test_a_trailing_slash_of_the_address_is_no_path():
    settings = Maas360Settings.model_validate(
        SETTINGS | {"url": "https://services.m3.maas360.com/"}
    )

    assert settings.url == "https://services.m3.maas360.com"


def test_no_limit_is_invented():
    limits = backend().limits

    assert (limits.per_minute, limits.per_day) == (None, None)
    assert limits.profiles_per_device == 1
