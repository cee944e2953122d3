"""The virtual administrator: late, wrong once, and right when told."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import define, evolve, field

from ueapi.apple.profiles import read, redacted, semantic_digest, write
from ueapi.rehearsal.administrator import (
    Chore,
    ChoreKind,
    VirtualAdministrator,
    revealing,
)
from ueapi.rehearsal.clock import START, VirtualClock
from ueapi.rehearsal.people import make_fleet
from ueapi.rehearsal.simulator import Console

FLEET = make_fleet(users=5, seed=7)
PROFILES = {seed.name: seed.content for seed in FLEET.profiles}
REVEAL = revealing(PROFILES.values())
DAY = 86400.0


@define
class Notebook(Console):
    """A console that only notes what was done in it."""

    calls: list[str] = field(factory=list)
    profiles: dict[str, bytes] = field(factory=dict)

    def set_up_account_driven_enrollment(self) -> None:
        self.calls.append("set-up")

    def link_location(self) -> None:
        self.calls.append("link")

    def make_profile(self, name: str, content: bytes) -> str:
        assert name not in self.profiles
        self.profiles[name] = content
        return name

    def edit_profile(self, name: str, content: bytes) -> None:
        assert name in self.profiles
        self.profiles[name] = content

    def profile_content(self, name: str) -> bytes | None:
        return self.profiles.get(name)

    def rename_user(self, username_or_email: str, name: str) -> None:
        raise AssertionError("no task of an administrator asks for this")

    def touch_telemetry(self) -> None:
        raise AssertionError("no task of an administrator asks for this")


@define
class Office:
    """An administrator at work, and what came of it."""

    mistakes: bool = True
    seed: int = 7
    reveal: Callable[[bytes], bytes] = REVEAL
    clock: VirtualClock = field(factory=VirtualClock)
    console: Notebook = field(factory=Notebook)
    reported: list[tuple[str, timedelta]] = field(factory=list)
    discovered: list[bool] = field(factory=list)
    admin: VirtualAdministrator = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.admin = VirtualAdministrator(
            self.console,
            self.clock,
            random.Random(self.seed),
            lambda chore: self.reported.append((chore, self.clock.now() - START)),
            mistakes=self.mistakes,
            reveal=self.reveal,
            on_discovery=lambda: self.discovered.append(True),
        )

    def get_done(self, chore: Chore, remark: str = "") -> None:
        self.admin.take(chore, remark)
        self.clock.sleep(DAY)


def profile(name: str, content: bytes | None = None) -> Chore:
    return Chore(f"make {name}", ChoreKind.MAKE_PROFILE, name, content or PROFILES[name])


def means(content: bytes) -> str:
    return semantic_digest(read(content))


LINK = Chore("link", ChoreKind.LINK_LOCATION, "Location of the target")


@pytest.mark.parametrize("seed", range(20))
def test_a_chore_is_done_between_one_and_twenty_hours_later(seed: int) -> None:
    office = Office(seed=seed)
    chore = Chore("set up", ChoreKind.SET_UP_ACCOUNT_DRIVEN_ENROLLMENT, "")

    office.get_done(chore)

    ((done, after),) = office.reported
    assert done == "set up"
    assert timedelta(hours=1) <= after <= timedelta(hours=20)
    assert office.console.calls == ["set-up"]


def test_nothing_is_done_before_its_time() -> None:
    office = Office(mistakes=False)

    office.admin.take(LINK, "")
    office.clock.sleep(3599)

    assert not office.console.calls
    assert not office.admin.done


def test_discovery_is_switched_by_whoever_was_named() -> None:
    office = Office()

    office.get_done(Chore("discovery", ChoreKind.DISCOVERY, "example.org"))

    assert office.discovered == [True]
    assert office.admin.done == {"discovery"}


def test_the_first_profile_is_made_with_one_wrong_value_and_reported_done() -> None:
    office = Office()

    office.get_done(profile("Passcode"))

    right = read(PROFILES["Passcode"]).payloads[0].content
    made = read(office.console.profiles["Passcode"]).payloads[0].content
    assert [key for key in right if made[key] != right[key]]
    assert len([key for key in right if made[key] != right[key]]) == 1
    assert office.admin.done == {"make Passcode"}


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_value_is_a_flipped_switch_or_a_raised_number(seed: int) -> None:
    office = Office(seed=seed)

    office.get_done(profile("Passcode"))

    made = dict(read(office.console.profiles["Passcode"]).payloads[0].content)
    assert made in (
        {"minLength": 7, "allowSimple": False, "maxInactivity": 5},
        {"minLength": 6, "allowSimple": True, "maxInactivity": 5},
        {"minLength": 6, "allowSimple": False, "maxInactivity": 6},
    )


def test_a_wrong_profile_is_put_right_after_a_remark() -> None:
    office = Office()
    office.get_done(profile("Passcode"))

    office.get_done(profile("Passcode"), "one value differs")

    assert means(office.console.profiles["Passcode"]) == means(PROFILES["Passcode"])


def test_without_a_remark_a_wrong_profile_stays_wrong() -> None:
    office = Office()
    office.get_done(profile("Passcode"))

    office.get_done(profile("Passcode"))

    assert means(office.console.profiles["Passcode"]) != means(PROFILES["Passcode"])


def test_only_one_profile_is_made_wrong() -> None:
    office = Office()
    office.get_done(profile("Passcode"))

    office.get_done(profile("Data protection"))

    made = office.console.profiles["Data protection"]
    assert means(made) == means(PROFILES["Data protection"])


def test_a_profile_with_one_setting_is_made_right() -> None:
    office = Office()
    only = read(PROFILES["Passcode"])
    single = evolve(only, payloads=(evolve(only.payloads[0], content={"minLength": 6}),))

    office.get_done(profile("Short", write(single)))

    assert means(office.console.profiles["Short"]) == semantic_digest(single)
    assert not office.admin.slips


def test_the_first_link_is_forgotten_and_made_after_a_remark() -> None:
    office = Office()
    office.get_done(LINK)
    assert office.admin.done == {"link"}
    assert not office.console.calls

    office.get_done(LINK, "no app of the location appears")

    assert office.console.calls == ["link"]


def test_an_administrator_without_mistakes_does_everything_right_at_once() -> None:
    office = Office(mistakes=False)

    office.get_done(LINK)
    for name in PROFILES:
        office.get_done(profile(name))

    assert office.console.calls == ["link"]
    for name, content in PROFILES.items():
        assert means(office.console.profiles[name]) == means(content)


def test_two_runs_with_one_seed_are_alike() -> None:
    first, second = Office(), Office()

    for office in (first, second):
        for name in PROFILES:
            office.get_done(profile(name))

    assert first.reported == second.reported
    assert first.console.profiles == second.console.profiles


def test_secrets_are_put_back_where_only_references_came() -> None:
    office = Office(mistakes=False)

    for name, content in PROFILES.items():
        office.get_done(profile(name, write(redacted(read(content)))))

    for name, content in PROFILES.items():
        assert means(office.console.profiles[name]) == means(content)


def test_a_reference_is_never_typed_in_as_a_password() -> None:
    office = Office(reveal=lambda content: content)
    chore = profile("Office Wi-Fi", write(redacted(read(PROFILES["Office Wi-Fi"]))))

    with pytest.raises(ValueError, match="doesn't know"):
        office.get_done(chore)

    assert not office.console.profiles


def test_two_secrets_under_one_reference_are_refused() -> None:
    other = make_fleet(users=5, seed=8)

    with pytest.raises(ValueError, match="different secrets"):
        revealing([*PROFILES.values(), *(seed.content for seed in other.profiles)])


@pytest.mark.parametrize(
    "chore", [Chore("x", "paint-the-office", ""), Chore("x", ChoreKind.MAKE_PROFILE, "No content")]
)
def test_what_nobody_can_do_is_refused_when_taken(chore: Chore) -> None:
    office = Office()

    with pytest.raises(ValueError):  # noqa: PT011 - two messages, one promise
        office.admin.take(chore, "")
