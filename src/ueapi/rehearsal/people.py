"""Invented people with their iPhones, and the organization around them: the same for the same seed."""

from __future__ import annotations

import random
import string
from typing import Final

from attrs import define, evolve, field, frozen

from ueapi.apple.rules import IosVersion
from ueapi.apple.rules.checking import ACCOUNT_DRIVEN_ONLY_SINCE
from ueapi.errors import UsageError
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.fleet import (
    ODD_SHARE,
    Fleet,
    Habit,
    Hardware,
    Mix,
    Oddity,
    Person,
    PhoneSeed,
)
from ueapi.rehearsal.furnishings import OWNABLE_APPS, make_apps, make_groups, make_profiles
from ueapi.rehearsal.names import PRIVATE_DOMAIN, Name, Names, address

ALL_HABITS_FROM: Final = 10
"""Users from which each habit appears."""
ALL_ODDITIES_FROM: Final = 20
"""Users from which each oddity appears."""
_ODDITIES_FROM: Final = 5

_HABIT_SHARE: Final = 0.30
_TWIN_SHARE: Final = 0.5
_PROFILE_DRIVEN_SHARE: Final = 0.5

SHOWN_HABITS: Final = (
    Habit.LATE,
    Habit.NEVER,
    Habit.TWO_PHONES,
    Habit.WRONG_ENROLLMENT,
    Habit.OWNS_APP,
    Habit.SIGNS_OUT,
)
"""Habits of a fleet without a mix of its own, in equal parts, to show all of them."""
_FIRST_ODDITIES: Final = (
    Oddity.NOT_USER_ENROLLED,
    Oddity.ODD_NAME,
    Oddity.RENAMED,
    Oddity.NO_PHONE,
    Oddity.NO_MANAGED_APPLE_ID,
    Oddity.DUPLICATE,
)
_DUPLICATE_RECORDS: Final = 2
_BY_PROFILE: Final = EnrollmentKind.PROFILE_DRIVEN_USER
_LAST_BY_PROFILE: Final = "17.7"
_GONE_SINCE: Final = 18
_TEN: Final = 10


@frozen
class _Role:
    habit: Habit = Habit.PROMPT
    oddity: Oddity | None = None


def make_fleet(*, users: int, seed: int, mix: Mix | None = None) -> Fleet:
    """Invent an organization with that many user records.

    Without a mix, about seven of ten people are prompt, the habits of `SHOWN_HABITS` appear from 10 users on, and each
    oddity from 20 on, on other people than those. A duplicate takes two records, and only the first has the phone.

    Raises:
        UsageError: fewer than one user.
    """
    if users < 1:
        raise UsageError(
            f"a fleet of {users} users can't be made.",
            remedy="Ask for at least one user; nothing was made.",
        )
    rng = random.Random(seed)
    people = _Maker(rng, mix).people(_roles(users, rng, mix))
    profiles, secrets = make_profiles(rng)
    return Fleet(
        seed=seed,
        people=people,
        groups=make_groups(people, rng),
        profiles=profiles,
        apps=make_apps(len(people)),
        mix=mix,
        secrets=secrets,
    )


def _roles(users: int, rng: random.Random, mix: Mix | None) -> list[_Role]:
    """One role for each person in random order; both records of a duplicate are one role."""
    oddities = _oddities(users, ODD_SHARE if mix is None else mix.odd)
    odd = sum(_records(oddity) for oddity in oddities)
    habits = _shown(users) if mix is None else _mixed(users, mix)[: users - odd]
    roles = [
        *(_Role(habit=habit) for habit in habits),
        *(_Role(oddity=oddity) for oddity in oddities),
        *[_Role()] * (users - len(habits) - odd),
    ]
    rng.shuffle(roles)
    return roles


def _shown(users: int) -> list[Habit]:
    wanted = round(users * _HABIT_SHARE)
    if users >= ALL_HABITS_FROM:
        wanted = max(wanted, len(SHOWN_HABITS))
    return [SHOWN_HABITS[at % len(SHOWN_HABITS)] for at in range(wanted)]


def _mixed(users: int, mix: Mix) -> list[Habit]:
    least = 1 if users >= ALL_HABITS_FROM else 0
    return [
        habit
        for habit, share in mix.habits.items()
        for _ in range(max(round(users * share), least) if share else 0)
    ]


