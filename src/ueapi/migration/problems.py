"""What keeps a phone from being done."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """What keeps a phone from being done; the same words in the report."""

    NOT_READY = "not-ready"
    """Something stands in the way of their enrollment; they are not asked before it has gone."""
    NO_ANSWER = "no-answer"
    NOT_SIGNED_IN = "not-signed-in"
    WRONG_ENROLLMENT = "wrong-enrollment"
    AMBIGUOUS = "two-phones-fit"
    SIGNED_OUT = "signed-out-again"
    BACK_AT_SOURCE = "back-at-source"
    APP_NOT_INSTALLED = "app-not-installed"
    PROFILE_NOT_INSTALLED = "profile-not-installed"
