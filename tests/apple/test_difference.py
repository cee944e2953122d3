"""A difference of profiles says what an administrator would change, agrees with the digest, and tells no secret."""

from __future__ import annotations

import random
import uuid

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ueapi.apple import profiles
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import ConfigurationProfile, Payload
from ueapi.apple.profiles.difference import Change, ChangeKind, describe, difference

WIFI = "com.apple.wifi.managed"
ROOT = "com.apple.security.root"
RESTRICTIONS = "com.apple.applicationaccess"
ADDED, REMOVED, CHANGED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED


def payload(kind: str, name: str = "p", /, **content: PlistValue) -> Payload:
    return Payload(
        type=kind,
        identifier=f"org.example.{name}",
        uuid=f"uuid-{name}",
        display_name=name,
        content=content,
    )


def profile(*payloads: Payload, **extra: PlistValue) -> ConfigurationProfile:
    return ConfigurationProfile(
        identifier="org.example.profile",
        uuid="U-1",
        display_name="Work",
        payloads=payloads,
        extra=extra,
    )


def rows(changes: tuple[Change, ...]) -> list[tuple[ChangeKind, str | None, object, object]]:
    return [(change.kind, change.key, change.before, change.after) for change in changes]


def test_a_changed_setting_is_named_with_both_values() -> None:
    before = profile(payload(RESTRICTIONS, allowScreenShot=True, ratingRegion="us"))
    after = profile(payload(RESTRICTIONS, allowScreenShot=False, forceEncryptedBackup=True))

    found = difference(before, after)

    assert rows(found) == [
        (CHANGED, "allowScreenShot", True, False),
        (ADDED, "forceEncryptedBackup", None, True),
        (REMOVED, "ratingRegion", "us", None),
    ]
    assert {(change.payload_type, change.payload) for change in found} == {(RESTRICTIONS, "p")}
    assert describe(found[0]) == 'com.apple.applicationaccess "p": allowScreenShot changed'


def test_payloads_that_came_and_went_are_one_change_each() -> None:
    before = profile(payload(WIFI, SSID_STR="Old"))
    after = profile(payload(RESTRICTIONS, allowScreenShot=False))

    found = difference(before, after)

    assert rows(found) == [
        (REMOVED, None, {"SSID_STR": "Old", "PayloadType": WIFI}, None),
        (ADDED, None, None, {"allowScreenShot": False, "PayloadType": RESTRICTIONS}),
    ]


@pytest.mark.parametrize(("one", "other"), [(True, 1), (1, 1.0), (0, False), ("1", 1), (b"a", "a")])
def test_values_of_different_types_differ(one: PlistValue, other: PlistValue) -> None:
    found = difference(profile(payload(WIFI, key=one)), profile(payload(WIFI, key=other)))

    assert [change.key for change in found] == ["key"]


def test_payloads_are_paired_by_content_then_identifier_then_likeness() -> None:
    before = profile(
        payload(WIFI, "a", SSID_STR="One", HIDDEN_NETWORK=True),
        payload(WIFI, "b", SSID_STR="Two"),
        payload(WIFI, "c", SSID_STR="Three", AutoJoin=True),
    )
    after = profile(
        payload(WIFI, "x", SSID_STR="Three", AutoJoin=False),
        payload(WIFI, "b", SSID_STR="Two", AutoJoin=True),
        payload(WIFI, "z", SSID_STR="One", HIDDEN_NETWORK=True),
    )

    found = difference(before, after)

    assert [(change.payload, change.key) for change in found] == [
        ("x", "AutoJoin"),
        ("b", "AutoJoin"),
    ]


def test_elements_of_a_list_of_texts_are_named_one_by_one() -> None:
    before = profile(payload("com.apple.domains", Domains=["a.example.org", "b.example.org"]))
    after = profile(payload("com.apple.domains", Domains=["b.example.org", "c.example.org"]))

    found = difference(before, after)

    assert rows(found) == [
        (REMOVED, "Domains[]", "a.example.org", None),
        (ADDED, "Domains[]", None, "c.example.org"),
    ]


def test_a_changed_order_is_a_change() -> None:
    found = difference(profile(payload(WIFI, A=["x", "y"])), profile(payload(WIFI, A=["y", "x"])))

    assert [change.key for change in found] == ["A[0]", "A[1]"]


def test_an_inserted_element_does_not_disturb_its_neighbors() -> None:
    relays: list[PlistValue] = [{"Host": "a"}, {"Host": "c"}]
    longer: list[PlistValue] = [{"Host": "a"}, {"Host": "b"}, {"Host": "c"}]

    found = difference(profile(payload(WIFI, R=relays)), profile(payload(WIFI, R=longer)))

    assert rows(found) == [(ADDED, "R[1]", None, {"Host": "b"})]


def test_a_link_that_points_elsewhere_is_named_by_its_target() -> None:
    one, other = (
        payload(ROOT, "one", PayloadContent=b"1"),
        payload(ROOT, "two", PayloadContent=b"2"),
    )
    before = profile(payload(WIFI, Anchor=["UUID-one"]), one, other)
    after = profile(payload(WIFI, Anchor=["UUID-two"]), one, other)

    found = difference(before, after)

    assert rows(found) == [
        (CHANGED, "Anchor[0]", f"link to {ROOT} one", f"link to {ROOT} two"),
    ]


