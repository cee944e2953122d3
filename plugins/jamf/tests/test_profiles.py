"""Profiles: canonical content, comparable by meaning."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, xml_reply

from ueapi.errors import Unintelligible
from ueapi.model import Absence
from ueapi_jamf.facets.profiles import JamfProfiles

PROFILES = JamfProfiles(CONTEXT)


def plist(uuid="6C1D"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'
        '<plist version="1"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key>'
        "<integer>1</integer><key>PayloadIdentifier</key><string>org.example.wifi</string>"
        f"<key>PayloadUUID</key><string>{uuid}</string><key>PayloadDisplayName</key><string>Wi-Fi</string>"
        "<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.wifi.managed</string>"
        "<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>org.example.wifi.1</string>"
        "<key>PayloadUUID</key><string>0B6F</string><key>SSID_STR</key><string>Tom &amp; Co</string></dict></array>"
        "</dict></plist>"
    )


def detail(payloads):
    return xml_reply(
        "<configuration_profile><general><id>5</id><name>BYOD Wi-Fi</name><level>Device Level</level>"
        f"<payloads>{escape(payloads)}</payloads></general><scope><all_jss_users>true</all_jss_users></scope>"
        "</configuration_profile>"
    )


def test_the_listing_has_no_content_and_says_why():
    reply = xml_reply(
        "<configuration_profiles><size>1</size><configuration_profile><id>5</id><name>BYOD Wi-Fi</name>"
        "</configuration_profile></configuration_profiles>"
    )

    page, _ = drive(PROFILES.page(None), reply)

    assert [profile.name for profile in page.items] == ["BYOD Wi-Fi"]
    assert page.items[0].why_absent("content") is Absence.NOT_FETCHED


def test_a_profile_comes_with_content_digest_and_scope():
    profile, calls = drive(PROFILES.get("5"), detail(plist()))

    assert calls[0].target == "/JSSResource/mobiledeviceconfigurationprofiles/id/5"
    assert profile.content is not None
    assert b"Tom &amp; Co" in profile.content
    assert profile.scope is not None
    assert profile.scope.everyone


def test_a_new_outer_uuid_is_not_another_profile():
    one, _ = drive(PROFILES.get("5"), detail(plist("6C1D")))
    other, _ = drive(PROFILES.get("5"), detail(plist("77AA")))

    assert one.digest == other.digest


def test_payloads_that_are_no_profile_are_named_by_id_and_never_shown():
    with pytest.raises(Unintelligible, match="profile 5") as caught:
        drive(PROFILES.get("5"), detail("<dict>s3cret</dict>"))

    assert "s3cret" not in str(caught.value)
