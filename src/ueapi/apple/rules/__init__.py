"""What Apple allows under User Enrollment, per version of iOS.

The table is made from Apple's published device management schema (MIT licence) by `tools/build_rules.py`; what is newer
than that release, and what an older iOS did differently, is kept by hand and says so in `RuleVerdict.basis`.
"""

from ueapi.apple.rules.kinds import Mode, RuleKind, RuleVerdict
from ueapi.apple.rules.source import Forced, Release
from ueapi.apple.rules.table import Condition, Demand, Rules, verdict
from ueapi.apple.rules.version import IosVersion

__all__ = [
    "Condition",
    "Demand",
    "Forced",
    "IosVersion",
    "Mode",
    "Release",
    "RuleKind",
    "RuleVerdict",
    "Rules",
    "verdict",
]
