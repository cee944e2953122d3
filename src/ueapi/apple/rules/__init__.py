"""What Apple allows under User Enrollment, per version of iOS, and what that means for a configuration profile.

The table is made from Apple's published device management schema (MIT licence) by `tools/build_rules.py`; what is newer
than that release, and what an older iOS did differently, is kept by hand and says so in `RuleVerdict.basis`.
"""

from ueapi.apple.rules.checking import check, unknown_keys
from ueapi.apple.rules.demands import Condition, Demand
from ueapi.apple.rules.findings import Effect, Finding, Severity
from ueapi.apple.rules.kinds import Alternative, Mode, RuleKind, RuleVerdict
from ueapi.apple.rules.source import Disagreement, Forced, Release
from ueapi.apple.rules.splitting import Parts, split
from ueapi.apple.rules.table import Rules, verdict
from ueapi.apple.rules.version import CURRENT_IOS, IosRange, IosVersion

__all__ = [
    "CURRENT_IOS",
    "Alternative",
    "Condition",
    "Demand",
    "Disagreement",
    "Effect",
    "Finding",
    "Forced",
    "IosRange",
    "IosVersion",
    "Mode",
    "Parts",
    "Release",
    "RuleKind",
    "RuleVerdict",
    "Rules",
    "Severity",
    "check",
    "split",
    "unknown_keys",
    "verdict",
]
