"""Promises of asking the domain on the command line: where it shall lead is told by file, policy or tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_discovery import NEW
from tests.cli.test_signpost_file import OLD, told
from tests.migration.test_ledger import plan_for
from ueapi.cli.lookouts import lookout_of
from ueapi.cli.signpost_file import read_signpost
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.steering import View
from ueapi.runtime.clock import SystemClock

TENANTS = """
[tenants.old]
backend = "hexnode"
url = "https://old.example.org"

[tenants.new]
backend = "jamf"
url = "https://new.example.org"
"""


@pytest.fixture(autouse=True)
def _tenants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tenants.toml"
    path.write_text(TENANTS)
    path.chmod(0o600)
    monkeypatch.setenv("UEAPI_CONFIG", str(path))


def plan(policy: Policy) -> Plan:
    return plan_for(2).model_copy(update={"policy": policy})


def test_a_list_says_where_people_shall_be_led_and_a_refusal_is_wrong_then(tmp_path: Path) -> None:
    clock = SystemClock()
    path = told(tmp_path, f'old = "{OLD}"')
    signpost = read_signpost(path, ledger=tmp_path / "move.db", now=clock.now)

    found = lookout_of(plan(Policy()), "old", "new", signpost)

    assert found is not None
    assert (found.new, found.old, found.refusal) == (NEW, OLD, View.MISLED)


def test_without_a_list_the_policy_counts_and_then_the_tenants_own_address() -> None:
    address = "https://mdm.example.org/enroll"
    policys = lookout_of(plan(Policy(enrollment_address=address)), "old", "new", None)
    tenants = lookout_of(plan(Policy()), "old", "new", None)
    unknown = lookout_of(plan(Policy()), "new", "old", None)

    assert policys is not None
    assert policys.new == address
    assert tenants is not None
    assert (tenants.new or "").startswith("https://new.example.org/")
    assert (tenants.old, tenants.refusal) == (None, View.UNSEEN)
    assert unknown is not None
    assert (unknown.new, (unknown.old or "")[:24]) == (None, "https://new.example.org/")


def test_nobody_looks_where_the_policy_says_never() -> None:
    assert lookout_of(plan(Policy(discovery_check="never")), "old", "new", None) is None
