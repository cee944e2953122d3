"""Promises of a close look at a web server, over real sockets on this machine."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from tests.apple import signers

from ueapi.runtime.probing import Looker, Over, Seen, Trouble, Unseen


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://elsewhere.example.org/")
        if self.path == "/not-packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library names it so
        del format, args


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    identity = signers.issue(
        "127.0.0.1", begins=now - signers.DAY, ends=now + 5 * signers.DAY, extra=(names,)
    )
    (tmp_path / "cert.pem").write_bytes(identity.pem)
    (tmp_path / "key.pem").write_bytes(identity.key_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/", tmp_path / "cert.pem"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_protection_of_a_connection_is_seen_and_no_redirection_is_followed(
    secured: tuple[str, Path],
) -> None:
    url, trusted = secured

    seen = Looker(ssl.create_default_context(cafile=str(trusted)))(url)

    assert isinstance(seen, Seen)
    assert (seen.status, seen.body) == (302, b"hi")
    assert seen.tls is not None
    assert seen.tls.version == "TLSv1.3"
    assert seen.tls.ends is not None
    assert seen.tls.ends - datetime.now(UTC) < timedelta(days=5)


def test_an_untrusted_certificate_is_trouble_with_tls(secured: tuple[str, Path]) -> None:
    seen = Looker()(secured[0])

    assert isinstance(seen, Unseen)
    assert seen.trouble is Trouble.TLS


def test_an_answer_that_is_not_packed_as_it_says_is_none(secured: tuple[str, Path]) -> None:
    url, trusted = secured

    seen = Looker(ssl.create_default_context(cafile=str(trusted)))(f"{url}not-packed")

    assert isinstance(seen, Unseen)
    assert seen.trouble is Trouble.NO_ANSWER


def test_plain_http_is_told_from_a_certificate_that_is_not_trusted() -> None:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        seen = Looker()(f"https://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()

    assert isinstance(seen, Unseen)
    assert (seen.trouble, "plain http" in seen.reason) == (Trouble.TLS, True)


def test_nobody_there_is_no_connection() -> None:
    seen = Looker()("https://127.0.0.1:1/")

    assert isinstance(seen, Unseen)
    assert seen.trouble is Trouble.NO_CONNECTION


def test_an_address_without_the_other_kind_is_told_apart(secured: tuple[str, Path]) -> None:
    seen = Looker()(secured[0], over=Over.IPV6)

    assert isinstance(seen, Unseen)
    assert seen.trouble is Trouble.NO_ADDRESS
