"""The kit's privacy tests notice a person, however the product or the backend spells them, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import pytest

import ueapi_hexnode.facets.devices
import ueapi_jamf.facets.devices
import ueapi_maas360.facets.devices
from ueapi.contract import Devices
from ueapi.errors import Rejected
from ueapi.model import Device
from ueapi.testing import Harness, PrivacyConformance
from ueapi.testing.memory.facets.devices import MemoryDevices
from ueapi.testing.privacy import found_in, hardware, long_ones, personal

ALL = ["memory", "jamf", "hexnode", "maas360"]
HOMES = {
    "memory": "ueapi.testing.memory",
    "jamf": "ueapi_jamf",
    "hexnode": "ueapi_hexnode",
    "maas360": "ueapi_maas360",
}
DEVICES: Mapping[str, type[Devices]] = {
    "memory": MemoryDevices,
    "jamf": ueapi_jamf.facets.devices.JamfDevices,
    "hexnode": ueapi_hexnode.facets.devices.HexnodeDevices,
    "maas360": ueapi_maas360.facets.devices.Maas360Devices,
}
SUITE = PrivacyConformance()


def repeating(wording: Callable[[str], str]) -> Callable[..., Rejected]:
    def fault(call, reply):
        text = wording(reply.body.decode(errors="replace"))
        return Rejected("refused.", problems=(text,), remedy="Change it.")

    return fault


@pytest.mark.parametrize("backend", ALL)
def test_the_products_bare_words_in_an_error_are_noticed(
    monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    unquoted = repeating(lambda text: text.replace('"', "").replace("@", " at "))
    monkeypatch.setattr(f"{HOMES[backend]}.backend.fault", unquoted)

    with pytest.raises(AssertionError, match="of the product's words"):
        SUITE.test_errors_name_nobody(Harness.build(backend, users=3))


@pytest.mark.parametrize("backend", ALL)
@pytest.mark.parametrize(
    "spelling",
    [
        lambda person, phone: person.name,
        lambda person, phone: person.name.upper(),
        lambda person, phone: ", ".join(reversed(person.name.rsplit(" ", 1))),
        lambda person, phone: person.username,
        lambda person, phone: (person.email or person.managed_apple_id).replace("@", "%40"),
        lambda person, phone: phone.hardware.phone_number,
        lambda person, phone: phone.hardware.phone_number.removeprefix("+"),
    ],
    ids=["name", "shouted", "reversed", "username", "encoded", "number", "digits"],
)
def test_a_person_in_a_log_is_noticed(
    monkeypatch: pytest.MonkeyPatch, backend: str, spelling: Callable[..., str]
) -> None:
    harness = Harness.build(backend, users=3)
    person = next(p for p in harness.fleet.people if p.phones)
    told = spelling(person, person.phones[0])
    page = DEVICES[backend].page

    def talkative(self, cursor):
        logging.getLogger("acme").debug("row of %s", told)
        return (yield from page(self, cursor))

    monkeypatch.setattr(DEVICES[backend], "page", talkative)

    with pytest.raises(AssertionError):
        SUITE.test_logs_name_nobody(harness)


def test_a_person_in_a_logged_traceback_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness.build("memory", users=3)
    name = harness.fleet.people[0].name
    page = MemoryDevices.page

    def talkative(self, cursor):
        try:
            raise ValueError(name)
        except ValueError:
            logging.getLogger("acme").exception("a row was odd")
        return (yield from page(self, cursor))

    monkeypatch.setattr(MemoryDevices, "page", talkative)

    with pytest.raises(AssertionError):
        SUITE.test_logs_name_nobody(harness)


@pytest.mark.parametrize("backend", ALL)
def test_a_person_in_a_representation_is_noticed(
    monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setattr(Device, "__repr__", lambda self: f"<device {self.name}>")

    with pytest.raises(AssertionError):
        SUITE.test_representations_say_nothing_personal(Harness.build(backend, users=3))


@pytest.mark.parametrize("backend", ALL)
def test_no_fleet_is_taken_for_a_finding(backend: str) -> None:
    for seed in (1, 2):
        harness = Harness.build(backend, users=6, seed=seed)
        SUITE.test_errors_name_nobody(harness.rebuilt())
        SUITE.test_logs_name_nobody(harness.rebuilt())
        SUITE.test_representations_say_nothing_personal(harness)


def test_plain_words_of_errors_and_logs_are_nobody() -> None:
    fleet = Harness.build("memory", users=40, seed=11).fleet
    text = "GET /v1/devices 200 in 12 ms; the product refuses the request (status 400). Nothing was changed."

    assert found_in(personal(fleet) | hardware(fleet), text) == 0


def test_short_names_of_other_scripts_are_looked_for() -> None:
    assert long_ones({"李 小龙", "Ada", "+15551234567"}) == {"李 小龙", "+15551234567"}
