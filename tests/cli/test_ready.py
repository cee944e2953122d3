"""`ueapi ready` as its user types it, against simulators of this process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ueapi.apple.enrollment import SimpleChallenge, discovery
from ueapi.cli import discovery_check
from ueapi.cli import ready as command
from ueapi.cli.main import app
from ueapi.errors import InvalidSettings, UeapiError, UnreadableInput, UsageError
from ueapi.plugins import Registry
from ueapi.rehearsal.fleet import Oddity
from ueapi.rehearsal.world import World
from ueapi.runtime.probing import Over, Seen

SERVICE = "https://mdm.example.org/enroll"
FEDERATED = ("--federated", "example.org")


def unwrapped(done: Result) -> str:
    """What was printed, without the line breaks that a terminal's width makes."""
    return " ".join(done.stdout.split())


class Web:
    """A domain that answers as it should, and counts how often a document was asked for."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen:
        self.hosts.append(url)
        if method == "POST":
            challenge = SimpleChallenge("https://mdm.example.org/login").to_header()
            return Seen(status=401, headers={"www-authenticate": challenge}, body=b"")
        told = {"content-type": "application/json", "cache-control": "no-store"}
        return Seen(status=200, headers=told, body=discovery.document(SERVICE).to_json())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Tenants `old` and `new`, simulators of two products; people live in the first."""
    made, registry = World.empty(users=24, seed=3), Registry.installed()
    places = {
        "old": made.open_installed(registry, "jamf", "source"),
        "new": made.open_installed(registry, "hexnode", "target"),
    }
    made.settle(places["old"])
    monkeypatch.setattr(
        command, "open_tenant", lambda name: made.tenant(registry, places[name], name)
    )
    monkeypatch.setattr(command, "_address_of", lambda target: None)
    return made


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web()
    monkeypatch.setattr(discovery_check, "looker", lambda ca: made)
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["ready", *words])


def account(world: World, oddity: Oddity | None) -> str:
    people = (p for p in world.fleet.people if p.oddity is oddity and p.phones)
    person = next(people)
    return str(person.managed_apple_id or person.email)


def read(result: Result) -> dict[str, dict[str, dict[str, str]]]:
    """Person → check → what it says."""
    told = json.loads(result.stdout)
    return {p["person"]: {c["check"]: c for c in p["checks"]} for p in told["people"]}


def test_one_person_is_judged_by_every_check(world: World, web: Web) -> None:
    who = account(world, None)

    done = run("old", who, "--source", "old", *FEDERATED, "--json", "--base-url", SERVICE)

    checks = read(done)[who]
    levels = {check: told["level"] for check, told in checks.items()}
    assert done.exit_code == 0
    assert levels == {
        "known": "ready",
        "managed-apple-id": "ready",
        "domain": "ready",
        "one-record": "ready",
        "ios": "ready",
        "licenses": "unknown",
        "discovery": "ready",
        "account-driven": levels["account-driven"],
        "conditional-access": "unknown",
    }
    assert all(told["evidence"] for told in checks.values())


def test_everything_confirmed_makes_people_ready(world: World, web: Web) -> None:
    who = account(world, None)
    known = [w for c in ("account-driven", "conditional-access") for w in ("--confirmed", c)]
    apps = ("--app", next(a.store_id for a in world.fleet.apps if a.store_id) or "")

    done = run("old", who, "--source", "old", *FEDERATED, *known, *apps, "--base-url", SERVICE)

    assert done.exit_code == 0
    assert f"{who}: ready" in done.stdout


def test_someone_without_an_account_ends_with_1_and_a_fix(world: World) -> None:
    who = account(world, Oddity.NO_MANAGED_APPLE_ID)

    done = run("old", who, "--no-domain-check")

    assert done.exit_code == 1
    assert f"{who}: not-ready" in done.stdout
    assert "the record has no Managed Apple ID" in done.stdout
    assert "-> Make the account in Apple Business Manager" in done.stdout


def test_people_of_the_source_are_not_yet_known_to_the_target(world: World, web: Web) -> None:
    done = run("new", "--source", "old", *FEDERATED, "--json")

    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["counts"]["not-ready"] == len(told["people"]) > 10
    assert {checks["known"]["level"] for checks in read(done).values()} == {"not-ready"}
    assert told["calls"] < 15


def test_lines_are_short_enough_to_read_and_stand_under_their_text(world: World) -> None:
    done = run("old", "--no-domain-check")

    findings, _, people = done.stdout.partition("\n\n")
    assert max(map(len, findings.splitlines())) <= 100
    assert people
    for line in findings.splitlines():
        assert line.startswith(("ok", "?", "FAIL", " " * 26))


def test_what_concerns_many_is_said_once_with_their_number(world: World) -> None:
    done = run("old", "--no-domain-check")

    told = unwrapped(done)
    assert told.count("demands a managed device") == 1
    assert "? conditional-access 23 people: the person signs in" in told
    assert done.stdout.startswith("FAIL")


def test_each_domain_is_asked_once_and_nobody_is_named_there(world: World, web: Web) -> None:
    run("old", *FEDERATED)

    asked = len(web.hosts)
    web.hosts.clear()
    run("old", account(world, None), *FEDERATED)
    assert len(web.hosts) == asked
    assert {url.split("/")[2] for url in web.hosts} == {"example.org", "mdm.example.org"}
    assert not any(account(world, None).partition("@")[0] in url for url in web.hosts)


def test_no_domain_is_asked_when_not_wanted(world: World, web: Web) -> None:
    run("old", "--no-domain-check")

    assert web.hosts == []


def test_the_version_told_counts_where_no_phone_is_known(world: World) -> None:
    done = run("old", account(world, None), "--ios", "14.2", "--no-domain-check")

    assert done.exit_code == 1
    assert "account-driven enrollment begins with iOS 15.0" in unwrapped(done)


def test_a_file_gives_what_no_product_shows(world: World, web: Web, tmp_path: Path) -> None:
    given = tmp_path / "given.toml"
    given.write_text(
        'federated = ["example.org"]\napps = []\nconfirmed = ["conditional-access"]\n'
        f'base_url = "{SERVICE}"\n'
    )
    who = account(world, None)

    done = run("old", who, "--given", str(given), "--json")

    levels = {check: told["level"] for check, told in read(done)[who].items()}
    wanted = ("domain", "licenses", "conditional-access", "discovery")
    assert {levels[check] for check in wanted} == {"ready"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("federated = [", InvalidSettings),
        ('federation = ["example.org"]', InvalidSettings),
        ('confirmed = ["everything"]', InvalidSettings),
        ('apps = ["one"]', InvalidSettings),
        ('base_url = "http://mdm.example.org"', InvalidSettings),
        (None, UnreadableInput),
    ],
)
def test_a_wrong_file_is_refused_before_anything_is_sent(
    world: World, tmp_path: Path, content: str | None, kind: type[UeapiError]
) -> None:
    given = tmp_path / "given.toml"
    if content is not None:
        given.write_text(content)

    done = run("old", "--given", str(given))

    assert isinstance(done.exception, kind)
    assert done.exception.remedy


@pytest.mark.parametrize(
    "words",
    [("--federated", "two words"), ("--app", "x"), ("--ios", "new"), ("a\nb",), ("x" * 400,)],
)
def test_wrong_words_are_refused_and_not_repeated(world: World, words: tuple[str, ...]) -> None:
    done = run("old", *words)

    assert isinstance(done.exception, UsageError)
    assert "x" * 400 not in str(done.exception)
