"""How people and administrators hear of what they are asked to do. ueapi itself sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from ueapi.migration.documents import PlannedPerson, Task


class Question(StrEnum):
    """What a person is asked."""

    MOVE = "move"
    """Sign out of the old work account, then sign in again at once."""
    REMIND = "remind"
    """As before, since nothing happened."""
    SIGN_IN = "sign-in"
    """The old enrollment is gone; sign in again to have work back."""
    WRONG_ENROLLMENT = "wrong-enrollment"
    """Remove the management that shows the whole phone, and sign in to the work account instead."""
    ACCEPT_APP = "accept-app"
    """Accept the app; a copy installed privately must be deleted first."""
    WHICH_PHONE = "which-phone"
    """Two phones fit; which one is which?"""
    ESCALATE = "escalate"
    """Not for the person: tell their manager or the help desk that they stay silent."""
    STAY = "stay"
    """The move is off; keep the phone as it is."""


class Steering(Protocol):
    """The messenger between a move and the people in it."""

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        """Ask these people; called once for each asking."""
        ...

    def task(self, task: Task, remark: str) -> None:
        """Give an administrator a task, or give it again with a remark on what is wrong."""
        ...

    def reported(self) -> frozenset[str]:
        """Ids of tasks reported as done so far."""
        ...


class Signpost(Protocol):
    """Whoever answers people's phones when they ask where to enroll; told of every change, before anybody is asked."""

    def publish(self, new: frozenset[str], old: frozenset[str], *, after: int = 0) -> int:
        """Lead these addresses to the target and those back to the source, and everybody else as before the move.

        Returns the number of the list that says so, which is later than `after`, the last one told of, unless that
        says so already.

        Raises:
            InvalidModel, UsageError: the list can't be replaced. Nobody new is asked until it can.
        """
        ...


class View(StrEnum):
    """What a look at service discovery came to."""

    LED = "led"
    """It leads to the target, as far as that can be told."""
    MISLED = "misled"
    """A phone that asks now would fail, or come to another service."""
    UNSEEN = "unseen"
    """It can't be told from here."""


@frozen(kw_only=True)
class Sighting:
    """What a phone that asks now is told. Reason and remedy name nobody."""

    view: View
    reason: str = ""
    do: str = ""


class Lookout(Protocol):
    """Whoever asks a domain as a person's phone would, before people are asked."""

    def sighted(self, account: str) -> Sighting:
        """Look where the phone of this account would be led now; an answer that doesn't come is one, too."""
        ...


class Silent:
    """Tells nobody; whoever follows the events does. `reported` are the tasks an operator confirmed."""

    def __init__(self, reported: frozenset[str] = frozenset()) -> None:
        """Start with the tasks an operator already confirmed."""
        self._reported = reported

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        """Say nothing."""

    def task(self, task: Task, remark: str) -> None:
        """Say nothing."""

    def reported(self) -> frozenset[str]:
        """The tasks an operator confirmed."""
        return self._reported


@frozen(kw_only=True)
class Event:
    """Something happened in a move. `person` is a key, never a name."""

    at: datetime
    kind: str
    text: str
    person: str | None = None
    wave: int | None = None
