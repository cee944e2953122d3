"""An enrollment with a service that shares nothing with the simulators: a sign-in in two pages, cookies, PKCS #12."""

from __future__ import annotations

import json
import plistlib
import random
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from pydantic import SecretStr

from tests.acceptance.loopback_tls import Files, certificates
from ueapi.apple.mdm.signature import signer_of
from ueapi.rehearsal.clock import START
from ueapi.rehearsal.enrolling.answering import Person
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.built_in import self_signed
from ueapi.rehearsal.enrolling.client import Send
from ueapi.rehearsal.enrolling.identity import Identity
from ueapi.rehearsal.enrolling.trial import Trial
from ueapi.rehearsal.wire import RealNetwork, WebSheet, present

pytestmark = pytest.mark.loopback

ADDRESS, PASSWORD = "sam@example.org", "correct-horse"
DEVICES = Authority("Stranger's devices", datetime.now(UTC))
IDENTITY = DEVICES.signer("one device")
COMMANDS = {
    "Idle": {"RequestType": "DeclarativeManagement"},
    "1": {"RequestType": "RemoveProfile", "Identifier": "org.stranger"},
}
"""What is sent after which status or answer."""
DECLARED = {
    "tokens": {"SyncTokens": {"DeclarationsToken": "d1", "Timestamp": "2026-11-01T00:00:00Z"}},
    "declaration-items": {
        "DeclarationsToken": "d1",
        "Declarations": {
            "Activations": [],
            "Assets": [],
            "Configurations": [{"Identifier": "c1", "ServerToken": "s1"}],
            "Management": [],
        },
    },
    "declaration/configuration/c1": {
        "Type": "com.apple.configuration.passcode.settings",
        "Identifier": "c1",
        "ServerToken": "s1",
        "Payload": {"RequirePasscode": True},
    },
    "status": {},
}


class Stranger(BaseHTTPRequestHandler):
    """Takes any device, and one person."""

    heard: list[dict[str, object]]
    shown: set[bytes | None]
    """Certificates by which TLS knew who sent a message."""

    @property
    def here(self) -> str:
        return f"https://{self.headers['host']}"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/.well-known/com.apple.remotemanagement":
            self.answer(302, b"", location=f"/discovery?{self.path.partition('?')[2]}")
        elif path == "/discovery":
            servers = f'{{"Servers":[{{"Version":"mdm-byod","BaseURL":"{self.here}/e"}}]}}'
            self.answer(200, servers.encode())
        else:
            page = b"<form action=next method=post><input type=email name=who></form>"
            self.answer(200, page, **{"set-cookie": "visit=7; Secure; Path=/"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/e":
            self.enroll()
            return
        form = {k: v[-1] for k, v in parse_qs(body.decode()).items()}
        if self.headers.get("cookie") != "visit=7":
            self.answer(400, b"no cookie")
        elif "secret" not in form:
            page = f"<form method=post action='/last'><input type=hidden name=who value='{form['who']}'>"
            self.answer(200, f"{page}<input name=secret type=password></form>".encode())
        elif (form["who"], form["secret"]) == (ADDRESS, PASSWORD):
            ending = "apple-remotemanagement-user-login://authentication-results?access-token=t1"
            self.answer(308, b"", location=ending)
        else:
            self.answer(403, b"no")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert signer_of(self.headers["mdm-signature"], body) == IDENTITY.certificate
        assert self.headers["authorization"] == "Bearer t1"
        assert isinstance(self.connection, ssl.SSLSocket)
        self.shown.add(self.connection.getpeercert(binary_form=True))
        message = plistlib.loads(body)
        self.heard.append(message)
        if message.get("MessageType") == "DeclarativeManagement":
            self.answer(200, json.dumps(DECLARED[message["Endpoint"]]).encode())
            return
        command = COMMANDS.get(message.get("CommandUUID") or message.get("Status", ""))
        row = {"CommandUUID": "1" if message.get("Status") == "Idle" else "2", "Command": command}
        self.answer(200, plistlib.dumps(row) if command else b"")

    def enroll(self) -> None:
        if self.headers.get("authorization") == "Bearer t1":
            kind = "application/x-apple-aspen-config; charset=utf-8"
            self.answer(200, profile(self.here), **{"content-type": kind})
            return
        challenge = f'Bearer method="apple-as-web", url="{self.here}/sign/in"'
        self.answer(401, b"", **{"www-authenticate": challenge})

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def profile(here: str) -> bytes:
    packed = pkcs12.serialize_key_and_certificates(
        b"device", IDENTITY.key, IDENTITY.certificate, None, NoEncryption()
    )
    payloads: list[dict[str, object]] = [
        {"PayloadType": "com.apple.security.pkcs12", "PayloadUUID": "U1", "PayloadContent": packed},
        {
            "PayloadType": "com.apple.mdm",
            "PayloadUUID": "U2",
            "IdentityCertificateUUID": "U1",
            "Topic": "com.apple.mgmt.External.1",
            "ServerURL": f"{here}/mdm",
            "SignMessage": True,
            "EnrollmentMode": "BYOD",
            "AssignedManagedAppleID": ADDRESS,
        },
    ]
    each = {"PayloadVersion": 1, "PayloadIdentifier": "org.stranger"}
    rows = [
        {**each, **p, "PayloadIdentifier": f"org.stranger.{p['PayloadUUID']}"} for p in payloads
    ]
    whole = {**each, "PayloadType": "Configuration", "PayloadUUID": "U0", "PayloadContent": rows}
    return plistlib.dumps(whole)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return certificates(tmp_path)


@pytest.fixture
def url(files: Files) -> Iterator[str]:
    Stranger.heard, Stranger.shown = [], set()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=DEVICES.certificate.public_bytes(Encoding.PEM).decode())
    context.load_cert_chain(files.tls.certificate, files.tls.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def trial(network: RealNetwork) -> Trial:
    return Trial(
        send=network.ask,
        sheet=WebSheet(network).ask,
        signer=self_signed(START),
        person=Person(address=ADDRESS, password=lambda: SecretStr(PASSWORD)),
        rng=random.Random(1),
        tell=lambda _: None,
    )


def test_a_phone_enrolls_with_a_service_it_knows_nothing_of(files: Files, url: str) -> None:
    phone = trial(RealNetwork(files.trust))

    managed = phone.enroll(ADDRESS, at=f"{url}/.well-known/com.apple.remotemanagement")
    phone.obey(managed)
    phone.leave(managed)

    kinds = [m.get("MessageType") or m.get("Status") for m in Stranger.heard]
    declarations = ["DeclarativeManagement"] * len(DECLARED)
    assert kinds == [
        *("Authenticate", "TokenUpdate", "Idle"),
        *declarations,
        *("Acknowledged", "Acknowledged"),
    ]
    assert managed.is_over
    assert {m.get("EnrollmentID") for m in Stranger.heard} == {managed.identifier}
    assert Stranger.shown == {None}


def test_a_phone_shows_its_identity_to_a_server_that_asks_for_it(files: Files, url: str) -> None:
    phone = trial(RealNetwork(files.trust))

    def proving(identity: Identity) -> Send:
        context = ssl.create_default_context(cafile=str(files.ca))
        present(context, identity.certificates_pem(), identity.key_pem(b"once"), b"once")
        return RealNetwork(context).ask

    phone.proving = proving
    managed = phone.enroll(ADDRESS, at=f"{url}/.well-known/com.apple.remotemanagement")
    phone.obey(managed)

    assert Stranger.shown == {IDENTITY.certificate.public_bytes(Encoding.DER)}
