"""The shipped table says what Apple's schema says, and what is known about other versions."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple.rules import IosVersion, Mode, RuleKind, Rules, verdict
from ueapi.errors import UsageError

SNAPSHOT = "18.1"


def modes(section: str, kind: RuleKind) -> dict[str, int]:
    rules = Rules.load()
    found = Counter(
        rules.verdict(kind, item, ios=SNAPSHOT).mode.value for item in rules.section_ids(section)
    )
    return dict(found)


@pytest.mark.parametrize(
    ("section", "kind", "expected"),
    [
        ("payload", RuleKind.PAYLOAD, {"allowed": 33, "forbidden": 16, "not-available": 77}),
        ("command", RuleKind.COMMAND, {"allowed": 24, "forbidden": 25, "not-available": 17}),
        ("query", RuleKind.QUERY, {"allowed": 28, "forbidden": 49, "not-available": 54}),
        ("setting", RuleKind.SETTING, {"allowed": 4, "forbidden": 14, "not-available": 1}),
        ("checkin", RuleKind.CHECKIN, {"allowed": 5, "not-available": 3}),
        (
            "configuration",
            RuleKind.DECLARATION,
            {"allowed": 15, "forbidden": 3, "requires-supervision": 3, "not-available": 6},
        ),
        ("status-item", RuleKind.STATUS, {"allowed": 32, "forbidden": 9, "not-available": 3}),
    ],
)
def test_counts_at_the_snapshot_are_those_of_the_schema(
    section: str, kind: RuleKind, expected: dict[str, int]
) -> None:
    # Apple's schema goes on listing what an older iOS lost; the verdict says that it is gone.
    gone = {"payload": 1, "query": 1}.get(section, 0)

    counted = modes(section, kind)

    assert counted.pop("not-available") == expected.pop("not-available") + gone
    assert counted.pop("forbidden", 0) == expected.pop("forbidden", 0) - gone
    assert counted == expected


def test_payload_keys_at_the_snapshot_are_those_of_the_schema() -> None:
    counted = modes("payload-key", RuleKind.KEY)

    # Gone: one allowed key (Wi-Fi), seven forbidden ones (macOS Server account), the required one (account).
    assert counted == {
        "allowed": 448 - 1,
        "forbidden": 503 - 7,
        "ignored": 11,
        "not-available": 149 + 1 + 7 + 1,
    }


def test_restrictions_keys_at_the_snapshot_are_those_of_the_schema() -> None:
    rules = Rules.load()
    owner = "com.apple.applicationaccess:"
    ids = [item for item in rules.section_ids("payload-key") if item.startswith(owner)]

    counted = Counter(rules.verdict(RuleKind.KEY, item, ios=SNAPSHOT).mode for item in ids)

    assert counted == {Mode.ALLOWED: 23, Mode.FORBIDDEN: 137, Mode.NOT_AVAILABLE: 33}


@pytest.mark.parametrize(
    ("payload", "before", "since"),
    [
        ("com.apple.webcontent-filter", "15.8", "16.0"),
        ("com.apple.dnsProxy.managed", "15.8", "16.0"),
        ("com.apple.relay.managed", "17.7", "18.0"),
    ],
)
def test_payloads_allowed_since_some_version_were_forbidden_before(
    payload: str, before: str, since: str
) -> None:
    old = verdict(RuleKind.PAYLOAD, payload, ios=before)
    new = verdict(RuleKind.PAYLOAD, payload, ios=since)

    assert (old.mode, old.basis) == (Mode.FORBIDDEN, "overrides")
    assert (new.mode, new.basis) == (Mode.ALLOWED, "iOS 18.1")


@pytest.mark.parametrize(
    ("kind", "item", "ios", "mode", "basis"),
    [
        ("key", "com.apple.wifi.managed:ProxyType", "26.0", "forbidden", "iOS 18.1"),
        ("query", "SerialNumber", "26", "forbidden", "iOS 18.1"),
        ("query", "ManagementStatus.IsUserEnrollment", "26", "allowed", "iOS 18.1"),
        ("command", "EraseDevice", "27.0", "forbidden", "iOS 18.1"),
        ("payload", "com.apple.wifi.managed", "14.8", "allowed", "unproven"),
        (
            "declaration",
            "com.apple.configuration.siri.settings",
            "26.4",
            "requires-supervision",
            "overrides",
        ),
        (
            "declaration",
            "com.apple.configuration.network.relay",
            "26.4",
            "not-available",
            "overrides",
        ),
        ("key", "com.apple.applicationaccess:allowSiriAI", "27.0", "allowed", "overrides"),
        (
            "key",
            "com.apple.applicationaccess:forceDelayedSoftwareUpdates",
            "27.0",
            "not-available",
            "overrides",
        ),
    ],
)
def test_each_kind_of_question_has_an_answer_with_its_basis(
    kind: str, item: str, ios: str, mode: str, basis: str
) -> None:
    answer = verdict(RuleKind(kind), item, ios=ios)

    assert (answer.mode, answer.basis) == (mode, basis)
    assert answer.reason


def test_deprecation_is_told_and_changes_nothing() -> None:
    key = "com.apple.applicationaccess:allowAssistant"

    answers = [verdict(RuleKind.KEY, key, ios=ios) for ios in ("26.3", "26.4")]

    assert [answer.mode for answer in answers] == [Mode.ALLOWED, Mode.ALLOWED]
    assert [answer.is_deprecated for answer in answers] == [False, True]


def test_an_unknown_item_is_an_error_that_names_what_was_probably_meant() -> None:
    with pytest.raises(UsageError, match="EraseDevice\\?"):
        verdict(RuleKind.COMMAND, "EraseDevise", ios="26.0")


def test_every_item_has_a_verdict_on_every_version() -> None:
    rules = Rules.load()

    for kind in RuleKind:
        for item in rules.ids(kind):
            assert {rules.verdict(kind, item, ios=ios).mode for ios in ("13", "18.1", "27")}


@pytest.mark.parametrize("text", ["", "x", "18.", "18..1", "1.2.3.4.5", "-1", "18.1 beta", "١٨"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no iOS version"):
        IosVersion.parse(text)


def test_versions_compare_by_number() -> None:
    parse = IosVersion.parse

    assert parse("9.3") < parse("10.0") < parse("18.1") < parse("18.1.1") < parse("26")
    assert parse("26.0") == parse("26") == parse("26.0.0")
    assert parse("17.4.1 (a)") == parse("17.4.1")
    assert str(parse("26")) == "26.0"


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_a_printed_version_reads_as_itself(parts: list[int]) -> None:
    version = IosVersion.parse(".".join(map(str, parts)))

    assert IosVersion.parse(str(version)) == version
