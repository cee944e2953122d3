"""What Apple documents for each step of an account-driven enrollment, in one sentence.

Source: Apple, Device Management, the simple and the OAuth 2 account-driven enrollment flows; Apple's schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ueapi.rehearsal.enrolling.client import Step

DOCUMENTED: Final[Mapping[Step, str]] = {
    Step.DISCOVERY: (
        "GET /.well-known/com.apple.remotemanagement at the address's domain, over https; 200 with JSON, whose first "
        "server has Version and BaseURL; from iOS 18.2 on, Apple is asked after a failure status"
    ),
    Step.CHALLENGE: (
        "POST of the signed machine information to BaseURL; 401 with WWW-Authenticate: Bearer, method apple-as-web or "
        "apple-oauth2"
    ),
    Step.APP: (
        "GET of the address in X-Apple-MDM-ESSO, from iOS 16 on; 200 with JSON: iTunesStoreID and ConfigurationProfile "
        "or, from iOS 18.4 on, Declarations; the app comes before the sign-in, if its owner agrees"
    ),
    Step.SIGN_IN: (
        "web pages, ended by 308 to apple-remotemanagement-user-login: with the token (apple-as-web) or a code "
        "(apple-oauth2)"
    ),
    Step.TOKEN: "POST of the code to the token address; 200 with JSON: token_type Bearer and access_token",
    Step.PROFILE: (
        "the same POST with Authorization: Bearer; 200 with application/x-apple-aspen-config: EnrollmentMode, "
        "AssignedManagedAppleID, no AccessRights under BYOD"
    ),
    Step.IDENTITY: (
        "the ACME, SCEP or PKCS #12 payload that IdentityCertificateUUID names gives the device its identity"
    ),
    Step.CHECK_IN: (
        "PUT of Authenticate, then of TokenUpdate, to CheckInURL or ServerURL, with EnrollmentID and without UDID; 200"
    ),
    Step.COMMANDS: "PUT of Status Idle to ServerURL; 200 with a command, until one comes without a body",
    Step.CHECK_OUT: "PUT of CheckOut where CheckOutWhenRemoved is true; best effort",
}
