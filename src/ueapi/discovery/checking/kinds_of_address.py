"""The probe about the two kinds of network addresses: do both lead to the same answer?"""

from __future__ import annotations

from ueapi.discovery.checking.grading import SKIPPED, Grade, Said, bad, good
from ueapi.runtime.probing import Seen, Trouble, Unseen


def of_both_kinds(v4: Seen | Unseen, v6: Seen | Unseen) -> Said:
    """What asking over either kind tells of the domain; nothing where neither kind gave an answer."""
    if isinstance(v6, Unseen) and isinstance(v4, Unseen):
        return SKIPPED
    if isinstance(v6, Unseen):
        return _without_ipv6(v6)
    if isinstance(v4, Unseen):
        return _without_ipv4(v4)
    if (v4.status, v4.body) != (v6.status, v6.body):
        return bad("IPv4 and IPv6 lead to different answers")
    return good("IPv4 and IPv6 give the same answer")


def _without_ipv6(v6: Unseen) -> Said:
    if v6.trouble is Trouble.NO_ADDRESS:
        return good("the domain has no IPv6 address; phones reach it over IPv4")
    if v6.trouble is Trouble.NO_WAY:
        return Said(Grade.SKIPPED, "there is no way over IPv6 from here, so it wasn't asked")
    return bad(f"the domain has an IPv6 address that doesn't answer: {v6.reason}")


def _without_ipv4(v4: Unseen) -> Said:
    if v4.trouble is Trouble.NO_ADDRESS:
        return Said(
            Grade.NOTE,
            "the domain has no IPv4 address; phones in a network without IPv6 may not reach it",
            "Give the domain an A record too.",
        )
    if v4.trouble is Trouble.NO_WAY:
        return Said(Grade.SKIPPED, "there is no way over IPv4 from here, so it wasn't asked")
    return Said(
        Grade.FINDING,
        f"the domain has an IPv4 address that doesn't answer: {v4.reason}",
        "Let both kinds of address lead to the same server, or remove the A record.",
    )
