"""What a payload must or must not hold under User Enrollment."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from ueapi.apple.rules.version import IosVersion


class Demand(StrEnum):
    """What is demanded of a key."""

    REQUIRED = "required"
    REQUIRED_ACCOUNT_DRIVEN = "required-account-driven"
    ABSENT_ACCOUNT_DRIVEN = "absent-account-driven"


@frozen(kw_only=True)
class Condition:
    """A demand on one key of a payload, from a version of iOS on; `source` is where Apple says so."""

    payload_type: str
    key: str
    since: IosVersion
    demand: Demand
    source: str