def _oddities(users: int, share: float) -> list[Oddity]:
    if users < _ODDITIES_FROM or not share:
        return []
    wanted = max(1, round(users * share))
    if users >= ALL_ODDITIES_FROM:
        wanted = max(wanted, sum(_records(oddity) for oddity in _FIRST_ODDITIES))
    found: list[Oddity] = []
    while (left := wanted - sum(_records(oddity) for oddity in found)) > 0:
        oddity = _FIRST_ODDITIES[len(found) % len(_FIRST_ODDITIES)]
        found.append(oddity if _records(oddity) <= left else Oddity.ODD_NAME)
    return found


def _records(oddity: Oddity) -> int:
    return _DUPLICATE_RECORDS if oddity is Oddity.DUPLICATE else 1


@frozen
class _Model:
    """One model: Apple's name and identifier, its chip, and the iOS version it was first sold with."""

    name: str
    identifier: str
    chip: str
    since: int


_MODELS: Final = (
    _Model("iPhone 12", "iPhone13,2", "00008101", 14),
    _Model("iPhone 12 Pro", "iPhone13,3", "00008101", 14),
    _Model("iPhone 13", "iPhone14,5", "00008110", 15),
    _Model("iPhone 13 Pro", "iPhone14,2", "00008110", 15),
    _Model("iPhone 14", "iPhone14,7", "00008110", 16),
    _Model("iPhone 14 Pro", "iPhone15,2", "00008120", 16),
    _Model("iPhone 15", "iPhone15,4", "00008120", 17),
    _Model("iPhone 15 Pro", "iPhone16,1", "00008130", 17),
    _Model("iPhone 16", "iPhone17,3", "00008140", 18),
    _Model("iPhone 16 Pro", "iPhone17,1", "00008140", 18),
    _Model("iPhone 17", "iPhone18,3", "00008150", 26),
    _Model("iPhone 17 Pro", "iPhone18,1", "00008150", 26),
)

_CHIPS: Final = {model.identifier: model.chip for model in _MODELS}

_CURRENT: Final = ("26.0", "26.0.1", "26.1", "26.2", "26.3", "26.4", "27.0", "27.1")
_FORMER: Final = ("18.5", "18.6.2", "18.7", "18.7.1")
_OLD: Final = ("15.6.1", "16.6.1", "17.6.1", "17.7")
_OF_TEN: Final = (*[_CURRENT] * 7, *[_FORMER] * 2, _OLD)
"""Of ten phones: seven on a current iOS, two on 18, one on an older one."""

_SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@define
class _Shop:
    """Hands out phones: iOS versions in fixed shares, models that run them, identifiers used once."""

    rng: random.Random = field(repr=False)
    older: int = 1
    """Phones of ten on an older iOS."""
    _deck: list[tuple[str, ...]] = field(factory=list)
    _numbers: set[int] = field(factory=set, repr=False)

    def os_version(self) -> str:
        """The iOS version of the next phone."""
        if not self._deck:
            of_ten = (*_OF_TEN[: _TEN - self.older], *[_OLD] * self.older)
            self._deck = self.rng.sample(of_ten, len(of_ten))
        return self.rng.choice(self._deck.pop())

    def model(self, os_version: str) -> _Model:
        """A model that runs this version."""
        major = int(os_version.partition(".")[0])
        return self.rng.choice([model for model in _MODELS if model.since <= major])

    def hardware(self, model_identifier: str) -> Hardware:
        """The identifiers of one phone; the shapes are Apple's, the values are random."""
        return Hardware(
            serial="".join(self.rng.choices(_SERIAL_LETTERS, k=12)),
            udid=f"{_CHIPS[model_identifier]}-{self.rng.getrandbits(64):016X}",
            imei="35" + "".join(self.rng.choices(string.digits, k=13)),
            phone_number=f"+1555{self._number():07d}",
        )

    def _number(self) -> int:
        number = self.rng.randrange(10_000_000)
        while number in self._numbers:
            number = self.rng.randrange(10_000_000)
        self._numbers.add(number)
        return number


