"""Changing a scope keeps all of it, and refuses what would have no effect."""

from __future__ import annotations

import html
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from plugins.jamf.tests.drive import CONTEXT, drive, xml_reply

from ueapi.errors import Conflict, Rejected, Unintelligible
from ueapi.flow import Effect
from ueapi.model import AppDraft, AppKind, LicenseMode, Scope
from ueapi_jamf.assumed import survives_ingest
from ueapi_jamf.facets.apps import JamfApps
from ueapi_jamf.facets.profiles import JamfProfiles

RICH = (
    "<all_mobile_devices>false</all_mobile_devices><all_jss_users>false</all_jss_users>"
    "<mobile_devices><size>1</size><mobile_device><id>41</id><name>A &amp; B</name></mobile_device></mobile_devices>"
    "<buildings><building><id>2</id><name>North</name></building></buildings>"
    "<jss_users/><jss_user_groups/>"
    "<limitations><network_segments><network_segment><id>9</id></network_segment></network_segments></limitations>"
    "<exclusions><jss_users><size>1</size><user><id>5</id></user></jss_users></exclusions>"
)
SELF_SERVICE = "Make Available in Self Service"
INSTALLED = "Install Automatically/Prompt Users to Install"


def profile(scope=RICH, payloads="<plist/>"):
    return xml_reply(
        f"<configuration_profile><general><id>5</id><name>W</name><payloads>{escape(payloads)}</payloads></general>"
        f"<scope>{scope}</scope></configuration_profile>"
    )


def app(scope=RICH, *, kind=INSTALLED, number=3, of_devices="false"):
    return xml_reply(
        f"<mobile_device_application><general><id>{number}</id><name>Notes</name><internal_app>false</internal_app>"
        f"<bundle_id>org.example.notes</bundle_id><deployment_type>{kind}</deployment_type></general>"
        f"<scope>{scope}</scope><vpp><assign_vpp_device_based_licenses>{of_devices}"
        "</assign_vpp_device_based_licenses><vpp_admin_account_id>2</vpp_admin_account_id></vpp>"
        "</mobile_device_application>"
    )


def listing(*numbers):
    rows = "".join(
        f"<mobile_device_application><id>{n}</id><name>Notes</name><bundle_id>org.example.notes</bundle_id>"
        "<internal_app>false</internal_app></mobile_device_application>"
        for n in numbers
    )
    return xml_reply(f"<mobile_device_applications>{rows}</mobile_device_applications>")


DONE = xml_reply("<configuration_profile><id>5</id></configuration_profile>", status=201)
APP_DONE = xml_reply(
    "<mobile_device_application><id>3</id></mobile_device_application>", status=201
)
NOTES = AppDraft(
    name="Notes", kind=AppKind.STORE, bundle_id="org.example.notes", store_id="1234567890"
)


def sent(call):
    return etree.fromstring(call.body)


def profiles():
    return JamfProfiles(CONTEXT)


def apps():
    return JamfApps(CONTEXT)


# -- keeping the rest --------------------------------------------------------------------------------


def test_everything_the_server_showed_goes_back_with_the_new_rows():
    to = Scope(
        users=("17",), user_groups=("users-6",), devices=("42",), device_groups=("devices-12",)
    )

    _, calls = drive(profiles().assign("5", to), profile(), DONE)

    scope = sent(calls[1]).find("scope")
    assert (calls[1].method, calls[1].effect) == ("PUT", Effect.READABLE)
    assert [e.text for e in scope.findall("mobile_devices/mobile_device/id")] == ["41", "42"]
    assert scope.findtext("mobile_devices/mobile_device/name") == "A & B"
    assert scope.findtext("mobile_device_groups/mobile_device_group/id") == "12"
    assert scope.findtext("jss_users/user/id") == "17"
    assert scope.findtext("jss_user_groups/user_group/id") == "6"
    assert scope.findtext("buildings/building/name") == "North"
    assert scope.findtext("limitations/network_segments/network_segment/id") == "9"
    assert scope.findtext("exclusions/jss_users/user/id") == "5"
    assert scope.find(".//size") is None


def test_taking_out_leaves_the_other_rows():
    _, calls = drive(profiles().unassign("5", Scope(devices=("41",))), profile(), DONE)

    scope = sent(calls[1]).find("scope")
    assert scope.find("mobile_devices/mobile_device") is None
    assert scope.findtext("buildings/building/id") == "2"


@pytest.mark.parametrize(
    ("verb", "to"), [("assign", Scope(devices=("41",))), ("unassign", Scope(users=("17",)))]
)
def test_what_is_so_already_is_read_and_not_written(verb, to):
    _, calls = drive(getattr(profiles(), verb)("5", to), profile())

    assert [call.method for call in calls] == ["GET"]


