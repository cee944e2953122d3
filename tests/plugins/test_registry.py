"""Finding plugins: each under its own guard, and errors that say what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pluggy
import pytest
from attrs import frozen
from tests.client.fake import FakePlugin, Product, manifest

import ueapi
from ueapi.contract import hookimpl
from ueapi.errors import CapabilityUnsupported, IncompatiblePlugin, UnknownBackend
from ueapi.plugins import Registry


@frozen
class Dist:
    name: str
    version: str = "1.0"


@frozen
class Point:
    """An entry point whose plugin is made, or fails to be, when it is loaded."""

    name: str
    make: Callable[[], object]
    dist: Dist

    def load(self):
        return self.make()


def point(name, make, dist=None):
    return Point(name, make, Dist(dist or f"ueapi-{name}"))


def announcing(**parts):
    class Plugin:
        @hookimpl
        def ueapi_backend(self):
            return manifest(**parts)

    return Plugin


def breaking():
    raise ImportError("no module named left_pad")


class Misspelled:
    @hookimpl
    def ueapi_backand(self):
        return manifest()


class Raising:
    @hookimpl
    def ueapi_backend(self):
        raise RuntimeError("not today")


class Mistaken:
    @hookimpl
    def ueapi_backend(self):
        return {"name": "mistaken"}


@pytest.mark.parametrize("broken", [breaking, Misspelled, Raising, Mistaken, object])
def test_a_broken_plugin_spoils_nothing_and_is_raised_only_when_asked_for(broken):
    registry = Registry([point("broken", broken), point("fake", FakePlugin)])

    assert registry.names == ("fake",)
    assert registry.manifest("fake").name == "fake"
    (failure,) = registry.failures
    assert (failure.name, failure.distribution) == ("broken", "ueapi-broken 1.0")
    assert "Traceback" in failure.traceback
    with pytest.raises(IncompatiblePlugin, match=r"ueapi-broken 1\.0"):
        registry.manifest("broken")


def test_two_plugins_with_one_name_are_an_error_naming_both():
    registry = Registry(
        [
            point("fake", FakePlugin, "ueapi-fake"),
            point("forged", FakePlugin, "ueapi-forged"),
            point("other", announcing(name="other")),
        ]
    )

    assert registry.names == ("other",)
    with pytest.raises(IncompatiblePlugin, match=r"ueapi-fake.*ueapi-forged"):
        registry.manifest("fake")


def test_two_distributions_with_one_entry_point_name_are_noticed_too():
    registry = Registry([point("fake", FakePlugin), point("fake", FakePlugin, "ueapi-forged")])

    with pytest.raises(IncompatiblePlugin, match="ueapi-forged"):
        registry.manifest("fake")


@pytest.mark.parametrize("contract", ["2.0", "1.99", "one"])
def test_another_contract_is_refused(contract):
    registry = Registry([point("fake", announcing(contract=contract))])

    with pytest.raises(IncompatiblePlugin):
        registry.manifest("fake")


def test_an_unknown_name_lists_what_there_is_and_what_to_do():
    registry = Registry([point("fake", FakePlugin)])

    with pytest.raises(UnknownBackend) as caught:
        registry.manifest("fakes")

    assert "installed: fake" in str(caught.value)
    assert "Did you mean 'fake'?" in str(caught.value)
    assert "pip install ueapi-fakes" in str(caught.value)


@pytest.mark.parametrize(
    "reference",
    ["nonsense", "no.such.module:name", "ueapi.errors:NoSuchName", "ueapi.errors:UeapiError"],
)
def test_a_reference_that_leads_nowhere_is_the_plugins_fault(reference):
    registry = Registry([point("fake", announcing(sheet=reference, settings=reference))])

    with pytest.raises(IncompatiblePlugin):
        registry.sheet("fake")
    with pytest.raises(IncompatiblePlugin):
        registry.settings_type("fake")


def test_a_plugin_without_a_simulator_says_so():
    with pytest.raises(CapabilityUnsupported, match="no simulator"):
        Registry.of(fake=FakePlugin()).simulator("fake")


def test_the_environment_restricts_what_is_loaded():
    assert Registry.installed({"UEAPI_BACKENDS": "none-of-that-name"}).names == ()


def test_plugins_are_loaded_once_and_not_before_the_first_look_up():
    loads = []

    def make():
        loads.append(1)
        return FakePlugin()

    registry = Registry([point("fake", make)])
    before = len(loads)
    registry.manifest("fake")
    registry.sheet("fake")

    assert (before, len(loads)) == (0, 1)


def test_a_plugin_may_only_watch_and_is_dropped_alone_when_it_fails():
    class Watcher:
        def __init__(self):
            self.events = []

        @hookimpl
        def ueapi_on_event(self, event):
            self.events.append(event)

    class Broken(Watcher):
        @hookimpl
        def ueapi_on_event(self, event):
            self.events.append(event)
            raise RuntimeError

    good, bad = Watcher(), Broken()
    registry = Registry.of(a_bad=bad, b_good=good, fake=FakePlugin())

    with Product().connect(registry=registry) as tenant:
        tenant.users.get("u1")

    assert (len(bad.events), len(good.events)) == (1, 3)


def test_a_plugin_may_mark_its_hooks_with_pluggy_alone():
    class Plugin:
        @pluggy.HookimplMarker("ueapi")
        def ueapi_backend(self):
            return manifest()

    assert Registry.of(fake=Plugin()).names == ("fake",)


def test_importing_ueapi_loads_nothing_heavy_and_no_plugin():
    code = "import sys, ueapi; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    heavy = {"httpx", "pydantic", "pluggy", "attrs", "ueapi.client", "ueapi_jamf", "lxml"}
    assert not heavy & set(loaded.stdout.split())


def test_public_names_are_sorted_and_all_there():
    assert ueapi.__all__ == sorted(ueapi.__all__)
    assert all(getattr(ueapi, name) is not None for name in ueapi.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        ueapi.no_such_name  # noqa: B018
