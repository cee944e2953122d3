"""Orders for several targets, of which the product takes one in each call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ueapi.contract import Accepted
from ueapi.errors import Conflict, NotFound, Rejected
from ueapi.flow import Call, Flow, Reply, ask
from ueapi.model import Scope


def refuse_others(to: Scope, kinds: Collection[str]) -> None:
    """Refuse a scope that says more than the product can be told, or names nobody.

    Raises:
        Rejected: names what can't be told; nothing was sent.
    """
    said = {name for name in Scope.model_fields if getattr(to, name)}
    problems = [f"{name}: the product takes no such target" for name in sorted(said - set(kinds))]
    if to.is_empty:
        problems.append("the scope names nobody")
    if problems:
        raise Rejected(
            "this scope can't be used as targets.",
            problems=problems,
            remedy=f"{'; '.join(problems)}. Nothing was sent.",
        )


Order = tuple[Call, Callable[[Reply], Accepted]]
"""An order, and what reads the answer to it."""


def in_turn(orders: Iterable[Order]) -> Flow[Accepted]:
    """Give orders one after the other, so that it is known which were taken when one is refused.

    Raises:
        Rejected, NotFound, Conflict: one was refused; the message says how many were accepted before it.
    """
    orders = tuple(orders)
    ids: list[str] = []
    for number, (call, taken) in enumerate(orders):
        try:
            accepted = taken((yield from ask(call)))
        except (Rejected, NotFound, Conflict) as problem:
            if len(orders) > 1:
                problem.remedy = (
                    f"{problem.remedy} Of {len(orders)} orders, {number} were accepted before this one,"
                    f" and {len(orders) - number - 1} were not sent."
                )
            raise
        ids += accepted.command_ids
    return Accepted(tuple(ids))
