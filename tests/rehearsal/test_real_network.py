"""Requests of a virtual phone over real sockets: bounded, without redirections, and cookies only in the web sheet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from ueapi.rehearsal import wire
from ueapi.rehearsal.wire import RealNetwork, WebSheet

pytestmark = pytest.mark.loopback


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/large": b"x" * 2048}.get(self.path, self.headers.get("cookie", "").encode())
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("location", "https://elsewhere.example.org/")
        self.send_header("set-cookie", "session=1; Path=/")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_web_sheet_keeps_cookies_and_the_device_has_none(url: str) -> None:
    network = RealNetwork()
    sheet = WebSheet(network)

    in_sheet = [sheet.ask("GET", f"{url}/", {}, b"").body for _ in range(2)]
    of_device = [network.ask("GET", f"{url}/", {}, b"").body for _ in range(2)]

    assert in_sheet == [b"", b"session=1"]
    assert of_device == [b"", b""]
    assert "session" not in repr(sheet)


def test_no_redirection_is_followed(url: str) -> None:
    reply = RealNetwork().ask("GET", f"{url}/elsewhere", {}, b"")

    assert reply.status == 302
    assert reply.headers["location"] == "https://elsewhere.example.org/"


def test_an_answer_without_end_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 1024)

    with pytest.raises(ConnectionError, match="1024 bytes"):
        RealNetwork().ask("GET", f"{url}/large", {}, b"")


def test_an_answer_that_trickles_in_is_none(url: str) -> None:
    hours = count(step=3600)
    network = RealNetwork(monotonic=lambda: float(next(hours)))

    with pytest.raises(ConnectionError, match="slowly"):
        network.ask("GET", f"{url}/large", {}, b"")


@pytest.mark.parametrize("wrong", ["https://[", "http://127.0.0.1:99999/", "ftp://localhost/", ""])
def test_an_address_that_is_none_is_no_answer(wrong: str) -> None:
    with pytest.raises(ConnectionError):
        RealNetwork().ask("GET", wrong, {}, b"")
