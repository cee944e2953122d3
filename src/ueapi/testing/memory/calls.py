"""The few forms of call the product knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import frozen

from ueapi.errors import Rejected
from ueapi.flow import JSON, Call, Effect, Flow, Page, ask, json_body
from ueapi.model import Scope
from ueapi.testing.memory.wire import PageRow, Row, read

R = TypeVar("R", bound=Row)
T = TypeVar("T")


def reading(operation: str, path: str, native: str | None) -> Call:
    """A call that reads one object; `path` has the place `{id}` if there is one, so that no id ever reaches a log."""
    return Call(
        operation=operation,
        method="GET",
        path=path,
        effect=Effect.READS,
        at={} if native is None else {"id": native},
    )


def writing(
    operation: str,
    method: str,
    path: str,
    *,
    effect: Effect,
    native: str | None = None,
    body: Mapping[str, object] | None = None,
) -> Call:
    """A call that changes something; `effect` says what a lost answer means."""
    return Call(
        operation=operation,
        method=method,
        path=path,
        effect=effect,
        at={} if native is None else {"id": native},
        body=None if body is None else json_body(body),
        content_type=None if body is None else JSON,
    )


@frozen(kw_only=True)
class Listing:
    """One of the product's lists, perhaps narrowed by `where`."""

    operation: str
    path: str
    rows: int
    native: str | None = None
    where: tuple[tuple[str, str], ...] = ()

    def page(
        self, kind: type[PageRow[R]], cursor: str | None, *, translate: Callable[[R], T]
    ) -> Flow[Page[T]]:
        """Read one page: one call. The total lets the runtime notice when rows go missing while it lists."""
        after = () if cursor is None else (("cursor", cursor),)
        call = Call(
            operation=self.operation,
            method="GET",
            path=self.path,
            effect=Effect.READS,
            at={} if self.native is None else {"id": self.native},
            query=(*self.where, ("limit", str(self.rows)), *after),
        )
        row = read(kind, (yield from ask(call)), of=self.operation)
        return Page(tuple(translate(item) for item in row.items), row.next, row.total)


def targets(scope: Scope) -> dict[str, object]:
    """A scope in the product's words.

    Raises:
        Rejected: it names nobody, or leaves somebody out, for which the product has no word. Nothing was sent.
    """
    if scope.has_exceptions or scope.is_empty:
        problem = "it names nobody" if scope.is_empty else "it leaves somebody out"
        raise Rejected(
            f"this scope can't be assigned to: {problem}.",
            problems=(problem,),
            remedy="Name groups without exceptions; nothing was sent.",
        )
    return {
        "users": scope.users,
        "user_groups": scope.user_groups,
        "devices": scope.devices,
        "device_groups": scope.device_groups,
        "everyone": scope.everyone,
    }
