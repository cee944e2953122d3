"""A product as far as it shapes what people read: its name, its sheet, and the ways into it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ueapi.apple.rules import IosVersion, RuleKind, Rules
from ueapi.contract import Capability, CapabilitySheet, Level
from ueapi.errors import UsageError
from ueapi.plugins import Registry

OLDEST: Final = IosVersion.parse("15.0")
"""The first version in which a person can sign in to a work account by themselves."""
NEWEST_MAJOR: Final = 27
"""Menus of a later iOS were not seen by anyone yet."""


class Way(StrEnum):
    """How a person's phone comes under management."""

    ACCOUNT = "account"
    """Signing in with the Managed Apple Account in Settings."""
    PROFILE = "profile"
    """Installing a profile from a web page; gone with iOS 18."""


PASSCODE: Final = "com.apple.mobiledevice.passwordpolicy"

MARKERS: Final = {
    Way.ACCOUNT: "com.apple.mdm:AssignedManagedAppleID",
    Way.PROFILE: "com.apple.mdm:ManagedAppleID",
}
"""The key that only an enrollment of this way carries; where iOS has lost it, the way is closed."""


@frozen(kw_only=True)
class Product:
    """A device management product, as its plugin announces it."""

    name: str
    label: str
    sheet: CapabilitySheet = field(repr=False)

    @property
    def invites(self) -> bool:
        """Whether an invitation goes out from the product by itself."""
        return self.sheet[Capability.ENROLLMENTS_INVITE].is_callable

    def has_profiles(self) -> bool:
        """Whether the product still hands out enrollment by a page: it invites, or a person does it there."""
        level = self.sheet[Capability.ENROLLMENTS_INVITE].level
        return level in (Level.NATIVE, Level.PARTIAL, Level.MANUAL)

    def ways(self, ios: IosVersion) -> tuple[Way, ...]:
        """The ways into the product on this version of iOS, the better one first."""
        rules = Rules.load()
        return tuple(
            way
            for way, marker in MARKERS.items()
            if rules.verdict(RuleKind.KEY, marker, ios=ios).is_usable
            and (way is Way.ACCOUNT or self.has_profiles())
        )


def product(name: str, *, registry: Registry | None = None) -> Product:
    """The product of an installed backend.

    Raises:
        UnknownBackend: no plugin has that name.
        IncompatiblePlugin: the plugin is broken.
    """
    known = registry or Registry.installed()
    return Product(name=name, label=known.manifest(name).product, sheet=known.sheet(name))


def version(text: str | IosVersion) -> IosVersion:
    """A version of iOS that people can enroll with.

    Raises:
        UsageError: no version, or one below iOS 15.
    """
    found = IosVersion.parse(text)
    if found < OLDEST:
        raise UsageError(
            f"iOS {found} can't be enrolled by its person.",
            remedy="Ask the person to update to iOS 15 or later first.",
        )
    return found


def passcode_length() -> str:
    """How many characters a passcode has once an organization demands one; iOS fixes it, whatever is asked for.

    Raises:
        LookupError: the rules don't know it; a test of the rules finds this.
    """
    forced = Rules.load().forced(PASSCODE)
    if forced is None:
        raise LookupError(PASSCODE)
    return str(forced.values["minLength"])


def choose_way(target: Product, ios: IosVersion, wanted: Way | None) -> Way:
    """The way that was asked for, or the best there is.

    Raises:
        UsageError: this iOS or this product doesn't have it.
    """
    ways = target.ways(ios)
    if wanted is None:
        return ways[0]
    if wanted not in ways:
        raise UsageError(
            f"{target.label} has no enrollment by {wanted} on iOS {ios}.",
            remedy=f"Choose {' or '.join(ways)}.",
        )
    return wanted
