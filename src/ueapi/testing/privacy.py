"""What no backend may let out: secrets, hidden identifiers, and personal data where nobody asked for them."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import define, field

from ueapi.errors import UeapiError
from ueapi.model import Thing
from ueapi.rehearsal.faults.line import DEVICE_PATHS
from ueapi.rehearsal.fleet import Fleet
from ueapi.rehearsal.wire import Application, Message, Receive, Send
from ueapi.runtime.events import Event
from ueapi.testing.facts import taken
from ueapi.testing.faults.acts import CHANGES, READINGS, Change, Deed, Reading
from ueapi.testing.faults.line import sign_in_paths
from ueapi.testing.faults.outcome import rest
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

SHORTEST: Final = 6
"""Characters from which on a text can't be anywhere by chance."""
STATUSES: Final = (400, 403, 404, 409, 422, 500, 200)
"""With 200 the body isn't what the product documents."""


class PrivacyConformance:
    """What is said about people is said to who asked, and to nobody else."""

    facet = "privacy"

    @promise(
        "privacy.models.nothing-hidden",
        Topic.PRIVACY,
        fix="Leave serial numbers, UDIDs, IMEIs, phone numbers and secrets out of the wire models; `raw` included.",
    )
    def test_models_hold_nothing_hidden(self, harness: Harness) -> None:
        """No secret and no hardware identifier is in anything read, nor in the row it was read from."""
        hidden = hardware(harness.fleet) | long_ones(harness.simulator.secrets())
        for thing in _things(harness):
            content = thing.model_dump_json(exclude={"content"})
            raw = "" if hasattr(thing, "content") else repr(thing.raw)
            found = _found(hidden, content + raw)
            assert not found, f"{type(thing).__name__} holds {found} hidden values"

    @promise(
        "privacy.repr.says-nothing",
        Topic.PRIVACY,
        fix="Use the classes of `ueapi.model`; give values of your own `repr=False` fields.",
    )
    def test_representations_say_nothing_personal(self, harness: Harness) -> None:
        """What a debugger or a traceback shows of an object names nobody."""
        telling = personal(harness.fleet) | hardware(harness.fleet)
        telling |= long_ones(harness.simulator.secrets())
        shown = [*_things(harness), harness.tenant, harness.backend]

        assert not _found(telling, " ".join(f"{each!r} {each!s}" for each in shown))

    @promise(
        "privacy.errors.say-nothing",
        Topic.PRIVACY,
        fix="Word errors yourself: name the kind of object and its id, and keep the product's text out of them; raise "
        "`from None` where the cause shows a value.",
    )
    def test_errors_name_nobody(self, harness: Harness) -> None:
        """Whatever the product answers, the error's text and its causes hold nothing of it."""
        telling = personal(harness.fleet) | hardware(harness.fleet)
        telling |= long_ones(harness.simulator.secrets())
        echo = Echo.at(harness, telling)
        for act, deed in _deeds(harness):
            for echo.status in STATUSES:
                rest(harness)
                with echo.on():
                    text = _trouble(harness, deed)
                found = _found(telling, text)
                assert not found, (
                    f"{act.capability.value}: the error for status {echo.status} repeats {found} of the product's words"
                )

    @promise(
        "privacy.logs.say-nothing",
        Topic.PRIVACY,
        fix="Log nothing in an adapter; the runtime does, and redacts.",
    )
    def test_logs_name_nobody(self, harness: Harness) -> None:
        """At the most talkative level, logs of reading and of failing hold nothing personal and no secret."""
        telling = personal(harness.fleet) | hardware(harness.fleet)
        telling |= long_ones(harness.simulator.secrets())
        echo = Echo.at(harness, telling)
        with _logged() as records:
            list(_things(harness))
            for _, deed in _deeds(harness):
                rest(harness)
                with echo.on():
                    _trouble(harness, deed)
        text = "\n".join(record.getMessage() for record in records)

        assert records or not any(harness.can(c) for c in harness.tenant.sheet)
        assert not _found(telling, text)

    @promise(
        "privacy.events.say-nothing",
        Topic.PRIVACY,
        fix="Put values into a call's `at`, `query` or `body`, and never into `operation` or `path`.",
    )
    def test_events_name_nobody(self, harness: Harness) -> None:
        """What observers are told holds templates and numbers only."""
        seen: list[Event] = []
        telling = personal(harness.fleet) | hardware(harness.fleet)
        telling |= long_ones(harness.simulator.secrets())
        watched = harness.connect_with({}, observers=[seen.append])
        for act in (*READINGS, *CHANGES):
            if harness.can(act.capability):
                _prepared(harness, act)(watched)

        assert not _found(telling, repr(seen))
        assert seen or not any(harness.can(act.capability) for act in (*READINGS, *CHANGES))


