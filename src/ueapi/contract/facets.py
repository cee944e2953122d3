"""The facets: what a backend can be asked, as flows.

A backend subclasses the facets it has and overrides what its product offers; the sheet says which those are. A method
that is not overridden raises `CapabilityUnsupported`, so a sheet that claims too much is noticed at once.
Ids are the product's own, as in `ref.id`. Lists are pages: `cursor` is `None` for the first one, then what the last
page named in `next`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, NoReturn, TypeVar

from attrs import frozen

from ueapi.contract.capability import Capability, needs
from ueapi.contract.translation import Translation
from ueapi.errors import CapabilityUnsupported
from ueapi.flow import Flow, Page
from ueapi.model import (
    App,
    AppDraft,
    Command,
    Device,
    DeviceReport,
    Group,
    GroupDraft,
    LicensePool,
    Location,
    ManagedAppleID,
    Profile,
    ProfileDraft,
    Scope,
    User,
    UserDraft,
)

T = TypeVar("T")


class Change(StrEnum):
    """What `ensure` had to do."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@frozen
class Ensured(Generic[T]):
    """An object that is now as asked for, and what that took."""

    value: T
    change: Change


@frozen
class Accepted:
    """The product took the order; the effect comes later.

    `command_ids` are empty where the product hands out none; follow up with `commands.of_device`.
    """

    command_ids: tuple[str, ...] = ()


def _absent(capability: Capability) -> NoReturn:
    raise CapabilityUnsupported(
        "the backend has no code for this, whatever its sheet says.",
        remedy="Report it to the plugin's author; nothing was sent.",
        operation=capability.value,
    )


class Users:
    """The people a tenant knows."""

    @needs(Capability.USERS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[User]]:
        """List users."""
        _absent(Capability.USERS_LIST)

    @needs(Capability.USERS_GET)
    def get(self, user_id: str) -> Flow[User]:
        """Read one user, or raise `NotFound`."""
        _absent(Capability.USERS_GET)

    @needs(Capability.USERS_GET)
    def find(self, managed_apple_id: ManagedAppleID) -> Flow[User | None]:
        """Read the user with that Managed Apple ID, or `None`."""
        _absent(Capability.USERS_GET)

    @needs(Capability.USERS_ENSURE)
    def ensure(self, draft: UserDraft) -> Flow[Ensured[User]]:
        """Make sure that the user exists as drafted."""
        _absent(Capability.USERS_ENSURE)


class Groups:
    """Groups of users and of devices."""

    @needs(Capability.GROUPS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Group]]:
        """List groups, without members."""
        _absent(Capability.GROUPS_LIST)

    @needs(Capability.GROUPS_GET)
    def get(self, group: Group) -> Flow[Group]:
        """Read one group with its members, and its criteria if the product shows them."""
        _absent(Capability.GROUPS_GET)

    @needs(Capability.GROUPS_ENSURE)
    def ensure(self, draft: GroupDraft) -> Flow[Ensured[Group]]:
        """Make sure that the static group exists and holds the drafted members."""
        _absent(Capability.GROUPS_ENSURE)


class Devices:
    """Devices, enrolled or once enrolled."""

    @needs(Capability.DEVICES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Device]]:
        """List devices of every enrollment kind."""
        _absent(Capability.DEVICES_LIST)

    @needs(Capability.DEVICES_GET)
    def get(self, device_id: str) -> Flow[Device]:
        """Read one device, or raise `NotFound`."""
        _absent(Capability.DEVICES_GET)

    @needs(Capability.DEVICES_REPORT)
    def report(self, device_id: str) -> Flow[DeviceReport]:
        """Read what the phone last reported about its work side."""
        _absent(Capability.DEVICES_REPORT)

    @needs(Capability.DEVICES_UNENROLL)
    def unenroll(self, device_id: str) -> Flow[Accepted]:
        """End the enrollment: the work side goes, the personal side stays. Irreversible."""
        _absent(Capability.DEVICES_UNENROLL)

    @needs(Capability.DEVICES_FORGET)
    def forget(self, device_id: str) -> Flow[Accepted]:
        """Remove the record of an enrollment that has ended; what the product kept about it goes. Irreversible.

        New in contract 1.1.

        Raises:
            Conflict: the enrollment is active; unenroll the device first. Nothing was changed.
        """
        _absent(Capability.DEVICES_FORGET)


