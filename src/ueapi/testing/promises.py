"""A test of the kit is a promise: it has a lasting id, a reason, and a hint what to fix when it fails."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar
from unittest import SkipTest

from attrs import frozen

from ueapi.contract import Capability
from ueapi.testing.harness import Harness
from ueapi.testing.tiers import Tier, Topic, tier_of

S = TypeVar("S")

_PROMISE: Final = "__ueapi_promise__"
_ID: Final = re.compile(r"[a-z]+(\.[a-z0-9-]+){1,2}")


@frozen(kw_only=True)
class Promise:
    """What a test of the kit proves.

    `id` never changes its meaning; `proves` are the capabilities it is about; `fix` says what to change in the backend.
    """

    id: str
    topic: Topic
    reason: str
    fix: str
    proves: tuple[Capability, ...] = ()

    @property
    def tier(self) -> Tier:
        """The tier it belongs to."""
        return tier_of(self.topic)

    @property
    def told(self) -> str:
        """For a failure's text: id, reason and hint."""
        return f"[{self.id}] {self.reason}\nFix: {self.fix}"


def promise(
    name: str, topic: Topic, *proves: Capability, fix: str
) -> Callable[[Callable[[S, Harness], None]], Callable[[S, Harness], None]]:
    """Mark a test of a suite; its docstring's first line is the reason. A failure then tells id, reason and hint."""

    def mark(test: Callable[[S, Harness], None]) -> Callable[[S, Harness], None]:
        made = Promise(id=_checked(name), topic=topic, reason=_reason(test), fix=fix, proves=proves)

        @wraps(test)
        def told(self: S, harness: Harness) -> None:
            try:
                test(self, harness)
            except SkipTest:
                raise
            except Exception as problem:
                problem.add_note(made.told)
                raise

        setattr(told, _PROMISE, made)
        return told

    return mark


def promise_of(test: object) -> Promise | None:
    """The promise a suite's test was marked with; `None` for an author's own test."""
    found = getattr(test, _PROMISE, None)
    return found if isinstance(found, Promise) else None


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError(f"the id {name!r} is not of the form facet.verb.promise")
    return name


def _reason(test: Callable[..., object]) -> str:
    reason = (inspect.getdoc(test) or "").partition("\n")[0]
    if not reason:
        raise ValueError(f"{test.__qualname__} doesn't say its promise")
    return reason
