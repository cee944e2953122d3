"""What stays and what is replaced: by form, by what the plugin spells, and by what it declares."""

from __future__ import annotations

import json
import random
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import SecretStr

from tests.testing_kit.recorded import words_of
from ueapi.apple import plist
from ueapi.contract import Settings
from ueapi.errors import Unintelligible
from ueapi.flow import Call, Effect, Reply
from ueapi.testing.recording import Forbidden, Rules, Tape, Vocabulary, leaks
from ueapi.testing.recording.listening import Heard
from ueapi.testing.recording.redacting import redacted

WORDS = Vocabulary(
    frozenset(
        {
            "users",
            "id",
            "name",
            "email",
            "next",
            "count",
            "page",
            "filter",
            "status",
            "seen",
            "note",
        }
    ),
    frozenset({"enrolled"}),
)
HOST = "customer.mdm.test"


class Connection(Settings):
    key: SecretStr = SecretStr("hunter2")
    account: str = "customer-17"
    seats: int | None = None


def heard(body, *, media="application/json", status=200, path="/users", at=(), query=()):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(
        operation="users.list",
        method="GET",
        path=path,
        effect=Effect.READS,
        at=dict(at),
        query=tuple(query),
    )
    return Heard(call, Reply(status, {"content-type": media}, content))


def redact(*exchanges, rules=None, words=WORDS):
    return redacted(
        exchanges,
        Connection(url=f"https://{HOST}"),
        rules=rules or Rules(),
        words=words,
        hosts=frozenset({HOST}),
        rng=random.Random(2),
    )


def content(body, **more):
    return redact(heard(body), **more).cases[0].content


def one(value, *, name="name", **more):
    return content({name: value}, **more)[name]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "true",
        0,
        -1,
        999,
        "42",
        "iOS",
        "iPhone 16 Pro",
        "iPhone SE (3rd generation)",
        "iPhone18,3",
        "com.apple.wifi.managed",
        "enrolled",
        "Enrolled",
        "1970-01-01T00:00:00Z",
    ],
)
def test_what_means_nobody_stays(value):
    assert one(value) == value


@pytest.mark.parametrize(
    ("value", "replacement"),
    [
        ("Zoe Quill", "Text 1"),
        ("zoe", "word-1"),
        ("Zoe@Quill.test", "person-1@example.org"),
        ("28F1C7F2-DFCF-A32C-C423-1826EB1A62B1", "00000000-0000-4000-8000-000000000001"),
        ("ac:de:48:00:11:22", "00:00:5e:00:00:01"),
        ("10.20.30.40", "192.0.2.1"),
        ("test.quill.notes", "org.example.app-1"),
        ("quill.test", "domain-1.example.org"),
        ("+49 30 1234567", "+1 555 0000001"),
        ("id6480000001", "id1000000000"),
        ("6480000001", "1000000000"),
        (4711, 1000),
        (52.52, 1000.0),
        ("C39XK0ABKXKV", "word-1"),
        ("q9Zx7Lk2Pp0Rr4Tt6Vv8Yy1Bb3Dd5Ff", "blob-1"),
        ("com.apple.wifi.managed.28F1C7F2", "org.example.app-1"),
        ("iPhone of Zoe", "Text 1"),
        ("1970-01-01T00:00:00 Zoe", "Text 1"),
        ("27.0", "word-1"),
    ],
)
def test_everything_else_is_replaced_by_its_like(value, replacement):
    assert one(value) == replacement


def test_a_version_stays_under_the_name_of_a_version():
    assert one("27.0.1", name="osVersion", words=WORDS.adding(["osVersion"])) == "27.0.1"
    assert one("Zoe", name="osVersion", words=WORDS.adding(["osVersion"])) == "word-1"


@pytest.mark.parametrize(
    ("rules", "stays"),
    [
        (Rules(enumerations={"na_me": ("Quiet",)}), True),
        (Rules(enumerations={"name": ("Loud",)}), False),
        (Rules(keep=("Name",)), True),
        (Rules(keep=("note",)), False),
        (Rules(fields=("name",)), False),
    ],
)
def test_the_plugin_declares_what_may_stay(rules, stays):
    assert (one("Quiet", rules=rules) == "Quiet") is stays


