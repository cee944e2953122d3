"""Policies as the product gives them."""

from __future__ import annotations

from pydantic import Field

from ueapi_hexnode.wire.base import Row, Text


class PolicyRow(Row):
    """A policy in a listing, or just created."""

    id: int
    name: str
    description: Text = None
    version: int | None = None
    archived: bool = False


class TargetsRow(Row):
    """To whom a policy is assigned."""

    users: list[int] = Field(default_factory=list)
    usergroups: list[int] = Field(default_factory=list)
    devices: list[int] = Field(default_factory=list)
    devicegroups: list[int] = Field(default_factory=list)


class PolicyDetailRow(PolicyRow):
    """A policy in detail. The form is assumed to be that of the body it was made with.

    The dictionaries can hold secrets, so only the listing's part of it is kept as an object's raw row.
    """

    ios: dict[str, object] | None = Field(default=None, repr=False)
    android: dict[str, object] | None = Field(default=None, repr=False)
    app_management: dict[str, object] | None = Field(default=None, repr=False)
    general_settings: dict[str, object] | None = Field(default=None, repr=False)
    policy_targets: TargetsRow | None = None

    def bare(self) -> PolicyRow:
        """The part without settings."""
        return PolicyRow(
            id=self.id,
            name=self.name,
            description=self.description,
            version=self.version,
            archived=self.archived,
        )
