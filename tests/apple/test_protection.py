"""Data protection is one readable model that says what a person notices, and what Apple doesn't allow."""

from __future__ import annotations

import pytest
from attrs import evolve, fields_dict
from hypothesis import given
from hypothesis import strategies as st

from ueapi.apple import profiles
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi.apple.protection import (
    BALANCED,
    OPEN,
    PRESETS,
    STRICT,
    DataProtection,
    Explanation,
    preset,
)
from ueapi.apple.protection_wishes import IMPOSSIBLE, RESTRICTIONS, SETTINGS
from ueapi.apple.rules import Mode, RuleKind, Rules, check
from ueapi.errors import InvalidModel, UsageError

PROTECTIONS = st.builds(
    lambda values: DataProtection(**dict(zip(SETTINGS, values, strict=True))),
    st.tuples(*(st.booleans() for _ in SETTINGS)),
)


def with_keys(*contents: dict[str, PlistValue]) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.profile",
        uuid="U-1",
        payloads=tuple(
            Payload(type=RESTRICTIONS, identifier=f"org.example.{n}", uuid=f"P-{n}", content=each)
            for n, each in enumerate(contents)
        ),
    )


def explained(protection: DataProtection, wish: str, ios: str = "26.0") -> Explanation:
    return next(row for row in protection.explain(ios=ios) if row.wish == wish)


def test_every_field_has_apples_key_and_apples_default() -> None:
    defaults = {name: field.default for name, field in fields_dict(DataProtection).items()}

    assert defaults == {name: setting.default for name, setting in SETTINGS.items()}
    assert len({setting.key for setting in SETTINGS.values()}) == len(SETTINGS)


@pytest.mark.parametrize("ios", ["15.0", "18.1", "26.0", "27.0"])
def test_every_key_of_the_model_is_allowed_on_current_versions(ios: str) -> None:
    for setting in SETTINGS.values():
        found = Rules.load().verdict(RuleKind.KEY, f"{RESTRICTIONS}:{setting.key}", ios=ios)
        assert found.mode is Mode.ALLOWED, setting.key


@pytest.mark.parametrize("ios", ["15.0", "18.1", "26.0", "27.0"])
def test_every_wish_called_impossible_is_not_usable(ios: str) -> None:
    for wish in IMPOSSIBLE:
        if wish.kind is not None:
            assert not Rules.load().verdict(wish.kind, wish.rule, ios=ios).is_usable, wish.name


@given(PROTECTIONS)
def test_the_model_reads_back_from_its_profile(protection: DataProtection) -> None:
    made = protection.profile(identifier="org.example.dlp", display_name="Work data")

    assert DataProtection.of(made) == protection
    assert DataProtection.of(profiles.read(profiles.write(made))) == protection


def test_the_payload_has_apples_keys() -> None:
    made = STRICT.protection.payload(identifier="org.example.dlp", display_name="Work data")

    assert (made.type, made.identifier, made.display_name) == (
        RESTRICTIONS,
        "org.example.dlp",
        "Work data",
    )
    assert made.content == {
        "allowOpenFromManagedToUnmanaged": False,
        "allowOpenFromUnmanagedToManaged": False,
        "requireManagedPasteboard": True,
        "forceAirDropUnmanaged": True,
        "allowScreenShot": False,
        "allowRemoteScreenObservation": False,
        "allowLockScreenNotificationsView": False,
        "allowLockScreenTodayView": False,
        "allowLockScreenControlCenter": False,
        "allowManagedAppsCloudSync": False,
        "allowEnterpriseBookBackup": False,
        "allowEnterpriseBookMetadataSync": False,
        "allowUnmanagedToReadManagedContacts": False,
    }


def test_a_profile_is_the_same_every_time() -> None:
    one, other = (BALANCED.protection.profile(identifier="org.example.dlp") for _ in range(2))

    assert one == other


def test_a_profile_without_restrictions_is_apples_default() -> None:
    assert DataProtection.of(with_keys()) == DataProtection() == OPEN.protection


