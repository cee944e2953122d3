"""Promises of the responder: the right answer for each person, and never one from a list that can't be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.apple import signers
from tests.discovery.lists import NEW, OLD, Desk, allowed, put

from ueapi.apple.enrollment import Refusal, discovery, refusal_from
from ueapi.discovery import read_list, write_list
from ueapi.errors import InvalidModel

JANE = "jane@example.org"
MAX = "max@example.org"


def url(address: str, family: discovery.ModelFamily = discovery.ModelFamily.IPHONE) -> str:
    return discovery.UserIdentifier.of(address).url(family)


def desk(folder: Path, *people: str, **more: object) -> Desk:
    put(folder / "allow-list", allowed(1, *people, **more))
    return Desk(folder)


def test_each_person_gets_the_answer_of_the_list(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)

    assert at.ask(url(JANE)) == (200, NEW.document.to_json())
    assert at.ask(url("Jane@Example.org")) == (200, NEW.document.to_json())
    assert at.ask(url(MAX)) == (200, OLD.document.to_json())


def test_a_phone_that_sends_no_address_gets_the_default(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)

    status, body = at.ask(f"https://example.org{discovery.WELL_KNOWN}")

    assert (status, body) == (200, OLD.document.to_json())


def test_without_a_default_whoever_is_not_listed_is_refused_as_apple_documents(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path, JANE, default=None)

    status, body = at.ask(url(MAX))

    assert status == 403
    refusal = refusal_from("application/json", body)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "com.apple.well-known.failed"


def test_a_kind_of_device_can_have_its_own_answer(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE, families={"Mac": "old"})

    assert at.ask(url(JANE, discovery.ModelFamily.MAC))[1] == OLD.document.to_json()
    assert at.ask(url(JANE, discovery.ModelFamily.IPAD))[1] == NEW.document.to_json()


def test_answers_are_never_kept_by_anyone_on_the_way(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)

    reply = at.network.send("GET", url(JANE), {}, b"")

    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"] == "application/json"


def test_a_new_list_works_within_a_second(tmp_path: Path) -> None:
    at = desk(tmp_path)
    before = at.ask(url(JANE))[1]
    put(at.path, allowed(2, JANE))

    at.seconds += 1.0

    assert before == OLD.document.to_json()
    assert at.ask(url(JANE))[1] == NEW.document.to_json()
    assert at.told == [("list-changed", "number 2")]


def test_the_switch_gives_everyone_the_default_and_back(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)
    (tmp_path / "halt").touch()
    at.seconds += 1.0
    halted = at.ask(url(JANE))[1]
    (tmp_path / "halt").unlink()
    at.seconds += 1.0

    assert halted == OLD.document.to_json()
    assert at.ask(url(JANE))[1] == NEW.document.to_json()
    assert [outcome for outcome, _ in at.told] == ["halted", "resumed"]


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _changed(content: bytes) -> bytes:
    return signers.flipped(content, content.index(b"new.example.org"))


@pytest.mark.parametrize("spoil", [_half, _changed, lambda _: b"", lambda _: b"{}"])
def test_a_list_that_was_tampered_with_is_refused_and_the_old_one_stays(
    tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    at = desk(tmp_path, JANE)
    at.path.write_bytes(spoil(write_list(allowed(2, MAX), signers.signer())))

    at.seconds += 1.0

    assert at.ask(url(JANE))[1] == NEW.document.to_json()
    assert at.ask(url(MAX))[1] == OLD.document.to_json()
    assert [outcome for outcome, _ in at.told] == ["list-refused"]


def test_an_earlier_list_does_not_come_back(tmp_path: Path) -> None:
    at = desk(tmp_path)
    put(at.path, allowed(3, JANE))
    at.seconds += 1.0
    at.ask(url(JANE))
    put(at.path, allowed(2))
    at.seconds += 1.0

    assert at.ask(url(JANE))[1] == NEW.document.to_json()
    assert at.told[-1][0] == "list-refused"


def test_a_list_that_is_gone_leaves_the_one_in_use(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)
    at.path.unlink()
    at.seconds += 1.0

    assert at.ask(url(JANE))[1] == NEW.document.to_json()


def test_a_list_signed_by_somebody_else_is_refused() -> None:
    signed = write_list(allowed(), signers.signer())

    with pytest.raises(InvalidModel, match="untrusted"):
        read_list(signed, anchors=[], at=signers.NOW)


def test_nobody_is_named_in_a_list_or_in_the_log(tmp_path: Path) -> None:
    at = desk(tmp_path, JANE)
    at.ask(url(JANE))
    at.ask(url(MAX))

    content = at.path.read_bytes()
    assert b"jane" not in content
    assert "jane" not in repr(at.lines)
    assert [(line.outcome, line.family) for line in at.lines] == [
        ("new", "iPhone"),
        ("old", "iPhone"),
    ]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 404),
        ("/.well-known/other", "GET", 404),
        (discovery.WELL_KNOWN, "POST", 405),
        (f"{discovery.WELL_KNOWN}?user-identifier={'x' * 5000}", "GET", 400),
        ("/healthz", "GET", 200),
    ],
)
def test_what_is_no_question_gets_a_plain_status(
    tmp_path: Path, path: str, method: str, status: int
) -> None:
    assert desk(tmp_path).ask(f"https://example.org{path}", method)[0] == status


def test_a_thousand_people_get_their_own_answer(tmp_path: Path) -> None:
    people = [f"person{n}@example.org" for n in range(1000)]
    at = desk(tmp_path, *people[::2])

    answers = [at.ask(url(address)) for address in people]

    assert answers[::2] == [(200, NEW.document.to_json())] * 500
    assert answers[1::2] == [(200, OLD.document.to_json())] * 500


def test_a_list_naming_an_answer_it_does_not_have_is_none() -> None:
    with pytest.raises(ValueError, match="newer"):
        allowed(default="newer")


@pytest.mark.parametrize("written", ["jane+work@example.org", "jane%2Bwork%40example.org"])
def test_a_plus_in_an_address_is_a_plus_however_a_device_writes_it(
    tmp_path: Path, written: str
) -> None:
    at = desk(tmp_path, "jane+work@example.org")

    status, body = at.ask(f"https://example.org{discovery.WELL_KNOWN}?user-identifier={written}")

    assert (status, body) == (200, NEW.document.to_json())
