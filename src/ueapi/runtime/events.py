"""What the runtime tells those who watch: small frozen values without secrets, bodies or personal data."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

from attrs import define, field, frozen

from ueapi.runtime.redact import Redactor

_log: Final = logging.getLogger("ueapi")


@frozen(kw_only=True)
class Event:
    """Something that happened on a tenant; `tenant` is its local name."""

    backend: str
    tenant: str
    operation: str


@frozen(kw_only=True)
class CallDone(Event):
    """One request and what came of it. `status` is `None` when no answer came; `seconds` is its duration."""

    method: str
    path: str
    """The template, such as `/users/{id}/`, never the values in it."""
    status: int | None
    seconds: float
    request_id: str | None
    changes: bool
    attempt: int


@frozen(kw_only=True)
class Retrying(Event):
    """A call will be repeated after `wait` seconds."""

    attempt: int
    wait: float
    reason: str


@frozen(kw_only=True)
class SignedIn(Event):
    """A new credential was obtained, good for `lifetime` seconds (`None`: until refused)."""

    lifetime: float | None


@frozen(kw_only=True)
class Slowed(Event):
    """A call waits `wait` seconds to stay within the product's limits."""

    wait: float


@frozen(kw_only=True)
class RowsDropped(Event):
    """A listing gave rows twice, because the fleet changed under it; the repetitions were left out."""

    count: int


Observer = Callable[[Event], object]


@define
class Announcer:
    """Tells observers, one by one. One that raises is logged and told nothing further."""

    redactor: Redactor
    observers: list[Observer] = field(factory=list)

    @classmethod
    def to(cls, observers: Iterable[Observer], redactor: Redactor) -> Announcer:
        """Start with these observers."""
        return cls(redactor, list(observers))

    def tell(self, event: Event) -> None:
        """Tell everyone who is still listening."""
        for observer in tuple(self.observers):
            try:
                observer(event)
            except Exception as problem:  # noqa: BLE001 - foreign code; recorded, and must not stop a call
                self.observers = [kept for kept in self.observers if kept is not observer]
                _log.warning(
                    "an observer raised %s and is dropped: %s",
                    type(problem).__name__,
                    self.redactor.clean(str(problem)),
                )
