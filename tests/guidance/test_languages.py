"""Every language says everything, with the same gaps to fill, and nothing is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from ueapi.apple.rules import IosVersion
from ueapi.errors import UsageError
from ueapi.guidance.claims import CLAIMS, PRACTICES
from ueapi.guidance.language import PIECE, LanguageFile, Voice, Wording, languages, load_language
from ueapi.guidance.messages import QUESTIONS

OTHERS = [tag for tag in languages() if tag != "en"]
ENGLISH = re.compile(
    r"\b(the|your|you|and|with|is|are|this|that|for|from|not|can|have|tap|open|account is)\b", re.I
)
CASES = re.compile(r"-(dative|genitive|accusative|nominative)$")
ENDINGS = (".dative", ".genitive", ".genitive-named")
"""Cases of the words for an organization, with and without its name."""


def gaps(text: str) -> set[str]:
    """What is filled in, without a language's own cases."""
    return {mark + CASES.sub("", name) for mark, name in PIECE.findall(text)}


def without_cases(keys: Iterable[str]) -> set[str]:
    return {key for key in keys if not CASES.search(key) and not key.endswith(ENDINGS)}


@pytest.mark.parametrize("tag", OTHERS)
def test_every_language_has_every_key(tag: str) -> None:
    english, other = load_language("en"), load_language(tag)

    assert without_cases(other.text) == without_cases(english.text)
    assert without_cases(other.interface) == without_cases(english.interface)


@pytest.mark.parametrize("tag", OTHERS)
def test_every_sentence_has_the_same_gaps(tag: str) -> None:
    english, other = load_language("en"), load_language(tag)

    differing = {
        key
        for key in english.text
        if not key.startswith("organization.") and gaps(english.text[key]) != gaps(other.text[key])
    }

    assert differing == set()


@pytest.mark.parametrize("tag", OTHERS)
def test_no_english_is_left_over(tag: str) -> None:
    english, other = load_language("en"), load_language(tag)

    plain = {key: PIECE.sub("", text) for key, text in other.text.items()}
    suspect = {key for key, text in plain.items() if ENGLISH.search(text)}
    equal = {
        key
        for key, text in other.text.items()
        if text == english.text.get(key) and any(c.isalpha() for c in plain[key])
    }

    assert suspect == set()
    assert equal <= {"kind.payload"}


@pytest.mark.parametrize("tag", languages())
def test_every_wording_changes_at_the_same_versions_in_order(tag: str) -> None:
    language, english = load_language(tag), load_language("en")

    for name, wordings in language.interface.items():
        since = [IosVersion.parse(wording.since) for wording in wordings]
        assert since[0] == IosVersion.parse("15.0"), name
        assert all(earlier < later for earlier, later in pairwise(since)), name
        like = english.interface[CASES.sub("", name)]
        assert [w.since for w in wordings] == [w.since for w in like], name


@pytest.mark.parametrize("tag", languages())
def test_every_wording_has_a_source_or_is_assumed(tag: str) -> None:
    wordings = [w for rows in load_language(tag).interface.values() for w in rows]

    assert all(wording.source or wording.assumed for wording in wordings)
    assert any(wording.assumed for wording in wordings)


def test_a_wording_that_nobody_vouches_for_is_refused() -> None:
    with pytest.raises(ValidationError, match="has a source or is assumed"):
        Wording.model_validate({"from": "15.0", "text": "Settings"})


def test_a_text_that_is_no_text_is_refused() -> None:
    stored = load_language("en").model_dump(by_alias=True)

    with pytest.raises(ValidationError, match="neither a text nor a table"):
        LanguageFile.model_validate({**stored, "text": {"title": {"enroll": 3}}})


@pytest.mark.parametrize("tag", languages())
def test_every_gap_of_what_the_phone_shows_is_known(tag: str) -> None:
    language = load_language(tag)

    asked = {name for text in language.text.values() for mark, name in PIECE.findall(text) if mark}

    assert asked == set(language.interface)


@pytest.mark.parametrize("tag", languages())
def test_there_is_a_text_for_every_claim_practice_and_question(tag: str) -> None:
    texts = load_language(tag).text

    claims = {f"{claim.topic}.{claim.id}" for claim in CLAIMS}
    assert claims == {key for key in texts if key.startswith(("see.", "do."))}
    assert {f"practice.{name}" for name in PRACTICES} == {
        key for key in texts if key.startswith("practice.")
    }
    assert {f"question.{name}.{part}" for name in QUESTIONS for part in ("subject", "body")} == {
        key for key in texts if key.startswith("question.")
    }


def test_no_text_lies_about_unused() -> None:
    folder = Path(str(resources.files("ueapi.guidance")))
    code = "\n".join(
        path.read_text("utf-8") for kind in ("*.py", "pages/*.html") for path in folder.glob(kind)
    )
    made = (
        "see.",
        "do.",
        "practice.",
        "question.",
        "mode.",
        "level.",
        "kind.",
        "basis.",
        "organization.",
    )

    unused = {
        key
        for key in load_language("en").text
        if not key.startswith(made)
        and f'"{key}"' not in code
        and key.rpartition(".")[2].removesuffix("-seen").removesuffix("-fix").removeprefix("join-")
        not in code
    }

    assert unused == set()


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no texts in the language 'fr'") as refused:
        load_language("fr")

    assert "de, en" in refused.value.remedy


def test_a_path_is_no_language() -> None:
    with pytest.raises(UsageError):
        load_language("../languages/en")


def test_an_organization_without_a_name_begins_a_sentence_with_a_capital() -> None:
    voice = Voice(load_language("en"), IosVersion.parse("26.0"), {"product": "P", "old": "O"})

    assert str(voice.say("intro.move")).startswith("Your organization changes from O to P.")


def test_an_organization_keeps_its_own_spelling() -> None:
    values = {"organization": "acme", "product": "P", "old": "O"}
    voice = Voice(load_language("en"), IosVersion.parse("26.0"), values)

    assert str(voice.say("intro.move")).startswith("acme changes from O to P.")


def test_what_is_filled_in_is_never_read_as_a_gap() -> None:
    voice = Voice(load_language("en"), IosVersion.parse("26.0"), {})

    assert str(voice.say("greeting.named", name="{@settings} {x}")) == "Hello {@settings} {x},"
