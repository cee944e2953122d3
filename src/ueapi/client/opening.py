"""`connect` and `connect_async`: from a backend's name and settings to a tenant."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from attrs import frozen
from pydantic import SecretStr, ValidationError

from ueapi.client.tenant import AsyncTenant, Tenant
from ueapi.contract import Backend, CapabilitySheet, Context, Settings
from ueapi.errors import InvalidSettings
from ueapi.plugins import Registry
from ueapi.runtime.address import checked_base, is_loopback
from ueapi.runtime.clock import SYSTEM_CLOCK, Clock
from ueapi.runtime.deeds import Gate
from ueapi.runtime.events import Announcer, Observer
from ueapi.runtime.exchange import Exchange
from ueapi.runtime.pace import Pace
from ueapi.runtime.redact import Redactor
from ueapi.runtime.transport import (
    AsyncConnection,
    AsyncTransport,
    SyncConnection,
    SyncTransport,
)
from ueapi.wording import rule_of

DEADLINE: Final = 120.0
_UNSAID: Final = "it hasn't the form this setting takes"
"""In place of a rule whose text holds the value."""

Setting = str | int | SecretStr


def connect(
    backend: str,
    *,
    name: str | None = None,
    registry: Registry | None = None,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    transport: SyncTransport | None = None,
    insecure: bool = False,
    deadline: float = DEADLINE,
    observers: Iterable[Observer] = (),
    **settings: Setting,
) -> Tenant:
    """Open a tenant. No request is sent before the first operation.

    `name` is the tenant's local name, by default the backend's. `deadline` is how many seconds an operation may go
    without an answer, repetitions included; waiting for the product's rate limits isn't counted. `insecure` allows
    plain http to another machine. `observers` are told what happens. `registry`, `clock`, `rng` and `transport` replace
    the installed plugins, time, chance and network. All further arguments are the backend's own settings.

    Raises:
        UnknownBackend: no such plugin; the message says what to install.
        IncompatiblePlugin: the plugin is broken; update it.
        InvalidSettings: a setting is missing, unknown or wrong; the message names it.
    """
    opening = _Opening.of(backend, name, registry, clock, settings, insecure=insecure)
    limits = opening.backend.limits
    exchange = opening.exchange(
        rng=rng,
        deadline=deadline,
        observers=observers,
        signing=threading.Lock(),
        slots=threading.BoundedSemaphore(max(limits.concurrency, 1)),
    )
    connection = SyncConnection(limits, opening.clock, transport, direct=opening.is_local)
    return Tenant(exchange, opening.sheet, connection)


def connect_async(
    backend: str,
    *,
    name: str | None = None,
    registry: Registry | None = None,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    transport: AsyncTransport | None = None,
    insecure: bool = False,
    deadline: float = DEADLINE,
    observers: Iterable[Observer] = (),
    **settings: Setting,
) -> AsyncTenant:
    """Open a tenant for an asynchronous program; arguments and errors as for `connect`."""
    opening = _Opening.of(backend, name, registry, clock, settings, insecure=insecure)
    limits = opening.backend.limits
    exchange = opening.exchange(
        rng=rng,
        deadline=deadline,
        observers=observers,
        signing=asyncio.Lock(),
        slots=asyncio.BoundedSemaphore(max(limits.concurrency, 1)),
    )
    connection = AsyncConnection(limits, opening.clock, transport, direct=opening.is_local)
    return AsyncTenant(exchange, opening.sheet, connection)


@cache
def installed() -> Registry:
    """The registry of installed plugins, loaded once per process."""
    return Registry.installed()


@frozen(kw_only=True)
class _Opening:
    """What both ways of connecting have in common."""

    name: str
    tenant: str
    base: str
    backend: Backend
    sheet: CapabilitySheet
    clock: Clock
    registry: Registry
    redactor: Redactor

    @classmethod
    def of(
        cls,
        name: str,
        tenant: str | None,
        registry: Registry | None,
        clock: Clock | None,
        settings: Mapping[str, Setting],
        *,
        insecure: bool,
    ) -> _Opening:
        registry = registry if registry is not None else installed()
        clock = clock if clock is not None else SYSTEM_CLOCK
        tenant = tenant if tenant is not None else name
        checked = validated(name, registry.settings_type(name), settings)
        built = registry.build(name)(checked, Context(tenant=tenant, now=clock.now))
        return cls(
            name=name,
            tenant=tenant,
            base=checked_base(built.url, insecure=insecure),
            backend=built,
            sheet=registry.sheet(name),
            clock=clock,
            registry=registry,
            redactor=Redactor.knowing(secrets_of(checked)),
        )

    @property
    def is_local(self) -> bool:
        """Whether the product answers on this machine; such calls, often unencrypted, must not leave it by a proxy."""
        return is_loopback(urlsplit(self.base).hostname or "")

    def exchange(
        self,
        *,
        rng: random.Random | None,
        deadline: float,
        observers: Iterable[Observer],
        signing: Gate,
        slots: Gate,
    ) -> Exchange:
        watching = (*observers, *self.registry.observers())
        return Exchange(
            name=self.name,
            tenant=self.tenant,
            base=self.base,
            backend=self.backend,
            clock=self.clock,
            rng=rng if rng is not None else random.Random(),
            pace=_shared_pace(self),
            announcer=Announcer.to(watching, self.redactor),
            redactor=self.redactor,
            signing=signing,
            slots=slots,
            deadline=deadline,
        )


_paces: Final[WeakValueDictionary[tuple[str, str, Clock], Pace]] = WeakValueDictionary()
_paces_lock: Final = threading.Lock()


def _shared_pace(opening: _Opening) -> Pace:
    """One pace for all connections to a tenant on the machine's clock: the product counts them together."""
    if opening.clock is not SYSTEM_CLOCK:
        return Pace(opening.backend.limits)
    key = (opening.name, opening.base, opening.clock)
    with _paces_lock:
        pace = _paces.get(key)
        if pace is None:
            pace = _paces[key] = Pace(opening.backend.limits)
        return pace


def validated(backend: str, model: type[Settings], settings: Mapping[str, Setting]) -> Settings:
    """Check settings against the backend's model.

    Raises:
        InvalidSettings: names each wrong setting and what is allowed, and never a value.
    """
    try:
        return model.model_validate(dict(settings))
    except ValidationError as problem:
        raise InvalidSettings(
            "; ".join(_complaints(problem, model)) + ".",
            remedy=f"Settings of this backend: {', '.join(model.model_fields)}; nothing was sent.",
            backend=backend,
        ) from None


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The values that must never be shown."""
    values = (getattr(settings, field) for field in type(settings).model_fields)
    return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr))


def _complaints(problem: ValidationError, model: type[Settings]) -> Iterable[str]:
    for error in problem.errors(include_url=False, include_context=False):
        field = ".".join(map(str, error["loc"])) or "the settings together"
        match error["type"]:
            case "missing":
                yield f"`{field}` is missing"
            case "extra_forbidden":
                near = get_close_matches(field, model.model_fields, n=1)
                yield f"`{field}` is unknown" + (f", did you mean `{near[0]}`?" if near else "")
            case _:
                yield f"`{field}` is wrong: {_without(error['input'], error['msg'])}"


def _without(value: object, message: str) -> str:
    """The rule that was broken, unless its text quotes the value."""
    shown = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return _UNSAID if shown and shown in message else rule_of(message)