def test_of_several_payloads_the_stricter_value_counts() -> None:
    whole = with_keys(
        {"allowScreenShot": True, "forceAirDropUnmanaged": True},
        {"allowScreenShot": False, "forceAirDropUnmanaged": False, "ratingRegion": "us"},
    )

    found = DataProtection.of(whole)

    assert found == DataProtection(screen_capture=False, airdrop_counts_as_personal=True)


@pytest.mark.parametrize("value", [0, 1, "true", 1.0])
def test_a_key_that_is_no_truth_value_is_refused(value: PlistValue) -> None:
    with pytest.raises(InvalidModel, match="allowScreenShot"):
        DataProtection.of(with_keys({"allowScreenShot": value}))


def test_a_setting_says_what_the_person_notices() -> None:
    found = explained(DataProtection(screen_capture=False), "screen_capture")

    assert (found.item, found.value, found.has_effect) == ("allowScreenShot", False, True)
    assert "personal apps as well" in found.notices
    assert found.verdict is not None
    assert found.verdict.mode is Mode.ALLOWED


@pytest.mark.parametrize(
    ("protection", "wish", "has_effect"),
    [
        (DataProtection(pasteboard_follows_open_in=True), "pasteboard_follows_open_in", False),
        (
            DataProtection(pasteboard_follows_open_in=True, open_from_personal_to_work=False),
            "pasteboard_follows_open_in",
            True,
        ),
        (DataProtection(airdrop_counts_as_personal=True), "airdrop_counts_as_personal", False),
        (
            DataProtection(airdrop_counts_as_personal=True, open_from_work_to_personal=False),
            "airdrop_counts_as_personal",
            True,
        ),
        (
            DataProtection(personal_apps_read_work_contacts=True),
            "personal_apps_read_work_contacts",
            False,
        ),
    ],
)
def test_what_depends_on_open_in_has_no_effect_without_it(
    protection: DataProtection, wish: str, has_effect: bool
) -> None:
    found = explained(protection, wish)

    assert found.has_effect is has_effect
    assert bool(found.why) is bool(found.instead) is not has_effect


def test_an_older_ios_has_no_rule_for_the_pasteboard() -> None:
    found = explained(BALANCED.protection, "pasteboard_follows_open_in", "14.8")

    assert not found.has_effect
    assert "15.0" in found.why


@pytest.mark.parametrize("wish", [wish.name for wish in IMPOSSIBLE])
def test_a_wish_apple_does_not_allow_has_a_reason_and_something_instead(wish: str) -> None:
    found = explained(STRICT.protection, wish)

    assert (found.value, found.has_effect) == (None, False)
    assert found.why
    assert found.instead
    assert found.notices


def test_what_comes_nearest_names_fields_that_exist() -> None:
    for wish in IMPOSSIBLE:
        words = {word.strip(".,;:") for word in wish.instead.split() if "_" in word}
        assert words <= set(SETTINGS), wish.name


@pytest.mark.parametrize("name", PRESETS)
def test_presets_do_what_they_say_on_a_current_iphone(name: str) -> None:
    protection = preset(name).protection

    for row in protection.explain(ios="26.0"):
        assert row.has_effect or row.value is None, row.wish
    found = check(protection.profile(identifier="org.example.dlp"), ios="26.0")
    assert [finding for finding in found if finding.effect.is_loss] == []


def test_presets_go_from_open_to_strict() -> None:
    strictness = [
        sum(
            each.protection.value_of(name) is setting.strict
            and setting.strict is not setting.default
            for name, setting in SETTINGS.items()
        )
        for each in PRESETS.values()
    ]

    assert list(PRESETS) == ["open", "balanced", "strict"]
    assert strictness == sorted(strictness)
    assert all(each.for_whom for each in PRESETS.values())


def test_a_preset_can_be_changed_in_one_field() -> None:
    changed = evolve(STRICT.protection, screen_capture=True)

    assert changed.value_of("screen_capture")
    assert not changed.value_of("open_from_work_to_personal")


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="balanced"):
        preset("medium")
    with pytest.raises(UsageError, match="screen_capture"):
        DataProtection().value_of("screens")
