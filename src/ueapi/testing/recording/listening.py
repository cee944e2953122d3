"""Overhears what a backend asks and what the product answers, without the headers that sign a call.

The ear sits between backend and runtime: pace, repetition, bounds and signing in stay as they are. Only calls that
read are let through.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Final, TypeVar, cast
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen
from pydantic import SecretStr

from ueapi.contract import Auth, Backend, Context, Credential, Settings
from ueapi.errors import UeapiError, UsageError
from ueapi.flow import Ask, Call, Effect, Flow, Reply
from ueapi.plugins import Build, EntryPoint, Registry

F = TypeVar("F")
T = TypeVar("T")

Question = tuple[str, str, tuple[tuple[str, str], ...], bytes | None]

TOO_MANY: Final = 429
SERVER_FAULT: Final = 500
FACETS: Final = (
    "users",
    "groups",
    "devices",
    "enrollments",
    "profiles",
    "apps",
    "licenses",
    "commands",
)


@frozen
class Heard:
    """One exchange as it was, with everything in it that must never reach a file."""

    call: Call = field(repr=False)
    reply: Reply = field(repr=False)


@define
class Ear:
    """What was overheard of one backend, and what it was told in confidence.

    `secrets` are the settings and credentials, `hosts` the names of the tenant's server; both are looked for in
    whatever is written. `build` and `settings` make the backend once more, as new.
    """

    _heard: dict[Question, Heard] = field(factory=dict, repr=False, init=False)
    secrets: set[str] = field(factory=set, repr=False)
    hosts: set[str] = field(factory=set, repr=False)
    backend: str = ""
    build: Callable[[Settings], Backend] | None = None
    settings: Settings | None = None

    def on(self, make: Build, settings: Settings, context: Context) -> Backend:
        """The backend, overheard."""
        self.build = lambda others: make(others, context)
        self.settings = settings
        self.secrets |= set(_texts_of(settings))
        backend = make(settings, context)
        for url in (settings.url, backend.url):
            self.hosts.add((urlsplit(url).hostname or "").casefold())
        facets = {name: _overheard(getattr(backend, name), self) for name in FACETS}
        fault = backend.fault

        def noted(call: Call, reply: Reply) -> UeapiError:
            if not call.anonymous:
                self.note(call, reply)
            return fault(call, reply)

        return evolve(backend, auth=_Confided(backend.auth, self), fault=noted, **facets)

    def note(self, call: Call, reply: Reply) -> None:
        """Keep the first answer to each question; what only asks to come back later is none."""
        if reply.status == TOO_MANY or reply.status >= SERVER_FAULT:
            return
        self._heard.setdefault(
            (call.method, call.target, call.query, call.body), Heard(call, reply)
        )

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Every question and its answer, in order."""
        return tuple(self._heard.values())

    def forget(self) -> None:
        """Begin anew; what was confided stays known."""
        self._heard.clear()


class OverhearingRegistry(Registry):
    """Builds each backend overheard; pass it to `connect`."""

    def __init__(
        self, points: Iterable[EntryPoint] = (), *, only: Iterable[str] | None = None
    ) -> None:
        """Hold entry points as a registry does."""
        super().__init__(points, only=only)
        self.ear = Ear()

    def build(self, name: str) -> Build:
        """The function that builds the backend, overheard."""
        make = super().build(name)
        self.ear.backend = name
        return lambda settings, context: self.ear.on(make, settings, context)


@frozen
class _Confided:
    """Signs in as the backend does, and remembers the credential as a secret."""

    _auth: Auth
    _ear: Ear

    def sign_in(self) -> Flow[Credential]:
        credential = yield from self._auth.sign_in()
        for value in credential.headers.values():
            self._ear.secrets |= {value, value.rpartition(" ")[2]}
        return credential


class _Facet:
    """A facet whose flows are overheard."""

    def __init__(self, facet: object, ear: Ear) -> None:
        self._facet = facet
        self._ear = ear

    def __getattr__(self, name: str) -> object:
        found = getattr(self._facet, name)
        if not callable(found):
            return found

        def begin(*args: object, **kwargs: object) -> object:
            result = found(*args, **kwargs)
            return _followed(result, self._ear) if isinstance(result, Generator) else result

        return begin


def _overheard(facet: F, ear: Ear) -> F:
    return cast("F", _Facet(facet, ear))


def _followed(flow: Flow[T], ear: Ear) -> Flow[T]:
    try:
        asked = next(flow)
        while True:
            _refuse_changes(asked)
            try:
                replies: Sequence[Reply] = yield asked
            except UeapiError as error:
                asked = flow.throw(error)
                continue
            for call, reply in zip(asked.calls, replies, strict=True):
                ear.note(call, reply)
            asked = flow.send(replies)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        flow.close()


def _refuse_changes(asked: Ask) -> None:
    for call in asked.calls:
        if call.effect is not Effect.READS:
            raise UsageError(
                "the backend makes a change while it reads.",
                remedy="Report it to the plugin's author; the call was not sent, and nothing was recorded.",
                operation=call.operation,
            )


def _texts_of(settings: Settings) -> Iterable[str]:
    values: Mapping[str, object] = {
        name: getattr(settings, name) for name in type(settings).model_fields
    }
    for value in values.values():
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, str):
            yield value
