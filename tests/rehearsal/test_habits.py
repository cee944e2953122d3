"""What people do when asked, between two tiny products."""

from __future__ import annotations

import random

import pytest
from attrs import define

from tests.rehearsal.doors import doors
from tests.rehearsal.scene import ANNE, BYOD, DAY, TASKS, seed
from tests.rehearsal.tiny import Tiny, tiny
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.fleet import Habit, Person
from ueapi.rehearsal.habits import Hears, VirtualPerson
from ueapi.rehearsal.phone import Server, VirtualPhone
from ueapi.rehearsal.wire import Network
from ueapi.rehearsal.working import is_working_time, within_working_hours


@define
class Street:
    clock: VirtualClock
    old: Tiny
    new: Tiny
    anne: VirtualPerson
    phones: list[VirtualPhone]

    def pass_days(self, days: float) -> None:
        self.clock.sleep(days * DAY)

    def where(self) -> list[str]:
        return [p.enrollment.server.name if p.enrollment else "nowhere" for p in self.phones]


def street(
    habit: Habit, *, is_stubborn: bool = False, phones: int = 1, ios: str = "26.1"
) -> Street:
    clock, apple, network = VirtualClock(), AppsAndBooks(), Network()
    products = {name: tiny(clock, apple, name) for name in ("old", "new")}
    servers = {
        name: Server(name=name, host=f"{name}.example.org", location=name, side=p.device_side)
        for name, p in products.items()
    }
    directory: dict[str, VirtualPhone] = {}
    towards = {"now": servers["old"]}
    way_in = doors(network, products, servers, lambda: towards["now"])
    for name, product in products.items():
        network.hosts[f"{name}.example.org"] = product.app
        product.device_side.push = lambda record: directory[record.token].push()
    owned = frozenset({TASKS}) if habit is Habit.OWNS_APP else frozenset()
    anne = VirtualPerson(
        person=Person(
            key="p", name="Anne", username="anne", email=ANNE, managed_apple_id=ANNE, habit=habit
        ),
        phones=[],
        clock=clock,
        rng=random.Random(4),
        discover=lambda: servers["new"],
        old=servers["old"],
    )
    anne.is_stubborn = is_stubborn
    anne.phones = [
        VirtualPhone(
            seed=seed(ios, owned=owned),
            network=network,
            clock=clock,
            rng=random.Random(number),
            apple=apple,
            accepts=anne.accepts,
            way_in=way_in,
            directory=directory,
        )
        for number in range(phones)
    ]
    for phone in anne.phones:
        phone.sign_in(ANNE)
    towards["now"] = servers["new"]
    clock.sleep(3600.0)
    return Street(clock, products["old"], products["new"], anne, list(anne.phones))


def test_a_prompt_person_moves_the_same_day_with_a_short_gap():
    here = street(Habit.PROMPT)

    here.anne.asked_to_move()
    here.pass_days(0.5)

    assert here.where() == ["new"]
    gap = here.new.enrollments[0].since - here.old.enrollments[0].ended
    assert gap.total_seconds() < 1800


def test_a_late_person_moves_within_a_long_week():
    here = street(Habit.LATE)

    here.anne.asked_to_move()
    here.pass_days(1)
    early = here.where()
    here.pass_days(8)

    assert (early, here.where()) == (["old"], ["new"])


def test_who_never_moves_never_moves():
    here = street(Habit.NEVER)

    here.anne.asked_to_move()
    here.anne.reminded()
    here.pass_days(30)

    assert here.where() == ["old"]


def test_the_second_phone_follows_hours_later():
    here = street(Habit.TWO_PHONES, phones=2)

    here.anne.asked_to_move()
    here.pass_days(3)

    first, second = here.new.enrollments
    assert here.where() == ["new", "new"]
    assert (second.since - first.since).total_seconds() > 1800


@pytest.mark.parametrize(("is_stubborn", "kind"), [(False, BYOD), (True, EnrollmentKind.DEVICE)])
def test_a_wrong_enrollment_is_undone_when_told_unless_stubborn(is_stubborn, kind):
    here = street(Habit.WRONG_ENROLLMENT, is_stubborn=is_stubborn)

    here.anne.asked_to_move()
    here.pass_days(1)
    first = here.phones[0].enrollment.kind
    here.anne.asked_to_repeat()
    here.anne.asked_to_repeat()
    here.pass_days(3)

    assert first is EnrollmentKind.DEVICE
    assert here.phones[0].enrollment.kind is kind


@pytest.mark.parametrize(("is_stubborn", "left"), [(False, set()), (True, {TASKS})])
def test_a_private_copy_is_deleted_when_told_unless_stubborn(is_stubborn, left):
    here = street(Habit.OWNS_APP, is_stubborn=is_stubborn)

    here.anne.asked_to_move()
    here.pass_days(1)
    before = set(here.phones[0].owned)
    here.anne.asked_to_accept()
    here.pass_days(3)

    assert before == {TASKS}
    assert here.phones[0].owned == left


