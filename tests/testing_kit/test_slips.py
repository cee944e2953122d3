"""The suites of the facets bite: a planted mistake fails exactly the tests about it, and each says what it found."""

from __future__ import annotations

import pytest

from tests.testing_kit import slips
from ueapi.testing import all_tests, run

SHEET = ("sheet",)
USERS = ("users", "devices", "equality", "privacy")
DEVICES = ("devices", "cost", "equality")

PLANTED: list[tuple[slips.Plant, tuple[str, ...], set[str]]] = [
    (
        slips.forgets_the_last_row,
        USERS,
        {
            "users.list.every-person-once",
            "users.list.any-page-size",
            "devices.list.owners",
            "equality.facts.as-in-the-fleet",
        },
    ),
    (slips.compares_cases, USERS, {"users.find.as-listed"}),
    (slips.reads_otherwise_alone, DEVICES, {"devices.get.as-listed"}),
    (
        slips.always_says_created,
        ("apps", "cost"),
        {"apps.ensure.already-there", "apps.ensure.is-listed"},
    ),
    (slips.invents_enrollment_ids, DEVICES, {"devices.enrollment-id.as-claimed"}),
    (slips.has_another_parameter, SHEET, {"sheet.code.signatures"}),
    (slips.carries_another_capability, SHEET, {"sheet.code.marks"}),
    (
        slips.claims_what_it_lacks,
        ("sheet", "licenses"),
        {"sheet.code.as-claimed", "licenses.assign.one-seat"},
    ),
    (
        slips.repeats_what_the_product_says,
        ("privacy",),
        {"privacy.errors.say-nothing", "privacy.events.say-nothing"},
    ),
    (slips.asks_twice, DEVICES, {"cost.reads.as-declared"}),
    (slips.loses_versions, ("apps", "equality"), {"equality.facts.as-in-the-fleet"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "facets", "expected"), PLANTED, ids=[row[0].__name__ for row in PLANTED]
)
def test_a_planted_slip_fails_exactly_the_tests_about_it(monkeypatch, plant, facets, expected):
    plant(monkeypatch)
    tests = [test for test in all_tests() if getattr(test.suite, "facet", "") in facets]

    failed = run("hexnode", tests=tests).failed

    assert {result.id for result in failed} == expected
    assert all(result.note for result in failed)
