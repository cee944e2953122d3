"""Promises of the messages in the outbox: for this product, this iOS, this language, and nothing that doesn't fit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from tests.migration.test_ledger import plan_for
from ueapi.errors import UsageError
from ueapi.migration.documents import Plan, PlannedDevice, PlannedPerson, Policy
from ueapi.migration.letters import Letters
from ueapi.migration.outbox import Outbox
from ueapi.migration.steering import Question
from ueapi.plugins import Registry

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def planned(**policy: object) -> Plan:
    plan = plan_for(2)
    sides = {
        name: getattr(plan, name).model_copy(update={"backend": backend})
        for name, backend in (("source", "jamf"), ("target", "hexnode"))
    }
    return plan.model_copy(update={**sides, "policy": Policy.model_validate(policy)})


def person(plan: Plan, *versions: str | None, **more: object) -> PlannedPerson:
    devices = tuple(
        PlannedDevice(id=str(n), model="iPhone 15", os_version=v, name_digest="")
        for n, v in enumerate(versions)
    )
    return plan.people[0].model_copy(update={"devices": devices, **more})


def letters(plan: Plan) -> Letters:
    return Letters.of(plan, Registry.installed())


def test_every_question_has_a_message() -> None:
    plan = planned()

    for question in Question:
        (letter,) = letters(plan).letters(person(plan, "26.1"), question)

        assert letter.message.subject
        assert letter.message.text


def test_a_message_to_move_names_the_product_and_has_a_page_with_the_steps() -> None:
    plan = planned(organization="Example", help_desk="help@example.org")

    (letter,) = letters(plan).letters(person(plan, "26.1"), Question.MOVE)

    assert "Hexnode" in letter.message.text
    assert "help@example.org" in letter.message.text
    assert letter.message.html is not None


def test_people_read_their_own_language_and_all_others_the_policys() -> None:
    plan = planned(language="en", languages={"PERSON1@example.org": "de"})
    first, second = plan.people

    found = [letters(plan).letters(p, Question.MOVE)[0].message.language for p in (first, second)]

    assert found == ["de", "en"]


def test_phones_on_different_versions_get_a_message_each_the_oldest_first() -> None:
    plan = planned()

    found = letters(plan).letters(person(plan, "26.1", "18.2", "26.0", None, "14.8"), Question.MOVE)

    assert [str(letter.ios) for letter in found] == ["18.2", "26.1"]


def test_what_does_not_fit_a_page_is_left_out() -> None:
    plan = planned()

    (letter,) = letters(plan).letters(
        person(plan, "26.1", name="Ada\r\nBcc: all@example.org"), Question.MOVE
    )

    assert "Bcc" not in letter.message.text
    assert "Bcc" not in letter.message.subject


def test_an_unknown_language_is_refused_before_anything_is_written() -> None:
    with pytest.raises(UsageError):
        letters(planned(languages={"person1@example.org": "xx"}))


def test_the_outbox_has_the_texts_and_names_them_in_the_line(tmp_path: Path) -> None:
    plan = planned()
    outbox = Outbox(tmp_path, lambda: NOW, letters=letters(plan))
    someone = person(plan, "18.2", "26.1", key="p-1")

    outbox.ask([someone, plan.people[1]], Question.MOVE)
    outbox.ask([someone], Question.STAY)

    lines = [json.loads(line) for line in (tmp_path / "asks.ndjson").read_text().splitlines()]
    first, second = lines[0]["messages"]
    assert (first["text"], second["page"]) == (
        "messages/p-1.move.ios18.txt",
        "messages/p-1.move.ios26.html",
    )
    assert lines[2]["messages"][0]["page"] is None
    for line in lines:
        for message in line["messages"]:
            path = tmp_path / message["text"]
            assert message["subject"]
            assert path.read_text()
            assert path.stat().st_mode & 0o077 == 0


def test_a_key_that_is_no_name_of_a_file_stays_in_the_folder(tmp_path: Path) -> None:
    plan = planned()
    outbox = Outbox(tmp_path / "box", lambda: NOW, letters=letters(plan))

    outbox.ask([person(plan, "26.1", key="../../away")], Question.MOVE)

    assert {p.parent.name for p in tmp_path.rglob("*.txt")} == {"messages"}


def test_nothing_personal_is_shown() -> None:
    plan = planned(languages={"person1@example.org": "de"})
    made = letters(plan)

    shown = repr(made) + repr(made.letters(plan.people[0], Question.MOVE))

    assert "person1" not in shown.casefold()
    assert repr(evolve(made, language="de"))
