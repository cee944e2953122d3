"""1.x only grows: each way to break a plugin is a finding, each addition wants its record."""

from __future__ import annotations

import warnings
from enum import StrEnum
from typing import Protocol

import pytest
from attrs import evolve, frozen
from tools.check_contract import (
    RECORD,
    Entry,
    Record,
    findings,
    read_record,
    recorded,
    write_record,
)
from tools.contract_surface import described, surface

from ueapi.contract import CONTRACT, Capability
from ueapi.contract.capability import ADDED
from ueapi.contract.deprecation import deprecated, warn_deprecated

CURRENT = "{}.{}".format(*CONTRACT)
BEFORE = {
    "m.Facet": "class",
    "m.Facet.get": "method -> Flow[Device] needs devices.get",
    "m.Facet.get(device_id)": "parameter at 0: str required",
    "m.Kind": "enumeration",
    "m.Kind.ONE": "member 'one'",
    "m.Settings": "class",
    "m.Settings.url": "field by name: str required",
    "m.Settings.size": "field by name: int = 4",
    "m.Auth": "protocol",
    "m.Auth.sign_in": "method -> Flow[Credential]",
}
AGREED = Record(
    contract="1.1",
    released="1.0",
    entries={name: Entry("1.0", what) for name, what in BEFORE.items()},
)


def without(*names):
    return {name: what for name, what in BEFORE.items() if name not in names}


def test_the_tree_keeps_its_record():
    dates = {capability.name: "{}.{}".format(*when) for capability, when in ADDED.items()}

    assert findings(read_record(RECORD), surface(), CURRENT, dates) == []


def test_the_record_holds_what_every_plugin_uses():
    entries = read_record(RECORD).entries

    for name in ("contract.Backend.url", "flow.ask(call)", "errors.NotFound", "model.Device.name"):
        assert f"ueapi.{name}" in entries
    for capability in Capability:
        assert f"ueapi.contract.Capability.{capability.name}" in entries


@pytest.mark.parametrize("gone", list(BEFORE))
def test_what_is_gone_or_renamed_is_a_finding(gone):
    (finding,) = findings(AGREED, without(gone), "1.1")

    assert finding.startswith(f"{gone}: gone")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("m.Facet.get", "method -> Flow[Device | None] needs devices.get"),
        ("m.Facet.get", "method -> Flow[Device] needs devices.list"),
        ("m.Facet.get(device_id)", "parameter at 1: str required"),
        ("m.Facet.get(device_id)", "parameter by name: str required"),
        ("m.Facet.get(device_id)", "parameter at 0: int required"),
        ("m.Kind.ONE", "member 'uno'"),
        ("m.Settings.size", "field by name: int required"),
        ("m.Settings.size", "field by name: int = 5"),
    ],
)
def test_what_means_something_else_is_a_finding(name, what):
    (finding,) = findings(AGREED, {**BEFORE, name: what}, "1.1")

    assert finding.startswith(f"{name}: was")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("m.Settings.key", "field by name: str required"),
        ("m.Facet.get(kind)", "parameter at 1: str required"),
        ("m.Auth.sign_out", "method -> Flow[None]"),
    ],
)
def test_what_older_plugins_would_lack_is_a_finding(name, what):
    (finding,) = findings(AGREED, {**BEFORE, name: what}, "1.1")

    assert finding.startswith(f"{name}: new ")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("m.Settings.key", "field by name: str = ''"),
        ("m.Facet.find", "method -> Flow[Device]"),
        ("m.Kind.TWO", "member 'two'"),
        ("m.Settings.url", "field by name: str = 'https://example.org'"),
        ("m.Facet.get", f"{BEFORE['m.Facet.get']} deprecated until 2.0"),
    ],
)
def test_an_addition_wants_a_record_of_its_minor_and_an_open_one(name, what):
    now = {**BEFORE, name: what}

    (unrecorded,) = findings(AGREED, now, "1.1")
    (closed,) = findings(evolve(AGREED, released="1.1"), now, "1.1")
    agreed = recorded(AGREED, now, "1.1")

    assert "run `python tools/check_contract.py --record`" in unrecorded
    assert "raise CONTRACT to the next minor" in closed
    assert findings(agreed, now, "1.1") == []
    assert agreed.entries[name].since == ("1.0" if name in BEFORE else "1.1")


def test_nothing_deprecated_goes_before_the_next_major():
    now = {**BEFORE, "m.Facet.get": f"{BEFORE['m.Facet.get']} deprecated until 1.3"}

    assert any(
        "nothing goes before" in f for f in findings(recorded(AGREED, now, "1.1"), now, "1.1")
    )


def test_an_ability_must_be_dated_in_the_code_as_in_the_record():
    name = "ueapi.contract.Capability.DEVICES_FORGET"
    record = evolve(AGREED, entries={name: Entry("1.1", "member 'devices.forget'")})
    now = {name: "member 'devices.forget'"}

    assert findings(record, now, "1.1", {"DEVICES_FORGET": "1.1"}) == []
    assert findings(record, now, "1.1", {}) != []
    assert findings(record, now, "1.1", {"DEVICES_FORGET": "1.2"}) != []


def test_another_major_begins_a_new_record():
    (finding,) = findings(AGREED, {}, "2.0")

    assert "another major" in finding


def test_a_record_survives_writing_and_reading(tmp_path):
    write_record(tmp_path / "record.json", AGREED)

    assert read_record(tmp_path / "record.json") == AGREED


def test_a_class_is_described_with_fields_defaults_members_and_parameters():
    class Kind(StrEnum):
        ONE = "one"

    class Speaker(Protocol):
        def speak(self, to: str, *, loudness: int = 3) -> None: ...

    @frozen
    class Point:
        x: int
        y: int = 0

    for owner in (Kind, Speaker, Point):
        owner.__module__ = "ueapi.example"

    assert dict(described("m.Kind", Kind))["m.Kind.ONE"] == "member 'one'"
    assert dict(described("m.Point", Point))["m.Point.y"] == "field at 1: int = 0"
    spoken = dict(described("m.Speaker", Speaker))
    assert spoken["m.Speaker"] == "protocol"
    assert spoken["m.Speaker.speak(loudness)"] == "parameter by name: int = 3"


class TestDeprecation:
    def test_a_deprecated_method_works_and_names_successor_and_end(self):
        class Facet:
            @deprecated(instead="Facet.get", removed_in="2.0")
            def fetch(self, number):
                """Read one."""
                return number + 1

        with pytest.warns(
            DeprecationWarning, match=r"fetch.*removed in contract 2\.0.*Facet\.get"
        ) as said:
            result = Facet().fetch(1)

        assert result == 2
        assert said[0].filename == __file__

    def test_the_record_of_a_method_shows_until_when(self):
        @deprecated(instead="get", removed_in="2.0")
        def fetch() -> int:
            return 1

        assert (
            dict(described("m.fetch", fetch))["m.fetch"] == "function -> int deprecated until 2.0"
        )

    def test_an_argument_can_be_deprecated_too(self):
        def fetch(*, old=None):
            if old is not None:
                warn_deprecated("the argument `old`", instead="`new`", removed_in="2.0")

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fetch()
        with pytest.warns(DeprecationWarning, match=r"`old` is deprecated.*2\.0; use `new`"):
            fetch(old=1)
