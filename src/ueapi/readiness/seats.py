"""Whether there is a free license of each app the person shall get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from ueapi.readiness.case import Case, not_ready, ready, unknown
from ueapi.readiness.findings import Check, Finding
from ueapi.wording import counted

LISTED: Final = "licenses.list of the tenant"
LOOK_UP: Final = (
    "Compare the seats in Apple Business Manager with the people, then confirm the check."
)


def licenses(case: Case) -> Finding:
    """Seats go to people in the order they are asked; nobody is assumed to hold one already.

    Whoever enrolls anew within one product may hold one: then a shortage is for a person to look at.
    """
    check, facts = Check.LICENSES, case.facts
    if case.person.apps is None:
        fix = "Name each licensed app with --app, by Apple's number."
        return unknown(check, "nobody said which apps", fix=fix, evidence="no apps were given")
    if not case.person.apps:
        return ready(check, "no licensed app is to be given", evidence="apps as given")
    if facts.pools is None:
        reason = f"free seats can't be read: {facts.missing.get('licenses', 'nobody asked')}"
        return unknown(check, reason, fix=LOOK_UP, evidence="licenses.list in the sheet")
    free = _free(case)
    short = sorted(app for app in case.person.apps if free.get(app, 0) <= case.ranks.get(app, 0))
    if short and _may_hold(case):
        reason = f"{_shortage(short[0], free)}, and the product doesn't show whether this person holds one"
        return unknown(check, reason, fix=LOOK_UP, evidence=LISTED)
    if short:
        return not_ready(check, _shortage(short[0], free), fix=_fix(case), evidence=LISTED)
    return ready(check, "each app has a free seat for this person", evidence=LISTED)


def _may_hold(case: Case) -> bool:
    return case.facts.source is case.facts.target and bool(case.phones)


def _free(case: Case) -> Mapping[str, int]:
    free: Counter[str] = Counter()
    for pool in case.facts.pools or ():
        free[pool.store_id] += max(0, pool.free)
    return free


def _shortage(app: str, free: Mapping[str, int]) -> str:
    if app not in free:
        return f"the tenant has no licenses of app {app}"
    if free[app] == 0:
        return f"app {app} has no free seat"
    seats = counted(
        free[app], f"free seat of app {app} goes", several=f"free seats of app {app} go"
    )
    return f"the {seats} to people asked earlier"


def _fix(case: Case) -> str:
    if any(place.used_by_another_service for place in case.facts.locations):
        return (
            "Take back the location that another service uses, or get more seats for this tenant's."
        )
    return "Get more seats in Apple Business Manager, or take back unused ones."
