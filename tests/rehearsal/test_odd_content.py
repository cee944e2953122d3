"""Odd answers are odd in exactly the way they say, in JSON and XML alike."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pytest
from lxml import etree

from ueapi.rehearsal.clock import VirtualClock
from ueapi.rehearsal.faults import (
    FaultRates,
    Faulty,
    HintForm,
    LaggingNodes,
    OddContent,
    Oddities,
    Oddity,
    Outage,
    SkewedClock,
)
from ueapi.rehearsal.faults.rows import NEW_FIELD, NEW_VALUE
from ueapi.rehearsal.wire import Application, Message, Network, Receive, Send

HOST = "https://tiny.example.org"
IDS = [1, 2, 3, 4, 5]


class Lister:
    """Rows of three a page, in JSON or XML, and a counter that writes raise."""

    def __init__(self, form: str) -> None:
        self.form, self.writes = form, 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            self.writes += 1
        page = 1 if b"page=1" in scope["query_string"] else 0
        rows = IDS[page * 3 : page * 3 + 3]
        body = self._json(rows) if self.form == "json" else self._xml(rows)
        kind = f"application/{self.form}".encode()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
        )
        await send({"type": "http.response.body", "body": body})

    def _json(self, rows: Sequence[int]) -> bytes:
        found = [{"id": n, "state": "on", "name": f"n{n}"} for n in rows]
        return json.dumps({"total": len(IDS), "writes": self.writes, "results": found}).encode()

    def _xml(self, rows: Sequence[int]) -> bytes:
        items = "".join(f"<row><id>{n}</id><state>on</state><name>n{n}</name></row>" for n in rows)
        return f"<answer><total>{len(IDS)}</total><rows>{items}</rows></answer>".encode()


def asked(application: Application, *targets: str, method: str = "GET") -> list[bytes]:
    network = Network({"tiny.example.org": application})
    return [network.send(method, f"{HOST}/rows{target}", {}, b"").body for target in targets]


def rows(body: bytes) -> tuple[list[dict[str, str]], int]:
    """Rows and total of an answer in either form."""
    if body.startswith(b"{"):
        document = json.loads(body)
        return [{k: str(v) for k, v in row.items()} for row in document["results"]], document[
            "total"
        ]
    root = etree.fromstring(body)
    found = [{child.tag: child.text or "" for child in row} for row in root.iter("row")]
    return found, int(root.findtext("total") or 0)


def odd(form: str, oddity: Oddity) -> OddContent:
    return OddContent(
        Lister(form), random.Random(3), Oddities({oddity: 1.0}), enumerated=frozenset({"state"})
    )


FORMS = pytest.mark.parametrize("form", ["json", "xml"])


@FORMS
def test_an_extra_field_is_in_every_row(form: str) -> None:
    (body,) = asked(odd(form, Oddity.EXTRA_FIELD), "")

    assert all(NEW_FIELD in row for row in rows(body)[0])


@FORMS
def test_a_missing_field_is_never_what_names_the_row(form: str) -> None:
    (body,) = asked(odd(form, Oddity.MISSING_FIELD), "")

    found, _ = rows(body)
    assert sorted(len(row) for row in found) == [2, 3, 3]
    assert all("id" in row for row in found)


@FORMS
def test_a_new_value_comes_in_a_field_of_few_values(form: str) -> None:
    (body,) = asked(odd(form, Oddity.UNKNOWN_VALUE), "")

    assert sorted(row["state"] for row in rows(body)[0]) == [NEW_VALUE, "on", "on"]


@FORMS
def test_a_row_comes_twice_across_the_border_of_pages(form: str) -> None:
    first, second = asked(odd(form, Oddity.DUPLICATE_ROW), "?page=0", "?page=1")

    assert [row["id"] for row in rows(first)[0] + rows(second)[0]] == ["1", "2", "3", "3", "4", "5"]


@FORMS
def test_a_shrunk_page_lacks_a_row_and_counts_one_less(form: str) -> None:
    first, second = asked(odd(form, Oddity.SHRUNK_PAGE), "?page=0", "?page=1")

    assert [row["id"] for row in rows(first)[0] + rows(second)[0]] == ["1", "2", "3", "5"]
    assert (rows(first)[1], rows(second)[1]) == (5, 4)


@FORMS
def test_a_repeated_page_is_the_one_before(form: str) -> None:
    first, second = asked(odd(form, Oddity.REPEATED_PAGE), "?page=0", "?page=1")

    assert first == second


def test_what_has_no_rows_stays_as_it_is() -> None:
    async def plain(scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    line = OddContent(plain, random.Random(1), Oddities({Oddity.EXTRA_FIELD: 1.0}))

    assert asked(line, "") == [b"hello"]
    assert not line.seen


def test_a_lagging_node_shows_what_was_before_for_a_while_only() -> None:
    clock = VirtualClock()
    nodes = LaggingNodes(Lister("json"), random.Random(2), clock)

    asked(nodes, "")
    asked(nodes, "", method="POST")
    soon = {json.loads(body)["writes"] for body in asked(nodes, *[""] * 20)}
    clock.sleep(61)
    later = {json.loads(body)["writes"] for body in asked(nodes, *[""] * 20)}

    assert (soon, later) == ({0, 1}, {1})
    assert nodes.stale > 0


def test_an_outage_answers_503_to_everything_and_ends() -> None:
    clock = VirtualClock()
    network = Network(
        {
            "tiny.example.org": Faulty(
                Lister("json"), random.Random(1), clock=clock, outages=(Outage(clock.now(), 10),)
            )
        }
    )

    def status() -> int:
        return network.send("GET", f"{HOST}/rows", {}, b"").status

    during = [status() for _ in range(3)]
    clock.sleep(600)

    assert during == [503, 503, 503]
    assert status() == 200


@pytest.mark.parametrize(
    ("form", "header", "value"),
    [
        (HintForm.SECONDS, "retry-after", "30"),
        (HintForm.DATE, "retry-after", "Mon, 02 Nov 2026 08:00:30 GMT"),
        (HintForm.RESET, "x-ratelimit-reset", "30"),
        (HintForm.NONE, "retry-after", None),
    ],
)
def test_a_429_says_when_to_come_back_in_each_form(
    form: HintForm, header: str, value: str | None
) -> None:
    rates = FaultRates(too_many=1.0, hint=30, hints=(form,))
    line = Faulty(Lister("json"), random.Random(1), rates, clock=VirtualClock())

    reply = Network({"tiny.example.org": line}).send("GET", f"{HOST}/rows", {}, b"")

    assert (reply.status, reply.headers.get(header)) == (429, value)


def test_half_an_answer_comes_after_the_whole_deed() -> None:
    lister = Lister("json")
    line = Faulty(lister, random.Random(1), FaultRates(truncated=1.0))

    (body,) = asked(line, "", method="POST")

    assert lister.writes == 1
    assert body == lister._json(IDS[:3])[: len(body)]
    assert len(body) < len(lister._json(IDS[:3]))


def test_a_skewed_clock_is_wrong_about_the_time_and_right_about_durations() -> None:
    from datetime import timedelta

    true = VirtualClock()
    skewed = SkewedClock(true=true, skew=timedelta(minutes=-3))
    before = skewed.monotonic()

    true.sleep(60)

    assert skewed.now() == true.now() - timedelta(minutes=3)
    assert skewed.monotonic() - before == 60
