"""Whatever is wrong is said in one line with a remedy, ends with the promised code, and changed nothing."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.command import Shell, answering, tenant, variable
from ueapi.plugins import Registry
from ueapi.rehearsal.serving import in_background
from ueapi.rehearsal.world import Place

pytestmark = pytest.mark.loopback

HIDDEN = {"jamf": "client_secret", "hexnode": "api_key"}
SNAPSHOTS = ("old.snapshot.json", "new.snapshot.json")
REFUSED, USAGE, LOSSES, ACCESS, UNREACHABLE, INTERRUPTED = 1, 2, 3, 4, 5, 130


@pytest.fixture(scope="module")
def old() -> Iterator[Place]:
    with in_background(Registry.installed(), "jamf", users=6, seed=7) as place:
        yield place


@pytest.fixture(scope="module")
def new() -> Iterator[Place]:
    with in_background(Registry.installed(), "hexnode", users=6, seed=7) as place:
        yield place


@pytest.fixture(scope="module")
def base(old: Place, new: Place, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Both tenants by name, and a plan that holds an unaccepted loss."""
    places = {"old": ("jamf", old), "new": ("hexnode", new)}
    shell = Shell(
        tmp_path_factory.mktemp("base"),
        {
            variable(name, HIDDEN[backend]): place.settings[HIDDEN[backend]]
            for name, (backend, place) in places.items()
        },
    )
    shell.write(
        "".join(
            tenant(name, backend, place.settings, HIDDEN[backend])
            for name, (backend, place) in places.items()
        )
    )
    for name in places:
        assert shell.run("migrate", "snapshot", name).returncode == 0
    done = shell.run("migrate", "plan", *SNAPSHOTS)
    assert done.returncode == LOSSES, done.stderr
    return shell


