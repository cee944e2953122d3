"""Each vendor's own words stay in its plugin: the core, its tools and the other plugins speak neutral ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
VENDORS: Final = ("jamf", "hexnode", "maas360")
READ: Final = frozenset({".py", ".toml", ".yaml", ".yml", ".json", ".html", ".css", ".sh", ".cfg"})
SHARED: Final = ("src", "tools", "tests")
WORDS: Final = {
    "jamf": """
        JSSResource managementId clientData deviceOwnershipType AccountDrivenUserEnrollment userAndLocation
        mobileDeviceId volume-purchasing-locations vppassignments vppassignment mobiledevices
        mobiledeviceapplications mobiledeviceconfigurationprofiles mobile_device_application
        configuration_profile smart-group-membership static-group-membership
        servicediscoveryenrollment lastEnrolledDate commandUuid
        """,
    "hexnode": """
        appgroups appstore_id devicegroups phoneno dynamic_group enrollment_status
        licensed_seats hexnodemdm
        """,
    "maas360": """
        billing_id billingID maas360DeviceID maas360ManagedStatus maaS360AdminAuth authRequest
        authResponse authToken refreshToken actionResponse actionID actionStatus selectiveWipe
        selectiveWipeDevice revokeSelectiveWipe deviceActions changeDevicePolicy searchByDeviceGroup
        searchByGroup searchDistributions distributeApp stopAppDistribution removeDevice hideDevice
        lockDevice refreshDeviceInformation enrollDevice includeAllUsers includeCustomAttributes
        platform_id platformID app_access_key appAccessKey appID appVersion appFullVersion
        groupIdentifier deviceGroupId platformSerialNumber isSupervisedDevice imeiEsn
        lastMdmRegisteredInEpochms installedDateInEpochms responseCode device-apis user-apis
        application-apis group-apis auth-apis
        """,
}
"""What stands on the wire, in paths or in settings of one product, and is no word of Apple's or of another's."""
ABOUT_PRODUCTS: Final = frozenset(
    {
        "tests/plugins/test_vocabulary.py",
        "tests/testing_kit/ten.py",
        "tests/testing_kit/test_recording_proof.py",
        "tests/testing_kit/test_recording.py",
        "tests/testing_kit/test_moves_and_page.py",
        "tests/testing_kit/test_native_flows.py",
        "tests/acceptance/kills/test_kills.py",
        "tests/cli/test_discovery_of_tenants.py",
    }
)
"""Tests that put a product's own answer, address or setting in, to see what the kit or the command line makes of it."""


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_vendors_word_is_used_outside_its_plugin(vendor: str) -> None:
    wanted = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words(vendor)))})(?![\w-])")

    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in outside(vendor)
        for word in sorted(set(wanted.findall(path.read_text(encoding="utf-8"))))
    ]

    assert found == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_word_of_the_list_is_one_the_plugin_uses(vendor: str) -> None:
    used = "\n".join(path.read_text(encoding="utf-8") for path in files(ROOT / "plugins" / vendor))

    idle = [word for word in words(vendor) if word not in used]

    assert idle == []


def words(vendor: str) -> list[str]:
    return WORDS[vendor].split()


def outside(vendor: str) -> Iterator[Path]:
    """The files that the vendor's words have no place in."""
    for folder in SHARED:
        for path in files(ROOT / folder):
            if path.relative_to(ROOT).as_posix() not in ABOUT_PRODUCTS:
                yield path
    for other in VENDORS:
        if other != vendor:
            yield from files(ROOT / "plugins" / other)


def files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in READ and path.is_file() and not {"build", "dist"} & set(path.parts):
            yield path
