"""No suite of the kit can be left out unnoticed, neither by a plugin's test module nor by a run."""

from __future__ import annotations

from types import ModuleType

import pytest
from attrs import evolve

from tests.testing_kit.test_grading import ALL_DONE, finished, stated
from ueapi.contract import Capability, CapabilitySheet, native, not_implemented
from ueapi.testing import Harness, UsersConformance, all_tests, grade, missing_suites
from ueapi.testing.catalog import SUITES
from ueapi.testing.running import Outcome
from ueapi.testing.tiers import Tier, Topic

NOTHING = {capability: not_implemented() for capability in Capability}
ABOUT_ALL = [
    suite.facet
    for suite in SUITES
    if suite.facet not in {capability.value.partition(".")[0] for capability in Capability}
]


def facet_of(suite: type) -> str:
    return str(vars(suite)["facet"])


def module_with(*suites: type) -> ModuleType:
    made = ModuleType("tests_of_a_plugin")
    for number, suite in enumerate(suites):
        setattr(made, f"Test{number}", type(f"Test{number}", (suite,), {}))
    return made


def claiming(*capabilities: Capability) -> CapabilitySheet:
    return CapabilitySheet.of({**NOTHING, **dict.fromkeys(capabilities, native("a guide"))})


@pytest.mark.parametrize("dropped", SUITES, ids=facet_of)
def test_each_suite_is_missed_when_it_is_dropped(dropped: type) -> None:
    module = module_with(*(suite for suite in SUITES if suite is not dropped))

    assert missing_suites(module) == [facet_of(dropped)]


@pytest.mark.parametrize("dropped", SUITES, ids=facet_of)
@pytest.mark.parametrize("backend", ["memory", "jamf", "hexnode", "maas360"])
def test_a_suite_of_what_a_sheet_declares_is_missed(backend: str, dropped: type) -> None:
    sheet = Harness.build(backend, users=1).tenant.sheet
    module = module_with(*(suite for suite in SUITES if suite is not dropped))
    needed = facet_of(dropped) in ABOUT_ALL or any(
        c.value.startswith(f"{facet_of(dropped)}.") and sheet[c] != not_implemented(sheet[c].why)
        for c in Capability
    )

    assert missing_suites(module, sheet) == ([facet_of(dropped)] if needed else [])


def test_an_empty_sheet_needs_what_is_about_all_facets() -> None:
    assert missing_suites(module_with(), claiming()) == sorted(ABOUT_ALL)


def test_a_facet_with_one_claim_needs_its_suite() -> None:
    found = missing_suites(module_with(), claiming(Capability.EVENTS_WATCH))

    assert found == sorted([*ABOUT_ALL, "events"])


def test_a_suite_counts_only_when_it_is_run() -> None:
    module = module_with(*SUITES)
    vars(module).update(
        Test2=evolve,  # something else, in the place of a suite
        UsersConformance=UsersConformance,  # imported, and not subclassed
        TestStandIn=type("TestStandIn", (), {"facet": "users"}),
        TestOff=type("TestOff", (UsersConformance,), {"__test__": False}),
    )

    assert missing_suites(module) == ["users"]


@pytest.mark.parametrize("in_its_place", [None, lambda self, harness: None])
def test_a_test_taken_out_of_a_suite_is_named(in_its_place: object) -> None:
    module = module_with(*(suite for suite in SUITES if suite is not UsersConformance))
    taken = next(test for test in all_tests() if test.suite is UsersConformance)
    vars(module)["TestUsers"] = type("Test", (UsersConformance,), {taken.method: in_its_place})

    assert missing_suites(module) == [taken.promise.id]


@pytest.mark.parametrize("dropped", SUITES, ids=facet_of)
def test_a_run_without_a_suite_has_no_grade_that_needs_it(dropped: type) -> None:
    ids = {test.promise.id for test in all_tests() if test.suite is dropped}
    tiers = {test.promise.tier for test in all_tests() if test.suite is dropped}
    whole = finished()
    part = whole.model_copy(update={"results": tuple(r for r in whole.results if r.id not in ids)})

    found = grade(part, stated(rules=ALL_DONE))

    order = list(Tier)
    assert found.tier is None or order.index(found.tier) < min(map(order.index, tiers))
    assert found.next is not None
    assert found.next.id in ids
    assert found.next.found == "it was not run"
    topics = {test.promise.topic for test in all_tests() if test.promise.id in ids}
    told = [s for s in found.standings if s.rule.topic in topics]
    assert told
    assert all(not s.is_met and "not run" in s.note for s in told)


def test_a_claim_of_which_nothing_was_seen_to_work_is_open() -> None:
    ids = {test.promise.id for test in all_tests() if facet_of(test.suite) == "groups"}
    run = finished(skipping=ids).model_copy(update={"levels": {"groups.list": "native"}})

    found = grade(run, stated(rules=ALL_DONE))

    assert found.tier is None
    sheet = next(s for s in found.standings if s.rule.topic is Topic.SHEET)
    assert "nothing was seen to work of groups" in sheet.note
    assert found.next is not None
    assert found.next.id == "sheet"
    assert "groups" in found.next.found


def test_a_refusal_needs_nothing_to_be_seen() -> None:
    ids = {test.promise.id for test in all_tests() if facet_of(test.suite) == "groups"}
    run = finished(skipping=ids).model_copy(update={"levels": {"groups.list": "manual"}})

    assert grade(run, stated(rules=ALL_DONE)).tier is not None
    assert Outcome.SKIPPED in {result.outcome for result in run.results}