@pytest.mark.parametrize("value", ["Zoe@quill.test", "30123456", "x" * 65, "Zoë", "<Zoe>"])
def test_a_kept_field_keeps_only_what_looks_technical(value):
    assert one(value, rules=Rules(keep=("name",))) != value


def test_a_field_nobody_knows_is_numbered_and_its_name_is_looked_for():
    result = redact(
        heard({"users": {"zoe_quill": 1, "jdoe": 2}}), heard({"jdoe": 3}, path="/users/id")
    )

    assert result.cases[0].content == {"users": {"field-1": 1, "field-2": 2}}
    assert result.cases[1].content == {"field-2": 3}
    assert {"zoe_quill", "jdoe"} <= result.originals
    assert result.unknown_fields == 2


def test_the_same_value_is_the_same_everywhere():
    result = redact(
        heard({"users": [{"id": 4711, "email": "zoe.quill@quill.test", "name": "zoe.quill"}]}),
        heard(
            {"id": "4711", "email": "ZOE.QUILL@quill.test"}, path="/users/{id}", at={"id": "4711"}
        ),
    )

    row, again = result.cases[0].content["users"][0], result.cases[1].content
    assert row == {"id": 1000, "email": "person-1@example.org", "name": "person-1"}
    assert again == {"id": "1000", "email": "person-1@example.org"}
    assert result.cases[1].at == {"id": "1000"}


def test_two_addresses_of_one_person_stay_one_person():
    found = content({"email": "zoe@quill.test", "name": "zoe@appleid.quill.test"})

    assert set(found.values()) == {"person-1@example.org"}


def test_links_lead_to_another_host_and_to_the_same_place():
    link = f"https://{HOST}/api/v2/users/4711?page=2&name=Zoe%20Quill"

    found = one(link, name="next", words=WORDS.adding(["api"]))

    assert found == "https://tenant.example.org/api/v2/users/1000?page=2&name=Text%201"


def test_a_link_to_the_store_keeps_its_host_and_loses_its_number():
    link = "https://apps.apple.com/us/app/id6480000001"

    found = content({"next": link, "id": 6480000001})

    assert found == {"next": "https://apps.apple.com/us/app/id1000000000", "id": 1000000000}


def test_other_hosts_become_nobodys():
    found = one("https://files.quill.test/zoe.png", name="next")

    assert re.match(r"https://domain-\d\.example\.org/", found)
    assert "quill" not in found
    assert "zoe" not in found


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ('name=="Zoe Quill"', 'name=="Text 1"'),
        ("id==4711 and name=='Zoe Quill'", "id==1000 and name=='Text 1'"),
        ("id=in=(4711,4712)", "id=in=(1000,1001)"),
        ("jdoe==4711", "field-1==1000"),
    ],
)
def test_comparisons_are_judged_value_by_value(text, replaced):
    case = redact(heard({}, query=[("filter", text)])).cases[0]

    assert case.query == (("filter", replaced),)


def test_lists_of_numbers_stay_lists():
    assert one("4711,4712,4711") == "1000,1001,1000"


def test_times_keep_their_distance_and_spelling():
    before = [
        "2026-11-02T08:00:00.162Z",
        "2026-11-02T09:30:00+00:00",
        "2026-11-02 10:00:00",
        "2026-11-04",
    ]

    after = content({"seen": before})["seen"]

    assert [len(text) for text in after] == [len(text) for text in before]
    first, second = datetime.fromisoformat(after[0]), datetime.fromisoformat(after[1])
    assert (second - first).total_seconds() == 5400
    assert after[0].endswith(".000Z")
    assert not set(after) & set(before)


def test_a_declared_spelling_of_times_is_kept():
    found = one("02.11.2026 08:00", name="seen", rules=Rules(date_formats=("%d.%m.%Y %H:%M",)))

    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", found)
    assert found[6:10] < "2026"