# ---------------------------------------------------------------- what may not be seen


def long_ones(texts: frozenset[str] | set[str]) -> frozenset[str]:
    """Texts long enough to be looked for."""
    return frozenset(text for text in texts if len(text) >= SHORTEST)


def personal(fleet: Fleet) -> frozenset[str]:
    """Names, user names and addresses of the fleet's people, and the names of their phones."""
    found = {phone.name for person in fleet.people for phone in person.phones}
    for person in fleet.people:
        found |= {person.name, person.username, person.email or "", person.managed_apple_id or ""}
    return long_ones(found)


def hardware(fleet: Fleet) -> frozenset[str]:
    """What only the phone and its maker know."""
    phones = [phone.hardware for person in fleet.people for phone in person.phones]
    return long_ones({v for h in phones for v in (h.serial, h.udid, h.imei, h.phone_number)})


def _found(telling: frozenset[str], text: str) -> int:
    """How many of them are in a text; which ones isn't said, since the message would tell them."""
    return sum(each in text for each in telling)


# ---------------------------------------------------------------- what could tell them


@define(eq=False)
class Echo:
    """A product that answers every request with a refusal that repeats values, one a sentence."""

    application: Application = field(repr=False)
    body: bytes = field(repr=False)
    sign_in: frozenset[str]
    status: int = 400
    _is_on: bool = False

    @classmethod
    def at(cls, harness: Harness, telling: frozenset[str]) -> Echo:
        """Put it in front of the harness's product."""
        hosts = harness.world.network.hosts
        host = harness.place.server.host
        said = [_sentence(value) for value in sorted(telling)]
        problems = [{"code": "INVALID", "description": text, "field": "name"} for text in said]
        body = json.dumps(
            {"message": said[0], "error": said[-1], "detail": said, "errors": problems}
        )
        echo = cls(hosts[host], body.encode(), sign_in_paths(harness))
        hosts[host] = echo
        return echo

    @contextmanager
    def on(self) -> Iterator[None]:
        """Answer so within the block."""
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; phones and sign-ins are spared."""
        path = str(scope["path"])
        if not self._is_on or path in self.sign_in or path.startswith(DEVICE_PATHS):
            await self.application(scope, receive, send)
            return
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": self.status, "headers": kind})
        await send({"type": "http.response.body", "body": self.body})


def _sentence(value: str) -> str:
    """How products repeat what they refuse: in quotation marks, and addresses also as they are."""
    return f"{value} is taken." if "@" in value else f'The value "{value}" is not valid.'


def _things(harness: Harness) -> Iterator[Thing]:
    found = taken(harness.tenant)
    yield from (*found.users, *found.devices, *found.groups, *found.profiles, *found.apps)


def _deeds(harness: Harness) -> list[tuple[Reading | Change, Deed]]:
    acts = [act for act in (*READINGS, *CHANGES) if harness.can(act.capability)]
    return [(act, _prepared(harness, act)) for act in acts]


def _prepared(harness: Harness, act: Reading | Change) -> Deed:
    return act.prepare(harness) if isinstance(act, Reading) else act.prepare(harness, 1)


def _trouble(harness: Harness, deed: Deed) -> str:
    try:
        deed(harness.tenant)
    except UeapiError as problem:
        return "".join(traceback.format_exception(problem)) + repr(problem)
    return ""


class _Keeping(logging.Handler):
    """Keeps every record."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _logged() -> Iterator[list[logging.LogRecord]]:
    """Everything any logger says within the block, kept from whoever listens otherwise."""
    keeping = _Keeping()
    loggers = [logging.getLogger(), logging.getLogger("ueapi")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.handlers[:] = []
    loggers[0].addHandler(keeping)
    try:
        yield keeping.records
    finally:
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
