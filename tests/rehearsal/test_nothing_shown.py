"""Under User Enrollment no message of a phone holds anything of its hardware, on any iOS, whoever asks for it."""

from __future__ import annotations

import plistlib

import pytest

from tests.rehearsal.scene import ANNE, BYOD, HARDWARE, Scene, scene
from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration
from ueapi.apple.enrollment import discovery
from ueapi.apple.profiles.cms import take_apart
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import ADDE, Method
from ueapi.rehearsal.wire import Network

VERSIONS = (
    *("15.0", "15.8", "16.0", "16.7", "17.0", "17.2", "17.7", "18.0", "18.2", "18.7"),
    *("26.0", "26.4", "27.0"),
)
QUERIES = (
    *("UDID", "SerialNumber", "IMEI", "MEID", "ICCID", "PhoneNumber", "WiFiMAC", "BluetoothMAC"),
    *("ServiceSubscriptions", "EthernetMAC", "ProvisioningUDID", "OrganizationInfo", "DeviceName"),
    *("OSVersion", "ModelName", "ProductName", "IsSupervised", "DevicePropertiesAttestation"),
)
STATUS = (
    *("device.identifier.serial-number", "device.identifier.udid", "device.model.family"),
    *("mdm.enrollment-type", "app.managed.list", "mdm.app"),
)
HIDDEN = (HARDWARE.serial, HARDWARE.udid, HARDWARE.imei, HARDWARE.phone_number)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """All that leaves the phone: address, headers and content of each request."""
    found: list[bytes] = []
    real = Network.send

    def listening(self, method, url, headers, body, **more):
        found.append("\n".join((url, *headers.keys(), *headers.values())).encode() + b"\n" + body)
        if headers.get("content-type") == "application/pkcs7-signature":
            found.append(take_apart(body).content)
        return real(self, method, url, headers, body, **more)

    monkeypatch.setattr(Network, "send", listening)
    return found


def declarations() -> tuple[Declaration, ...]:
    return (
        Declaration.of(
            "com.apple.configuration.management.status-subscriptions",
            "told",
            {"StatusItems": [{"Name": name} for name in STATUS]},
        ),
        Declaration.of("com.apple.activation.simple", "on", {"StandardConfigurations": ["told"]}),
    )


def ask_everything(here: Scene) -> None:
    side = here.product.device_side
    queries = {"Queries": list(QUERIES), "DevicePropertiesAttestation": b"nonce"}
    side.queue(
        here.record, mdm.Command(uuid="Q", request_type="DeviceInformation", content=queries)
    )
    for command in ("SecurityInfo", "ProfileList", "InstalledApplicationList", "CertificateList"):
        side.queue(here.record, mdm.Command(uuid=command, request_type=command, content={}))
    here.settle()
    side.declare(here.record, declarations())
    here.settle()


def shown(sent: list[bytes]) -> set[str]:
    return {value for value in HIDDEN for message in sent if value.encode() in message}


@pytest.mark.parametrize("os_version", VERSIONS)
@pytest.mark.parametrize("method", Method)
def test_an_account_driven_phone_shows_nothing(
    os_version: str, method: Method, sent: list[bytes]
) -> None:
    here = scene(os_version)
    here.product.way_in.method = method

    here.enroll(ANNE, BYOD)
    here.settle()
    ask_everything(here)
    here.product.way_in.expire(here.record)
    here.ask()
    here.phone.sign_in_again()
    here.settle()
    here.phone.leave()

    bodies = [m.partition(b"<?xml")[1:] for m in sent if b"<plist" in m]
    assert len(sent) > 15
    assert shown(sent) == set()
    assert not any(b"UDID" in b"".join(body) for body in bodies)


@pytest.mark.parametrize("os_version", [v for v in VERSIONS if int(v[:2]) < 18])
def test_a_profile_driven_phone_shows_nothing(os_version: str, sent: list[bytes]) -> None:
    here = scene(os_version)

    here.enroll(ANNE, EnrollmentKind.PROFILE_DRIVEN_USER)
    here.settle()
    ask_everything(here)
    here.phone.leave()

    assert shown(sent) == set()


@pytest.mark.parametrize("os_version", [v for v in VERSIONS if int(v[:2]) >= 17])
def test_the_contrast_a_phone_of_the_organization_shows_it(
    os_version: str, sent: list[bytes]
) -> None:
    here = scene(os_version)
    domain = Domain(lambda _: f"https://tiny.example.org{ADDE}", version=discovery.Version.ADDE)
    here.phone.network.hosts["example.org"] = domain

    here.enroll(ANNE, BYOD)
    here.settle()
    ask_everything(here)
    here.phone.leave()

    assert shown(sent) == set(HIDDEN)


@pytest.mark.parametrize("os_version", VERSIONS)
def test_no_two_enrollments_of_a_phone_have_anything_in_common(
    os_version: str, sent: list[bytes]
) -> None:
    here = scene(os_version)

    for _ in range(3):
        here.enroll(ANNE, BYOD)
        here.settle()
        here.phone.leave()

    found = [plistlib.loads(m[m.index(b"<?xml") :]) for m in sent if b"MessageType" in m]
    firsts = [m for m in found if m["MessageType"] == "Authenticate"]
    pushes = [m for m in found if m["MessageType"] == "TokenUpdate"]
    assert len({m["EnrollmentID"] for m in firsts}) == 3
    assert len({m["Token"] for m in pushes}) == len({m["PushMagic"] for m in pushes}) == 3
    assert here.product.device_side.active_of(ANNE) == ()
