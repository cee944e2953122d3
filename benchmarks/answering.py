"""The discovery responder under load: a process of its own, asked at a steady rate over kept connections.

`python -m benchmarks.answering 200 10` asks 200 times a second for 10 seconds, each time for another of 1,000 people,
and prints the 50th and 99th percentile in milliseconds, and wrong answers, as JSON. Times count from when a question
was due, so that waiting for an answer before hides nothing.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ueapi.apple.enrollment import discovery
from ueapi.apple.profiles.signing import Signer
from ueapi.discovery import AllowList, digest_of, write_list
from ueapi.discovery.allow_list import Answer
from ueapi.rehearsal.serving import listening

PEOPLE = 1_000
CONNECTIONS = 16
SALT = "0123456789abcdef"
NEW, OLD = "https://new.example.org/enroll", "https://old.example.org/enroll"


def signer() -> Signer:
    """Somebody who signs lists, for an hour."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    return Signer(certificate=certificate, key=key)


def address(number: int) -> str:
    """A person's address; every second one is steered to the target."""
    return f"person{number}@example.org"


def prepared(folder: Path) -> list[str]:
    """Write a list; return the words of the command that serves it."""
    who = signer()
    people = {digest_of(address(n), SALT): "new" for n in range(0, PEOPLE, 2)}
    allowed = AllowList(
        number=1,
        issued_at=datetime.now(UTC),
        salt=SALT,
        answers={"new": Answer(base_url=NEW), "old": Answer(base_url=OLD)},
        default="old",
        people=people,
    )
    (folder / "list").write_bytes(write_list(allowed, who))
    pem = who.certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "anchors.pem").write_bytes(pem)
    anchors = str(folder / "anchors.pem")
    words = ["discovery", "serve", "--list", str(folder / "list"), "--anchors", anchors]
    run = "from ueapi.cli.main import run; run()"
    return [sys.executable, "-c", run, *words, "--audit", str(folder / "audit")]


async def asked(port: int, rate: int, seconds: int) -> dict[str, float]:
    """Ask at that rate, and count what comes back."""
    due: asyncio.Queue[tuple[float, int]] = asyncio.Queue()
    taken: list[float] = []
    wrong: list[int] = []
    workers = [asyncio.create_task(_worker(port, due, taken, wrong)) for _ in range(CONNECTIONS)]
    begin = time.perf_counter() + 0.2
    for number in range(rate * seconds):
        at = begin + number / rate
        await asyncio.sleep(max(at - time.perf_counter(), 0))
        due.put_nowait((at, number))
    answered = asyncio.create_task(due.join())
    # A worker never ends by itself: one that did failed, and nobody would wait for what it left.
    ended, _ = await asyncio.wait({answered, *workers}, return_when=asyncio.FIRST_COMPLETED)
    for worker in ended - {answered}:
        worker.result()
    for worker in workers:
        worker.cancel()
    taken.sort()
    return {
        "asked": rate * seconds,
        "p50_ms": round(taken[len(taken) // 2] * 1000, 2),
        "p99_ms": round(taken[int(len(taken) * 0.99)] * 1000, 2),
        "wrong": len(wrong),
    }


async def _worker(
    port: int, due: asyncio.Queue[tuple[float, int]], taken: list[float], wrong: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        at, number = await due.get()
        body = await _answer(reader, writer, address(number % PEOPLE))
        taken.append(time.perf_counter() - at)
        if body != discovery.document(NEW if number % 2 == 0 else OLD).to_json():
            wrong.append(number)
        due.task_done()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str) -> bytes:
    path = f"{discovery.WELL_KNOWN}?user-identifier={quote(who, safe='')}&model-family=iPhone"
    writer.write(f"GET {path} HTTP/1.1\r\nhost: example.org\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    return await reader.readexactly(length)


def main() -> None:
    """Print the figures."""
    rate, seconds = int(sys.argv[1]), int(sys.argv[2])
    with listening(0) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        words = [*prepared(Path(folder)), "--port", str(port)]
        server = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            _until_it_answers(port)
            print(json.dumps(asyncio.run(asked(port, rate, seconds))))
        finally:
            server.terminate()
            server.wait()


def _until_it_answers(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the responder did not start")


if __name__ == "__main__":
    main()
