"""Promises about the way in: each step as Apple documents it, and nothing left where one fails."""

from __future__ import annotations

import json
import plistlib
import random
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from attrs import define, field
from starlette.applications import Starlette

from ueapi.apple import enrollment, mdm
from ueapi.apple.enrollment import discovery
from ueapi.flow import Reply
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.device_side import DeviceSide
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.client import Enroller, EnrollmentFailed, Step
from ueapi.rehearsal.enrolling.identities import Identities
from ueapi.rehearsal.enrolling.pages import Form, PasswordPortal
from ueapi.rehearsal.enrolling.service import EnrollmentService, Method
from ueapi.rehearsal.enrollments import EnrollmentRecord
from ueapi.rehearsal.wire import Network

JANE = "jane@example.org"
SECRET = "correct horse"
HOST = "mdm.example.org"


@define
class Product:
    """A product that knows who may come in, and notes who came."""

    refuses: str | None = None
    came: list[EnrollmentRecord] = field(factory=list)

    def refusal(self, managed_apple_id: str, kind: EnrollmentKind) -> str | None:
        del managed_apple_id, kind
        return self.refuses

    def enrolled(self, record: EnrollmentRecord) -> None:
        self.came.append(record)

    def answered(
        self, record: EnrollmentRecord, command: mdm.Command, result: mdm.CommandResult
    ) -> None:
        del record, command, result

    def left(self, record: EnrollmentRecord) -> None:
        self.came.remove(record)


@define
class Passwords:
    def knows(self, account: str, password: str) -> bool:
        return (account, password) == (JANE, SECRET)


@define
class Place:
    """One product with its way in, the organization's domain, and a device in front of it."""

    method: Method = Method.SIMPLE
    product: Product = field(factory=Product)
    clock: VirtualClock = field(factory=VirtualClock)
    network: Network = field(factory=Network)
    service: EnrollmentService = field(init=False)
    side: DeviceSide = field(init=False)
    apple: Authority = field(init=False)
    spoil: Callable[[Reply], Reply] | None = None

    def __attrs_post_init__(self) -> None:
        self.apple = Authority("Example Device Authority", self.clock.now())
        self.side = DeviceSide(self.clock, random.Random(1), self.product)
        self.service = EnrollmentService(
            side=self.side,
            portal=PasswordPortal(Passwords()),
            identities=Identities.of("Example", self.clock, random.Random(4)),
            apple=self.apple,
            clock=self.clock,
            rng=random.Random(2),
            host=HOST,
            name="Example",
            method=self.method,
        )
        self.network.hosts[HOST] = Starlette(routes=[*self.service.routes(), *self.side.routes()])

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = self.network.ask(method, url, headers, body)
        return self.spoil(reply) if self.spoil else reply

    def device(self, password: str = SECRET, *, account: str = JANE, **shown: str) -> Enroller:
        def answers(form: Form) -> Mapping[str, str]:
            if form.problem:
                raise EnrollmentFailed(Step.SIGN_IN, form.problem)
            return {"username": account, "password": password}

        return Enroller(
            send=self.send,
            signer=self.apple.signer("built-in identity"),
            told=enrollment.MachineInformation(
                product="iPhone17,1", version="24A1", language="en", **shown
            ),
            answers=answers,
            rng=random.Random(3),
        )

    @property
    def server(self) -> discovery.Server:
        return discovery.document(self.service.base_url(discovery.Version.BYOD)).first


@pytest.mark.parametrize("method", Method)
def test_both_ways_of_signing_in_lead_to_a_profile_for_the_person(method: Method) -> None:
    place = Place(method)

    got = place.device().enrolled(place.server, JANE)

    assert got.profile.assigned_managed_apple_id == JANE
    assert got.profile.mode is enrollment.Mode.BYOD
    assert got.profile.access_rights is None
    assert got.profile.server_url == f"https://{HOST}/mdm/connect"


def test_the_messages_are_those_apple_documents_in_order() -> None:
    place = Place(Method.OAUTH2)
    device = place.device()

    device.enrolled(place.server, JANE)

    assert [(m.step, m.method, m.status) for m in device.log] == [
        (Step.CHALLENGE, "POST", 401),
        (Step.SIGN_IN, "GET", 200),
        (Step.SIGN_IN, "POST", 308),
        (Step.TOKEN, "POST", 200),
        (Step.PROFILE, "POST", 200),
    ]
    first, last = device.log[0], device.log[-1]
    assert first.sent["content-type"] == "application/pkcs7-signature"
    assert first.got["www-authenticate"].startswith('Bearer method="apple-oauth2"')
    assert last.sent["authorization"] == "Bearer ..."
    assert last.got["content-type"] == "application/x-apple-aspen-config"


