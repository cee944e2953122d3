"""Plans the move of many people, each with a phone.

`python -m benchmarks.planning 10000` prints the seconds of `make_plan` in memory.
`python -m benchmarks.planning 100000 files` goes from two snapshot files to a plan file and back, and prints seconds
and the peak in MB as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ueapi.contract import Capability, CapabilitySheet, Translation, native
from ueapi.migration import open_snapshot
from ueapi.migration.documents import Plan, Policy
from ueapi.migration.inventory import DeclaredLimits
from ueapi.migration.planning import TargetProduct, make_plan
from ueapi.migration.streamed import Footer, Header, Writer, private_file
from ueapi.model import (
    App,
    AppKind,
    Device,
    Enrollment,
    EnrollmentKind,
    EnrollmentState,
    Group,
    LicenseMode,
    ManagedAppleID,
    Origin,
    Ref,
    Scope,
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


def write_fleet(people: int, path: Path) -> None:
    """Write the same fleet as lines, with a group of everyone and ten apps for it."""
    with private_file(path) as out:
        limits = DeclaredLimits(concurrency=3)
        writer = Writer(out, Header(tenant="old", backend="old", taken_at=_AT, limits=limits))
        writer.write("user", (_user(number) for number in range(people)))
        writer.write("device", (_seen(number) for number in range(people)))
        writer.write("group", [_everyone(people)])
        writer.write("app", _apps())
        spent = {"users.list": people // 1000 + 1, "devices.list": people // 500 + 1}
        writer.close(Footer(rows=writer.rows, spent=spent))


def _seen(number: int) -> Device:
    seen = _AT - timedelta(days=number % 50)
    return _device(number).model_copy(update={"last_seen": seen})


def _everyone(people: int) -> Group:
    members = tuple(str(number) for number in range(people))
    ref = Ref(tenant="old", id="users-1")
    return Group(ref=ref, origin=_ORIGIN, name="Everyone", of="users", members=members)


def _apps() -> Iterator[App]:
    for number in range(10):
        yield App(
            ref=Ref(tenant="old", id=str(number)),
            origin=_ORIGIN,
            name=f"App {number}",
            kind=AppKind.STORE,
            bundle_id=f"org.example.app{number}",
            store_id=str(number),
            license_mode=LicenseMode.USER,
            scope=Scope(user_groups=("users-1",)),
        )


def _product() -> TargetProduct:
    sheet = CapabilitySheet.of({c: native("benchmark") for c in Capability})
    return TargetProduct(sheet=sheet, translate=Translation.whole)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def from_files(people: int, folder: Path) -> dict[str, float]:
    """Seconds and peak megabytes of planning from files, and of writing and reading the plan."""
    write_fleet(people, folder / "old.json")
    write_fleet(0, folder / "new.json")
    before, started = _megabytes(), time.perf_counter()
    source, target = (open_snapshot(folder / f"{name}.json") for name in ("old", "new"))
    plan = make_plan(source, target, policy=Policy(), product=_product())
    planned = time.perf_counter()
    plan.write(folder / "plan.json")
    written, peak = time.perf_counter(), _megabytes()
    del plan
    Plan.read(folder / "plan.json")
    return {
        "seconds to plan": planned - started,
        "seconds to write": written - planned,
        "seconds to read": time.perf_counter() - written,
        "MB before": before,
        "MB peak of planning and writing": peak,
        "MB peak with reading": _megabytes(),
        "MB of the snapshot": (folder / "old.json").stat().st_size / 1e6,
        "MB of the plan": (folder / "plan.json").stat().st_size / 1e6,
    }


def main() -> None:
    """Measure once."""
    people = int(sys.argv[1])
    if sys.argv[2:] == ["files"]:
        with tempfile.TemporaryDirectory() as folder:
            found = from_files(people, Path(folder))
        print(json.dumps({name: round(figure, 1) for name, figure in found.items()}, indent=1))
        return
    source = fleet(people)
    target = Snapshot(tenant="new", backend="new", taken_at=_AT)
    product = _product()
    started = time.perf_counter()
    make_plan(source, target, policy=Policy(), product=product)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
