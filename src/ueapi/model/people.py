"""Users and their Managed Apple IDs."""

from __future__ import annotations

from pydantic import ConfigDict, RootModel, field_validator

from ueapi.model.base import Thing, Value


class ManagedAppleID(RootModel[str]):
    """The organization's account for a person, written like an e-mail address.

    Apple now calls it Managed Apple Account. People are joined across tenants by it. Compare with `key`: Apple
    treats upper and lower case alike.
    """

    model_config = ConfigDict(frozen=True)

    @field_validator("root")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        local, at, domain = value.strip().rpartition("@")
        if not (local and at and "." in domain) or any(c.isspace() for c in value.strip()):
            raise ValueError("a Managed Apple ID has the form name@domain")
        return value.strip()

    @property
    def key(self) -> str:
        """The form to compare by."""
        return self.root.casefold()

    @property
    def domain(self) -> str:
        """The part after the last @, in lower case."""
        return self.key.rpartition("@")[2]

    def __str__(self) -> str:
        return self.root

    def __repr__(self) -> str:
        return "<ManagedAppleID>"


class User(Thing):
    """A person as the product knows them."""

    username: str | None = None
    name: str | None = None
    email: str | None = None
    managed_apple_id: ManagedAppleID | None = None
    built_in: bool = False
    """True for an account the product itself brings, which is no person."""


class UserLink(Value):
    """How a device names its user; which parts are known depends on the product."""

    id: str | None = None
    username: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return self.username or self.name or self.id or ""

    def means(self, user: User) -> bool:
        """Whether this link points to that user of the same tenant."""
        if self.id is not None:
            return self.id == user.ref.id
        return self.username is not None and self.username == user.username


class UserDraft(Value):
    """A user as it should be; `managed_apple_id` is the stable key."""

    managed_apple_id: ManagedAppleID
    name: str
    email: str
    username: str | None = None
