"""The doors of `AsyncTenant`: the twins of `doors`, one line per method.

Every method may raise `CapabilityUnsupported` or `ManualStepRequired` before any request, as the backend's sheet says,
and any `AccessError`, `RemoteError`, `Unreachable` or `OutcomeUnknown` after.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

from attrs import frozen

from ueapi.contract import (
    Accepted,
    Apps,
    Commands,
    Devices,
    Enrollments,
    Ensured,
    Groups,
    Licenses,
    Profiles,
    Translation,
    Users,
)
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

F = TypeVar("F")
T = TypeVar("T")
P = ParamSpec("P")
Method = Callable[Concatenate[F, P], Flow[T]]


class Asks(Protocol):
    """What a door needs of its tenant."""

    async def run(
        self,
        facet: F,
        method: Callable[Concatenate[F, P], Flow[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask the sheet, then drive the facet's flow."""
        ...

    def walk(
        self,
        facet: F,
        method: Callable[Concatenate[F, ...], Flow[Page[T]]],
        *args: str,
    ) -> AsyncIterator[T]:
        """Ask the sheet, then walk the facet's pages."""
        ...


@frozen
class Door(Generic[F]):
    """A facet, seen by an asynchronous caller."""

    _tenant: Asks
    _facet: F


class UsersDoor(Door[Users]):
    """The people a tenant knows."""

    def list(self) -> AsyncIterator[User]:
        """List users."""
        return self._tenant.walk(self._facet, Users.page)

    async def get(self, user_id: str) -> User:
        """Read one user, or raise `NotFound`."""
        return await self._tenant.run(self._facet, Users.get, user_id)

    async def find(self, managed_apple_id: ManagedAppleID) -> User | None:
        """Read the user with that Managed Apple ID, or `None`."""
        return await self._tenant.run(self._facet, Users.find, managed_apple_id)

    async def ensure(self, draft: UserDraft) -> Ensured[User]:
        """Make sure that the user exists as drafted."""
        return await self._tenant.run(self._facet, Users.ensure, draft)


class GroupsDoor(Door[Groups]):
    """Groups of users and of devices."""

    def list(self) -> AsyncIterator[Group]:
        """List groups, without members."""
        return self._tenant.walk(self._facet, Groups.page)

    async def get(self, group: Group) -> Group:
        """Read one group with its members, and its criteria if the product shows them."""
        return await self._tenant.run(self._facet, Groups.get, group)

    async def ensure(self, draft: GroupDraft) -> Ensured[Group]:
        """Make sure that the static group exists and holds the drafted members."""
        return await self._tenant.run(self._facet, Groups.ensure, draft)


class DevicesDoor(Door[Devices]):
    """Devices, enrolled or once enrolled."""

    def list(self) -> AsyncIterator[Device]:
        """List devices of every enrollment kind."""
        return self._tenant.walk(self._facet, Devices.page)

    async def get(self, device_id: str) -> Device:
        """Read one device, or raise `NotFound`."""
        return await self._tenant.run(self._facet, Devices.get, device_id)

    async def report(self, device_id: str) -> DeviceReport:
        """Read what the phone last reported about its work side."""
        return await self._tenant.run(self._facet, Devices.report, device_id)

    async def unenroll(self, device_id: str) -> Accepted:
        """End the enrollment: the work side goes, the personal side stays. Irreversible."""
        return await self._tenant.run(self._facet, Devices.unenroll, device_id)

    async def forget(self, device_id: str) -> Accepted:
        """Remove the record of an enrollment that has ended. Irreversible."""
        return await self._tenant.run(self._facet, Devices.forget, device_id)


class EnrollmentsDoor(Door[Enrollments]):
    """How people get in."""

    async def invite(self, user_id: str) -> Accepted:
        """Have the product send the person its own invitation."""
        return await self._tenant.run(self._facet, Enrollments.invite, user_id)


class ProfilesDoor(Door[Profiles]):
    """Configuration profiles, or what the product makes of them."""

    def list(self) -> AsyncIterator[Profile]:
        """List profiles, without content and scope."""
        return self._tenant.walk(self._facet, Profiles.page)

    async def get(self, profile_id: str) -> Profile:
        """Read one profile with content and scope, as far as the product shows them."""
        return await self._tenant.run(self._facet, Profiles.get, profile_id)

    def translate(self, content: bytes) -> Translation:
        """Say what would become of each setting of a profile. Sends nothing, so the sheet doesn't forbid it."""
        return self._facet.translate(content)

    async def ensure(self, draft: ProfileDraft) -> Ensured[Profile]:
        """Make sure that the profile exists as drafted, assigned to nobody new."""
        return await self._tenant.run(self._facet, Profiles.ensure, draft)

    async def assign(self, profile_id: str, to: Scope) -> Accepted:
        """Assign a profile to more users, groups or devices."""
        return await self._tenant.run(self._facet, Profiles.assign, profile_id, to)

    async def unassign(self, profile_id: str, to: Scope) -> Accepted:
        """Take an assignment back."""
        return await self._tenant.run(self._facet, Profiles.unassign, profile_id, to)


class AppsDoor(Door[Apps]):
    """The app catalog."""

    def list(self) -> AsyncIterator[App]:
        """List apps, without scope."""
        return self._tenant.walk(self._facet, Apps.page)

    async def get(self, app_id: str) -> App:
        """Read one app with scope and configuration, as far as the product shows them."""
        return await self._tenant.run(self._facet, Apps.get, app_id)

    async def ensure(self, draft: AppDraft) -> Ensured[App]:
        """Make sure that the app is in the catalog."""
        return await self._tenant.run(self._facet, Apps.ensure, draft)

    async def assign(self, app_ids: Sequence[str], to: Scope) -> Accepted:
        """Have the apps installed for users, groups or devices."""
        return await self._tenant.run(self._facet, Apps.assign, app_ids, to)

    async def unassign(self, app_ids: Sequence[str], to: Scope) -> Accepted:
        """Take an assignment back."""
        return await self._tenant.run(self._facet, Apps.unassign, app_ids, to)


class LicensesDoor(Door[Licenses]):
    """Locations and licenses; under User Enrollment a license belongs to a user."""

    def list(self) -> AsyncIterator[Location]:
        """List locations."""
        return self._tenant.walk(self._facet, Licenses.page)

    def pools(self, location_id: str) -> AsyncIterator[LicensePool]:
        """List what a location holds and how much of it is in use."""
        return self._tenant.walk(self._facet, Licenses.pools, location_id)

    async def assign(self, store_id: str, user_ids: Sequence[str]) -> Accepted:
        """Give each user a license of the app."""
        return await self._tenant.run(self._facet, Licenses.assign, store_id, user_ids)

    async def unassign(self, user_ids: Sequence[str]) -> Accepted:
        """Take back every license these users hold through this tenant."""
        return await self._tenant.run(self._facet, Licenses.unassign, user_ids)


class CommandsDoor(Door[Commands]):
    """Commands and what became of them."""

    async def of_device(self, device_id: str) -> tuple[Command, ...]:
        """List the commands of one device, newest first."""
        return await self._tenant.run(self._facet, Commands.of_device, device_id)

    async def refresh(self, device_id: str) -> Accepted:
        """Ask the phone to report again."""
        return await self._tenant.run(self._facet, Commands.refresh, device_id)
