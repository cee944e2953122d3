"""What planning reads of a tenant, whether it lies in memory or streams from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, runtime_checkable

from pydantic import Field

from ueapi.contract import Limits
from ueapi.migration.base import Document
from ueapi.model import App, Device, Group, Profile, Snapshot, User

T_co = TypeVar("T_co", covariant=True)


class Rows(Protocol[T_co]):
    """Rows that can be counted, and gone through as often as one likes."""

    def __iter__(self) -> Iterator[T_co]: ...

    def __len__(self) -> int: ...


class Inventory(Protocol):
    """A tenant's state at one time."""

    @property
    def tenant(self) -> str:
        """The tenant's name."""
        ...

    @property
    def backend(self) -> str:
        """The name of its backend."""
        ...

    @property
    def taken_at(self) -> datetime:
        """When it was read, UTC."""
        ...

    @property
    def users(self) -> Rows[User]:
        """Everyone the tenant knows."""
        ...

    @property
    def devices(self) -> Rows[Device]:
        """Devices of every kind of enrollment."""
        ...

    @property
    def groups(self) -> Rows[Group]:
        """Groups with their members."""
        ...

    @property
    def profiles(self) -> Rows[Profile]:
        """Profiles without secrets."""
        ...

    @property
    def apps(self) -> Rows[App]:
        """The catalog."""
        ...

    @property
    def missing(self) -> Mapping[str, str]:
        """What could not be read, and why."""
        ...


class DeclaredLimits(Document):
    """What the product allows or advises a client, as its backend declares it for this tenant."""

    concurrency: int = Field(gt=0)
    per_minute: int | None = Field(default=None, gt=0)
    per_day: int | None = Field(default=None, gt=0)
    profiles_per_device: int | None = Field(default=None, gt=0)
    signed_in_minutes: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @classmethod
    def of(cls, limits: Limits) -> DeclaredLimits:
        """What planning needs of a backend's limits."""
        return cls(
            concurrency=limits.concurrency,
            per_minute=limits.per_minute,
            per_day=limits.per_day,
            profiles_per_device=limits.profiles_per_device,
            signed_in_minutes=_minutes(limits.signed_in_for),
        )


def _minutes(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds() / 60


@runtime_checkable
class Costed(Protocol):
    """An inventory that tells what reading it cost."""

    @property
    def limits(self) -> DeclaredLimits | None:
        """The limits the backend declared."""
        ...

    @property
    def spent(self) -> Mapping[str, int]:
        """Requests by operation."""
        ...


class TakenSnapshot(Snapshot):
    """A snapshot that tells what reading it cost, by which a forecast is measured."""

    limits: DeclaredLimits | None = None
    spent: Mapping[str, int] = Field(default_factory=dict)
    """Requests by operation; `calls` is their sum."""