def test_new_content_behind_a_link_is_one_change() -> None:
    wifi = payload(WIFI, Anchor=["UUID-one"])
    before = profile(wifi, payload(ROOT, "one", PayloadContent=b"1"))
    after = profile(wifi, payload(ROOT, "one", PayloadContent=b"2"))

    found = difference(before, after)

    assert rows(found) == [(CHANGED, "PayloadContent", b"1", b"2")]


def test_keys_of_the_profile_itself_count() -> None:
    found = difference(profile(), profile(ConsentText={"default": "Yes?"}))

    assert [(change.payload_type, change.key) for change in found] == [
        ("Configuration", "ConsentText")
    ]


def test_no_secret_gets_into_a_change() -> None:
    eap = {"UserName": "u", "UserPassword": "s3cret-1"}
    before = profile(payload(WIFI, Password="s3cret-2", EAPClientConfiguration=eap))
    after = profile(
        payload(WIFI, Password="s3cret-3"),
        payload("com.apple.airplay", Passwords=[{"Password": "s3cret-4"}]),
    )

    found = difference(before, after)

    assert [(change.key, change.is_secret) for change in found] == [
        ("EAPClientConfiguration", True),
        ("Password", True),
        (None, True),
    ]
    shown = [value for change in found for value in (change.before, change.after)]
    assert "s3cret" not in f"{found}{shown}"
    assert profiles.is_marker(found[1].before or "")


def test_values_stay_out_of_repr() -> None:
    found = difference(profile(payload(WIFI, U="ann@example.org")), profile(payload(WIFI, U="b")))

    assert "ann@" not in repr(found)


def test_many_payloads_of_one_type_are_compared_in_reasonable_time() -> None:
    before = profile(*(payload(WIFI, f"a{n}", SSID_STR=f"a{n}") for n in range(1500)))
    after = profile(*(payload(WIFI, f"b{n}", SSID_STR=f"b{n}") for n in range(1500)))

    found = difference(before, after)

    assert len(found) == 1500


TEXTS = st.sampled_from(["a", "b", "uuid-p", "UUID-Q", "x\r\ny", "x\ny", "secret:0123456789abcdef"])
LEAVES = TEXTS | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, -0.0, b"a", b""])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["k", "Password", "l"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PAYLOADS = st.builds(
    lambda kind, name, content: payload(kind, name, **content),
    st.sampled_from([WIFI, ROOT]),
    st.sampled_from(["p", "q", "r"]),
    st.dictionaries(st.sampled_from(["k", "Password", "m", "PayloadContent"]), VALUES, max_size=3),
)
PROFILES = st.builds(
    lambda payloads, extra: profile(*payloads, **extra),
    st.lists(PAYLOADS, max_size=4),
    st.dictionaries(st.sampled_from(["ConsentText", "k"]), VALUES, max_size=2),
)


@settings(max_examples=400)
@given(PROFILES, PROFILES)
def test_there_is_no_change_exactly_when_the_digests_are_equal(
    before: ConfigurationProfile, after: ConfigurationProfile
) -> None:
    found = difference(before, after)

    assert (found == ()) == (profiles.semantic_digest(before) == profiles.semantic_digest(after))


@given(PROFILES, PROFILES)
def test_any_keys_can_be_masked(before: ConfigurationProfile, after: ConfigurationProfile) -> None:
    masked = profiles.SERVER_OWNED_KEYS | {"PayloadType", "Password"}

    found = difference(before, after, masked=masked)

    digests = [profiles.semantic_digest(each, masked=masked) for each in (before, after)]
    assert (found == ()) == (digests[0] == digests[1])


def rewritten(original: ConfigurationProfile, seed: int) -> ConfigurationProfile:
    """The same meaning as another service would write it: new order, UUIDs, names."""
    rng = random.Random(seed)
    new = {
        each.uuid.casefold(): str(uuid.UUID(int=rng.getrandbits(128))) for each in original.payloads
    }

    def again(value: PlistValue) -> PlistValue:
        if isinstance(value, str):
            return new.get(value.casefold(), value)
        if isinstance(value, dict):
            return {key: again(child) for key, child in value.items()}
        if isinstance(value, list):
            return [again(child) for child in value]
        return value

    payloads = [
        evolve(
            each,
            uuid=new[each.uuid.casefold()],
            identifier=f"org.example.{rng.random()}",
            display_name="Other",
            content={key: again(value) for key, value in each.content.items()},
            common={"PayloadDescription": "Written again"},
        )
        for each in original.payloads
    ]
    rng.shuffle(payloads)
    return evolve(original, payloads=tuple(payloads), uuid="U-2", display_name="Again")


UNIQUE = PROFILES.filter(lambda p: len({each.uuid for each in p.payloads}) == len(p.payloads))


@given(UNIQUE, st.integers(0, 99))
def test_what_another_service_writes_for_the_same_profile_is_no_change(
    original: ConfigurationProfile, seed: int
) -> None:
    assert difference(original, rewritten(original, seed)) == ()


@given(UNIQUE, PROFILES, st.integers(0, 99))
def test_changes_do_not_depend_on_order_or_uuids(
    before: ConfigurationProfile, after: ConfigurationProfile, seed: int
) -> None:
    plain = difference(before, after)
    again = difference(rewritten(before, seed), after)

    assert (plain == ()) == (again == ())
