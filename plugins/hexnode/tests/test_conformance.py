"""The conformance kit, run against this backend and its simulator."""

from __future__ import annotations

import sys

import pytest

from ueapi.testing import (
    AppsConformance,
    CommandsConformance,
    ConnectionConformance,
    CostConformance,
    DevicesConformance,
    EnrollmentsConformance,
    EqualityConformance,
    EventsConformance,
    FaultsConformance,
    GroupsConformance,
    Harness,
    LicensesConformance,
    ManualConformance,
    MovesConformance,
    PrivacyConformance,
    ProfilesConformance,
    SheetConformance,
    UsersConformance,
    ValuesConformance,
    missing_suites,
)


@pytest.fixture
def harness() -> Harness:
    return Harness.build("hexnode")


class TestUsers(UsersConformance): ...


class TestGroups(GroupsConformance): ...


class TestDevices(DevicesConformance): ...


class TestEnrollments(EnrollmentsConformance): ...


class TestProfiles(ProfilesConformance): ...


class TestApps(AppsConformance): ...


class TestLicenses(LicensesConformance): ...


class TestCommands(CommandsConformance): ...


class TestEvents(EventsConformance): ...


class TestConnection(ConnectionConformance): ...


class TestValues(ValuesConformance): ...


class TestPrivacy(PrivacyConformance): ...


class TestCost(CostConformance): ...


class TestEquality(EqualityConformance): ...


class TestMoves(MovesConformance): ...


class TestManual(ManualConformance): ...


class TestSheet(SheetConformance): ...


class TestFaults(FaultsConformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return Harness.build("hexnode", users=12)


def test_no_suite_is_left_out() -> None:
    assert missing_suites(sys.modules[__name__]) == []
