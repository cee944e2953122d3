"""Each check says ready, not ready and unknown, each for its own reason."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.migration import fleets
from tests.readiness.cases import (
    ADDRESS,
    APP,
    facts,
    judged,
    new_user,
    person,
    probed,
    sheet,
    target,
    without_account,
)
from ueapi.apple.rules import IosVersion
from ueapi.contract import partial, unsupported
from ueapi.discovery.checking import Grade
from ueapi.model import Absence, EnrollmentState, LicensePool, Location, ManagedAppleID, Ref
from ueapi.readiness import Check, Directory, Facts, Invitee, Standing, ready, tally
from ueapi.readiness.facts import sentences
from ueapi.readiness.judging import CHECKS, CONFIRMED

READY, UNKNOWN, NOT_READY = Standing.READY, Standing.UNKNOWN, Standing.NOT_READY
HIDDEN = Absence.NOT_EXPOSED_BY_PRODUCT
SHOWS_NONE = sheet(users_managed_apple_id=partial("no field for it", "a page"))
OLD = fleets.user(1)


def with_phones(*phones: object, **missing: str) -> Facts:
    devices = None if missing else phones
    return facts(source=Directory(tenant="old", users=(OLD,), devices=devices, missing=missing))


def with_seats(total: int, in_use: int) -> Facts:
    return facts(pools=(LicensePool(location="1", store_id=APP, total=total, in_use=in_use),))


NO_DOCUMENT = probed(status=Grade.FINDING, fallback=Grade.NOTE, agreement=Grade.SKIPPED)
CASES: list[tuple[Check, Facts, Standing, str]] = [
    (Check.KNOWN, facts(), READY, "has a record"),
    (Check.KNOWN, facts(target=target()), NOT_READY, "no record"),
    (Check.KNOWN, facts(target=target(new_user(built_in=True))), NOT_READY, "product itself"),
    (Check.KNOWN, facts(target=target(users="not shown")), UNKNOWN, "not shown"),
    (Check.MANAGED_APPLE_ID, facts(), READY, "has a Managed Apple ID"),
    (Check.MANAGED_APPLE_ID, facts(target=target()), UNKNOWN, "no record"),
    (
        Check.MANAGED_APPLE_ID,
        facts(target=target(without_account(HIDDEN))),
        NOT_READY,
        "has no Managed Apple ID",
    ),
    (
        Check.MANAGED_APPLE_ID,
        facts(target=target(without_account(HIDDEN)), sheet=SHOWS_NONE),
        UNKNOWN,
        "doesn't show it: no field for it",
    ),
    (
        Check.MANAGED_APPLE_ID,
        facts(target=target(without_account(Absence.NOT_PERMITTED))),
        UNKNOWN,
        "credentials",
    ),
    (
        Check.MANAGED_APPLE_ID,
        facts(target=target(without_account(HIDDEN, inferred=True))),
        NOT_READY,
        "name@domain",
    ),
    (Check.DOMAIN, facts(), READY, "example.org"),
    (Check.DOMAIN, facts(federated=frozenset({"example.com"})), NOT_READY, "none of the domains"),
    (Check.DOMAIN, facts(federated=None), UNKNOWN, "nobody said"),
    (Check.ONE_RECORD, facts(), READY, "one record"),
    (Check.ONE_RECORD, facts(target=target()), READY, "no record is in the way"),
    (Check.ONE_RECORD, facts(target=target(users="no")), UNKNOWN, "can't be read"),
    (Check.ONE_RECORD, facts(target=target(without_account(HIDDEN))), UNKNOWN, "second"),
    (Check.IOS, facts(), READY, "the only way in"),
    (Check.IOS, with_phones(fleets.device(1, 1, os_version="17.7")), READY, "iOS 17.7 or later"),
    (Check.IOS, with_phones(fleets.device(1, 1, os_version="14.8")), NOT_READY, "the phone is"),
    (
        Check.IOS,
        with_phones(fleets.device(1, 1, os_version="14.8"), fleets.device(2, 1)),
        NOT_READY,
        "1 of 2 phones",
    ),
    (
        Check.IOS,
        with_phones(fleets.device(1, 1, os_version="14.8", state=EnrollmentState.ENDED)),
        UNKNOWN,
        "no phone",
    ),
    (Check.IOS, with_phones(fleets.device(1, 1, os_version="new")), UNKNOWN, "can be read"),
    (Check.IOS, with_phones(devices="not listed"), UNKNOWN, "not listed"),
    (Check.IOS, facts(source=None), UNKNOWN, "no phone"),
    (Check.IOS, facts(source=None, ios=IosVersion.parse("26")), READY, "26"),
    (Check.IOS, facts(source=None, ios=IosVersion.parse("14.1")), NOT_READY, "14.1"),
    (Check.LICENSES, facts(), READY, "free seat"),
    (Check.LICENSES, with_seats(3, 3), NOT_READY, "no free seat"),
    (Check.LICENSES, with_seats(3, 5), NOT_READY, "no free seat"),
    (Check.LICENSES, facts(pools=()), NOT_READY, "no licenses of app"),
    (
        Check.LICENSES,
        facts(pools=None, missing={"licenses": "in the portal only"}),
        UNKNOWN,
        "in the portal only",
    ),
    (Check.DISCOVERY, facts(), READY, "leads to this tenant"),
    (Check.DISCOVERY, facts(discovery={}), UNKNOWN, "not asked"),
    (
        Check.DISCOVERY,
        facts(discovery={"example.org": probed(agreement=Grade.SKIPPED)}),
        UNKNOWN,
        "console",
    ),
    (
        Check.DISCOVERY,
        facts(discovery={"example.org": probed(agreement=Grade.FINDING, cache=Grade.FINDING)}),
        NOT_READY,
        "said of cache, and 1 more",
    ),
    (Check.DISCOVERY, facts(discovery={"example.org": NO_DOCUMENT}), UNKNOWN, "ask Apple"),
    (
        Check.DISCOVERY,
        evolve(
            with_phones(fleets.device(1, 1, os_version="18.1")),
            discovery={"example.org": NO_DOCUMENT},
        ),
        NOT_READY,
        "said of status",
    ),
    (Check.ACCOUNT_DRIVEN, facts(), READY, "a phone"),
    (Check.ACCOUNT_DRIVEN, facts(has_account_driven=False), UNKNOWN, "no phone"),
    (
        Check.ACCOUNT_DRIVEN,
        facts(
            has_account_driven=False,
            sheet=sheet(enrollments_account_driven_setup=unsupported("never made", "a page")),
        ),
        NOT_READY,
        "never made",
    ),
    (Check.CONDITIONAL_ACCESS, facts(), UNKNOWN, "managed device"),
]


@pytest.mark.parametrize(("check", "known", "level", "words"), CASES)
def test_a_check_says_how_it_stands_and_why(
    check: Check, known: Facts, level: Standing, words: str
) -> None:
    finding = judged(check, known)

    assert (finding.level, finding.check) == (level, check)
    assert words in finding.reason
    assert finding.evidence
    assert bool(finding.fix) == (level is not READY)


def test_every_check_is_tried_in_each_of_its_ways() -> None:
    tried = {check for check, *_ in CASES}

    assert tried == set(Check) == set(CHECKS)


@pytest.mark.parametrize("check", list(Check))
def test_no_reason_names_the_person(check: Check) -> None:
    for at, known, *_ in CASES:
        if at is check:
            finding = judged(check, known)
            assert ADDRESS not in f"{finding.reason} {finding.fix} {finding.evidence}"


def test_a_second_record_with_the_same_account_is_found_whatever_its_capitals() -> None:
    again = new_user(2, maid="Person1@Example.org")

    finding = judged(Check.ONE_RECORD, facts(target=target(new_user(), again)))

    assert (finding.level, finding.reason[:9]) == (NOT_READY, "2 records")


def test_two_tenants_that_name_different_accounts_are_told() -> None:
    other = new_user(maid="person1@other.example.org", email=ADDRESS)

    known = facts(target=target(other), federated=frozenset({"other.example.org"}))
    finding = judged(Check.MANAGED_APPLE_ID, known)

    assert finding.level is NOT_READY
    assert "another Managed Apple ID" in finding.reason


def test_an_account_that_was_concluded_is_unknown() -> None:
    guessed = new_user()
    mark = guessed.origin.model_copy(update={"inferred": frozenset({"managed_apple_id"})})
    user = guessed.model_copy(update={"origin": mark})

    finding = judged(Check.MANAGED_APPLE_ID, facts(target=target(user), sheet=SHOWS_NONE))

    assert finding.level is UNKNOWN
    assert "concluded" in finding.reason


def test_free_seats_go_to_people_in_order() -> None:
    people = [person(f"person{n}@example.org") for n in (1, 2, 3)]

    levels = [found[Check.LICENSES].level for found in ready(people, facts())]

    assert levels == [READY, READY, NOT_READY]


def test_whoever_enrolls_anew_within_a_product_may_hold_a_license_already() -> None:
    phone = fleets.device(1, 1)
    here = Directory(tenant="new", users=(new_user(),), devices=(phone,))

    finding = judged(Check.LICENSES, evolve(with_seats(3, 3), target=here, source=here))

    assert finding.level is UNKNOWN
    assert "holds one" in finding.reason


@pytest.mark.parametrize(("apps", "level"), [(None, UNKNOWN), (frozenset(), READY)])
def test_no_app_named_is_not_the_same_as_no_app_wanted(
    apps: frozenset[str] | None, level: Standing
) -> None:
    finding = judged(Check.LICENSES, facts(), person(apps=apps))

    assert finding.level is level


def test_a_location_used_by_another_service_is_named_as_the_way_to_more_seats() -> None:
    taken = Location(
        ref=Ref(tenant="new", id="2"),
        origin=fleets.origin("new"),
        name="Taken",
        used_by_another_service=True,
    )

    finding = judged(Check.LICENSES, facts(pools=(), locations=(taken,)))

    assert "another service" in finding.fix


def test_what_is_unknown_can_be_confirmed() -> None:
    known = facts(confirmed=frozenset({Check.CONDITIONAL_ACCESS}))

    (found,) = ready([person()], known)

    assert found[Check.CONDITIONAL_ACCESS].evidence == CONFIRMED
    assert found.level is READY


def test_what_is_seen_to_be_wrong_can_not_be_confirmed_away() -> None:
    finding = judged(Check.KNOWN, facts(target=target(), confirmed=frozenset(Check)))

    assert finding.level is NOT_READY


def test_one_wrong_check_makes_a_person_not_ready() -> None:
    (found,) = ready([person()], with_seats(0, 0))

    assert found.level is NOT_READY


def test_a_person_is_found_by_mail_address_and_user_name_too() -> None:
    user = new_user(email="one@example.org", maid="account1@example.org")
    known = facts(target=target(user))

    levels = {judged(Check.KNOWN, known, person(a)).level for a in ("ONE@example.org", "person1")}

    assert levels == {READY}


def test_an_account_nobody_recorded_is_taken_as_it_was_typed() -> None:
    known = facts(target=target())

    assert known.account(person()) == ManagedAppleID(ADDRESS)
    assert known.account(person("person9")) is None


def test_a_record_without_any_name_is_found_again_by_itself() -> None:
    nameless = without_account(HIDDEN).model_copy(update={"email": None, "username": None})

    finding = judged(
        Check.KNOWN, facts(target=target(nameless)), Invitee(address="", record=nameless)
    )

    assert finding.level is READY


def test_each_thing_to_do_is_counted_and_the_wrong_ones_come_first() -> None:
    found = ready([person(), person("person9@example.org")], facts())

    counted = {finding.check: count for finding, count in tally(found).items()}

    assert next(iter(counted)) is Check.KNOWN
    assert (counted[Check.KNOWN], counted[Check.CONDITIONAL_ACCESS]) == (1, 2)
    assert Check.DISCOVERY not in counted


def test_a_person_is_never_named_by_repr() -> None:
    (found,) = ready([person()], facts())

    assert ADDRESS not in repr(found)


def test_the_steps_of_a_sheet_are_sentences() -> None:
    assert sentences(("Open the portal", "Allow it.")) == "Open the portal. Allow it."
    assert sentences(()) == ""
