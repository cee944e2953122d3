"""Before people are asked: asking their domain as a phone would, so that nobody is asked whom it would lead astray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ueapi.migration import leading
from ueapi.migration.steering import Lookout, Sighting, View
from ueapi.migration.unled import Fault
from ueapi.migration.work import Move

MOST_DOMAINS: Final = 20
"""Domains asked before one asking; more than that no organization has."""
AGAIN: Final = (1.0, 3.0)
"""Seconds until it is asked again where a list was just renewed: who serves it looks at it a few times a second."""


def are_led(move: Move, people: Sequence[str]) -> bool:
    """Publish where everyone is led, and ask the domain of these people as their phones would.

    False when they would be led astray, or the policy wants to be sure and it can't be asked; both are told and noted.
    """
    if not leading.publish(move):
        return False
    rule, lookout = move.plan.policy.discovery_check, move.lookout
    if rule == "never" or not people or lookout is None:
        leading.let_go(move, Fault.DOMAIN)
        return True
    for domain, account in _accounts(move, people).items():
        seen = _seen(move, lookout, account)
        if seen.view is View.UNSEEN and rule == "try":
            _tell_unseen(move, domain, seen)
        elif seen.view is not View.LED:
            reason = f"{domain}, asked as a phone asks: {seen.reason}"
            leading.hold(move, Fault.DOMAIN, reason, seen.do, len(people))
            return False
    leading.let_go(move, Fault.DOMAIN)
    return True


def _accounts(move: Move, people: Sequence[str]) -> dict[str, str]:
    """One account of each domain: an answer for one of the people asked holds for the others there."""
    found: dict[str, str] = {}
    for key in people:
        account = move.people[key].managed_apple_id
        if account is not None:
            found.setdefault(account.domain, account.root)
    return dict(sorted(found.items())[:MOST_DOMAINS])


def _seen(move: Move, lookout: Lookout, account: str) -> Sighting:
    seen = lookout.sighted(account)
    for seconds in AGAIN:
        if seen.view is not View.MISLED:
            break
        move.clock.sleep(seconds)
        seen = lookout.sighted(account)
    return seen


def _tell_unseen(move: Move, domain: str, seen: Sighting) -> None:
    def told() -> str:
        text = f"discovery of {domain} can't be seen from here: {seen.reason}. {seen.do}"
        move.emit("unseen", text)
        return "told"

    move.once(f"unseen-domain:{domain}", "preflight", told, system="")
