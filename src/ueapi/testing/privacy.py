"""What no backend may let out: secrets, hidden identifiers, and personal data where nobody asked for them."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

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
SHORTEST_FOREIGN: Final = 3
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
            found = found_in(hidden, content + raw)
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

        assert not found_in(telling, " ".join(f"{each!r} {each!s}" for each in shown))

    @promise(
        "privacy.errors.say-nothing",
        Topic.PRIVACY,
        fix="Word errors yourself: name the kind of object and its id, and of the product's text only what "
        "`ueapi.contract.wording.nameless` leaves; raise `from None` where the cause shows a value.",
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
                found = found_in(telling, text)
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
        text = "\n".join(map(_whole, records))

        assert records or not any(harness.can(c) for c in harness.tenant.sheet)
        assert not found_in(telling, text)

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

        assert not found_in(telling, repr(seen))
        assert seen or not any(harness.can(act.capability) for act in (*READINGS, *CHANGES))


# ---------------------------------------------------------------- what may not be seen


def long_ones(texts: frozenset[str] | set[str]) -> frozenset[str]:
    """Texts long enough to be looked for; in other scripts fewer characters can't be anywhere by chance."""
    return frozenset(
        text for text in texts if len(text) >= (SHORTEST if text.isascii() else SHORTEST_FOREIGN)
    )


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


def found_in(telling: frozenset[str], text: str) -> int:
    """How many of them are in a text, however spelled; which ones isn't said, since the message would tell them."""
    folded = text.casefold()
    return sum(any(each in folded for each in spellings(value)) for value in telling)


@cache
def spellings(value: str) -> frozenset[str]:
    """How a value may stand in a text: as it is, as in an address, in JSON, a name reversed, a number by its digits."""
    given, _, family = value.rpartition(" ")
    digits = value.removeprefix("+")
    found = {value, quote(value), quote(value, safe=""), quote_plus(value), escape(value)}
    found |= {json.dumps(value)[1:-1], repr(value)[1:-1]}
    found |= {f"{family}, {given}"} if given else set()
    found |= {digits} if digits.isdecimal() else set()
    return frozenset(each.casefold() for each in found)


# ---------------------------------------------------------------- what could tell them


@define(eq=False)
class Echo:
    """A product that answers each request with a refusal that repeats a value: one after the other, in all forms."""

    application: Application = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)
    sign_in: frozenset[str]
    status: int = 400
    _is_on: bool = False
    _turn: int = 0

    @classmethod
    def at(cls, harness: Harness, telling: frozenset[str]) -> Echo:
        """Put it in front of the harness's product."""
        hosts = harness.world.network.hosts
        host = harness.place.server.host
        said = tuple(text.format(value) for value in sorted(telling) for text in _SENTENCES)
        echo = cls(hosts[host], said, sign_in_paths(harness))
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
        form, body = self._next()
        kind = [(b"content-type", form.encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": kind})
        await send({"type": "http.response.body", "body": body})

    def _next(self) -> tuple[str, bytes]:
        text = self.sentences[self._turn % len(self.sentences)]
        form, shape = _SHAPES[self._turn % len(_SHAPES)]
        # A step that has no factor in common with the sentences and the forms meets each pair of them.
        self._turn += 1
        return form, shape(text).encode()


_SENTENCES: Final = (
    'The value "{}" is not valid.',
    "{} is taken.",
    "There is no {} here",
    "name: {}, which another user has.",
    "({})",
)
"""How products repeat what they refuse."""


def _flat(text: str) -> str:
    problems = [{"code": "INVALID", "field": "name", "description": text, "message": text}]
    told = {"message": text, "error": text, "detail": text, "title": text, "errorDesc": text}
    return json.dumps({**told, "errorCode": "1001", "name": [text], "errors": problems})


def _nested(text: str) -> str:
    return json.dumps({"error": {"code": "invalid", "message": text, "fields": [text]}})


def _failed(text: str) -> str:
    told = {"status": "Failure", "description": text, "errorDesc": text, "errorCode": "1001"}
    return json.dumps({"response": told}, ensure_ascii=False)


def _xml(text: str) -> str:
    said = escape(text)
    return (
        f"<response><status>Failure</status><errorCode>1001</errorCode><errorDesc>{said}</errorDesc>"
        f"<description>{said}</description></response>"
    )


def _page(text: str) -> str:
    return f"<html><head><title>Status page</title></head><body><p>{escape(text)}</p></body></html>"


_SHAPES: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("application/json", _flat),
    ("application/json", _nested),
    ("application/json", _failed),
    ("application/xml", _xml),
    ("text/html", _page),
    ("text/plain", str),
)
"""The forms of refusals that products have."""


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
        shown = traceback.format_exception(problem)
        return " ".join([*shown, *(f"{each!r} {vars(each)!r}" for each in _chain(problem))])
    return ""


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, as a debugger shows them, however it was raised."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [problem]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in seen:
            seen.append(each)
            # A cause that is suppressed in a traceback isn't looked at: only what is shown is told.
            waiting += [each.__cause__, None if each.__suppress_context__ else each.__context__]
    yield from seen


def _whole(record: logging.LogRecord) -> str:
    """All that a log can show of a record: its text, its traceback, and what was handed to it."""
    return f"{logging.Formatter().format(record)} {vars(record)!r}"


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
