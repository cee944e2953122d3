"""Invented organizations: the same for the same seed, and with everything odd in them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ueapi.apple.profiles import read, secret_keys
from ueapi.apple.rules import Effect, check
from ueapi.errors import UsageError
from ueapi.model import AppKind, EnrollmentKind, ManagedAppleID
from ueapi.rehearsal.fleet import EVERYDAY, Fleet, Habit, Mix, Oddity, Person, PhoneSeed
from ueapi.rehearsal.names import DOMAIN
from ueapi.rehearsal.people import SHOWN_HABITS, make_fleet

SEEDS = (1, 7, 42)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return make_fleet(users=60, seed=7)


def phones(fleet: Fleet) -> list[PhoneSeed]:
    return [phone for person in fleet.people for phone in person.phones]


def having(fleet: Fleet, what: Habit | Oddity) -> list[Person]:
    return [person for person in fleet.people if what in (person.habit, person.oddity)]


def test_one_seed_gives_one_fleet_and_another_seed_another() -> None:
    assert make_fleet(users=60, seed=7) == make_fleet(users=60, seed=7)
    assert make_fleet(users=60, seed=7) != make_fleet(users=60, seed=8)


@pytest.mark.parametrize("users", [1, 2, 3, 4, 5, 9, 10, 11, 19, 20, 21, 60, 500])
@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_as_many_records_as_asked_for(users: int, seed: int) -> None:
    assert len(make_fleet(users=users, seed=seed).people) == users


def test_a_fleet_without_users_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one user"):
        make_fleet(users=0, seed=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_habit_appears_from_ten_users_on(seed: int) -> None:
    assert {person.habit for person in make_fleet(users=10, seed=seed).people} == {
        Habit.PROMPT,
        *SHOWN_HABITS,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_an_ordinary_company_has_its_shares_of_habits(seed: int) -> None:
    people = make_fleet(users=1000, seed=seed, mix=EVERYDAY).people

    found = Counter(person.habit for person in people)

    assert found == {
        Habit.IGNORES_MAIL: 80,
        Habit.SECURITY_DELAY: 30,
        Habit.DECLINES_APP: 40,
        Habit.OWNS_APP: 20,
        Habit.PROMPT: 830,
    }
    assert all(p.oddity is None for p in people if p.habit is not Habit.PROMPT)


@pytest.mark.parametrize("users", [1, 4, 9, 10, 19, 20, 60])
def test_a_mix_keeps_the_number_of_records(users: int) -> None:
    everybody_late = Mix(habits={Habit.LATE: 0.9}, odd=0.1)

    people = make_fleet(users=users, seed=7, mix=everybody_late).people

    assert len(people) == users
    assert {p.habit for p in people} <= {Habit.LATE, Habit.PROMPT}


def test_a_mix_may_do_without_odd_records() -> None:
    people = make_fleet(users=60, seed=7, mix=Mix(habits={}, odd=0.0)).people

    assert {(p.habit, p.oddity) for p in people} == {(Habit.PROMPT, None)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"habits": {Habit.LATE: 0.9}},
        {"habits": {Habit.LATE: -0.1}},
        {"habits": {}, "odd": 1.5},
        {"habits": {}, "stubborn": -1.0},
    ],
)
def test_shares_that_are_no_parts_of_a_fleet_are_refused(wrong) -> None:
    with pytest.raises(UsageError, match="at most 1"):
        Mix(**wrong)


@pytest.mark.parametrize("users", [20, 60])
@pytest.mark.parametrize("seed", SEEDS)
def test_each_oddity_appears_from_twenty_users_on(users: int, seed: int) -> None:
    found = {person.oddity for person in make_fleet(users=users, seed=seed).people}

    assert found == {None, *Oddity}


@pytest.mark.parametrize("seed", SEEDS)
def test_five_users_include_a_phone_outside_user_enrollment(seed: int) -> None:
    small = make_fleet(users=5, seed=seed)

    (person,) = having(small, Oddity.NOT_USER_ENROLLED)

    assert [phone.enrollment for phone in person.phones] == [EnrollmentKind.DEVICE]


def test_most_people_are_prompt_and_few_are_odd() -> None:
    people = make_fleet(users=500, seed=7).people

    prompt = sum(person.habit is Habit.PROMPT for person in people) / len(people)
    odd = sum(person.oddity is not None for person in people) / len(people)

    assert 0.65 <= prompt <= 0.75
    assert 0.15 <= odd <= 0.20


@pytest.mark.parametrize("seed", SEEDS)
def test_ios_versions_come_in_the_promised_shares(seed: int) -> None:
    found = phones(make_fleet(users=60, seed=seed))

    majors = Counter(int(phone.os_version.partition(".")[0]) for phone in found)
    shares = {
        "current": (majors[26] + majors[27]) / len(found),
        "former": majors[18] / len(found),
        "old": sum(majors[m] for m in (15, 16, 17)) / len(found),
    }

    assert shares == pytest.approx({"current": 0.7, "former": 0.2, "old": 0.1}, abs=0.06)


def test_profile_driven_enrollment_is_found_on_old_ios_only() -> None:
    found = [
        phone
        for phone in phones(make_fleet(users=500, seed=7))
        if phone.enrollment is EnrollmentKind.PROFILE_DRIVEN_USER
    ]

    assert found
    assert all(int(phone.os_version.partition(".")[0]) <= 17 for phone in found)


def test_no_phone_runs_an_ios_older_than_itself() -> None:
    first = {"iPhone 15": 17, "iPhone 16": 18, "iPhone 17": 26}

    for phone in phones(make_fleet(users=500, seed=7)):
        assert int(phone.os_version.partition(".")[0]) >= first.get(phone.model, 0)


def test_people_with_two_phones_have_two_that_differ_in_name(fleet: Fleet) -> None:
    for person in having(fleet, Habit.TWO_PHONES):
        assert len({phone.key for phone in person.phones}) == 2
        assert len({phone.name for phone in person.phones}) == 2


def test_some_people_have_the_same_model_twice() -> None:
    pairs = having(make_fleet(users=500, seed=7), Habit.TWO_PHONES)

    twins = [p for p in pairs if len({(x.model, x.os_version) for x in p.phones}) == 1]

    assert 0 < len(twins) < len(pairs)


def test_a_private_copy_is_of_an_assigned_store_app(fleet: Fleet) -> None:
    assigned = {app.bundle_id for app in fleet.apps if app.kind is AppKind.STORE and app.groups}

    for person in having(fleet, Habit.OWNS_APP):
        assert all(phone.owned_apps and phone.owned_apps <= assigned for phone in person.phones)


def test_odd_records_are_odd_in_their_way(fleet: Fleet) -> None:
    assert all(not p.phones for p in having(fleet, Oddity.NO_PHONE))
    for person in having(fleet, Oddity.NO_MANAGED_APPLE_ID):
        assert person.managed_apple_id is None
        assert person.email is not None
        assert not person.email.endswith(f"@{DOMAIN}")
    for person in having(fleet, Oddity.RENAMED):
        assert person.managed_apple_id is not None
        assert person.email is not None
        assert person.email != person.managed_apple_id


def test_duplicates_differ_in_case_only_and_come_in_pairs(fleet: Fleet) -> None:
    accounts = [p.managed_apple_id or "" for p in having(fleet, Oddity.DUPLICATE)]

    by_key = Counter(ManagedAppleID(account).key for account in accounts)

    assert len(set(accounts)) == len(accounts)
    assert set(by_key.values()) == {2}


def test_nobody_else_shares_an_account(fleet: Fleet) -> None:
    keys = [
        ManagedAppleID(person.managed_apple_id).key
        for person in fleet.people
        if person.managed_apple_id and person.oddity is not Oddity.DUPLICATE
    ]

    assert len(set(keys)) == len(keys)


def test_odd_names_hold_what_breaks_careless_code() -> None:
    names = "".join(p.name for p in having(make_fleet(users=20, seed=3), Oddity.ODD_NAME))

    assert all(sign in names for sign in "&<'ü")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in names)


def test_each_phone_has_identifiers_of_its_own_in_apples_shape(fleet: Fleet) -> None:
    found = [phone.hardware for phone in phones(fleet)]

    for hardware in found:
        assert re.fullmatch(r"[A-Z0-9]{12}", hardware.serial)
        assert re.fullmatch(r"[0-9]{8}-[0-9A-F]{16}", hardware.udid)
        assert re.fullmatch(r"[0-9]{15}", hardware.imei)
        assert re.fullmatch(r"\+1555[0-9]{7}", hardware.phone_number)
    for name in ("serial", "udid", "imei", "phone_number"):
        assert len({getattr(hardware, name) for hardware in found}) == len(found)


def test_repr_shows_nothing_personal_and_no_secret(fleet: Fleet) -> None:
    shown = repr(fleet)

    for person in fleet.people:
        personal = (person.name, person.username, person.email, person.managed_apple_id)
        assert not [text for text in personal if text and text in shown]
        for phone in person.phones:
            assert phone.name not in shown
            assert phone.hardware.serial not in shown
            assert phone.hardware.udid not in shown
    assert not [secret for secret in fleet.secrets.values() if secret in shown]


def test_groups_hold_whom_their_criteria_name(fleet: Fleet) -> None:
    groups = {group.name: group for group in fleet.groups}

    with_account = {p.key for p in fleet.people if p.managed_apple_id is not None}
    enrolled = {p.key for p in phones(fleet) if p.enrollment.is_user_enrollment}

    assert set(groups["Managed Apple IDs"].members) == with_account
    assert set(groups["User Enrolled BYOD Devices"].members) == enrolled
    assert groups["Managed Apple IDs"].criteria is not None
    assert groups["User Enrolled BYOD Devices"].criteria is not None


def test_static_groups_split_the_people(fleet: Fleet) -> None:
    groups = {group.name: group for group in fleet.groups}

    field_staff, office = set(groups["Field staff"].members), set(groups["Office"].members)

    assert field_staff | office == {person.key for person in fleet.people}
    assert not field_staff & office
    assert 0 < len(groups["Loan iPhones"].members) <= 3


def test_profiles_are_readable_and_hold_every_planted_secret(fleet: Fleet) -> None:
    profiles = [read(seed.content) for seed in fleet.profiles]

    texts = "".join(repr(payload.content) for profile in profiles for payload in profile.payloads)

    assert [p.display_name for p in profiles] == [seed.name for seed in fleet.profiles]
    assert all(secret in texts for secret in fleet.secrets.values())
    assert sum(len(secret_keys(p)) for profile in profiles for p in profile.payloads) == 3
    assert "&" in fleet.secrets["Office Wi-Fi password"]
    assert "<" in fleet.secrets["Office Wi-Fi password"]


def test_only_the_legacy_vpn_is_refused_by_iphones(fleet: Fleet) -> None:
    refused = [
        seed.name
        for seed in fleet.profiles
        if any(
            finding.effect is Effect.REFUSES_PROFILE
            for finding in check(read(seed.content), ios="26.0")
        )
    ]

    assert refused == ["Legacy VPN"]


def test_scopes_name_groups_of_the_fleet(fleet: Fleet) -> None:
    keys = {group.key for group in fleet.groups}

    scopes = [seed.groups for seed in fleet.profiles] + [seed.groups for seed in fleet.apps]

    assert all(scope and keys.issuperset(scope) for scope in scopes)


def test_apps_have_ids_and_seats_for_everybody(fleet: Fleet) -> None:
    kinds = Counter(app.kind for app in fleet.apps)

    assert kinds == {AppKind.STORE: 5, AppKind.CUSTOM: 1, AppKind.IN_HOUSE: 1}
    for app in fleet.apps:
        assert app.bundle_id.startswith("org.example.")
        if app.kind is AppKind.IN_HOUSE:
            assert (app.store_id, app.seats) == (None, 0)
        else:
            assert re.fullmatch(r"[0-9]{10}", app.store_id or "")
            assert app.seats == 80
