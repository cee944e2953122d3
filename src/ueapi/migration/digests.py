"""What makes two readings of one object the same for a move: everything but telemetry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from ueapi.migration.inventory import Inventory
from ueapi.model import App, Device, Group, Profile, Scope, User

_LENGTH: Final = 32


def digest_of(value: object) -> str:
    """A short, stable digest of plain content."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def user_digest(user: User) -> str:
    """Name, addresses and Managed Apple ID count."""
    maid = user.managed_apple_id.key if user.managed_apple_id else None
    return digest_of([user.username, user.name, user.email, maid])


def device_digest(device: Device) -> str:
    """Enrollment and owner count; name, OS version and last contact are telemetry."""
    link = device.user
    owner = [link.id, link.username] if link else None
    return digest_of([device.enrollment.kind, device.enrollment.state, owner])


def group_digest(group: Group) -> str:
    """Name and criteria count, and the members of a static group."""
    members = None if group.is_dynamic else sorted(group.members or ())
    criteria = group.criteria.model_dump(mode="json") if group.criteria else None
    return digest_of([group.name, group.of, group.is_dynamic, criteria, members])


def profile_digest(profile: Profile) -> str:
    """Name, content by meaning, and scope count."""
    return digest_of([profile.name, profile.digest, _scope(profile.scope), list(profile.unmapped)])


def app_digest(app: App) -> str:
    """Identity, license mode and scope count; the version is the store's affair."""
    return digest_of(
        [app.name, app.kind, app.bundle_id, app.store_id, app.license_mode, _scope(app.scope)]
    )


def _scope(scope: Scope | None) -> object:
    return scope.model_dump(mode="json") if scope else None


def object_digests(taken: Inventory) -> Mapping[str, str]:
    """The digest of every object in a snapshot, by `kind:id`."""
    return {
        **{f"user:{u.id}": user_digest(u) for u in taken.users},
        **{f"device:{d.id}": device_digest(d) for d in taken.devices},
        **{f"group:{g.id}": group_digest(g) for g in taken.groups},
        **{f"profile:{p.id}": profile_digest(p) for p in taken.profiles},
        **{f"app:{a.id}": app_digest(a) for a in taken.apps},
    }


def object_names(taken: Inventory) -> Mapping[str, str]:
    """What to call an object in a message; people and devices are named by id only."""
    return {
        **{f"group:{g.id}": f"group {g.name!r}" for g in taken.groups},
        **{f"profile:{p.id}": f"profile {p.name!r}" for p in taken.profiles},
        **{f"app:{a.id}": f"app {a.name!r}" for a in taken.apps},
    }