def test_a_scope_of_all_devices_is_not_narrowed_by_a_group():
    """The server would drop the group, or worse the others."""
    everything = "<all_mobile_devices>true</all_mobile_devices>"

    _, calls = drive(
        profiles().assign("5", Scope(device_groups=("devices-12",))), profile(everything)
    )

    assert len(calls) == 1


def test_an_update_too_fresh_to_be_seen_is_not_taken_back():
    facet = profiles()

    drive(facet.assign("5", Scope(users=("17",))), profile(), DONE)
    _, calls = drive(facet.assign("5", Scope(users=("18",))), profile(), DONE)

    found = [e.text for e in sent(calls[1]).findall("scope/jss_users/user/id")]
    assert sorted(found) == ["17", "18"]


# -- refusing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [Scope(everyone=True), Scope(users=("1",), has_exceptions=True)])
def test_everyone_and_exceptions_are_refused_without_a_request(to):
    with pytest.raises(Rejected):
        drive(profiles().assign("5", to))


def test_an_exclusion_is_named_instead_of_assigning_without_effect():
    with pytest.raises(Conflict, match="profile 5 excludes user 5"):
        drive(profiles().assign("5", Scope(users=("5",))), profile())


def test_without_its_scope_nothing_is_written():
    bare = xml_reply(
        "<configuration_profile><general><id>5</id><name>W</name></general></configuration_profile>"
    )

    with pytest.raises(Unintelligible, match="without its scope"):
        drive(profiles().assign("5", Scope(users=("17",))), bare)


# -- what a save does to payloads --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [("<plist>Tom &amp; Co</plist>", "<plist>Tom &amp;amp; Co</plist>"), ("<plist/>", None)],
)
def test_payloads_with_entities_go_back_with_the_scope_and_others_stay_out(payloads, expected):
    _, calls = drive(profiles().assign("5", Scope(users=("17",))), profile(payloads=payloads), DONE)

    assert sent(calls[1]).findtext("general/payloads") == expected


@given(st.text())
def test_decoding_once_more_gives_what_was_meant(text):
    assert html.unescape(survives_ingest(text)) == text


# -- apps --------------------------------------------------------------------------------------------


def test_an_app_nobody_has_is_set_to_be_installed():
    nobody = "<all_mobile_devices>false</all_mobile_devices>"

    _, calls = drive(
        apps().assign(["3"], Scope(devices=("42",))), app(nobody, kind=SELF_SERVICE), APP_DONE
    )

    assert sent(calls[1]).findtext("general/deployment_type") == INSTALLED
    assert sent(calls[1]).findtext("scope/mobile_devices/mobile_device/id") == "42"


def test_an_app_others_chose_themselves_is_not_forced_on_them():
    with pytest.raises(Conflict, match="offered in Self Service"):
        drive(apps().assign(["3"], Scope(devices=("42",))), app(kind=SELF_SERVICE))


def test_apps_of_one_order_are_read_together_and_written_together():
    order = apps().assign(["3", "4", "3"], Scope(devices=("42",)))

    _, calls = drive(order, app(), app(number=4), APP_DONE, APP_DONE)

    assert [(call.method, call.at["id"]) for call in calls] == [
        ("GET", "3"),
        ("GET", "4"),
        ("PUT", "3"),
        ("PUT", "4"),
    ]


def test_a_new_app_is_managed_licensed_to_users_and_given_to_nobody():
    ensured, calls = drive(apps().ensure(NOTES), listing(), APP_DONE)

    record = sent(calls[1])
    assert calls[1].target == "/JSSResource/mobiledeviceapplications/id/0"
    assert record.findtext("general/itunes_store_url").endswith("/id1234567890")
    assert record.findtext("general/deploy_as_managed_app") == "true"
    assert record.findtext("general/take_over_management") == "false"
    assert record.findtext("vpp/assign_vpp_device_based_licenses") == "false"
    assert (ensured.value.id, ensured.value.scope) == ("3", Scope())


def test_of_two_records_the_one_for_users_is_the_one():
    ensured, _ = drive(apps().ensure(NOTES), listing(3, 4), app(of_devices="true"), app(number=4))

    assert ensured.value.id == "4"


def test_a_record_of_devices_that_nobody_uses_is_licensed_to_users():
    unused = app("<all_mobile_devices>false</all_mobile_devices>", of_devices="true")

    ensured, calls = drive(apps().ensure(NOTES), listing(3), unused, APP_DONE)

    assert ensured.value.license_mode is LicenseMode.USER
    assert [child.tag for child in sent(calls[2])] == ["vpp"]


def test_a_record_of_devices_in_use_is_left_alone():
    with pytest.raises(Conflict, match="records 3"):
        drive(apps().ensure(NOTES), listing(3), app(of_devices="true"))


def test_a_store_app_without_apples_id_is_refused():
    draft = NOTES.model_copy(update={"store_id": None})

    with pytest.raises(Rejected, match="without Apple's id"):
        drive(apps().ensure(draft), listing())
