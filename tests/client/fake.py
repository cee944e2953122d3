"""A backend of its own for the core's tests, and the product it talks to, in memory."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from attrs import define, field
from pydantic import SecretStr

import ueapi
from ueapi.contract import (
    Accepted,
    Backend,
    BackendManifest,
    Capability,
    CapabilitySheet,
    Commands,
    Context,
    Credential,
    Devices,
    Enrollments,
    Limits,
    Settings,
    Users,
    hookimpl,
    manual,
    native,
    unsupported,
)
from ueapi.errors import RateLimited
from ueapi.flow import Call, Effect, Flow, Page, Reply, ask, ask_all, query_of
from ueapi.model import Origin, Ref, User
from ueapi.plugins import Registry
from ueapi.runtime.faults import by_status

URL = "https://tenant.example.org"
SECRET = "correct-horse-battery"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class TestClock:
    """Time that passes only by sleeping; notes each sleep."""

    __test__ = False

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def now(self):
        return NOON + timedelta(seconds=self.elapsed)

    def monotonic(self):
        return self.elapsed

    def sleep(self, seconds):
        self.sleeps.append(seconds)
        self.elapsed += seconds

    async def asleep(self, seconds):
        self.sleep(seconds)


class FakeSettings(Settings):
    account: str
    secret: SecretStr
    size: int = 3
    per_minute: int | None = None
    per_day: int | None = None


class FakeAuth:
    def __init__(self, settings: FakeSettings) -> None:
        self.settings = settings

    def sign_in(self) -> Flow[Credential]:
        reply = yield from ask(
            Call(
                operation="sign-in",
                method="POST",
                path="/token",
                effect=Effect.READS,
                body=self.settings.secret.get_secret_value().encode(),
            )
        )
        told = _object(reply)
        return Credential({"authorization": f"Bearer {told['token']}"}, timedelta(minutes=10))


class FakeUsers(Users):
    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    def page(self, cursor):
        reply = yield from ask(_get("users.list", "/users", query_of(page=cursor)))
        told = _object(reply)
        rows = tuple(self.user(row) for row in told["rows"])
        return Page(rows, told.get("next"), told.get("total"))

    def get(self, user_id):
        reply = yield from ask(_get("users.get", "/users/{id}", at={"id": user_id}))
        return self.user(_object(reply))

    def find(self, managed_apple_id):
        query = query_of(account=str(managed_apple_id))
        try:
            reply = yield from ask(_get("users.get", "/find", query))
        except ueapi.NotFound:
            return None
        return self.user(_object(reply))

    def user(self, row):
        return User(
            ref=Ref(tenant=self.tenant, id=row["id"]),
            origin=Origin(backend="fake", read_at=NOON),
            name=row.get("name"),
        )


class FakeDevices(Devices):
    def unenroll(self, device_id):
        call = Call(
            operation="devices.unenroll",
            method="POST",
            path="/devices/{id}/end",
            effect=Effect.READABLE,
            at={"id": device_id},
        )
        yield from ask(call)
        return Accepted()


class FakeEnrollments(Enrollments):
    def invite(self, user_id):
        calls = [
            Call(operation="enrollments.invite", method="POST", path="/invite", effect=Effect.BLIND)
        ]
        yield from ask_all(calls)
        return Accepted()


class FakeCommands(Commands):
    def of_device(self, device_id):
        """Asks for as many things as the id says, all together."""
        calls = [
            _get("commands.status", "/users/{id}", at={"id": str(n)}) for n in range(int(device_id))
        ]
        replies = yield from ask_all(calls)
        return tuple(_object(reply)["id"] for reply in replies)


def _get(operation, path, query=(), at=None):
    return Call(
        operation=operation,
        method="GET",
        path=path,
        effect=Effect.READS,
        query=query,
        at=at or {},
    )


def _object(reply: Reply) -> dict[str, Any]:
    told = reply.json()
    if not isinstance(told, dict):
        raise ueapi.Unintelligible("not an object.")
    return told


def fault(call: Call, reply: Reply):
    if reply.status == 429 and b"seconds" in reply.body:
        return RateLimited("slow down.", retry_after=float(_object(reply)["seconds"]))
    if reply.status == 400:
        return ueapi.Rejected(reply.body.decode(), problems=[reply.body.decode()])
    return by_status(reply)


def disguised(call: Call, reply: Reply):
    """A product that reports failures with status 200, as some do."""
    failure = _object(reply).get("failure") if reply.body else None
    match failure:
        case "token":
            return ueapi.CredentialsRejected("the token is over.", remedy="Sign in again.")
        case "busy":
            return RateLimited("slow down.", retry_after=17)
        case _:
            return None


def build(settings: FakeSettings, context: Context) -> Backend:
    return Backend(
        url=settings.url,
        auth=FakeAuth(settings),
        fault=fault,
        disguised=disguised,
        limits=Limits(
            concurrency=settings.size,
            per_minute=settings.per_minute,
            per_day=settings.per_day,
            response_bytes=20_000,
        ),
        users=FakeUsers(context.tenant),
        devices=FakeDevices(),
        enrollments=FakeEnrollments(),
        commands=FakeCommands(),
        native="the product's own",
    )


SHEET = CapabilitySheet.of(
    {capability: unsupported("the fake has none", "own") for capability in Capability}
    | {
        Capability.USERS_LIST: native("own"),
        Capability.USERS_GET: native("own"),
        Capability.DEVICES_UNENROLL: native("own"),
        Capability.DEVICES_REPORT: native("claimed, and not there"),
        Capability.ENROLLMENTS_INVITE: native("own"),
        Capability.COMMANDS_STATUS: native("own"),
        Capability.PROFILES_ENSURE: manual("Open the console", "Press New", evidence="own"),
    }
)


def manifest(**other) -> BackendManifest:
    parts = {
        "name": "fake",
        "product": "Fake",
        "contract": "1.0",
        "settings": f"{__name__}:FakeSettings",
        "build": f"{__name__}:build",
        "sheet": f"{__name__}:SHEET",
    }
    return BackendManifest(**(parts | other))


class FakePlugin:
    @hookimpl
    def ueapi_backend(self):
        return manifest()


def registry() -> Registry:
    return Registry.of(fake=FakePlugin())


@define
class Product:
    """The product: a token desk, users in pages, and a queue of answers that come before all else.

    An entry of `script` is a response, an exception to raise, or `None` for the regular answer.
    """

    people: int = 7
    page_size: int = 3
    script: list[httpx.Response | Exception | None] = field(factory=list)
    seen: list[str] = field(factory=list)
    bodies: list[bytes] = field(factory=list)
    sign_ins: int = 0
    good: str | None = None
    expire_before_page: str | None = None
    lock: threading.Lock = field(factory=threading.Lock)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.seen.append(f"{request.method} {request.url.raw_path.decode()}")
            self.bodies.append(request.content)
            return self.answer(request)

    def answer(self, request):
        if request.url.path == "/token":
            return self.sign_in(request)
        if self.script and (scripted := self.script.pop(0)) is not None:
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        page = request.url.params.get("page", "0")
        if self.expire_before_page == page:
            self.good, self.expire_before_page = None, None
        if request.headers.get("authorization") != f"Bearer {self.good}":
            return httpx.Response(401)
        if request.url.path == "/users":
            return httpx.Response(200, json=self.rows(int(page)))
        if request.url.path.startswith("/users/"):
            return httpx.Response(200, json={"id": request.url.path.rpartition("/")[2]})
        return httpx.Response(202 if request.method == "POST" else 404)

    def sign_in(self, request):
        if request.content != SECRET.encode():
            return httpx.Response(401)
        self.sign_ins += 1
        self.good = f"token-number-{self.sign_ins}"
        return httpx.Response(200, json={"token": self.good})

    def rows(self, page):
        first, after = page * self.page_size, min((page + 1) * self.page_size, self.people)
        told = {"rows": [{"id": f"u{n}"} for n in range(first, after)], "total": self.people}
        return told | ({"next": str(page + 1)} if after < self.people else {})

    @property
    def calls(self) -> list[str]:
        """What was asked, without sign-ins."""
        return [line for line in self.seen if not line.endswith("/token")]

    def connect(self, **other):
        return ueapi.connect("fake", **self.arguments(**other))

    def connect_async(self, **other):
        return ueapi.connect_async("fake", **self.arguments(**other))

    def arguments(self, **other):
        plain = {
            "registry": registry(),
            "clock": TestClock(),
            "rng": random.Random(1),
            "transport": httpx.MockTransport(self),
            "url": URL,
            "account": "robot",
            "secret": SECRET,
        }
        return plain | other


def page(rows, **more) -> httpx.Response:
    return httpx.Response(200, json={"rows": [{"id": row} for row in rows]} | more)
