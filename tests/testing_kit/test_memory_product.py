"""What the imaginary product does beside answering the kit: phones, licenses, refusals, and moves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ueapi.contract import Capability, Level
from ueapi.errors import Conflict, NotFound, Rejected
from ueapi.migration.rehearse import Rehearsal
from ueapi.model import AppDraft, AppKind, EnrollmentState, GroupDraft, Scope
from ueapi.plugins import Registry
from ueapi.testing import Harness


@pytest.fixture
def harness() -> Harness:
    return Harness.build("memory", users=12)


def test_it_offers_by_itself_whatever_apple_lets_a_product_do(harness: Harness) -> None:
    by_hand = {c for c in harness.tenant.sheet if harness.tenant.sheet[c].level is Level.MANUAL}

    assert by_hand == {
        Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP,
        Capability.ENROLLMENTS_DISCOVERY,
        Capability.LICENSES_LOCATION_SETUP,
    }


def test_finding_it_loads_neither_kit_nor_web_server() -> None:
    code = (
        "import sys; from ueapi.plugins import Registry; Registry.installed().manifest('memory');"
        "assert not {'starlette', 'ueapi.testing.harness', 'ueapi.testing.memory.wire'} & set(sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_phones_take_what_is_assigned_and_refuse_what_apple_forbids(harness: Harness) -> None:
    phone = next(d for d in harness.tenant.devices.list() if d.enrollment.kind.is_user_enrollment)

    report = harness.tenant.devices.report(phone.id)

    names = {profile.name for profile in report.profiles or ()}
    assert "Passcode" in names
    assert "Legacy VPN" not in names
    assert any(app.is_installed for app in report.apps or ())


def test_an_enrollment_is_forgotten_only_after_it_ended(harness: Harness) -> None:
    phone = next(iter(harness.tenant.devices.list()))
    with pytest.raises(Conflict):
        harness.tenant.devices.forget(phone.id)

    harness.tenant.devices.unenroll(phone.id)
    harness.pass_time(hours=2)
    ended = harness.tenant.devices.get(phone.id)
    harness.tenant.devices.forget(phone.id)

    assert ended.enrollment.state is EnrollmentState.ENDED
    with pytest.raises(NotFound):
        harness.tenant.devices.get(phone.id)


def test_taking_an_assignment_back_takes_profile_and_app_off_the_phone(harness: Harness) -> None:
    tenant = harness.tenant
    phone = next(d for d in tenant.devices.list() if d.enrollment.kind.is_user_enrollment)
    profile = next(p for p in tenant.profiles.list() if p.name == "Passcode")
    app = next(a for a in tenant.apps.list() if a.bundle_id == "org.example.tasks")
    scopes = tenant.profiles.get(profile.id).scope, tenant.apps.get(app.id).scope

    tenant.profiles.unassign(profile.id, scopes[0] or Scope())
    tenant.apps.unassign([app.id], scopes[1] or Scope())
    harness.pass_time(hours=2)
    report = tenant.devices.report(phone.id)

    assert profile.name not in {p.name for p in report.profiles or ()}
    assert app.bundle_id not in {a.bundle_id for a in report.apps or ()}
    assert harness.apple.in_use(harness.location, app.store_id or "") == 0


def test_members_cannot_be_put_into_a_dynamic_group(harness: Harness) -> None:
    dynamic = next(g for g in harness.tenant.groups.list() if g.is_dynamic)

    with pytest.raises(Conflict, match="dynamic"):
        harness.tenant.groups.ensure(GroupDraft(name=dynamic.name, of=dynamic.of))

    assert harness.tenant.groups.get(dynamic).criteria is not None


def test_a_web_app_and_a_scope_with_exceptions_are_refused_without_a_request(
    harness: Harness,
) -> None:
    before = len(harness.simulator.log.entries)

    with pytest.raises(Rejected):
        harness.tenant.apps.ensure(
            AppDraft(name="Site", kind=AppKind.WEB, bundle_id="org.example.site")
        )
    with pytest.raises(Rejected):
        harness.tenant.profiles.assign("profile-1", Scope(users=("user-1",), has_exceptions=True))

    assert len(harness.simulator.log.entries) == before


def test_an_app_the_store_does_not_have_is_refused_by_field(harness: Harness) -> None:
    draft = AppDraft(name="Ghost", kind=AppKind.STORE, bundle_id="org.example.ghost", store_id="1")

    with pytest.raises(Rejected) as refusal:
        harness.tenant.apps.ensure(draft)

    assert refusal.value.problems == ("store_id",)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), [("jamf", "memory"), ("memory", "hexnode")])
def test_a_move_to_and_from_it_can_be_rehearsed(source: str, target: str, tmp_path: Path) -> None:
    rehearsal = Rehearsal.of(Registry.installed(), source=source, target=target, users=8, seed=4)
    plan = rehearsal.plan(*rehearsal.snapshots())

    for _ in rehearsal.apply(plan, tmp_path):
        pass
    people = rehearsal.report(tmp_path).users

    assert people.failed == 0
    assert people.moved >= people.total / 2
