"""Why a step of an enrollment fails most often, and what helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from ueapi.rehearsal.enrolling.steps import Declined, EnrollmentFailed, NoAnswer, Step


@frozen
class Advice:
    """The probable cause of a failure, and what to do about it."""

    cause: str
    fix: str


@frozen(kw_only=True)
class _Failure:
    """A failed step: `told` is the reason with what the network said."""

    problem: EnrollmentFailed
    told: str

    @property
    def step(self) -> Step:
        return self.problem.step

    @property
    def status(self) -> int:
        return self.problem.status or 0

    def says(self, *words: str) -> bool:
        text = self.told.casefold()
        return any(word in text for word in words)


_Applies = Callable[[_Failure], bool]


def advice(problem: EnrollmentFailed, told: str) -> Advice:
    """The advice for a failure; `told` is its reason as it was printed."""
    failure = _Failure(problem=problem, told=told)
    rows = _SILENT if isinstance(problem, NoAnswer) else _BY_STEP[problem.step]
    return next((found for applies, found in rows if applies(failure)), _UNKNOWN)


def _always(failure: _Failure) -> bool:
    del failure
    return True


def _saying(*words: str) -> _Applies:
    return lambda failure: failure.says(*words)


def _with(*statuses: int) -> _Applies:
    return lambda failure: failure.status in statuses


def _broken(failure: _Failure) -> bool:
    return failure.status >= 500


_UNKNOWN: Final = Advice(
    "the service answers otherwise than Apple documents",
    "Compare the messages of --log with what is documented for the step.",
)
_BROKEN_SERVICE: Final = (
    _broken,
    Advice("the service fails by itself", "Look into the service's own log at this time."),
)
_NOT_FOUND: Final = _with(404, 405, 410)

_SILENT: Final = (
    (
        _saying("name or service", "getaddrinfo", "no address", "nodename", "name resolution"),
        Advice(
            "the host has no network address, or its name is misspelled",
            "Check the domain, or name the service itself with --discovery.",
        ),
    ),
    (
        _saying("hostname mismatch", "ip address mismatch", "doesn't match"),
        Advice(
            "the certificate is for another name",
            "Ask by a name that the certificate holds, or issue one for this name.",
        ),
    ),
    (
        _saying("wrong version number", "wrong_version_number", "record layer"),
        Advice("the port speaks no TLS", "Give the port of https; phones use no plain http."),
    ),
    (
        _saying("certificate_required", "certificate required", "alert"),
        Advice(
            "the server ends the connection: it wants a certificate, or other versions of TLS",
            "See which authority the server trusts for devices; the profile's SCEP or ACME payload must use it.",
        ),
    ),
    (
        _saying("certificate", "ssl"),
        Advice(
            "the certificate is not from an authority that is trusted here, or its chain is incomplete",
            "Name the authority with --ca while you try, or serve the certificate with its chain.",
        ),
    ),
    (
        _saying("refused", "unreachable"),
        Advice("nothing listens there", "Check host, port and firewall, and start the service."),
    ),
    (
        _always,
        Advice("the server is silent, or ends the connection", "Look into the server's log."),
    ),
)
_Rows = tuple[tuple[_Applies, Advice], ...]

_DISCOVERY: Final[_Rows] = (
    (
        _with(403),
        Advice(
            "the service does not steer this person anywhere",
            "Put the person on the list of those who may enroll, or give a default answer.",
        ),
    ),
    (
        _with(404, 405, 410),
        Advice(
            "the document is not at the place",
            "Write it with `ueapi discovery write`, and see `ueapi discovery check`.",
        ),
    ),
    _BROKEN_SERVICE,
    (_always, Advice("the document is not as a device takes it", "See `ueapi discovery check`.")),
)
_CHALLENGE: Final[_Rows] = (
    (
        _with(400, 403),
        Advice(
            "the service does not trust who signed the device's message, or lets this device in no more",
            "Give an identity the service trusts with --identity; Apple's own is in real devices only.",
        ),
    ),
    (
        _NOT_FOUND,
        Advice(
            "BaseURL leads to something else",
            "Compare it with the enrollment address that the product's console shows.",
        ),
    ),
    (
        _with(200),
        Advice(
            "the service does not ask who the person is",
            "Switch account-driven enrollment on; it answers 401 with WWW-Authenticate first.",
        ),
    ),
    (
        _with(401),
        Advice(
            "the header WWW-Authenticate is missing or incomplete",
            'Answer with Bearer method="apple-as-web", url="https://..." or with apple-oauth2 and all its parameters.',
        ),
    ),
    _BROKEN_SERVICE,
)
_APP: Final[_Rows] = (
    (
        _NOT_FOUND,
        Advice(
            "the address in X-Apple-MDM-ESSO leads nowhere",
            "Serve the JSON that names the app there.",
        ),
    ),
    _BROKEN_SERVICE,
    (
        _always,
        Advice(
            "the document that names the app is not as a device takes it",
            "Correct it, or leave the header X-Apple-MDM-ESSO out to sign people in without an app.",
        ),
    ),
)
_SIGN_IN: Final[_Rows] = (
    (
        lambda failure: isinstance(failure.problem, Declined),
        Advice("account or password are wrong", "Check both; a wrong one was sent once only."),
    ),
    (
        _saying("page asks for"),
        Advice(
            "the page wants to know what the command line can't tell",
            "Run the command on a terminal, or sign in with a browser and give --token-env.",
        ),
    ),
    (
        _saying("no form"),
        Advice(
            "the page needs a script, or is none of a sign-in",
            "Sign in with a browser, and give the token of its last redirection with --token-env.",
        ),
    ),
    (
        _saying("download"),
        Advice(
            "the page hands out a profile, as for phones up to iOS 17",
            "Give the address of account-driven enrollment, not that of the enrollment page.",
        ),
    ),
    (
        _NOT_FOUND,
        Advice("the address of the challenge leads nowhere", "Correct the url of the challenge."),
    ),
    _BROKEN_SERVICE,
    (
        _always,
        Advice(
            "the pages refuse the person, or do not end with 308 to apple-remotemanagement-user-login",
            "See the last messages of --log; sign in with a browser to compare.",
        ),
    ),
)
_TOKEN: Final[_Rows] = (
    (
        _with(400, 401, 403),
        Advice(
            "client-id or redirect-url differ from what the identity provider has, or it wants a client secret",
            "Register the app as a public client with the redirect-url of the challenge.",
        ),
    ),
    (_NOT_FOUND, Advice("token-url leads nowhere", "Correct token-url in the challenge.")),
    _BROKEN_SERVICE,
    (
        _always,
        Advice(
            "the answer is no token",
            "Answer JSON with token_type Bearer and access_token (RFC 6749, section 5.1).",
        ),
    ),
)
_PROFILE: Final[_Rows] = (
    (
        _with(401, 403),
        Advice(
            "the service does not take the token, or this person may not enroll",
            "Check the person's rights and licenses in the product; with --token-env, get a new token.",
        ),
    ),
    _BROKEN_SERVICE,
    (
        _saying("content type"),
        Advice(
            "the profile is sent as something else",
            "Send it as application/x-apple-aspen-config.",
        ),
    ),
    (
        _always,
        Advice(
            "the profile is not one of account-driven User Enrollment",
            "See `ueapi profile show`: EnrollmentMode BYOD, AssignedManagedAppleID, no AccessRights.",
        ),
    ),
)
_IDENTITY: Final[_Rows] = (
    (
        _saying("fingerprint"),
        Advice(
            "the profile names the fingerprint of another authority",
            "Put the fingerprint of the SCEP server's present authority into the profile.",
        ),
    ),
    (
        _saying("refuses"),
        Advice(
            "the challenge password is wrong, used up or out of date, or the subject is not allowed",
            "Look into the authority's log; give each enrollment a password of its own.",
        ),
    ),
    (
        _saying("attestation"),
        Advice(
            "the authority wants Apple's word for the key, which only real devices have",
            "Try with a profile without Attest, or with an authority that trusts the simulated Apple.",
        ),
    ),
    (
        _saying("not decided", "isn't ready", "isn't valid"),
        Advice(
            "somebody must approve the request, or the authority is slow",
            "Approve it in time, or raise Retries and RetryDelay.",
        ),
    ),
    (
        _NOT_FOUND,
        Advice("the address of the payload leads nowhere", "Correct URL or DirectoryURL."),
    ),
    _BROKEN_SERVICE,
    (
        _always,
        Advice(
            "the authority answers otherwise than the payload or the protocol has it",
            "Ask it with another client; see its log and the messages of --log.",
        ),
    ),
)
_CHECK_IN: Final[_Rows] = (
    (
        _with(400),
        Advice(
            "the service does not know the device's certificate: its issuer is not trusted, or it doesn't arrive",
            "Trust the issuing authority; set SignMessage, or have the proxy ask for certificates and pass them on.",
        ),
    ),
    (
        _with(401, 403),
        Advice(
            "the service does not take the bearer token, or has let the device go",
            "Accept the token on every later message, or answer 401 with the challenge.",
        ),
    ),
    (
        _NOT_FOUND,
        Advice(
            "ServerURL or CheckInURL lead elsewhere, or PUT is not let through",
            "Compare both with the service's addresses; let the proxy pass PUT.",
        ),
    ),
    (
        _with(413, 414, 431),
        Advice("a message is too large for a server in between", "Raise its limit for headers."),
    ),
    _BROKEN_SERVICE,
    (
        _saying("answers 3"),
        Advice(
            "the service redirects, which devices don't follow here",
            "Put the final address into ServerURL and CheckInURL.",
        ),
    ),
)
_BY_STEP: Final[dict[Step, _Rows]] = {
    Step.DISCOVERY: _DISCOVERY,
    Step.CHALLENGE: _CHALLENGE,
    Step.APP: _APP,
    Step.SIGN_IN: _SIGN_IN,
    Step.TOKEN: _TOKEN,
    Step.PROFILE: _PROFILE,
    Step.IDENTITY: _IDENTITY,
    Step.CHECK_IN: _CHECK_IN,
    Step.COMMANDS: _CHECK_IN,
    Step.CHECK_OUT: _CHECK_IN,
}
