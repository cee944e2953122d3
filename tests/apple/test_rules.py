"""The shipped table says what Apple's schema says, and what is known about other versions."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple.rules import IosRange, IosVersion, Mode, RuleKind, Rules, RuleVerdict, verdict
from ueapi.apple.rules.kinds import SECTIONS
from ueapi.errors import UsageError

SNAPSHOT = "18.1"
NEWEST = "27.0"
RESTRICTIONS = "com.apple.applicationaccess"
OVERRIDES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[2] / "tools/rules/overrides.toml").read_text(encoding="utf-8")
)
KIND_OF = {section: kind for kind, sections in SECTIONS.items() for section in sections}
EVERY = [(kind, item) for kind in RuleKind for item in Rules.load().ids(kind)]


def at(ios: str) -> list[RuleVerdict]:
    """All verdicts of one version."""
    return [verdict(kind, item, ios=ios) for kind, item in EVERY]


@pytest.mark.parametrize(
    ("section", "owner", "expected"),
    [
        ("payload", "", "33 allowed, 16 forbidden, 77 not-available"),
        (
            "payload-key",
            "",
            "448 allowed, 503 forbidden, 11 ignored, 1 required, 149 not-available",
        ),
        ("payload-key", RESTRICTIONS, "23 allowed, 137 forbidden, 33 not-available"),
        ("command", "", "24 allowed, 25 forbidden, 17 not-available"),
        ("query", "", "28 allowed, 49 forbidden, 54 not-available"),
        ("setting", "", "4 allowed, 14 forbidden, 1 not-available"),
        ("checkin", "", "5 allowed, 3 not-available"),
        (
            "configuration",
            "",
            "15 allowed, 3 forbidden, 3 requires-supervision, 6 not-available",
        ),
        ("status-item", "", "32 allowed, 9 forbidden, 3 not-available"),
    ],
)
def test_the_table_counts_what_apple_published(section: str, owner: str, expected: str) -> None:
    counted = Rules.load().modes(section, owner=owner)

    numbers = dict(reversed(words.split()) for words in expected.split(", "))
    assert counted == {mode: int(number) for mode, number in numbers.items()}


def test_what_ios_has_lost_is_counted_by_apple_and_not_there_any_more() -> None:
    lost = {
        (found.kind, found.id, found.was_forbidden)
        for found in at(SNAPSHOT)
        if found.kind in (RuleKind.PAYLOAD, RuleKind.QUERY) and found.removed is not None
    }

    assert lost == {
        (RuleKind.PAYLOAD, "com.apple.osxserver.account", True),
        (RuleKind.QUERY, "DeviceInformation:SIMCarrierNetwork", True),
    }


def test_payload_keys_at_the_snapshot_are_those_of_the_schema() -> None:
    rules = Rules.load()
    ids = rules.section_ids("payload-key")

    counted = Counter(verdict(RuleKind.KEY, item, ios=SNAPSHOT).mode.value for item in ids)

    # Gone: one allowed key (Wi-Fi), seven forbidden ones (macOS Server account), the required one (account).
    assert counted == {
        "allowed": 448 - 1,
        "forbidden": 503 - 7,
        "ignored": 11,
        "not-available": 149 + 1 + 7 + 1,
    }


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


def test_every_verdict_names_its_source() -> None:
    for ios in ("13.0", "15.0", SNAPSHOT, NEWEST):
        assert [v.id for v in at(ios) if not v.source.startswith("https://")] == []


def test_there_is_nothing_before_user_enrollment() -> None:
    assert {found.mode for found in at("12.4")} == {Mode.NOT_AVAILABLE}
    assert {found.basis for found in at("12.4")} == {"unproven"}


def test_answers_are_unproven_below_the_oldest_release_that_was_compared() -> None:
    assert {found.basis for found in at("14.8")} == {"unproven"}
    assert {found.basis for found in at("15.0")} == {"iOS 18.1", "overrides"}


def test_an_unproven_part_of_a_range_is_told_where_the_answer_comes_from_it() -> None:
    wifi = verdict(RuleKind.PAYLOAD, "com.apple.wifi.managed", ios="14.0-18.1")
    acme = verdict(RuleKind.PAYLOAD, "com.apple.security.acme", ios="15.0-18.1")

    assert (wifi.mode, wifi.basis) == (Mode.ALLOWED, "unproven")
    assert (acme.mode, acme.basis) == (Mode.NOT_AVAILABLE, "iOS 18.1")


def test_modes_have_one_order_from_best_to_worst() -> None:
    words = "allowed required ignored not-available requires-supervision forbidden"

    assert [mode.value for mode in sorted(Mode, key=lambda mode: mode.badness)] == words.split()


@pytest.mark.parametrize(
    ("kind", "item", "ios", "mode", "worst_at"),
    [
        ("payload", "com.apple.relay.managed", "16.0-26.0", "forbidden", "17.0"),
        ("payload", "com.apple.relay.managed", "16.0-16.7", "not-available", "16.0"),
        ("payload", "com.apple.relay.managed", "18.0-26.0", "allowed", "18.0"),
        ("payload", "com.apple.dnsProxy.managed", "15.0-18.1", "forbidden", "15.0"),
        ("payload", "com.apple.security.acme", "15.0-18.1", "not-available", "15.0"),
        ("key", "com.apple.mdm:ManagedAppleID", "16.0-17.7", "required", "16.0"),
        ("key", "com.apple.mdm:ManagedAppleID", "16.0-18.1", "not-available", "18.0"),
        (
            "declaration",
            "com.apple.configuration.math.settings",
            "17.0-18.1",
            "requires-supervision",
            "18.0",
        ),
        ("key", "com.apple.applicationaccess:allowSiriAI", "26.0-27.0", "not-available", "26.0"),
    ],
)
def test_the_worst_version_of_a_range_counts(
    kind: str, item: str, ios: str, mode: str, worst_at: str
) -> None:
    found = verdict(RuleKind(kind), item, ios=ios)

    assert (found.mode, str(found.ios)) == (mode, worst_at)


VERSIONS = [f"{major}.{minor}" for major in (12, 13, 14, 15, 16, 17, 18) for minor in range(7)]
VERSIONS += ["26.0", "26.1", "26.4", "27.0", "27.1"]


@given(st.sampled_from(EVERY), st.integers(0, len(VERSIONS) - 1), st.integers(0, len(VERSIONS) - 1))
def test_a_range_answers_as_its_worst_version(
    asked: tuple[RuleKind, str], one: int, other: int
) -> None:
    within = VERSIONS[min(one, other) : max(one, other) + 1]

    found = verdict(*asked, ios=f"{within[0]}-{within[-1]}")

    singles = [verdict(*asked, ios=ios) for ios in within]
    assert found.mode.badness == max(single.mode.badness for single in singles)
    assert found.mode is verdict(*asked, ios=found.ios).mode
    assert all(single.mode is not found.mode or single.ios >= found.ios for single in singles)


@pytest.mark.parametrize(
    "text",
    ["15.0-18.1", "15.0\N{EN DASH}18.1", " 15.0 - 18.1 ", "15-18.1.0", "15.0 \N{EN DASH} 18.1"],
)
def test_a_range_is_read_however_it_is_dashed(text: str) -> None:
    span = IosRange.parse(text)

    assert str(span) == "15.0-18.1"
    assert IosVersion.parse("17.4.1") in span
    assert IosVersion.parse("18.1.1") not in span


def test_one_version_is_a_range_of_its_own() -> None:
    assert IosRange.parse("18.1") == IosRange.parse("18.1-18.1")
    assert str(IosRange.parse("18.1-18.1")) == "18.1"


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(UsageError, match="runs backwards") as caught:
        verdict(RuleKind.PAYLOAD, "com.apple.wifi.managed", ios="18.1-15.0")

    assert "older version first" in caught.value.remedy


@pytest.mark.parametrize("text", ["15.0-", "-18.1", "15.0-18.1-26.0", "15.0 to 18.1", "15.0--18.1"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no iOS version"):
        IosRange.parse(text)


def test_device_wide_vpn_has_an_allowed_alternative() -> None:
    found = verdict(RuleKind.PAYLOAD, "com.apple.vpn.managed", ios=NEWEST)

    assert found.instead is not None
    assert (found.instead.kind, found.instead.id) == (
        RuleKind.PAYLOAD,
        "com.apple.vpn.managed.applayer",
    )


@pytest.mark.parametrize("entry", OVERRIDES["published"], ids=lambda entry: entry["id"])
def test_a_note_tells_what_an_older_release_said(entry: dict[str, Any]) -> None:
    kind = KIND_OF[entry["section"]]

    before = verdict(kind, entry["id"], ios="15.0-27.0")
    since = verdict(kind, entry["id"], ios=entry["until"])

    told = before if before.mode is not Mode.NOT_AVAILABLE else _first(kind, entry["id"])
    assert (
        f"Apple's data said {entry['mode']} until the release of iOS {entry['until']}" in told.note
    )
    assert entry["source"] in told.note
    assert since.note == ""


def _first(kind: RuleKind, item: str) -> RuleVerdict:
    introduced = verdict(kind, item, ios=SNAPSHOT).introduced
    assert introduced is not None
    return verdict(kind, item, ios=introduced)


@pytest.mark.parametrize("entry", OVERRIDES["changed"], ids=lambda entry: entry["id"])
def test_what_was_deprecated_after_the_schema_is_told_with_its_source(
    entry: dict[str, Any],
) -> None:
    kind = RuleKind.KEY if ":" in entry["id"] else RuleKind.PAYLOAD

    before = verdict(kind, entry["id"], ios=SNAPSHOT)
    since = verdict(kind, entry["id"], ios=entry["deprecated"])

    assert (before.is_deprecated, since.is_deprecated) == (False, True)
    assert before.mode is since.mode
    assert entry["source"] in since.note


@pytest.mark.parametrize("entry", OVERRIDES["instead"], ids=lambda entry: entry["id"])
def test_every_alternative_stands_for_something_unusable_and_is_usable(
    entry: dict[str, Any],
) -> None:
    asked = verdict(RuleKind(entry["kind"]), entry["id"], ios=NEWEST)

    assert asked.instead is not None
    assert asked.instead.words
    if entry.get("use"):
        found = verdict(RuleKind(entry["use_kind"]), entry["use"], ios=NEWEST)
        assert (found.mode, found.id) == (Mode.ALLOWED, entry["use"])


def test_every_item_kept_by_hand_is_in_the_schema_or_newer() -> None:
    rules = Rules.load()
    schema = {f"{section}/{item}" for section in KIND_OF for item in rules.section_ids(section)}
    later = {f"{entry['section']}/{entry['id']}" for entry in OVERRIDES["later"]}

    named = {f"payload/{entry['payload']}" for entry in OVERRIDES["earlier"]}
    named |= {f"payload-key/{e['payload']}:{e['key']}" for e in OVERRIDES["condition"]}
    named |= {f"{entry['section']}/{entry['id']}" for entry in OVERRIDES["published"]}
    named |= {
        f"{'payload-key' if ':' in entry['id'] else 'payload'}/{entry['id']}"
        for entry in OVERRIDES["changed"]
    }
    for entry in OVERRIDES["forced"]:
        section = "declaration-key" if "configuration" in entry["id"] else "payload-key"
        keys = (*entry["values"], *entry["present_only"])
        named |= {f"{section}/{entry['id']}:{key}" for key in keys}
    told = [entry for entry in OVERRIDES["disagreement"] if entry.get("payload")]
    named |= {f"payload/{entry['payload']}" for entry in told}
    named |= {f"payload-key/{e['payload']}:{e['key']}" for e in told if e.get("key")}
    assert named <= schema
    assert not later & schema
    for entry in OVERRIDES["later"]:
        assert IosVersion.parse(entry["introduced"]) > IosVersion.parse(SNAPSHOT)


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
