"""Ten mistakes adapters are known for, planted in each vendor's backend: each is caught by a test of its own.

| mistake             | jamf | hexnode                   | maas360                                    |
|---------------------|------|---------------------------|--------------------------------------------|
| first page only     | yes  | yes                       | yes                                        |
| id as serial        | yes  | yes                       | yes                                        |
| wrong escaping      | path | path                      | form: its ids stand in no path             |
| swallowed 429       | yes  | yes                       | yes                                        |
| wrong license mode  | yes  | yes                       | yes                                        |
| token never renewed | yes  | no: its key has no end    | yes                                        |
| error as success    | 4xx  | 4xx                       | status 200                                 |
| time-zone slip      | yes  | yes                       | yes                                        |
| duplicate create    | user | policy: users are refused | app: users are refused, policies not made  |
| stale claim         | both | both                      | both                                       |
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.testing_kit import ten
from ueapi.testing import all_tests, run
from ueapi.testing.running import Outcome

ALL = ("jamf", "hexnode", "maas360")
CAUGHT_BY: tuple[tuple[ten.Plant, str, tuple[str, ...]], ...] = (
    (ten.reads_the_first_page_only, "devices.list.any-page-size", ALL),
    (ten.takes_serial_numbers_for_ids, "privacy.models.nothing-hidden", ALL),
    (ten.puts_ids_into_paths, "values.ids.users", ("jamf", "hexnode")),
    (ten.joins_forms_without_encoding, "users.ensure.is-listed", ("maas360",)),
    (ten.takes_a_limit_for_nothing, "faults.refusals.429-seconds", ALL),
    (ten.takes_licenses_for_those_of_devices, "apps.license-mode.never-guessed", ALL),
    (ten.keeps_its_first_token, "faults.credentials.lifetime", ("jamf", "maas360")),
    (ten.takes_refusals_for_done, "devices.unenroll.unknown", ("jamf", "hexnode")),
    (ten.looks_at_the_status_only, "devices.unenroll.unknown", ("maas360",)),
    (ten.reads_times_in_another_zone, "devices.times.as-they-happened", ALL),
    (ten.makes_objects_without_looking, "users.ensure.twice-is-once", ("jamf",)),
    (ten.makes_objects_without_looking, "profiles.ensure.twice-is-once", ("hexnode",)),
    (ten.makes_objects_without_looking, "apps.ensure.already-there", ("maas360",)),
    (ten.refuses_what_it_has, "sheet.code.as-claimed", ALL),
    (ten.claims_what_it_has_not, "sheet.code.as-claimed", ALL),
)
SLOW = frozenset({"faults.refusals.429-seconds", "faults.credentials.lifetime"})
"""Tests that are run only for the mistake they are to catch; each takes seconds."""
PLANTED = [(plant, backend, name) for plant, name, backends in CAUGHT_BY for backend in backends]


def outcomes(backend: str, ids: frozenset[str]) -> dict[str, Outcome]:
    tests = [test for test in all_tests() if test.promise.id in ids]
    assert len(tests) == len(ids)
    return {result.id: result.outcome for result in run(backend, tests=tests).results}


@cache
def unplanted(backend: str) -> dict[str, Outcome]:
    return outcomes(backend, frozenset(name for _, of, name in PLANTED if of == backend))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "backend", "expected"),
    PLANTED,
    ids=[f"{plant.__name__}-{backend}" for plant, backend, _ in PLANTED],
)
def test_a_known_mistake_is_caught_by_the_test_about_it_and_by_no_other_of_these(
    monkeypatch: pytest.MonkeyPatch, plant: ten.Plant, backend: str, expected: str
) -> None:
    before = unplanted(backend)
    asked = frozenset(name for name in before if name not in SLOW) | {expected}
    plant(monkeypatch, backend)

    after = outcomes(backend, asked)

    assert Outcome.FAILED not in before.values()
    assert before[expected] is Outcome.PASSED
    assert {name for name, outcome in after.items() if outcome is Outcome.FAILED} == {expected}


@pytest.mark.parametrize("backend", ALL)
def test_each_of_the_ten_is_caught_by_another_test(backend: str) -> None:
    caught = {plant: name for plant, of, name in PLANTED if of == backend}
    claims = {ten.refuses_what_it_has, ten.claims_what_it_has_not}

    names = [name for plant, name in caught.items() if plant not in claims]

    assert len(set(names)) == len(names) == (8 if backend == "hexnode" else 9)
    assert {caught[claim] for claim in claims}.isdisjoint(names)


def test_a_key_without_an_end_needs_no_renewal() -> None:
    found = outcomes("hexnode", frozenset({"faults.credentials.lifetime"}))

    assert set(found.values()) == {Outcome.SKIPPED}
