"""The real network, on this machine: nothing leaks into logs, cookies stay, no answer is named so."""

from __future__ import annotations

import json
import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from tests.client.fake import SECRET, Product

from ueapi.errors import Unreachable

pytestmark = pytest.mark.loopback


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cookies: ClassVar[list[str | None]] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.reply({"token": "token-number-one"})

    def do_GET(self):
        self.cookies.append(self.headers.get("cookie"))
        self.reply({"id": "u1"})

    def reply(self, told):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("set-cookie", "node=cookie-value")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_real_call_leaves_no_secret_in_any_log_and_keeps_the_products_cookie(url, caplog):
    caplog.set_level(logging.DEBUG)

    with Product().connect(url=url, transport=None, clock=None) as tenant:
        tenant.users.get("telling-id")

    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "GET /users/{id}" in text
    assert not [w for w in (SECRET, "token-number", "cookie-value", "telling-id") if w in text]
    assert Handler.cookies[-1] == "node=cookie-value"


def test_nobody_listening_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with Product().connect(url=url, transport=None) as tenant, pytest.raises(Unreachable):
        tenant.users.get("u1")
