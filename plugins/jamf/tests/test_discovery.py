"""Where devices enroll with a server, from its address alone."""

from __future__ import annotations

import pytest

from ueapi.apple.enrollment import discovery
from ueapi.plugins import Registry
from ueapi_jamf.discovery import enrollment_address

EXPECTED = "https://jamf.example.org/servicediscoveryenrollment/v1/userenroll"


@pytest.mark.parametrize("url", ["https://jamf.example.org", "https://jamf.example.org/"])
def test_the_enrollment_address_follows_from_the_servers(url):
    assert enrollment_address(url) == EXPECTED


def test_the_plugin_announces_it_and_a_discovery_document_takes_it():
    address = Registry.installed().enrollment_address("jamf", "https://jamf.example.org")

    assert address == EXPECTED
    assert discovery.document(address).first.base_url == EXPECTED