def test_an_app_that_comes_first_is_a_step_of_its_own_and_its_address_keeps_no_secret() -> None:
    place = Place()
    header = {"x-apple-mdm-esso": f"https://{HOST}/sso?secret=1"}
    inner = plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadIdentifier": "org.example.sso",
            "PayloadUUID": "5B3D2C1A-0000-4000-8000-000000000001",
            "PayloadVersion": 1,
            "PayloadContent": [
                {
                    "PayloadType": "com.apple.extensiblesso",
                    "PayloadIdentifier": "org.example.sso.1",
                    "PayloadUUID": "5B3D2C1A-0000-4000-8000-000000000002",
                    "PayloadVersion": 1,
                }
            ],
        }
    )
    document = json.dumps(
        {"iTunesStoreID": 1, "ConfigurationProfile": b64encode(inner).decode()}
    ).encode()

    def spoil(reply: Reply) -> Reply:
        if reply.status == 404:
            return Reply(200, {}, document)
        more = header if reply.status == 401 else {}
        return Reply(reply.status, {**reply.headers, **more}, reply.body)

    place.spoil = spoil
    device = place.device()

    got = device.enrolled(place.server, JANE)

    assert got.sso is not None
    assert [m.step for m in device.log][:3] == [Step.CHALLENGE, Step.APP, Step.SIGN_IN]
    assert device.log[0].got["x-apple-mdm-esso"] == f"https://{HOST}/sso"
    assert "secret" not in str(device.log)


def test_a_wrong_password_ends_at_the_sign_in_and_nobody_is_let_in() -> None:
    place = Place()

    with pytest.raises(EnrollmentFailed, match="wrong") as caught:
        place.device("guess").enrolled(place.server, JANE)

    assert caught.value.step is Step.SIGN_IN
    assert place.side.records() == ()


def test_a_person_the_product_refuses_reads_why() -> None:
    place = Place(product=Product(refuses="User Enrollment is switched off"))

    with pytest.raises(EnrollmentFailed, match="switched off"):
        place.device().enrolled(place.server, JANE)


def test_a_device_nobody_built_is_refused() -> None:
    place = Place()
    device = place.device()
    device.signer = Authority("Someone", place.clock.now()).signer("a computer")

    with pytest.raises(EnrollmentFailed, match="400") as caught:
        device.enrolled(place.server, JANE)

    assert caught.value.step is Step.CHALLENGE


def test_hardware_is_refused_at_the_personal_way_in() -> None:
    place = Place()

    with pytest.raises(EnrollmentFailed, match="400"):
        place.device(udid="00008101-0000000000000001", serial_number="EXAMPLE00001").enrolled(
            place.server, JANE
        )


def test_a_token_is_good_for_one_profile() -> None:
    place = Place()
    got = place.device().enrolled(place.server, JANE)
    again = place.device()

    reply = again.send(
        "POST",
        place.server.base_url,
        {"authorization": f"Bearer {got.token}"},
        again.told.signed(again.signer),
    )

    assert reply.status == 403


@pytest.mark.parametrize("token", ["", "made-up", "x" * 4000])
def test_a_token_nobody_issued_gets_no_profile(token: str) -> None:
    place = Place()
    device = place.device()

    reply = device.send(
        "POST",
        place.server.base_url,
        {"authorization": f"Bearer {token}"},
        device.told.signed(device.signer),
    )

    assert reply.status in (401, 403)


def spoiled(before: bytes, after: bytes) -> Callable[[Reply], Reply]:
    return lambda reply: Reply(reply.status, reply.headers, reply.body.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"<string>BYOD</string>", b"<string>ADDE</string>", "EnrollmentMode"),
        (
            b"<key>CheckInURL</key>",
            b"<key>AccessRights</key><integer>1</integer><key>CheckInURL</key>",
            "AccessRights",
        ),
        (b"com.apple.mgmt.External", b"org.example", "Topic"),
        (b"https://mdm.example.org/mdm/connect", b"http://mdm.example.org/mdm/connect", "https"),
    ],
)
def test_a_profile_no_device_takes_ends_the_enrollment(
    before: bytes, after: bytes, reason: str
) -> None:
    place = Place(spoil=spoiled(before, after))

    with pytest.raises(EnrollmentFailed, match=reason) as caught:
        place.device().enrolled(place.server, JANE)

    assert caught.value.step is Step.PROFILE


def test_the_domain_is_asked_first_and_its_redirection_followed() -> None:
    place = Place()
    answer = discovery.document(place.service.base_url(discovery.Version.BYOD)).to_json()

    async def domain(scope: object, receive: object, send: object) -> None:
        del receive
        assert isinstance(scope, dict)
        assert callable(send)
        there = scope["path"] == discovery.WELL_KNOWN
        headers = [(b"location", b"https://example.org/d?x=1")] if there else []
        status = 302 if there else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if there else answer})

    place.network.hosts["example.org"] = domain

    assert place.device().discovered(JANE) == place.server


def test_nobody_at_the_domain_ends_it_at_once() -> None:
    with pytest.raises(EnrollmentFailed) as caught:
        Place().device().discovered("jane@nowhere.example.org")

    assert caught.value.step is Step.DISCOVERY
    assert "jane" not in str(caught.value)


def test_time_passes_over_a_code_that_was_used() -> None:
    place = Place(Method.OAUTH2)
    place.device().enrolled(place.server, JANE)
    place.clock.sleep(timedelta(hours=2).total_seconds())

    form = b"grant_type=authorization_code&code=used&client_id=org.example.management"
    reply = place.send("POST", f"https://{HOST}/enrollment/token", {}, form)

    assert reply.status == 400


@pytest.mark.parametrize("path", ["/enroll", "/enroll/"])
def test_the_page_of_downloaded_profiles_is_there_with_a_slash_at_its_end_and_without(
    path: str,
) -> None:
    place = Place()

    reply = place.network.ask("GET", f"https://{HOST}{path}", {}, b"")

    assert reply.status == 200
    assert "Work account" in reply.body.decode()
