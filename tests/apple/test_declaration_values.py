"""Declarations are read within bounds, and their mapping agrees with Apple's schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apple.declaration_examples import EXACT, WIFI, converted, payload, profile

from ueapi.apple import profiles
from ueapi.apple.declarations import (
    Declaration,
    Hosting,
    from_json,
    to_json,
)
from ueapi.apple.declarations.equals import Form
from ueapi.apple.declarations.table import EQUALS
from ueapi.apple.plist import PlistValue
from ueapi.apple.profiles import Payload
from ueapi.apple.rules import RuleKind, Rules
from ueapi.errors import InvalidModel, UsageError


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"Type": "t"}',
        b'{"Type":"t","Identifier":"i","ServerToken":"s","Payload":[]}',
        b'{"Type":"t","Identifier":"i","ServerToken":"s","Payload":{"a":null}}',
        b'{"Type":"t","Identifier":"i","ServerToken":"s","Payload":{"a":NaN}}',
        b'{"Type":"t","Identifier":"i","ServerToken":"s","Payload":{"a":1e999}}',
        b'{"Type":"t","Identifier":"i","Identifier":"j","ServerToken":"s","Payload":{}}',
        b'{"Type":"t","Identifier":"' + b"i" * 65 + b'","ServerToken":"s","Payload":{}}',
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"a":' * 90_000,
        b"[" * 2_000_000,
        b'{"a":' + b"1" * 5000 + b"}",
        b"\xff\xfe\x00",
        b'{"Type":"t","Identifier":"i","ServerToken":"s","Payload":{"a":"\\ud800"}}',
    ],
)
def test_a_broken_declaration_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidModel):
        from_json(content)


JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_any_declaration_reads_as_itself(content: dict[str, PlistValue]) -> None:
    one = Declaration.of("com.apple.configuration.management.test", "i", content)

    assert from_json(to_json(one)) == one


@given(st.binary(max_size=60) | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        from_json(content)
    except InvalidModel as problem:
        assert problem.remedy


def test_the_table_names_only_what_apples_schema_has() -> None:
    rules = Rules.load()

    for equal in EQUALS:
        keys = rules.keys_of(equal.payload_type)
        for row in equal.rows:
            assert row.key in keys, row
            place = row.slot or row.place
            assert rules.find(RuleKind.KEY, f"{equal.declaration}:{place}", ios="26.0") or any(
                slot.reference == place for slot in equal.slots
            ), row
        for name in (*(loss.key for loss in equal.lost), *equal.stays):
            assert name in keys, f"{equal.payload_type}:{name}"


def test_every_key_of_a_payload_on_ios_is_in_the_table() -> None:
    rules = Rules.load()

    for equal in EQUALS:
        known = (
            {row.key for row in equal.rows} | {loss.key for loss in equal.lost} | set(equal.stays)
        )
        known |= {equal.copy.flag} if equal.copy else set()
        for key in rules.keys_of(equal.payload_type):
            found = rules.verdict(RuleKind.KEY, f"{equal.payload_type}:{key}", ios="18.1")
            if found.introduced is not None and found.removed is None:
                above = [key[:at] for at, sign in enumerate(f"{key}.") if sign in ".["]
                below = [name for name in known if name.startswith(f"{key}.")]
                assert known & set(above) or below, f"{equal.payload_type}:{key}"


def test_hosted_assets_are_the_only_place_of_secret_keys() -> None:
    for equal in EQUALS:
        forms = {slot.reference: slot.asset.form for slot in equal.slots}
        for row in equal.rows:
            found = profiles.secret_keys(payload(equal.payload_type, **{row.key: "x"}))
            assert not found or forms.get(row.slot) is Form.JSON, row


@pytest.mark.parametrize(
    "make",
    [
        lambda: Hosting(address="http://mdm.example.org", key=b"k" * 32),
        lambda: Hosting(address="https://mdm.example.org", key=b"short"),
    ],
)
def test_hosting_needs_https_and_a_real_key(make: Callable[[], Hosting]) -> None:
    with pytest.raises(UsageError):
        make()


VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.binary(max_size=3)
    | st.sampled_from(["UUID-a", "uuid-B", "EmailTypeIMAP", "EmailAuthNone", "https://x", "/p"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["URL", "Challenge", "k"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = sorted({key for content in EXACT.values() for key in content} | {"VPNUUID", "Certificate"})
ANY = st.builds(
    lambda kind, name, content: payload(kind, name, **content),
    st.sampled_from([*EXACT, WIFI]),
    st.sampled_from(["a", "b"]),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
)


@given(st.lists(ANY, max_size=4), st.sampled_from(["14.0", "15.0", "17.0", "27.0"]))
def test_whatever_payloads_hold_they_are_converted_or_stay(
    payloads: list[Payload], ios: str
) -> None:
    try:
        found = converted(profile(*payloads), ios)
    except InvalidModel as problem:
        assert problem.remedy
        return

    kept = found.leftovers.payloads if found.leftovers else ()
    configurations = [one for one in found.declarations if ".configuration." in one.type]
    assert len(kept) + len(configurations) == len(payloads)
    assert len(found.kept) == len(kept)