@define
class _Maker:
    """Makes people one after the other; keys are numbered and tell nothing about the person."""

    rng: random.Random = field(repr=False)
    mix: Mix | None = None
    names: Names = field(init=False)
    shop: _Shop = field(init=False)
    _made: list[Person] = field(factory=list, repr=False)

    def __attrs_post_init__(self) -> None:
        older = round(self.mix.older * _TEN) if self.mix else 1
        self.names, self.shop = Names(self.rng), _Shop(self.rng, older)

    def people(self, roles: list[_Role]) -> tuple[Person, ...]:
        for role in roles:
            self._made.append(person := self._person(role))
            if role.oddity is Oddity.DUPLICATE:
                self._made.append(self._again(person))
        return tuple(self._made)

    def _person(self, role: _Role) -> Person:
        name = self.names.odd() if role.oddity is Oddity.ODD_NAME else self.names.next()
        person = Person(
            key=f"person-{self._number():04d}",
            name=name.shown,
            username=name.local,
            email=address(name.local),
            managed_apple_id=address(name.local),
            habit=role.habit,
            oddity=role.oddity,
            phones=self._phones(role, name),
        )
        match role.oddity:
            case Oddity.RENAMED:
                now = self.names.renamed(name)
                return evolve(person, name=now.shown, email=address(now.local))
            case Oddity.NO_MANAGED_APPLE_ID:
                return evolve(
                    person, managed_apple_id=None, email=address(name.local, PRIVATE_DOMAIN)
                )
            case _:
                return person

    def _again(self, person: Person) -> Person:
        """A second record of the same person, whose address was typed with capitals."""
        local = person.username.title()
        return evolve(
            person,
            key=f"person-{self._number():04d}",
            username=f"{person.username}-2",
            email=address(local),
            managed_apple_id=address(local),
            phones=(),
        )

    def _number(self) -> int:
        return len(self._made) + 1

    # -- phones ------------------------------------------------------------------------------------

    def _phones(self, role: _Role, name: Name) -> tuple[PhoneSeed, ...]:
        if role.oddity is Oddity.NO_PHONE:
            return ()
        owner = name.shown.split()[0]
        first = self._phone(role, 1, f"{owner}'s iPhone")
        if role.habit is not Habit.TWO_PHONES:
            return (first,)
        if self.rng.random() >= _TWIN_SHARE:
            return (first, self._phone(role, 2, f"{owner}'s second iPhone"))
        twin = evolve(
            first,
            key=f"phone-{self._number():04d}-2",
            name=f"{owner}'s second iPhone",
            hardware=self.shop.hardware(first.model_identifier),
        )
        return (first, twin)

    def _phone(self, role: _Role, place: int, name: str) -> PhoneSeed:
        os_version = self.shop.os_version()
        model = self.shop.model(os_version)
        return PhoneSeed(
            key=f"phone-{self._number():04d}-{place}",
            name=name,
            model=model.name,
            model_identifier=model.identifier,
            os_version=os_version,
            enrollment=(way := self._enrollment(role, os_version, model)),
            enrolled_on=_enrolled_on(way, os_version),
            hardware=self.shop.hardware(model.identifier),
            owned_apps=self._owned(role),
        )

    def _enrollment(self, role: _Role, os_version: str, model: _Model) -> EnrollmentKind:
        # Nobody comes under User Enrollment without a Managed Apple ID.
        if role.oddity in (Oddity.NOT_USER_ENROLLED, Oddity.NO_MANAGED_APPLE_ID):
            return EnrollmentKind.DEVICE
        if self.mix is not None and self.mix.by_profile is not None:
            knew_it = model.since < _GONE_SINCE
            by_profile = self.rng.random() < self.mix.by_profile
            return _BY_PROFILE if by_profile and knew_it else EnrollmentKind.ACCOUNT_DRIVEN_USER
        is_old = IosVersion.parse(os_version) < ACCOUNT_DRIVEN_ONLY_SINCE
        if is_old and self.rng.random() < _PROFILE_DRIVEN_SHARE:
            return _BY_PROFILE
        return EnrollmentKind.ACCOUNT_DRIVEN_USER

    def _owned(self, role: _Role) -> frozenset[str]:
        if role.habit is not Habit.OWNS_APP:
            return frozenset()
        return frozenset({self.rng.choice(OWNABLE_APPS)})


def _enrolled_on(way: EnrollmentKind, os_version: str) -> str | None:
    """The iOS before an update, for a phone that was enrolled in a way its iOS doesn't know any more."""
    is_gone = IosVersion.parse(os_version) >= ACCOUNT_DRIVEN_ONLY_SINCE
    return _LAST_BY_PROFILE if way is _BY_PROFILE and is_gone else None
