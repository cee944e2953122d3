"""Small hand-made facts for the tests of readiness."""

from __future__ import annotations

from attrs import evolve

from tests.migration import fleets
from ueapi.contract import Capability, CapabilitySheet, Support, manual, native
from ueapi.discovery.checking import PROBES, Grade, Result
from ueapi.model import Absence, LicensePool, User
from ueapi.readiness import Check, Directory, Facts, Finding, Invitee, ready

ADDRESS = "person1@example.org"
APP = "361309726"
SET_UP = manual("Tick the box", evidence="a page")


def sheet(**rows: Support) -> CapabilitySheet:
    named = {Capability[name.upper()]: row for name, row in rows.items()}
    plain = {c: native("test") for c in Capability}
    return CapabilitySheet.of(
        {**plain, Capability.ENROLLMENTS_ACCOUNT_DRIVEN_SETUP: SET_UP, **named}
    )


def new_user(number: int = 1, *, maid: str | None = "", **more: object) -> User:
    return fleets.user(number, maid=maid, tenant="new").model_copy(update=more)


def without_account(why: Absence, *, inferred: bool = False) -> User:
    bare = new_user(maid=None)
    marks = frozenset({"managed_apple_id"}) if inferred else frozenset()
    origin = bare.origin.model_copy(update={"absent": {"managed_apple_id": why}, "inferred": marks})
    return bare.model_copy(update={"origin": origin})


def target(*users: User, **missing: str) -> Directory:
    return Directory(tenant="new", users=users, missing=missing)


def facts(**changes: object) -> Facts:
    """Everything is right with person 1, but for what nobody can see."""
    right = Facts(
        target=target(new_user()),
        sheet=sheet(),
        source=Directory(tenant="old", users=(fleets.user(1),), devices=(fleets.device(1, 1),)),
        pools=(LicensePool(location="1", store_id=APP, total=3, in_use=1),),
        federated=frozenset({"example.org"}),
        discovery={"example.org": probed()},
        has_account_driven=True,
    )
    return evolve(right, **changes)


def probed(**grades: Grade) -> tuple[Result, ...]:
    """Every probe is good, except those named."""
    return tuple(
        Result(
            probe=name,
            grade=grades.get(name.replace("-", "_"), Grade.GOOD),
            text=f"said of {name}",
            fix="put it right",
        )
        for name in PROBES
    )


def person(address: str = ADDRESS, apps: frozenset[str] | None = frozenset({APP})) -> Invitee:
    return Invitee(address=address, apps=apps)


def judged(check: Check, known: Facts, who: Invitee | None = None) -> Finding:
    return ready([who or person()], known)[0][check]
