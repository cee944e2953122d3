"""Plugins made for other versions of the contract, as real wheels: older minors work, all others are named."""

from __future__ import annotations

import json
import re

import pytest
from tests.plugins.wheels import Plugin, install, run, told
from tools.check_contract import RECORD, read_record

from ueapi.contract import CONTRACT
from ueapi.contract.capability import ADDED

MAJOR, MINOR = CONTRACT
OURS = f"{MAJOR}.{MINOR}"
AHEAD = f"{MAJOR}.{MINOR + 1}"
NEXT = f"{MAJOR + 1}.0"

KNOWN_TO_1_0 = tuple(
    entry.what.partition("'")[2].strip("'")
    for path, entry in read_record(RECORD).entries.items()
    if path.startswith("ueapi.contract.Capability.") and entry.since == "1.0"
)

ELDER = Plugin(name="elder", contract="1.0", known=KNOWN_TO_1_0)
PLUGINS = (
    ELDER,
    Plugin(name="boastful", contract="1.0", known=(*KNOWN_TO_1_0, *(c.value for c in ADDED))),
    Plugin(name="ahead", contract=AHEAD, known=KNOWN_TO_1_0),
    Plugin(name="following", contract=NEXT, known=KNOWN_TO_1_0),
    Plugin(name="bygone", contract="0.9", known=KNOWN_TO_1_0),
    Plugin(
        name="asking",
        contract=AHEAD,
        known=KNOWN_TO_1_0,
        imports="from ueapi.contract import NotYetThere\n",
    ),
    Plugin(name="telling", contract=AHEAD, known=KNOWN_TO_1_0, more="not_yet_there=True,"),
    Plugin(name="vague", contract="one", known=KNOWN_TO_1_0),
    Plugin(name="hollow", contract="1.0", known=KNOWN_TO_1_0[:3]),
)
UPDATE_UEAPI = ("ahead", "following", "asking", "telling")

LISTING = """
import json, httpx, ueapi
asked = []


def phones(request):
    asked.append(request.url.path)
    return httpx.Response(200, json=["p1", "p2"])


answer = httpx.MockTransport(phones)
with ueapi.connect("elder", url="https://tenant.example.org", transport=answer) as tenant:
    names = [device.id for device in tenant.devices.list()]
    try:
        tenant.devices.forget("p1")
    except ueapi.CapabilityUnsupported as refusal:
        print(json.dumps({"names": names, "refusal": str(refusal), "asked": asked}))
"""

ASKING = """
import json, sys, ueapi
from ueapi.errors import IncompatiblePlugin
from ueapi.plugins import Registry
said = {}
registry = Registry.installed()
for name in ("ahead", "following", "bygone", "asking", "telling", "vague", "hollow"):
    try:
        registry.sheet(name)
    except IncompatiblePlugin as refusal:
        said[name] = str(refusal)
print(json.dumps(said))
"""

SHEETS = """
import json
from ueapi.contract import Capability, Level
from ueapi.contract.capability import ADDED
from ueapi.plugins import Registry
registry = Registry.installed()
print(json.dumps({
    name: {c.value: [registry.sheet(name)[c].level, registry.sheet(name)[c].why] for c in ADDED}
    for name in ("elder", "boastful")
}))
"""

COMMAND = "from ueapi.cli.main import run; run()"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return install(PLUGINS, tmp_path_factory.mktemp("plugins"))


def test_a_plugin_for_an_older_minor_works_and_refuses_what_came_later_by_name(site):
    found = told(site, LISTING)

    assert found["names"] == ["p1", "p2"]
    assert found["asked"] == ["/phones"]
    assert "elder devices.forget" in found["refusal"]
    assert "made for contract 1.0, which had no such ability" in found["refusal"]


@pytest.mark.parametrize("name", ["elder", "boastful"])
def test_rows_of_later_abilities_say_which_contract_the_plugin_was_made_for(site, name):
    rows = told(site, SHEETS)[name]

    assert set(rows) == {capability.value for capability in ADDED}
    for level, why in rows.values():
        assert level == "not-implemented"
        assert why == "made for contract 1.0, which had no such ability"


def test_each_plugin_for_another_contract_is_refused_by_name_with_the_fix(site):
    said = told(site, ASKING)

    assert set(said) == {plugin.name for plugin in PLUGINS} - {"elder", "boastful"}
    for name in UPDATE_UEAPI:
        assert said[name].startswith(f"{name}: the plugin (ueapi-{name} 3.1) can't be used: ")
        assert re.search("update ueapi, or install", said[name], re.IGNORECASE)
    assert f"made for contract {NEXT}, and this ueapi speaks {OURS}" in said["following"]
    assert f"made for contract {AHEAD}, and this ueapi speaks {OURS}" in said["ahead"]
    assert f"Update the plugin to a version made for contract {MAJOR}.x" in said["bygone"]
    assert "Report it to the plugin's author" in said["vague"]
    assert "the sheet has no row for" in said["hollow"]


def test_the_list_of_backends_gives_each_reason_and_the_others_work(site):
    done = run(site, COMMAND, "backends", "--json")

    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 0, done.stderr
    assert rows["elder"]["state"] == "ready"
    for name in UPDATE_UEAPI:
        assert rows[name]["state"].startswith("broken: ")
        assert "pdate ueapi, or install" in rows[name]["state"]
    assert NEXT in rows["following"]["state"]
    assert "the sheet has no row for" in rows["hollow"]["state"]


def test_asking_on_the_command_line_for_a_refused_plugin_ends_with_its_reason(site):
    done = run(site, COMMAND, "capabilities", "following")

    assert done.returncode == 2
    assert (
        f"following: the plugin (ueapi-following 3.1) can't be used: it is made for contract {NEXT}"
        in done.stderr
    )
