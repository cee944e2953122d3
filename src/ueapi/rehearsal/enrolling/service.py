"""What a product serves to a device that wants in: the challenge, the sign-in, and the enrollment profile.

Source: Apple, Device Management, the simple and the OAuth 2 account-driven enrollment flows.
"""

from __future__ import annotations

import hashlib
import random
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Final
from urllib.parse import parse_qs

from attrs import define, field, frozen
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ueapi.apple import enrollment, profiles
from ueapi.apple.enrollment import discovery, machine, mdm_profile
from ueapi.errors import InvalidModel
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import DeviceSide, bearer
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.identities import Identities
from ueapi.rehearsal.enrolling.pages import Admitted, Asked, Page, Portal, Refused, to_html
from ueapi.rehearsal.enrollments import ENROLLMENT_PROFILE, EnrollmentRecord, SignInRefused
from ueapi.rehearsal.fleet import Hardware
from ueapi.rehearsal.vouching import CAPABILITY

BYOD: Final = "/enrollment/byod"
ADDE: Final = "/enrollment/adde"
LOGIN: Final = "/enrollment/login"
WEB: Final = "/enroll"
"""The page for phones that enroll by a downloaded profile; a slash at the end makes no difference."""
ALL_RIGHTS: Final = 8191
"""Every right a service can have, under Device Enrollment."""
TOKEN: Final = "/enrollment/token"
CLIENT_ID: Final = "org.example.management"
REDIRECT: Final = f"{enrollment.CALLBACK_SCHEME}://oauth2/redirection"
TOPIC: Final = "com.apple.mgmt.External.5f0c7b1e-3a52-4c0e-9b0a-2f6a1d5c7e90"
UNLIMITED: Final = timedelta(days=3650)
"""What a token endpoint says of a token that nobody limited."""
_KEPT: Final = 64
_PERMANENT: Final = 308

KINDS: Final = {
    BYOD: EnrollmentKind.ACCOUNT_DRIVEN_USER,
    ADDE: EnrollmentKind.DEVICE,
}


def _moves(service: EnrollmentService, _: object, host: str) -> str:
    """Whoever issues identities answers where the service does."""
    service.identities.acme.host = host
    return host


class Method(Enum):
    """How the person proves who they are."""

    SIMPLE = "apple-as-web"
    OAUTH2 = "apple-oauth2"


@define
class _Session:
    """A sign-in that goes on."""

    asked: Asked
    answers: dict[str, str] = field(factory=dict, repr=False)
    state: str = ""
    on_web: bool = False


@frozen
class _Code:
    """An authorization that waits to be turned into a token."""

    token: str = field(repr=False)


