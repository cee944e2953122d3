"""Orders for several targets, of which the product takes one in each call."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ueapi.contract import Accepted
from ueapi.errors import Conflict, NotFound, Rejected
from ueapi.flow import Flow
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


def in_turn(orders: Iterable[Flow[Accepted]]) -> Flow[Accepted]:
    """Give orders one after the other, so that it is known which were taken when one is refused.

    Raises:
        Rejected, NotFound, Conflict: one was refused; the message says how many were accepted before it.
    """
    waiting = tuple(orders)
    ids: list[str] = []
    for number, order in enumerate(waiting):
        try:
            accepted = yield from order
        except (Rejected, NotFound, Conflict) as problem:
            if len(waiting) > 1:
                problem.remedy = (
                    f"{problem.remedy} Of {len(waiting)} orders, {number} were accepted before this one,"
                    f" and {len(waiting) - number - 1} were not sent."
                )
            raise
        ids += accepted.command_ids
    return Accepted(tuple(ids))
