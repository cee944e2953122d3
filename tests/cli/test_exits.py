"""The exit code says what a script can do next."""

from __future__ import annotations

import pytest

from ueapi.cli.exits import Exit, exit_code
from ueapi.errors import (
    Conflict,
    CredentialsRejected,
    InvalidSettings,
    LedgerLocked,
    NotFound,
    OutcomeUnknown,
    PlanRefused,
    PlanStale,
    RateLimited,
    Rejected,
    UeapiError,
    Unavailable,
    Unintelligible,
    Unreachable,
)


@pytest.mark.parametrize(
    "problem",
    [
        Unreachable("x."),
        Unavailable("x."),
        RateLimited("x."),
        OutcomeUnknown("x.", can_read_back=True),
    ],
)
def test_a_vendor_that_cannot_be_worked_with_now_is_five(problem: UeapiError) -> None:
    assert exit_code(problem) is Exit.UNREACHABLE


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (InvalidSettings("x."), Exit.USAGE),
        (CredentialsRejected("x."), Exit.ACCESS),
        (PlanRefused("2 losses are not accepted: L-1."), Exit.UNACCEPTED_LOSSES),
        (PlanRefused("the plan was altered."), Exit.REFUSED),
        (PlanStale("x."), Exit.REFUSED),
        (LedgerLocked("x."), Exit.REFUSED),
        (NotFound("x."), Exit.REFUSED),
        (Conflict("x."), Exit.REFUSED),
        (Rejected("x."), Exit.REFUSED),
        (Unintelligible("x."), Exit.REFUSED),
    ],
)
def test_every_other_problem_keeps_its_code(problem: UeapiError, code: Exit) -> None:
    assert exit_code(problem) is code