@define(kw_only=True, eq=False)
class EnrollmentService:
    """One product's way in. `host` is where it answers, `apple` signed the devices' built-in identities."""

    side: DeviceSide
    portal: Portal
    identities: Identities
    """How devices get the identity that their messages are held to."""
    apple: Authority
    clock: VirtualClock
    rng: random.Random = field(repr=False)
    host: str = field(on_setattr=_moves)
    name: str
    method: Method = Method.SIMPLE
    lifetime: timedelta | None = None
    """How long a token is good; `None` until somebody takes it back."""
    hands_out_refresh_tokens: bool = False
    """Whether a phone can get another token without its person, with OAuth 2."""
    _refresh: dict[str, str] = field(factory=dict, repr=False)
    """Refresh token → the token it came with."""
    _sessions: dict[str, _Session] = field(factory=dict, repr=False)
    _codes: dict[str, _Code] = field(factory=dict, repr=False)
    _seen: OrderedDict[bytes, enrollment.MachineInformation] = field(
        factory=OrderedDict, repr=False
    )
    _used: set[str] = field(factory=set, repr=False)

    def __attrs_post_init__(self) -> None:
        """Tell the device side how a person signs in again, and what messages are held to."""
        self.side.challenge = lambda kind: self._challenge(kind).to_header()
        self.side.proofs, self.identities.acme.host = self.identities, self.host

    # -- back doors --------------------------------------------------------------------------------

    def limit_tokens(self, seconds: float | None) -> None:
        """Tokens issued from now on are good for so long; `None` lifts the limit."""
        self.lifetime = None if seconds is None else timedelta(seconds=seconds)

    def expire(self, record: EnrollmentRecord) -> None:
        """End an enrollment's token now; a refresh token still buys another."""
        self.side.limit(record.bearer, self.clock.now())

    def revoke(self, record: EnrollmentRecord) -> None:
        """End the refresh token as well: the person has to sign in again."""
        self.expire(record)
        self._refresh = {r: token for r, token in self._refresh.items() if token != record.bearer}

    # -- addresses ---------------------------------------------------------------------------------

    def base_url(self, version: discovery.Version) -> str:
        """Where a device asks for its profile; what discovery answers."""
        path = BYOD if version is discovery.Version.BYOD else ADDE
        return f"https://{self.host}{path}"

    def routes(self) -> list[BaseRoute]:
        """Everything a device and its web sheet reach before the first check-in."""
        return [
            Route(BYOD, self._enroll, methods=["POST"]),
            Route(ADDE, self._enroll, methods=["POST"]),
            Route(LOGIN, self._begin, methods=["GET"]),
            Route(LOGIN, self._go_on, methods=["POST"]),
            Route(TOKEN, self._token, methods=["POST"]),
            Route(WEB, self._open, methods=["GET"]),
            Route(f"{WEB}/", self._open, methods=["GET"]),
            *self.identities.routes(),
        ]

    # -- the device --------------------------------------------------------------------------------

    async def _enroll(self, request: Request) -> Response:
        kind = KINDS[request.scope["path"]]
        try:
            told = self._machine(await request.body())
        except InvalidModel as problem:
            return Response(problem.message, status_code=400, media_type="text/plain")
        if told.shows_hardware is kind.is_user_enrollment:
            return Response("the hardware doesn't fit this way in", status_code=400)
        token = bearer(request.headers)
        if not token:
            return Response(
                status_code=401, headers={"www-authenticate": self._challenge(kind).to_header()}
            )
        return self._profile(token, kind, told)

    def _machine(self, body: bytes) -> enrollment.MachineInformation:
        """What the device says of itself; it says the same twice, and its signature is looked at once."""
        key = hashlib.sha256(body).digest()
        if key in self._seen:
            return self._seen[key]
        found = machine.machine_from_signed(
            body, anchors=[self.apple.certificate], at=self.clock.now()
        )
        self._seen[key] = found
        if len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        return found

    def _challenge(self, kind: EnrollmentKind) -> enrollment.Challenge:
        way = "byod" if kind.is_user_enrollment else "adde"
        url = f"https://{self.host}{LOGIN}?for={way}"
        if self.method is Method.SIMPLE:
            return enrollment.SimpleChallenge(url)
        return enrollment.OAuth2Challenge(
            authorization_url=url,
            token_url=f"https://{self.host}{TOKEN}",
            redirect_url=REDIRECT,
            client_id=CLIENT_ID,
            scope="enroll",
        )

    def _profile(
        self, token: str, kind: EnrollmentKind, told: enrollment.MachineInformation
    ) -> Response:
        account = self.side.account_of(token, kind)
        if account is None or token in self._used:
            return Response(status_code=403)
        self._used.add(token)
        if told.shows_hardware:
            self.side.introduce(token, _hardware(told))
        made = mdm_profile.EnrollmentProfile(
            identifier=ENROLLMENT_PROFILE,
            name=self.name,
            topic=TOPIC,
            server_url=f"https://{self.host}/mdm/connect",
            checkin_url=f"https://{self.host}/mdm/checkin",
            identity=self.identities.payload(token, build=told.version),
            sign_message=self.identities.sign_message,
            capabilities=(CAPABILITY,) if self.side.vouching else (),
            mode=enrollment.Mode.BYOD if kind.is_user_enrollment else enrollment.Mode.ADDE,
            assigned_managed_apple_id=account,
            access_rights=None if kind.is_user_enrollment else ALL_RIGHTS,
        )
        content = profiles.write(made.to_profile())
        return Response(content, media_type=mdm_profile.CONTENT_TYPE)

    # -- the person --------------------------------------------------------------------------------

    async def _begin(self, request: Request) -> Response:
        query = request.query_params
        identifier = query.get("user-identifier") or query.get("login_hint") or ""
        kind = KINDS[ADDE if query.get("for") == "adde" else BYOD]
        if self.method is Method.OAUTH2 and query.get("redirect_uri") != REDIRECT:
            return Response("the redirection is not registered", status_code=400)
        session = self._fresh()
        self._sessions[session] = _Session(
            Asked(identifier=identifier, kind=kind), state=query.get("state", "")
        )
        return self._shown(session)

    async def _open(self, request: Request) -> Response:
        """The page for a downloaded profile: the way in is asked there."""
        session = self._fresh()
        asked = Asked(
            identifier=request.query_params.get("user", ""),
            kind=EnrollmentKind.UNKNOWN,
            browser=request.headers.get("user-agent", ""),
        )
        self._sessions[session] = _Session(asked, on_web=True)
        return self._shown(session)

    async def _go_on(self, request: Request) -> Response:
        answers = _form(await request.body())
        session = answers.pop("session", "")
        if session not in self._sessions:
            return Response("the sign-in is over; begin again", status_code=400)
        self._sessions[session].answers.update(answers)
        return self._shown(session)

    def _shown(self, session: str) -> Response:
        going = self._sessions[session]
        match self.portal.step(going.asked, going.answers):
            case Page() as page:
                if page.problem:
                    _forget_secrets(page, going)
                body = to_html(page, action=LOGIN, session=session)
                return Response(body, media_type="text/html")
            case Refused(text):
                del self._sessions[session]
                return Response(text, status_code=403, media_type="text/plain")
            case Admitted() as admitted:
                del self._sessions[session]
                return self._admitted(admitted, going)

    def _admitted(self, admitted: Admitted, going: _Session) -> Response:
        try:
            grant = self.side.sign_in(admitted.account, admitted.kind)
        except SignInRefused as refusal:
            return Response(str(refusal), status_code=403, media_type="text/plain")
        self.side.hold_to_identity(grant.token)
        if going.on_web:
            return self._downloaded(admitted, grant.token)
        self._limit(grant.token)
        if self.method is Method.SIMPLE:
            return _redirect(enrollment.results_url(grant.token))
        code = self._fresh()
        self._codes[code] = _Code(grant.token)
        return _redirect(enrollment.redirect_url(REDIRECT, code=code, state=going.state))

    def _downloaded(self, admitted: Admitted, token: str) -> Response:
        """The profile of the web page. No sign-in on the phone goes with it, so its addresses carry the token."""
        is_user = admitted.kind.is_user_enrollment
        made = mdm_profile.EnrollmentProfile(
            identifier=ENROLLMENT_PROFILE,
            name=self.name,
            topic=TOPIC,
            server_url=f"https://{self.host}/mdm/connect/{token}",
            checkin_url=f"https://{self.host}/mdm/checkin/{token}",
            identity=self.identities.payload(token),
            sign_message=self.identities.sign_message,
            capabilities=(CAPABILITY,) if self.side.vouching else (),
            managed_apple_id=admitted.account if is_user else None,
            access_rights=None if is_user else ALL_RIGHTS,
        )
        content = profiles.write(made.to_profile())
        return Response(content, media_type=mdm_profile.CONTENT_TYPE)

    async def _token(self, request: Request) -> Response:
        form = _form(await request.body())
        token = None
        if form.get("client_id") == CLIENT_ID:
            token = self._for_code(form) or self._for_refresh_token(form)
        if token is None:
            return Response(
                b'{"error":"invalid_grant"}', status_code=400, media_type="application/json"
            )
        answer = enrollment.TokenAnswer(
            access_token=token,
            refresh_token=self._refresh_token(token),
            lifetime=self.lifetime or UNLIMITED,
        )
        return Response(answer.to_json(), media_type="application/json")

    def _for_code(self, form: Mapping[str, str]) -> str | None:
        if form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != REDIRECT:
            return None
        found = self._codes.pop(form.get("code", ""), None)
        return found.token if found else None

    def _for_refresh_token(self, form: Mapping[str, str]) -> str | None:
        """Another token without the person; each refresh token is good once. Source: RFC 6749, section 6."""
        if form.get("grant_type") != "refresh_token":
            return None
        former = self._refresh.pop(form.get("refresh_token", ""), None)
        grant = self.side.renew(former) if former else None
        if grant is None:
            return None
        self._limit(grant.token)
        return grant.token

    def _refresh_token(self, token: str) -> str | None:
        if not self.hands_out_refresh_tokens:
            return None
        made = self._fresh()
        self._refresh[made] = token
        return made

    def _limit(self, token: str) -> None:
        if self.lifetime is not None:
            self.side.limit(token, self.clock.now() + self.lifetime)

    def _fresh(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def _hardware(told: enrollment.MachineInformation) -> Hardware:
    return Hardware(udid=told.udid or "", serial=told.serial_number or "", imei="", phone_number="")


def _form(body: bytes) -> dict[str, str]:
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in found.items()}


def _redirect(location: str) -> Response:
    return Response(status_code=_PERMANENT, headers={"location": location})


def _forget_secrets(page: Page, going: _Session) -> None:
    """What a page asks for again isn't kept, and what was right stays."""
    for question in page.questions:
        if question.is_secret:
            going.answers.pop(question.name, None)