@pytest.mark.parametrize(("is_stubborn", "place"), [(False, "new"), (True, "nowhere")])
def test_who_signed_out_signs_in_again_when_told_unless_stubborn(is_stubborn, place):
    here = street(Habit.SIGNS_OUT, is_stubborn=is_stubborn)

    here.anne.asked_to_move()
    here.pass_days(1)
    before = here.where()
    here.anne.asked_to_sign_in()
    here.pass_days(3)

    assert before == ["nowhere"]
    assert here.where() == [place]


def test_asking_twice_moves_nobody_twice():
    here = street(Habit.PROMPT)

    here.anne.asked_to_move()
    here.anne.asked_to_move()
    here.anne.reminded()
    here.pass_days(3)

    assert len(here.new.enrollments) == 1


@pytest.mark.parametrize("hours", [0.5, 9, 20, 60, 99, 120, 200])
def test_what_is_put_off_falls_into_working_hours(hours: float):
    clock = VirtualClock()

    clock.sleep(within_working_hours(clock.now(), hours * 3600, 0.5))

    assert is_working_time(clock.now())


# -- an ordinary company -----------------------------------------------------------------------------


def ignoring(hears: Hears) -> Street:
    here = street(Habit.IGNORES_MAIL)
    here.anne.hears = hears
    here.anne.asked_to_move()
    here.pass_days(2)
    here.anne.reminded()
    here.pass_days(2)
    return here


def test_some_who_ignore_mail_move_after_the_second_reminder():
    here = ignoring(Hears.REMINDERS)
    before = here.where()

    here.anne.reminded()
    here.pass_days(1)

    assert (before, here.where()) == (["old"], ["new"])


def test_others_who_ignore_mail_move_within_two_days_of_a_call():
    here = ignoring(Hears.CALL)
    here.anne.reminded()
    here.pass_days(1)
    before = here.where()

    here.anne.called_by_help_desk()
    here.pass_days(3)

    assert (before, here.where()) == (["old"], ["new"])


def test_a_few_who_ignore_mail_are_never_reached():
    here = ignoring(Hears.NOTHING)

    here.anne.reminded()
    here.anne.called_by_help_desk()
    here.pass_days(30)

    assert here.where() == ["old"]
    assert here.anne.never_finishes


def test_a_call_changes_nothing_for_who_has_begun():
    here, other = street(Habit.LATE), street(Habit.LATE)
    for anne in (here.anne, other.anne):
        anne.asked_to_move()

    here.anne.called_by_help_desk()

    for moving in (here, other):
        moving.pass_days(9)
    assert here.new.enrollments[0].since == other.new.enrollments[0].since


def test_a_call_helps_who_is_signed_out():
    here = street(Habit.PROMPT)
    here.phones[0].leave()

    here.anne.called_by_help_desk()
    here.pass_days(1)

    assert here.where() == ["new"]


@pytest.mark.parametrize(("ios", "waits"), [("17.2.1", False), ("17.3", True), ("26.1", True)])
def test_stolen_device_protection_delays_the_sign_out_by_an_hour(ios, waits):
    here, prompt = street(Habit.SECURITY_DELAY, ios=ios), street(Habit.PROMPT, ios=ios)
    for anne in (here.anne, prompt.anne):
        anne.asked_to_move()

    for moving in (here, prompt):
        moving.pass_days(1)

    later = here.old.enrollments[0].ended - prompt.old.enrollments[0].ended
    assert here.where() == ["new"]
    assert (3600 < later.total_seconds() <= 3600 + 1800) if waits else not later


def test_an_app_declined_at_first_is_accepted_a_day_later():
    here = street(Habit.DECLINES_APP)
    at_the_old = here.anne.accepts(TASKS)
    here.anne.asked_to_move()
    here.pass_days(1)
    here.anne.declined = None

    first, other, again = (here.anne.accepts(b) for b in (TASKS, "org.example.notes", TASKS))
    here.pass_days(1)
    later = here.anne.accepts(TASKS)

    assert at_the_old is not None
    assert (first, again) == (None, None)
    assert None not in (other, later)


def test_who_is_told_to_stay_stays_also_when_the_sign_out_was_planned():
    here = street(Habit.SECURITY_DELAY)
    here.anne.asked_to_move()
    here.clock.sleep(3600.0)

    here.anne.told_to_stay()
    here.pass_days(10)
    stayed = here.where()
    here.anne.asked_to_move()
    here.pass_days(1)

    assert (stayed, here.where()) == (["old"], ["new"])


def test_who_has_signed_out_before_being_told_to_stay_signs_in_again():
    here = street(Habit.PROMPT)
    here.anne.asked_to_move()
    while here.where() == ["old"]:
        here.clock.sleep(60.0)

    here.anne.told_to_stay()
    here.pass_days(1)

    assert here.where() == ["new"]
