"""Runs the fault suite by hand and tells which of its tests fail."""

from __future__ import annotations

from unittest import SkipTest

from ueapi.testing import FaultsConformance, Harness

USERS = 3


def promises() -> list[str]:
    """Names of all tests of the suite."""
    return sorted(name for name in dir(FaultsConformance) if name.startswith("test_"))


def failing(backend: str, users: int = USERS) -> dict[str, str]:
    """The tests that fail, each with its message."""
    failed = {}
    for name in promises():
        try:
            getattr(FaultsConformance(), name)(Harness.build(backend, users=users))
        except SkipTest:
            continue
        except AssertionError as problem:
            failed[name] = str(problem)
    return failed
