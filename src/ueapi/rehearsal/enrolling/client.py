"""The device's part of enrollment, step by step as Apple documents it; for any server, simulated or real.

Source: Apple, Device Management, the simple and the OAuth 2 account-driven enrollment flows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Final, NoReturn
from urllib.parse import urlencode, urljoin, urlsplit

from attrs import define, evolve, field, frozen

from ueapi.apple import enrollment
from ueapi.apple.enrollment import discovery, machine, mdm_profile
from ueapi.apple.enrollment.enrollment_sso import EnrollmentSso
from ueapi.apple.enrollment.login import FORM_TYPE
from ueapi.apple.profiles.envelope import open_document
from ueapi.apple.profiles.signing import Signer
from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.finding import REDIRECTS, Finder
from ueapi.rehearsal.enrolling.pages import MOBILE, Form, read_form
from ueapi.rehearsal.enrolling.signing_on import asked_for
from ueapi.rehearsal.enrolling.steps import (
    Declined,
    EnrollmentFailed,
    Exchanged,
    NoAnswer,
    Recording,
    Send,
    Step,
)

__all__ = [
    "Answers",
    "Declined",
    "Enrolled",
    "Enroller",
    "EnrollmentFailed",
    "Exchanged",
    "NoAnswer",
    "Recording",
    "Send",
    "Step",
]

MOST_PAGES: Final = 12
"""Pages a person goes through before they give up."""


Answers = Callable[[Form], Mapping[str, str]]
"""How the person fills in a page: name of each question → answer."""


@frozen(kw_only=True)
class Enrolled:
    """What the device holds after the profile came: enough to get its identity and to check in."""

    profile: mdm_profile.EnrollmentProfile
    token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    challenge: enrollment.Challenge
    sso: EnrollmentSso | None = None
    """What came before the sign-in."""


@define(kw_only=True)
class Enroller:
    """One device asking to be enrolled. `log` collects the messages in order."""

    send: Send
    sheet: Send | None = None
    """What the web sign-in uses, where it keeps cookies; otherwise the same as the device."""
    signer: Signer = field(repr=False)
    told: enrollment.MachineInformation
    answers: Answers = field(repr=False)
    rng: random.Random = field(repr=False)
    family: discovery.ModelFamily = discovery.ModelFamily.IPHONE
    ios: str = "27.0"
    """The iOS it runs, as far as that decides what it does."""
    permits: Callable[[EnrollmentSso], None] = field(default=lambda _: None, repr=False)
    """Asks the owner for the app that the service wants to come first; fails where it doesn't come."""
    apple: str | None = None
    """https address of Apple's service discovery, which it asks where a domain fails; `None`: there is none to ask."""
    browser: str = MOBILE
    """How its browser names itself to web pages."""
    log: list[Exchanged] = field(factory=list)
    _message: bytes = field(default=b"", repr=False)
    """What the device says of itself; the same both times."""

    def discovered(self, typed: str, *, at: str | None = None) -> discovery.Server:
        """Find the service for an address; with `at`, that https address is asked and not the domain's.

        Raises:
            EnrollmentFailed: the address is none, or nobody who is asked answers with a document a device takes.
        """
        finder = Finder(sent=self._looked_up, family=self.family, ios=self.ios, apple=self.apple)
        return finder.found(typed, at=at)

    def enrolled(self, server: discovery.Server, typed: str) -> Enrolled:
        """Sign in and fetch the profile.

        Raises:
            EnrollmentFailed: at some step; the device is as it was.
        """
        challenge, sso = self._challenged(server)
        answer = self.signed_in_again(challenge, typed)
        return Enrolled(
            profile=self._profile(server, answer.access_token),
            token=answer.access_token,
            refresh_token=answer.refresh_token,
            challenge=challenge,
            sso=sso,
        )

    def signed_in_again(
        self, challenge: enrollment.Challenge, typed: str
    ) -> enrollment.TokenAnswer:
        """Sign in once more for an enrollment that goes on.

        Raises:
            EnrollmentFailed: the sign-in ends in no token.
        """
        if isinstance(challenge, enrollment.SimpleChallenge):
            return enrollment.TokenAnswer(access_token=self._simple(challenge, typed))
        return self._oauth2(challenge, typed)

    def renewed(
        self, challenge: enrollment.OAuth2Challenge, refresh_token: str
    ) -> enrollment.TokenAnswer:
        """Get another token without the person.

        Raises:
            EnrollmentFailed: the refresh token is worth nothing any more.
        """
        return self._token(challenge, enrollment.refresh_form(challenge, refresh_token))

    def enrolled_again(
        self, former: Enrolled, challenge: enrollment.Challenge, typed: str
    ) -> Enrolled:
        """The same enrollment with another token: silently where a refresh token is there, else by signing in.

        Raises:
            EnrollmentFailed: neither leads to a token; the enrollment is as it was.
        """
        answer = None
        if former.refresh_token and isinstance(challenge, enrollment.OAuth2Challenge):
            try:
                answer = self.renewed(challenge, former.refresh_token)
            except NoAnswer:
                raise
            except EnrollmentFailed:
                answer = None  # A refused refresh token is what signing in is for.
        answer = answer or self.signed_in_again(challenge, typed)
        return evolve(
            former,
            token=answer.access_token,
            refresh_token=answer.refresh_token or former.refresh_token,
            challenge=challenge,
        )

    def enrolled_with(self, server: discovery.Server, token: str) -> Enrolled:
        """Fetch the profile with a token from an earlier sign-in.

        Raises:
            EnrollmentFailed: at some step; the device is as it was.
        """
        challenge, sso = self._challenged(server)
        profile = self._profile(server, token)
        return Enrolled(profile=profile, token=token, challenge=challenge, sso=sso)

    def downloaded(self, page: str) -> mdm_profile.EnrollmentProfile:
        """Walk through a web page that ends in a profile, as phones did up to iOS 17.

        Raises:
            EnrollmentFailed: the page refuses, or ends in something else.
        """
        reply = self._filled_in(page)
        if not isinstance(reply, Reply):
            raise EnrollmentFailed(Step.SIGN_IN, "the page ends in a redirection, not in a profile")
        try:
            return mdm_profile.enrollment_profile(open_document(reply.body).profile)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.PROFILE, problem.message) from None

    # -- the service -------------------------------------------------------------------------------

    def _challenged(
        self, server: discovery.Server
    ) -> tuple[enrollment.Challenge, EnrollmentSso | None]:
        """The challenge, and what has come before the sign-in, where the service wants an app for it."""
        reply = self._asked(Step.CHALLENGE, server, {})
        if reply.status != 401:
            self._fail(Step.CHALLENGE, f"the service answers {reply.status}, not 401", reply)
        try:
            challenge = enrollment.challenge_from_header(reply.headers.get("www-authenticate", ""))
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.CHALLENGE, problem.message, status=401) from None
        sso = asked_for(reply, self.ios, lambda url: self._sent(Step.APP, "GET", url, {}, b""))
        if sso is not None:
            self.permits(sso)
        return challenge, sso

    def _profile(self, server: discovery.Server, token: str) -> mdm_profile.EnrollmentProfile:
        reply = self._asked(Step.PROFILE, server, {"authorization": f"Bearer {token}"})
        if reply.status != 200:
            self._fail(Step.PROFILE, f"the service answers {reply.status}", reply)
        kind = reply.headers.get("content-type", "").partition(";")[0].strip()
        if kind != mdm_profile.CONTENT_TYPE:
            self._fail(Step.PROFILE, f"the content type is {kind or 'missing'}", reply)
        try:
            found = mdm_profile.enrollment_profile(open_document(reply.body).profile)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.PROFILE, problem.message) from None
        wanted = (
            enrollment.Mode.BYOD
            if server.version is discovery.Version.BYOD
            else enrollment.Mode.ADDE
        )
        if problems := enrollment.account_driven_problems(found, wanted):
            raise EnrollmentFailed(Step.PROFILE, "; ".join(problems))
        return found

    def _asked(self, step: Step, server: discovery.Server, headers: Mapping[str, str]) -> Reply:
        sent = {
            "content-type": machine.CONTENT_TYPE,
            "user-agent": machine.USER_AGENT,
            **headers,
        }
        if not self._message:
            self._message = self.told.signed(self.signer)
        return self._sent(step, "POST", server.base_url, sent, self._message)

    # -- the web sheet -----------------------------------------------------------------------------

    def _simple(self, challenge: enrollment.SimpleChallenge, typed: str) -> str:
        ended = self._through_pages(enrollment.login_url(challenge, typed))
        try:
            return enrollment.token_from_results(ended)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.SIGN_IN, problem.message) from None

    def _oauth2(self, challenge: enrollment.OAuth2Challenge, typed: str) -> enrollment.TokenAnswer:
        state = f"{self.rng.getrandbits(128):032x}"
        opened = enrollment.authorization_url(challenge, state=state, login_hint=typed)
        ended = self._through_pages(opened)
        try:
            code = enrollment.code_from_redirect(ended, challenge, state=state)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.SIGN_IN, problem.message) from None
        return self._token(challenge, enrollment.code_form(challenge, code))

    def _token(self, challenge: enrollment.OAuth2Challenge, form: bytes) -> enrollment.TokenAnswer:
        reply = self._sent(
            Step.TOKEN, "POST", challenge.token_url, {"content-type": FORM_TYPE}, form
        )
        if reply.status != 200:
            self._fail(Step.TOKEN, f"the token endpoint answers {reply.status}", reply)
        try:
            return enrollment.token_answer(reply.body)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.TOKEN, problem.message) from None

    def _through_pages(self, url: str) -> str:
        """Fill in page after page; return the address with our scheme that ends the sign-in."""
        ended = self._filled_in(url)
        if isinstance(ended, Reply):
            raise EnrollmentFailed(Step.SIGN_IN, "the page ends in a download, not in a sign-in")
        return ended

    def _filled_in(self, url: str) -> str | Reply:
        """Fill in page after page, up to an address with our scheme or a profile."""
        method, here, body = "GET", url, b""
        for _ in range(MOST_PAGES):
            headers = {"user-agent": self.browser}
            if body:
                headers["content-type"] = FORM_TYPE
            reply = self._sent(Step.SIGN_IN, method, here, headers, body)
            if reply.status in REDIRECTS:
                there = urljoin(here, reply.headers.get("location", ""))
                if urlsplit(there).scheme == enrollment.CALLBACK_SCHEME:
                    return there
                method, here, body = "GET", there, b""
                continue
            if reply.status != 200:
                text = reply.body[:200].decode("utf-8", "replace") or f"status {reply.status}"
                self._fail(Step.SIGN_IN, text, reply)
            if reply.headers.get("content-type", "").startswith(mdm_profile.CONTENT_TYPE):
                return reply
            form = read_form(reply.body)
            filled = {**form.hidden, **self.answers(form)}
            method, here, body = "POST", urljoin(here, form.action), urlencode(filled).encode()
        raise EnrollmentFailed(Step.SIGN_IN, f"{MOST_PAGES} pages lead nowhere")

    # -- talking -----------------------------------------------------------------------------------

    def _looked_up(self, url: str) -> Reply:
        return self._sent(Step.DISCOVERY, "GET", url, {}, b"")

    def _sent(
        self, step: Step, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        is_web = step is Step.SIGN_IN and self.sheet is not None
        recording = Recording(self.sheet if is_web and self.sheet else self.send, step, self.log)
        try:
            return recording(method, url, headers, body)
        except OSError:
            raise NoAnswer(step, f"no answer from {urlsplit(url).netloc}") from None

    def _fail(self, step: Step, reason: str, reply: Reply) -> NoReturn:
        raise EnrollmentFailed(step, reason, status=reply.status)
