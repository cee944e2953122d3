"""The neutral vocabulary: frozen values without I/O and without a vendor's word."""

from ueapi.model.base import Absence, Origin, Ref, Thing, Value
from ueapi.model.commands import Command, CommandState
from ueapi.model.content import (
    App,
    AppDraft,
    AppKind,
    LicenseMode,
    Profile,
    ProfileDraft,
    Scope,
)
from ueapi.model.devices import (
    Device,
    DeviceReport,
    Enrollment,
    EnrollmentID,
    EnrollmentKind,
    EnrollmentState,
    InstalledApp,
    InstalledProfile,
)
from ueapi.model.groups import (
    AllOf,
    AnyOf,
    Comparison,
    CriteriaTree,
    Criterion,
    CriterionField,
    ForeignCriterion,
    Group,
    GroupDraft,
    GroupOf,
)
from ueapi.model.licenses import LicensePool, Location
from ueapi.model.people import ManagedAppleID, User, UserDraft, UserLink
from ueapi.model.snapshot import Snapshot

__all__ = [
    "Absence",
    "AllOf",
    "AnyOf",
    "App",
    "AppDraft",
    "AppKind",
    "Command",
    "CommandState",
    "Comparison",
    "CriteriaTree",
    "Criterion",
    "CriterionField",
    "Device",
    "DeviceReport",
    "Enrollment",
    "EnrollmentID",
    "EnrollmentKind",
    "EnrollmentState",
    "ForeignCriterion",
    "Group",
    "GroupDraft",
    "GroupOf",
    "InstalledApp",
    "InstalledProfile",
    "LicenseMode",
    "LicensePool",
    "Location",
    "ManagedAppleID",
    "Origin",
    "Profile",
    "ProfileDraft",
    "Ref",
    "Scope",
    "Snapshot",
    "Thing",
    "User",
    "UserDraft",
    "UserLink",
    "Value",
]
