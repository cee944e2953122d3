from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from ueapi.contract import Capability, Context, Level
from ueapi.errors import CapabilityUnsupported
from ueapi_maas360.backend import build
from ueapi_maas360.plugin import ueapi_backend
from ueapi_maas360.settings import Maas360Settings
from ueapi_maas360.sheet import SHEET

SETTINGS = {
    "url": "https://services.m3.maas360.com",
    "billing_id": "3009999",
    "username": "api-admin",
    "password": "p-secret",
    "app_id": "com.3009999.ueapi",
    "app_version": "1.0",
    "app_access_key": "k-secret",
    "platform_id": "3",
}


def made():
    context = Context(tenant="third", now=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    return build(Maas360Settings.model_validate(SETTINGS), context)


def test_the_manifest_speaks_this_contract():
    manifest = ueapi_backend()

    manifest.require_compatible()

    assert manifest.name == "maas360"


def test_each_capability_says_that_it_is_not_offered_yet():
    assert {SHEET[c].level for c in Capability} == {Level.NOT_IMPLEMENTED}
    assert all(
        isinstance(SHEET.refusal(c, backend="maas360"), CapabilityUnsupported) for c in Capability
    )


def test_a_facet_refuses_without_asking():
    with pytest.raises(CapabilityUnsupported):
        made().devices.page(None)


def test_credentials_are_never_sent_for_nothing():
    with pytest.raises(CapabilityUnsupported, match="nothing was sent"):
        next(made().auth.sign_in())


def test_secrets_show_in_no_repr_and_no_error():
    settings = Maas360Settings.model_validate(SETTINGS)

    with pytest.raises(ValidationError) as caught:
        Maas360Settings.model_validate(SETTINGS | {"platform_id": None, "stray": "p-secret"})

    assert "secret" not in repr(settings) + str(settings.password) + str(caught.value)
