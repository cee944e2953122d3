"""Plans the move of many people, each with a phone; run as a script it prints the seconds of `make_plan`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from ueapi.contract import Capability, CapabilitySheet, Translation, native
from ueapi.migration.documents import Policy
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.model import (
    Device,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    ManagedAppleID,
    Origin,
    Ref,
    Snapshot,
    User,
    UserLink,
)

_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_ORIGIN = Origin(backend="old", read_at=_AT)
_ENROLLMENT = Enrollment(kind=EnrollmentKind.ACCOUNT_DRIVEN_USER, state=EnrollmentState.ENROLLED)


def fleet(people: int) -> Snapshot:
    """A snapshot of that many people with a phone each."""
    return Snapshot(
        tenant="old",
        backend="old",
        taken_at=_AT,
        users=tuple(_user(number) for number in range(people)),
        devices=tuple(_device(number) for number in range(people)),
    )


def _user(number: int) -> User:
    return User(
        ref=Ref(tenant="old", id=str(number)),
        origin=_ORIGIN,
        username=f"person{number}",
        name=f"Person {number}",
        email=f"person{number}@example.org",
        managed_apple_id=ManagedAppleID(f"person{number}@example.org"),
    )


def _device(number: int) -> Device:
    return Device(
        ref=Ref(tenant="old", id=str(number)),
        origin=_ORIGIN,
        name=f"Phone {number}",
        model="iPhone 15",
        os_version="26.1",
        enrollment=_ENROLLMENT,
        user=UserLink(username=f"person{number}"),
    )


def main() -> None:
    """Plan once."""
    source = fleet(int(sys.argv[1]))
    target = Snapshot(tenant="new", backend="new", taken_at=_AT)
    sheet = CapabilitySheet.of({c: native("benchmark") for c in Capability})
    product = TargetProduct(sheet=sheet, translate=Translation.whole)
    started = time.perf_counter()
    make_plan(source, target, policy=Policy(), product=product)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
