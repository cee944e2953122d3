"""The installed command as a user runs it: in a folder of its own, with a settings file of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from attrs import field, frozen

PROGRAM = (sys.executable, "-c", "from ueapi.cli.main import run; run()")


@frozen
class Shell:
    """A folder, and the environment the command runs in."""

    folder: Path
    environ: Mapping[str, str] = field(factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "tenants.toml"

    def write(self, text: str) -> None:
        self.config.write_text(text, encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("UEAPI", "COLUMNS"))}
        kept = {k: v for k, v in kept.items() if "proxy" not in k.lower()}
        return {**kept, "UEAPI_CONFIG": str(self.config), **self.environ, **more}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment(**more),
            timeout=60,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PROGRAM, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self.environment(),
        )

    def files(self) -> dict[str, bytes]:
        return {
            str(p.relative_to(self.folder)): p.read_bytes()
            for p in sorted(self.folder.rglob("*"))
            if p.is_file()
        }


def tenant(name: str, backend: str, settings: Mapping[str, str], *hidden: str) -> str:
    """An entry of the settings file; what is hidden comes from the environment."""
    lines = [f"[tenants.{name}]", f'backend = "{backend}"']
    lines += [f'{k} = "{v}"' for k, v in settings.items() if k not in hidden]
    lines += [f'{k} = {{ env = "{variable(name, k)}" }}' for k in hidden]
    return "\n".join(lines) + "\n\n"


def variable(name: str, key: str) -> str:
    return f"{name}_{key}".upper()


@contextmanager
def answering(status: int, content_type: str, body: bytes) -> Iterator[str]:
    """A server on this machine that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