def test_documents_inside_of_texts_are_judged_leaf_by_leaf():
    inner = json.dumps({"name": "Zoe Quill", "count": 3, "page": 1})
    found = one(inner, name="note")

    assert json.loads(found) == {"name": "Text 1", "count": 3, "page": 1}


def test_profiles_inside_of_answers_stay_profiles():
    profile = {
        "PayloadType": "Configuration",
        "PayloadContent": [
            {
                "PayloadType": "com.apple.wifi.managed",
                "SSID_STR": "Quill Home",
                "AutoJoin": True,
                "Password": "hunter2",
                "PayloadVersion": 1,
            }
        ],
        "Certificate": b"\x00\x01quill",
    }
    text = plist.write_canonical(profile).decode()

    found: Any = plist.read(
        one(text, name="note", words=words_of("jamf").adding(WORDS.names)).encode()
    )

    (wifi,) = found["PayloadContent"]
    assert (found["PayloadType"], wifi["PayloadType"]) == (
        "Configuration",
        "com.apple.wifi.managed",
    )
    assert (wifi["AutoJoin"], wifi["PayloadVersion"]) == (True, 1)
    assert (wifi["SSID_STR"], wifi["Password"]) == ("Text 1", "word-2")
    assert b"quill" not in plist.write_canonical(found)


def test_elements_attributes_and_texts_between_are_judged():
    body = b"<users count='2'><id>4711</id> Zoe <name email='zoe@quill.test'>Zoe Quill</name><jdoe/></users>"

    text = redact(heard(body, media="text/xml")).cases[0].content

    root = etree.fromstring(text.encode())
    assert [child.tag for child in root] == ["id", "name", "field-1"]
    assert root.get("count") == "2"
    assert root.findtext("id") == "1000"
    assert root.find("name").get("email") == "person-1@example.org"
    assert "Zoe" not in text


@pytest.mark.parametrize(
    "body",
    [b"<html><p>Zoe<br></html>", b"id,name\n1,Zoe", b"\x89PNG", b"<a xmlns='urn:x'><b/></a>"],
)
def test_an_answer_in_another_form_is_refused_and_a_refusal_loses_its_page(body):
    with pytest.raises(Unintelligible, match="neither JSON nor XML") as caught:
        redact(heard(body, media="text/html"))

    assert "Zoe" not in str(caught.value)
    assert redact(heard(body, media="text/html", status=404)).cases[0].content is None


def test_settings_are_replaced_so_that_a_backend_can_be_made_of_them():
    found = redact(heard({}, path="/users/customer-17")).settings

    assert found == {
        "url": "https://tenant.example.org",
        "key": "not-a-secret",
        "account": "word-1",
        "seats": None,
    }


def test_a_value_written_into_a_path_by_hand_is_replaced():
    case = redact(heard({}, path="/users/4711/name")).cases[0]

    assert case.path == "/users/field-1/name"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.one_of(
            st.text(min_size=6, max_size=20),
            st.integers(10_000, 10**12),
            st.booleans(),
            st.none(),
            st.emails(),
            st.uuids().map(str),
            st.datetimes().map(lambda d: d.isoformat()),
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(sorted(WORDS.names)) | st.text(min_size=4, max_size=12),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=25,
    )
)
def test_no_answer_of_any_form_gets_past_both_looks(body):
    result = redact(heard({"users": body}))
    texts = Tape(backend="acme", settings=result.settings, cases=result.cases).texts()
    forbidden = Forbidden(
        originals=result.originals,
        secrets=frozenset(),
        hosts=frozenset({HOST}),
        issued=result.issued,
        words=WORDS,
    )

    assert leaks(texts, forbidden) == ()
    whole = json.dumps(result.cases[0].content["users"], ensure_ascii=False)
    for original in result.originals:
        if len(original) >= 6 and not original.isdecimal():
            assert json.dumps(original, ensure_ascii=False)[1:-1] not in whole
