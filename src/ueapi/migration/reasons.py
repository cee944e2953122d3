"""How sure a join is, and why somebody is not part of a move; the same words in plan and report."""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How sure the join of a person is."""

    CERTAIN = "certain"
    """Both products name the same Managed Apple ID."""
    INFERRED = "inferred"
    """One side's Managed Apple ID is assumed from the e-mail address."""
    NEW = "new"
    """The target doesn't know the person yet."""


class Exclusion(StrEnum):
    """Why a person or a device is not part of the move."""

    NO_MANAGED_APPLE_ID = "no-managed-apple-id"
    DUPLICATE = "duplicate-managed-apple-id"
    NO_DEVICE = "no-device"
    NOT_USER_ENROLLED = "not-user-enrolled"
    NOT_ENROLLED = "not-enrolled"
    NO_USER = "no-user"
    BY_POLICY = "excluded-by-policy"
    EXEMPT = "exempt"
    """The policy lets the person stay for now."""
    IOS_TOO_OLD = "ios-too-old"
    """The phone runs an iOS without account-driven enrollment; it can move after an update."""
    ACCOUNT_DRIVEN_ALREADY = "account-driven-already"
    """The phone need not be enrolled anew."""
    WAY_NOT_SHOWN = "enrollment-way-not-shown"
    """The product doesn't say which way the phone was enrolled, and the policy leaves such phones alone."""
