"""Exit codes, and the one place where an error becomes a line and a code."""

from __future__ import annotations

from enum import IntEnum

from ueapi.errors import (
    AccessError,
    MigrationError,
    OutcomeUnknown,
    PlanRefused,
    RateLimited,
    RemoteError,
    UeapiError,
    Unavailable,
    Unreachable,
    UsageError,
)


class Exit(IntEnum):
    """What a script can rely on."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNACCEPTED_LOSSES = 3
    ACCESS = 4
    UNREACHABLE = 5
    INTERRUPTED = 130


def exit_code(problem: UeapiError) -> Exit:
    """The code for an error, by what the caller can do next."""
    match problem:
        case UsageError():
            return Exit.USAGE
        case AccessError():
            return Exit.ACCESS
        case Unreachable() | Unavailable() | RateLimited() | OutcomeUnknown():
            return Exit.UNREACHABLE
        case PlanRefused() if "not accepted" in problem.message:
            return Exit.UNACCEPTED_LOSSES
        case MigrationError() | RemoteError():
            return Exit.REFUSED
        case _:
            return Exit.REFUSED
