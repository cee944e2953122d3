"""Small hand-made snapshots for the tests of planning."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime

from ueapi.apple import profiles as apple_profiles
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
    Profile,
    Ref,
    Scope,
    Snapshot,
    User,
    UserLink,
)

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def origin(backend: str = "old", *inferred: str) -> Origin:
    return Origin(backend=backend, read_at=AT, inferred=frozenset(inferred))


def user(number: int, *, maid: str | None = "", tenant: str = "old", **more: object) -> User:
    address = f"person{number}@example.org" if maid == "" else maid
    return User(
        ref=Ref(tenant=tenant, id=str(number)),
        origin=origin(tenant),
        username=f"person{number}",
        name=f"Person {number}",
        email=f"person{number}@example.org",
        managed_apple_id=ManagedAppleID(address) if address else None,
        **more,
    )


def device(
    number: int,
    owner: int,
    *,
    kind: EnrollmentKind = EnrollmentKind.ACCOUNT_DRIVEN_USER,
    state: EnrollmentState = EnrollmentState.ENROLLED,
    os_version: str = "26.1",
    name: str | None = None,
) -> Device:
    return Device(
        ref=Ref(tenant="old", id=str(number)),
        origin=origin(),
        name=name or f"Phone {number}",
        model="iPhone 15",
        os_version=os_version,
        enrollment=Enrollment(kind=kind, state=state),
        user=UserLink(username=f"person{owner}"),
    )


def profile(number: int, name: str, payload: dict[str, object], scope: Scope) -> Profile:
    content = plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"org.example.{number}",
            "PayloadUUID": f"00000000-0000-4000-8000-{number:012d}",
            "PayloadDisplayName": name,
            "PayloadContent": [
                {
                    "PayloadVersion": 1,
                    "PayloadIdentifier": f"org.example.{number}.1",
                    "PayloadUUID": f"00000000-0000-4000-8001-{number:012d}",
                    **payload,
                }
            ],
        }
    )
    parsed = apple_profiles.read(content)
    return Profile(
        ref=Ref(tenant="old", id=str(number)),
        origin=origin(),
        name=name,
        content=apple_profiles.write(parsed),
        digest=apple_profiles.semantic_digest(parsed),
        scope=scope,
    )


def group(key: str, name: str, members: tuple[str, ...], of: str = "users") -> Group:
    return Group(ref=Ref(tenant="old", id=key), origin=origin(), name=name, of=of, members=members)


def app(number: int, scope: Scope, **more: object) -> App:
    values: dict[str, object] = {
        "name": f"App {number}",
        "kind": AppKind.STORE,
        "bundle_id": f"org.example.app{number}",
        "store_id": str(1000 + number),
        "license_mode": LicenseMode.USER,
    }
    return App(
        ref=Ref(tenant="old", id=str(number)), origin=origin(), scope=scope, **(values | more)
    )


def source(**parts: object) -> Snapshot:
    return Snapshot(tenant="old", backend="old", taken_at=AT, **parts)


def target(**parts: object) -> Snapshot:
    return Snapshot(tenant="new", backend="new", taken_at=AT, **parts)
