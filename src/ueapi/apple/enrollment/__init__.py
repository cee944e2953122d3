"""How a device comes under management, message by message; used by whoever serves and by whoever enrolls.

`discovery` finds the service, `challenge` and `login` make the person known, `machine` is what the device says of
itself, `mdm_profile` what it is given, `refusals` how a service says no. Check-ins and commands are in
`ueapi.apple.mdm`.
"""

from ueapi.apple.enrollment.challenge import (
    CALLBACK_SCHEME,
    ESSO_HEADER,
    Challenge,
    OAuth2Challenge,
    SimpleChallenge,
    challenge_from_header,
)
from ueapi.apple.enrollment.login import (
    TokenAnswer,
    authorization_url,
    code_form,
    code_from_redirect,
    login_url,
    redirect_url,
    refresh_form,
    results_url,
    token_answer,
    token_from_results,
)
from ueapi.apple.enrollment.machine import (
    MachineInformation,
    machine_from_plist,
    machine_from_signed,
)
from ueapi.apple.enrollment.mdm_profile import (
    EnrollmentProfile,
    Mode,
    account_driven_problems,
    enrollment_profile,
)
from ueapi.apple.enrollment.refusals import Refusal, RefusalCode, refusal_from

__all__ = [
    "CALLBACK_SCHEME",
    "ESSO_HEADER",
    "Challenge",
    "EnrollmentProfile",
    "MachineInformation",
    "Mode",
    "OAuth2Challenge",
    "Refusal",
    "RefusalCode",
    "SimpleChallenge",
    "TokenAnswer",
    "account_driven_problems",
    "authorization_url",
    "challenge_from_header",
    "code_form",
    "code_from_redirect",
    "enrollment_profile",
    "login_url",
    "machine_from_plist",
    "machine_from_signed",
    "redirect_url",
    "refresh_form",
    "refusal_from",
    "results_url",
    "token_answer",
    "token_from_results",
]