class Enrollments:
    """How people get in."""

    @needs(Capability.ENROLLMENTS_INVITE)
    def invite(self, user_id: str) -> Flow[Accepted]:
        """Have the product send the person its own invitation."""
        _absent(Capability.ENROLLMENTS_INVITE)


class Profiles:
    """Configuration profiles, or what the product makes of them."""

    @needs(Capability.PROFILES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        """List profiles, without content and scope."""
        _absent(Capability.PROFILES_LIST)

    @needs(Capability.PROFILES_GET)
    def get(self, profile_id: str) -> Flow[Profile]:
        """Read one profile with content and scope, as far as the product shows them."""
        _absent(Capability.PROFILES_GET)

    @needs(Capability.PROFILES_ENSURE)
    def translate(self, content: bytes) -> Translation:
        """Say what would become of each setting of a profile. Not a flow: asks nothing, changes nothing.

        Unless overridden, the product takes profiles as they are.

        Raises:
            InvalidModel: the content is no configuration profile.
        """
        return Translation.whole(content)

    @needs(Capability.PROFILES_ENSURE)
    def ensure(self, draft: ProfileDraft) -> Flow[Ensured[Profile]]:
        """Make sure that the profile exists as drafted, assigned to nobody new.

        Raises:
            Rejected: a setting has no counterpart in the product; `problems` names each. Nothing was changed.
        """
        _absent(Capability.PROFILES_ENSURE)

    @needs(Capability.PROFILES_ASSIGN)
    def assign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Assign a profile to more users, groups or devices."""
        _absent(Capability.PROFILES_ASSIGN)

    @needs(Capability.PROFILES_UNASSIGN)
    def unassign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Take an assignment back."""
        _absent(Capability.PROFILES_UNASSIGN)


class Apps:
    """The app catalog."""

    @needs(Capability.APPS_LIST)
    def page(self, cursor: str | None) -> Flow[Page[App]]:
        """List apps, without scope."""
        _absent(Capability.APPS_LIST)

    @needs(Capability.APPS_GET)
    def get(self, app_id: str) -> Flow[App]:
        """Read one app with scope and configuration, as far as the product shows them."""
        _absent(Capability.APPS_GET)

    @needs(Capability.APPS_ENSURE)
    def ensure(self, draft: AppDraft) -> Flow[Ensured[App]]:
        """Make sure that the app is in the catalog."""
        _absent(Capability.APPS_ENSURE)

    @needs(Capability.APPS_ASSIGN)
    def assign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Have the apps installed for users, groups or devices."""
        _absent(Capability.APPS_ASSIGN)

    @needs(Capability.APPS_UNASSIGN)
    def unassign(self, app_ids: Sequence[str], to: Scope) -> Flow[Accepted]:
        """Take an assignment back."""
        _absent(Capability.APPS_UNASSIGN)


class Licenses:
    """Locations and licenses; under User Enrollment a license belongs to a user."""

    @needs(Capability.LICENSES_LIST)
    def page(self, cursor: str | None) -> Flow[Page[Location]]:
        """List locations."""
        _absent(Capability.LICENSES_LIST)

    @needs(Capability.LICENSES_LIST)
    def pools(self, location_id: str, cursor: str | None) -> Flow[Page[LicensePool]]:
        """List what a location holds and how much of it is in use."""
        _absent(Capability.LICENSES_LIST)

    @needs(Capability.LICENSES_ASSIGN)
    def assign(self, store_id: str, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Give each user a license of the app."""
        _absent(Capability.LICENSES_ASSIGN)

    @needs(Capability.LICENSES_UNASSIGN)
    def unassign(self, user_ids: Sequence[str]) -> Flow[Accepted]:
        """Take back every license these users hold through this tenant."""
        _absent(Capability.LICENSES_UNASSIGN)


class Commands:
    """Commands and what became of them."""

    @needs(Capability.COMMANDS_STATUS)
    def of_device(self, device_id: str) -> Flow[tuple[Command, ...]]:
        """List the commands of one device, newest first."""
        _absent(Capability.COMMANDS_STATUS)

    @needs(Capability.COMMANDS_SEND)
    def refresh(self, device_id: str) -> Flow[Accepted]:
        """Ask the phone to report again."""
        _absent(Capability.COMMANDS_SEND)
