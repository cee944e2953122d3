"""Apps: the store id, the license mode, the scope."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, xml_reply

from ueapi.errors import Unintelligible
from ueapi.model import Absence, AppKind, LicenseMode, Scope
from ueapi_jamf.facets.apps import JamfApps
from ueapi_jamf.mapping.apps import installs_by_itself, store_id

APPS = JamfApps(CONTEXT)

LISTING = xml_reply(
    "<mobile_device_applications><size>2</size>"
    "<mobile_device_application><id>3</id><name>Field Notes</name><bundle_id>org.example.fieldnotes</bundle_id>"
    "<version>4.2</version><internal_app>false</internal_app></mobile_device_application>"
    "<mobile_device_application><id>4</id><name>Depot</name><internal_app>true</internal_app>"
    "</mobile_device_application></mobile_device_applications>"
)


def detail(scope="", vpp="", general=""):
    return xml_reply(
        "<mobile_device_application><general><id>3</id><name>Field Notes</name>"
        "<bundle_id>org.example.fieldnotes</bundle_id><version>4.2</version><internal_app>false</internal_app>"
        f"<itunes_store_url>https://apps.apple.com/us/app/field-notes/id1234567890</itunes_store_url>{general}"
        f"</general><scope>{scope}</scope><vpp>{vpp}</vpp>"
        "<app_configuration><preferences>&lt;dict/&gt;</preferences></app_configuration></mobile_device_application>"
    )


def test_the_listing_says_what_another_call_would_tell():
    page, calls = drive(APPS.page(None), LISTING)

    store, in_house = page.items
    assert calls[0].target == "/JSSResource/mobiledeviceapplications"
    assert (store.kind, in_house.kind) == (AppKind.STORE, AppKind.IN_HOUSE)
    assert store.origin.inferred == {"kind"}
    assert store.why_absent("store_id") is Absence.NOT_FETCHED
    assert in_house.why_absent("bundle_id") is Absence.NOT_EXPOSED_BY_PRODUCT


def test_an_app_comes_with_store_id_license_mode_and_configuration():
    app, _ = drive(
        APPS.get("3"),
        detail(
            vpp="<assign_vpp_device_based_licenses>false</assign_vpp_device_based_licenses>"
            "<vpp_admin_account_id>2</vpp_admin_account_id>",
            general="<deployment_type>Make Available in Self Service</deployment_type>",
        ),
    )

    assert app.store_id == "1234567890"
    assert app.license_mode is LicenseMode.USER
    assert app.installs_by_itself is False
    assert app.has_configuration is True


def test_an_app_without_a_location_has_no_license_mode():
    app, _ = drive(
        APPS.get("3"),
        detail(vpp="<assign_vpp_device_based_licenses>false</assign_vpp_device_based_licenses>"),
    )

    assert app.license_mode is None


def test_a_scope_uses_the_ids_of_the_group_listing():
    app, _ = drive(
        APPS.get("3"),
        detail(
            "<all_mobile_devices>false</all_mobile_devices><all_jss_users>false</all_jss_users>"
            "<mobile_devices><size>1</size><mobile_device><id>41</id></mobile_device></mobile_devices>"
            "<mobile_device_groups><mobile_device_group><id>12</id></mobile_device_group></mobile_device_groups>"
            "<jss_users><user><id>17</id></user></jss_users>"
            "<jss_user_groups><user_group><id>6</id></user_group></jss_user_groups>"
            "<limitations><users/></limitations><exclusions><mobile_device_groups/></exclusions>"
        ),
    )

    assert app.scope == Scope(
        users=("17",),
        user_groups=("users-6",),
        devices=("41",),
        device_groups=("devices-12",),
    )


@pytest.mark.parametrize(
    "scope",
    [
        "<exclusions><jss_users><user><id>17</id></user></jss_users></exclusions>",
        "<limitations><users><user><name>noor</name></user></users></limitations>",
        "<buildings><building><id>2</id></building></buildings>",
    ],
)
def test_whoever_the_scope_cannot_say_makes_it_one_with_exceptions(scope):
    app, _ = drive(APPS.get("3"), detail(f"<all_mobile_devices>true</all_mobile_devices>{scope}"))

    assert app.scope is not None
    assert app.scope.everyone
    assert app.scope.has_exceptions


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://apps.apple.com/us/app/field-notes/id1234567890", "1234567890"),
        ("https://apps.apple.com/us/app/field-notes/id1234567890?mt=8", "1234567890"),
        ("https://itunes.apple.com/app/id361309726?uo=4", "361309726"),
        ("https://example.org/lookup?id=361309726", "361309726"),
        ("https://apps.apple.com/us/app/idle2win", None),
        ("", None),
        (None, None),
    ],
)
def test_the_store_id_is_read_out_of_the_address(url, expected):
    assert store_id(url) == expected


def test_an_unknown_deployment_type_is_named():
    with pytest.raises(Unintelligible, match="'By Carrier Pigeon'"):
        installs_by_itself("By Carrier Pigeon")
