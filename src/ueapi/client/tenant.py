"""One customer's instance of a product, held by a blocking or an asynchronous program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Concatenate, Final, ParamSpec, Protocol, Self, TypeVar, cast

from attrs import frozen

from ueapi.client import adoors, doors
from ueapi.contract import (
    Apps,
    Backend,
    Capability,
    CapabilitySheet,
    Devices,
    Groups,
    Limits,
    Profiles,
    Users,
    needed_by,
)
from ueapi.errors import CapabilityUnsupported, UeapiError, UsageError
from ueapi.flow import Flow, Page
from ueapi.runtime.aio import AsyncDriver
from ueapi.runtime.blocking import BlockingDriver
from ueapi.runtime.events import RowsDropped
from ueapi.runtime.exchange import Exchange
from ueapi.runtime.meter import Meter
from ueapi.runtime.transport import AsyncConnection, SyncConnection
from ueapi.runtime.walk import Listing, awalk, walk

F = TypeVar("F")
N = TypeVar("N")
T = TypeVar("T")
P = ParamSpec("P")


class _Paged(Protocol):
    def page(self, cursor: str | None) -> Flow[Page[object]]: ...


_CHEAP: Final[Mapping[str, Callable[..., object]]] = {
    "devices": Devices.page,
    "users": Users.page,
    "groups": Groups.page,
    "profiles": Profiles.page,
    "apps": Apps.page,
}


@frozen(kw_only=True)
class CheckUp:
    """What a check found: which listing answered, its total if the product says it, and how long it took."""

    operation: str
    total: int | None
    seconds: float


class _Tenant:
    """What both kinds of tenant share; nothing here talks."""

    def __init__(self, exchange: Exchange, sheet: CapabilitySheet) -> None:
        self._exchange = exchange
        self._sheet = sheet

    @property
    def name(self) -> str:
        """The local name of the tenant, as in `ref.tenant`."""
        return self._exchange.tenant

    @property
    def backend(self) -> str:
        """The name of its backend."""
        return self._exchange.name

    @property
    def sheet(self) -> CapabilitySheet:
        """What the backend can do, and what a person must do."""
        return self._sheet

    @property
    def limits(self) -> Limits:
        """What the product allows or advises a client."""
        return self._built.limits

    @property
    def meter(self) -> Meter:
        """The requests this tenant object has sent."""
        return self._exchange.meter

    def now(self) -> datetime:
        """The time by the tenant's clock, UTC."""
        return self._exchange.clock.now()

    @property
    def native(self) -> object:
        """The product's own API, as the plugin offers it; `None` if it offers none."""
        return self._built.native

    def native_as(self, kind: type[N]) -> N:
        """The product's own API as the class that the plugin documents, for `run` and a type checker.

        Raises:
            UsageError: the tenant's backend offers another one, or none.
        """
        if isinstance(found := self.native, kind):
            return found
        raise UsageError(
            f"the backend's own API is no {kind.__name__}.",
            remedy="Take the class from this backend's page of the manual; nothing was sent.",
            backend=self.backend,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} ({self.backend})>"

    @property
    def _built(self) -> Backend:
        return self._exchange.backend

    def _flow(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[Flow[T], str]:
        """Ask the sheet, then make the backend's flow. The contract's own method carries the mark, not its override."""
        operation = self._allowed(facet, method)
        return self._bound(facet, method, operation)(*args, **kwargs), operation

    def _bound(
        self, facet: F, method: Callable[Concatenate[F, P], Flow[T]], operation: str
    ) -> Callable[P, Flow[T]]:
        """The facet's own method; what it raises before its flow begins also says where."""
        own = cast("Callable[P, Flow[T]]", getattr(facet, method.__name__))

        def begin(*args: P.args, **kwargs: P.kwargs) -> Flow[T]:
            try:
                return own(*args, **kwargs)
            except UeapiError as error:
                error.at(backend=self.backend, operation=operation)
                raise

        return begin

    def _allowed(self, facet: object, method: Callable[..., object]) -> str:
        """Ask the sheet about the capability a method names. A flow of the product's own API may name none."""
        try:
            capability = needed_by(method)
        except LookupError:
            if facet is None or facet is not self.native:
                raise
            return f"native.{method.__name__}"
        if (refusal := self._sheet.refusal(capability, backend=self.backend)) is not None:
            raise refusal
        return capability.value

    def _cheapest(self) -> tuple[_Paged, Capability]:
        for name, method in _CHEAP.items():
            if self._sheet[needed_by(method)].is_callable:
                return cast("_Paged", getattr(self._built, name)), needed_by(method)
        raise CapabilityUnsupported(
            "the backend lists nothing, so there is no harmless call to check with.",
            remedy="Try the operation you need instead; nothing was sent.",
            backend=self.backend,
            operation="check",
        )

    def _dropped(self, operation: str, listing: Listing) -> None:
        if listing.dropped:
            self._exchange.announcer.tell(
                RowsDropped(
                    backend=self.backend,
                    tenant=self.name,
                    operation=operation,
                    count=listing.dropped,
                )
            )

    def _checked(self, capability: Capability, page: Page[object], started: float) -> CheckUp:
        seconds = self._exchange.clock.monotonic() - started
        return CheckUp(operation=capability.value, total=page.total, seconds=seconds)


class Tenant(_Tenant):
    """A tenant for blocking programs; safe to use from several threads. Close it, or use it in a `with` statement."""

    def __init__(
        self, exchange: Exchange, sheet: CapabilitySheet, connection: SyncConnection
    ) -> None:
        """Hold an open connection; `connect` makes one."""
        super().__init__(exchange, sheet)
        self._connection = connection
        self._driver = BlockingDriver(connection, exchange.clock)
        backend = exchange.backend
        self.users = doors.UsersDoor(self, backend.users)
        self.groups = doors.GroupsDoor(self, backend.groups)
        self.devices = doors.DevicesDoor(self, backend.devices)
        self.enrollments = doors.EnrollmentsDoor(self, backend.enrollments)
        self.profiles = doors.ProfilesDoor(self, backend.profiles)
        self.apps = doors.AppsDoor(self, backend.apps)
        self.licenses = doors.LicensesDoor(self, backend.licenses)
        self.commands = doors.CommandsDoor(self, backend.commands)

    def run(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask the sheet, then drive the flow of a facet's method.

        With `native` as the facet it drives one of the product's own, which the sheet is asked about only if the flow
        names a capability.
        """
        return self._driver.run(self._exchange.run(*self._flow(facet, method, *args, **kwargs)))

    def walk(
        self, facet: F, method: Callable[Concatenate[F, ...], Flow[Page[T]]], *args: str
    ) -> Iterator[T]:
        """Ask the sheet, then walk the pages of a facet's listing. The sheet is asked now, requests come later."""
        operation = self._allowed(facet, method)
        page_at = partial(self._bound(facet, method, operation), *args)
        return walk(
            page_at,
            lambda flow: self._driver.run(self._exchange.run(flow, operation)),
            partial(self._dropped, operation),
        )

    def check(self) -> CheckUp:
        """Sign in and make one cheap listing call, to see that address, credentials and rights are good."""
        facet, capability = self._cheapest()
        started = self._exchange.clock.monotonic()
        page = self._driver.run(self._exchange.run(facet.page(None), capability.value))
        return self._checked(capability, page, started)

    def close(self) -> None:
        """Close the connections; the tenant can't be used after that."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncTenant(_Tenant):
    """A tenant for asynchronous programs, for use in one event loop. Close it, or use it in `async with`."""

    def __init__(
        self, exchange: Exchange, sheet: CapabilitySheet, connection: AsyncConnection
    ) -> None:
        """Hold an open connection; `connect_async` makes one."""
        super().__init__(exchange, sheet)
        self._connection = connection
        self._driver = AsyncDriver(connection, exchange.clock)
        backend = exchange.backend
        self.users = adoors.UsersDoor(self, backend.users)
        self.groups = adoors.GroupsDoor(self, backend.groups)
        self.devices = adoors.DevicesDoor(self, backend.devices)
        self.enrollments = adoors.EnrollmentsDoor(self, backend.enrollments)
        self.profiles = adoors.ProfilesDoor(self, backend.profiles)
        self.apps = adoors.AppsDoor(self, backend.apps)
        self.licenses = adoors.LicensesDoor(self, backend.licenses)
        self.commands = adoors.CommandsDoor(self, backend.commands)

    async def run(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask the sheet, then drive the flow of a facet's method.

        With `native` as the facet it drives one of the product's own, which the sheet is asked about only if the flow
        names a capability.
        """
        return await self._driver.run(
            self._exchange.run(*self._flow(facet, method, *args, **kwargs))
        )

    def walk(
        self, facet: F, method: Callable[Concatenate[F, ...], Flow[Page[T]]], *args: str
    ) -> AsyncIterator[T]:
        """Ask the sheet, then walk the pages of a facet's listing. The sheet is asked now, requests come later."""
        operation = self._allowed(facet, method)
        page_at = partial(self._bound(facet, method, operation), *args)
        return awalk(
            page_at,
            lambda flow: self._driver.run(self._exchange.run(flow, operation)),
            partial(self._dropped, operation),
        )

    async def check(self) -> CheckUp:
        """Sign in and make one cheap listing call, to see that address, credentials and rights are good."""
        facet, capability = self._cheapest()
        started = self._exchange.clock.monotonic()
        page = await self._driver.run(self._exchange.run(facet.page(None), capability.value))
        return self._checked(capability, page, started)

    async def close(self) -> None:
        """Close the connections; the tenant can't be used after that."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
