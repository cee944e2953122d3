"""Configuration profiles and apps, and to whom they are assigned."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from ueapi.model.base import Thing, Value


class Scope(Value):
    """To whom something is assigned: ids in the same tenant."""

    users: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    device_groups: tuple[str, ...] = ()
    everyone: bool = False
    has_exceptions: bool = False
    """True when the product also excludes or limits someone, which this scope doesn't describe."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in scope."""
        return not (
            self.everyone or self.users or self.user_groups or self.devices or self.device_groups
        )


class Profile(Thing):
    """An Apple configuration profile held by a tenant.

    `content` is a configuration profile as canonical XML property list (read it with `ueapi.apple.profiles`). As
    read from a tenant it can hold secrets; a snapshot replaces them by references. `unmapped` names settings
    of the product that have no Apple key and are missing from `content`.
    """

    name: str
    content: bytes | None = Field(default=None, repr=False)
    digest: str | None = None
    """Semantic digest of the content, keys owned by the server masked."""
    scope: Scope | None = None
    unmapped: tuple[str, ...] = ()


class ProfileDraft(Value):
    """A configuration profile as it should be; `name` is the stable key."""

    name: str
    content: bytes = Field(exclude=True, repr=False)


class AppKind(StrEnum):
    """Where an app comes from."""

    STORE = "store"
    CUSTOM = "custom"
    IN_HOUSE = "in-house"
    WEB = "web"


class LicenseMode(StrEnum):
    """To what a license of the app is assigned. User Enrollment allows only users."""

    USER = "user"
    DEVICE = "device"


class App(Thing):
    """An app in a tenant's catalog. `store_id` is Apple's numeric id (adamId) as text."""

    name: str
    kind: AppKind
    bundle_id: str | None = None
    store_id: str | None = None
    version: str | None = None
    url: str | None = None
    license_mode: LicenseMode | None = None
    installs_by_itself: bool | None = None
    has_configuration: bool | None = None
    scope: Scope | None = None


class AppDraft(Value):
    """An app as it should be in a catalog; `bundle_id` is the stable key of a store app."""

    name: str
    kind: AppKind
    bundle_id: str
    store_id: str | None = None
    version: str | None = None
    url: str | None = None