@pytest.fixture
def shell(base: Shell, tmp_path: Path) -> Shell:
    """A fresh folder with the same settings and plan."""
    for name in ("tenants.toml", "plan.json", *SNAPSHOTS):
        (tmp_path / name).write_bytes((base.folder / name).read_bytes())
    return Shell(tmp_path, base.environ)


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line, after looking that there is nothing else."""
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("ueapi: ")
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


def fails(shell: Shell, *words: str, code: int, **more: str) -> str:
    before = shell.files()

    line = complaint(shell.run(*words, **more), code)

    assert shell.files() == before
    return line


def test_nobody_listening_is_said_soon(shell: Shell) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shell.write(tenant("gone", "hexnode", {"url": f"http://127.0.0.1:{port}"}, "api_key"))
    begun = time.monotonic()

    line = fails(shell, "doctor", "gone", code=UNREACHABLE, GONE_API_KEY="k")

    assert time.monotonic() - begun < 15
    assert "Check the URL and the network" in line


def test_a_port_that_is_taken_is_said_as_such(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        line = fails(shell, "simulate", "jamf", "--port", str(port), code=USAGE)

    assert "the port is in use already. Name another one with --port" in line


def test_a_name_that_does_not_resolve_is_said_soon(shell: Shell) -> None:
    shell.write(tenant("gone", "hexnode", {"url": "https://nowhere.invalid"}, "api_key"))
    begun = time.monotonic()

    line = fails(shell, "list", "devices", "gone", code=UNREACHABLE, GONE_API_KEY="k")

    assert time.monotonic() - begun < 30
    assert "Check the URL and the network" in line


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_wrong_secret_asks_for_the_right_one(
    shell: Shell, old: Place, new: Place, name: str
) -> None:
    secret = "not-the-right-one"
    key = variable(name, HIDDEN["jamf" if name == "old" else "hexnode"])

    line = fails(shell, "doctor", name, code=ACCESS, **{key: secret})

    assert secret not in line
    assert old.simulator.log.changing() == new.simulator.log.changing() == []


@pytest.mark.parametrize("name", ["old", "new"])
@pytest.mark.parametrize("status", [200, 404, 403])
def test_a_web_page_instead_of_an_answer(shell: Shell, name: str, status: int) -> None:
    backend = "jamf" if name == "old" else "hexnode"
    more = {"client_id": "x"} if backend == "jamf" else {}
    page = b"<!doctype html><title>Welcome</title><p>session=hunter2"

    with answering(status, "text/html; charset=utf-8", page) as url:
        shell.write(tenant(name, backend, {"url": url, **more}, HIDDEN[backend]))
        line = fails(shell, "doctor", name, code=ACCESS if status == 403 else REFUSED)

    assert "hunter2" not in line


def truncated(plan: bytes) -> bytes:
    return plan[: len(plan) // 2]


def altered(plan: bytes) -> bytes:
    content = json.loads(plan)
    content["waves"][0]["people"] = content["waves"][0]["people"][:1]
    return json.dumps(content).encode()


GARBAGE = {
    "pdf": (lambda _: b"%PDF-1.7\n\x80\xff\x00\n%%EOF", USAGE),
    "empty": (lambda _: b"", USAGE),
    "truncated": (truncated, USAGE),
    "other-json": (lambda _: b'{"users": []}', USAGE),
    "deep": (lambda _: b"[" * 100_000, USAGE),
    "altered": (altered, REFUSED),
}
APPLY = ("--source", "old", "--target", "new")


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_plan_file_that_is_no_plan(shell: Shell, old: Place, new: Place, kind: str) -> None:
    spoil, code = GARBAGE[kind]
    plan = shell.folder / "plan.json"
    plan.write_bytes(spoil(plan.read_bytes()))

    line = fails(shell, "migrate", "apply", "plan.json", *APPLY, code=code)

    assert "nothing was changed" in line
    assert old.simulator.log.changing() == new.simulator.log.changing() == []


@pytest.mark.parametrize("name", [".", "absent.json"])
def test_a_plan_that_is_a_folder_or_absent(shell: Shell, name: str) -> None:
    fails(shell, "migrate", "apply", name, *APPLY, code=USAGE)


def test_losses_nobody_accepted(shell: Shell, old: Place, new: Place) -> None:
    done = shell.run("migrate", "apply", "plan.json", *APPLY)

    assert "--accept" in complaint(done, LOSSES)
    assert old.simulator.log.changing() == new.simulator.log.changing() == []


def test_an_accepted_loss_that_does_not_exist(shell: Shell) -> None:
    fails(shell, "migrate", "plan", *SNAPSHOTS, "--accept", "L-000000", code=REFUSED)


TYPOS = {
    "bad TOML": ("[tenants.old\n", "not valid TOML"),
    "not text": ("\x00\x01", "not valid TOML"),
    "unknown table": ("[tenant.old]\n", "unknown tenant"),
    "no backend": ('[tenants.old]\nurl = "x"\n', "names no backend"),
    "unknown setting": (
        '[tenants.old]\nbackend = "hexnode"\nulr = "https://a.example.org"\napi_key = { env = "PATH" }\n',
        "did you mean `url`?",
    ),
    "unknown source": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = { envv = "X" }\n',
        "Use one of env, file, command, keychain",
    ),
    "list": ('[tenants.old]\nbackend = "hexnode"\nurl = ["a"]\n', "neither text nor a number"),
    "wrong source": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = { env = 7 }\n',
        "api_key",
    ),
    "bare secret": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = "hunter2"\n',
        "written out",
    ),
    "unencrypted": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "http://a.example.org"\napi_key = { env = "PATH" }\n',
        "Use https",
    ),
    "unknown backend": ('[tenants.old]\nbackend = "hexnod"\n', "Did you mean 'hexnode'?"),
    "absent variable": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = { env = "ABSENT" }\n',
        "'ABSENT'",
    ),
    "absent file": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = { file = "/no/x" }\n',
        "Check /no/x",
    ),
    "failing command": (
        '[tenants.old]\nbackend = "hexnode"\nurl = "https://a.example.org"\napi_key = { command = "false" }\n',
        "Run it by hand",
    ),
}


@pytest.mark.parametrize("kind", TYPOS)
def test_a_mistake_in_the_settings_file(shell: Shell, kind: str) -> None:
    text, hint = TYPOS[kind]
    shell.write(text)

    line = fails(shell, "list", "users", "old", code=USAGE)

    assert hint in line
    assert "hunter2" not in line


def test_an_unknown_tenant_names_those_there_are(shell: Shell) -> None:
    assert "there: new, old" in fails(shell, "list", "users", "odl", code=USAGE)


@pytest.mark.parametrize("word", ["simulate", "capabilities"])
def test_an_unknown_backend_names_those_there_are(shell: Shell, word: str) -> None:
    assert "jamf" in fails(shell, word, "jam", code=USAGE)


def test_a_secret_on_the_command_line_is_refused(shell: Shell) -> None:
    line = fails(
        shell,
        *("tenant", "add", "x", "hexnode"),
        *("--set", "url=https://a.example.org", "--set", "api_key=hunter2"),
        code=USAGE,
    )

    assert "--secret" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "words",
    [
        ("--nope",),
        ("list", "devces", "old"),
        ("list", "devices"),
        ("list", "devices", "old", "--format", "xml"),
        ("nope",),
        ("simulate", "jamf", "--users", "0"),
    ],
)
def test_wrong_words_are_a_usage_error(shell: Shell, words: tuple[str, ...]) -> None:
    before = shell.files()

    done = shell.run(*words)

    assert done.returncode == USAGE
    assert "Traceback" not in done.stderr
    assert shell.files() == before


def test_a_refused_listing_names_the_capability(shell: Shell) -> None:
    line = fails(shell, "list", "licenses", "new", code=USAGE)

    assert "licenses.list" in line
    assert "ueapi capabilities hexnode" in line


@pytest.fixture
def broken(shell: Shell) -> Shell:
    """Two plugins of others: one raises when imported, one ends the program."""
    packages = shell.folder / "packages"
    for name, body in (("rude", "raise SystemExit(9)"), ("broken", "raise RuntimeError('oops')")):
        distribution = packages / f"ueapi_{name}-1.0.dist-info"
        distribution.mkdir(parents=True)
        (distribution / "METADATA").write_text(f"Name: ueapi-{name}\nVersion: 1.0\n")
        (distribution / "entry_points.txt").write_text(f"[ueapi]\n{name} = ueapi_{name}\n")
        (packages / f"ueapi_{name}.py").write_text(f"{body}\n")
    return Shell(
        shell.folder,
        {**shell.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_a_broken_plugin_complains_when_asked_for(broken: Shell) -> None:
    line = fails(broken, "capabilities", "broken", code=USAGE)

    assert "ueapi-broken 1.0" in line
    assert "oops" in line
    assert "--tracebacks" in line


def test_a_broken_plugin_does_not_disturb_others(broken: Shell) -> None:
    done = broken.run("list", "users", "old", "--format", "json")

    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)


def test_broken_plugins_are_listed_with_the_reason(broken: Shell) -> None:
    done = broken.run("backends", "--json")

    states = {row["name"]: row["state"] for row in json.loads(done.stdout)}
    assert "oops" in states["broken"]
    assert states["rude"].startswith("broken")
    assert states["jamf"] == "ready"


@pytest.mark.parametrize("name", ["text.db", "."])
def test_a_ledger_that_is_none(shell: Shell, name: str) -> None:
    (shell.folder / "text.db").write_text("nothing of ours")

    fails(shell, "migrate", "status", "--ledger", name, code=USAGE)


def test_a_place_that_cannot_be_written(shell: Shell) -> None:
    (shell.folder / "file").write_text("")

    line = fails(shell, "migrate", "snapshot", "old", "--out", "file/x.json", code=USAGE)

    assert "file" in line


def test_a_policy_with_a_typo(shell: Shell) -> None:
    (shell.folder / "policy.toml").write_text("wave_size = [1]\n")

    line = fails(shell, "migrate", "plan", "old", "new", "--policy", "policy.toml", code=USAGE)

    assert "wave_sizes" in line
