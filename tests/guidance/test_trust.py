"""The trust page says what Apple's rules and the product's sheet say, and nothing else."""

from __future__ import annotations

import pytest
from attrs import evolve

from ueapi.apple.rules import RuleKind, Rules, verdict
from ueapi.contract import Capability, Level
from ueapi.errors import UsageError
from ueapi.guidance import (
    Audience,
    Line,
    Office,
    Topic,
    TrustPage,
    languages,
    trust_as_markdown,
    trust_page,
)
from ueapi.guidance.claims import CLAIMS, PRACTICES, Reach

VERSIONS = ("15.0", "16.0", "17.2", "18.1", "26.0", "27.0")


def line(page: TrustPage, name: str) -> Line:
    return next(line for line in page.lines if line.id == name)


@pytest.mark.parametrize("ios", VERSIONS)
def test_every_line_is_as_possible_as_apples_rules_make_it(ios: str) -> None:
    page = trust_page("jamf", ios=ios)

    for claim, shown in zip(CLAIMS, page.lines, strict=True):
        usable = [verdict(item.kind, item.id, ios=ios).is_usable for item in claim.items]
        if claim.reach is Reach.VERDICT:
            assert usable, claim.id
            assert shown.is_possible is any(usable), claim.id
        assert [found.id for found in shown.verdicts][: len(claim.items)] == [
            verdict(item.kind, item.id, ios=ios).id for item in claim.items
        ]


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("serial-number", False),
        ("location", False),
        ("personal-apps", False),
        ("personal-content", False),
        ("erase", False),
        ("reset-passcode", False),
        ("camera", False),
        ("take-over-app", False),
        ("device-name", True),
        ("time-zone", True),
        ("lock", True),
        ("certificates", True),
        ("screenshots", True),
    ],
)
def test_what_matters_most_is_on_the_right_side(name: str, possible: bool) -> None:
    assert line(trust_page("jamf"), name).is_possible is possible


def test_what_came_with_a_version_is_impossible_before_it() -> None:
    before, after = trust_page("jamf", ios="15.0"), trust_page("jamf", ios="16.0")

    assert not line(before, "filter-apps").is_possible
    assert line(after, "filter-apps").is_possible
    assert not line(before, "attestation").is_possible


def test_nothing_is_claimed_twice() -> None:
    assert len({(claim.topic, claim.id) for claim in CLAIMS}) == len(CLAIMS)


def test_what_nobody_can_ask_for_is_searched_among_everything_that_can_be_asked() -> None:
    rules = Rules.load()
    kinds = (RuleKind.QUERY, RuleKind.COMMAND, RuleKind.STATUS)

    found = line(trust_page("jamf"), "personal-content")

    assert found.searched == sum(1 for kind in kinds for _ in rules.ids(kind))
    assert str(found.searched) in found.note


def test_a_reading_of_documentation_is_shown_as_one() -> None:
    found = line(trust_page("jamf"), "personal-apps")

    assert found.is_unproven
    assert found.reading.startswith("https://support.apple.com/")


def test_words_beyond_a_verdict_have_a_source() -> None:
    page = trust_page("jamf", audience=Audience.COUNCIL)

    assert {x.id for x in page.lines if x.reading} == {
        "personal-apps",
        "attestation",
        "end-enrollment",
        "install-apps",
        "screen-sharing",
    }
    assert "- offer you work apps; iOS asks you each time*" in trust_as_markdown(page)


def test_the_length_of_a_passcode_is_what_ios_enforces() -> None:
    forced = Rules.load().forced("com.apple.mobiledevice.passwordpolicy")

    text = line(trust_page("jamf"), "demand-passcode").text

    assert f"at least {forced.values['minLength']} characters" in text


def test_leaving_is_promised_only_while_nothing_prevents_it() -> None:
    page = trust_page("jamf")
    kept = evolve(
        page,
        lines=tuple(
            evolve(x, is_possible=x.is_possible or x.id == "keep-profile") for x in page.lines
        ),
    )

    assert "at any time" in trust_as_markdown(page)
    assert "at any time" not in trust_as_markdown(kept)


@pytest.mark.parametrize("backend", ["hexnode", "jamf", "maas360", "memory"])
def test_what_the_product_does_is_what_its_sheet_says(backend: str) -> None:
    page = trust_page(backend)

    assert [p.capability for p in page.practices] == [c.value for c in PRACTICES.values()]
    for practice in page.practices:
        assert practice.support == page.product.sheet[Capability(practice.capability)]


def test_a_council_gets_item_rule_basis_source_and_evidence() -> None:
    page = trust_page("hexnode", audience=Audience.COUNCIL)

    text = trust_as_markdown(page)

    assert (
        "query `DeviceInformation:SerialNumber`: forbidden; schema of iOS 18.1; https://github.com/apple"
        in text
    )
    assert "`devices.unenroll`: the action is documented by name only" in text
    assert "Evidence: Hexnode developer documentation" in text
    assert "assumed: no source confirms it" in text
    assert "in part read in Apple" in text


def test_people_get_no_item_names() -> None:
    text = trust_as_markdown(trust_page("hexnode"))

    assert "SerialNumber" not in text
    assert "- the serial number and the device identifier\n" in text
    assert "- which private apps you have*" in text


def test_german_sentences_are_whole() -> None:
    page = trust_page("jamf", language="de", office=Office(organization="Example GmbH"))

    text = trust_as_markdown(page)

    assert "# Was Example GmbH auf Ihrem iPhone sehen und tun kann und was nicht" in text
    assert "## Example GmbH kann nicht sehen" in text
    assert "- Ihr iPhone löschen\n" in text


def test_all_lines_are_counted() -> None:
    page = trust_page("jamf")

    parts = [page.part(topic, possible=p) for topic in Topic for p in (True, False)]

    assert sum(map(len, parts)) == len(CLAIMS)
    assert page.count(possible=True) + page.count(possible=False) == len(CLAIMS)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("audience", list(Audience))
def test_every_page_can_be_made(language: str, audience: Audience) -> None:
    for backend in ("hexnode", "jamf", "maas360", "memory"):
        for ios in VERSIONS:
            text = trust_as_markdown(
                trust_page(backend, ios=ios, language=language, audience=audience)
            )

            assert text.startswith("# ")


def test_every_level_a_sheet_can_have_has_a_word() -> None:
    page = trust_page("jamf", language="de")

    assert all(str(page.voice.say(f"level.{level}")) for level in Level)


def test_a_range_of_versions_is_refused() -> None:
    with pytest.raises(UsageError):
        trust_page("jamf", ios="15.0-26.0")


def test_an_organization_marks_nothing_up_in_markdown() -> None:
    page = trust_page("jamf", office=Office(organization="*A* [b](https://example.org)"))

    assert "[b](" not in trust_as_markdown(page)


@pytest.mark.parametrize(("ios", "told"), [("18.1", False), ("18.2", True), ("27.0", True)])
def test_a_page_says_when_its_ios_is_newer_than_apples_schema(ios: str, told: bool) -> None:
    text = trust_as_markdown(trust_page("jamf", ios=ios))

    assert (f"iOS {ios} is newer than this schema" in text) is told
