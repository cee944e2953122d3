"""Promises of a look at discovery: it is judged as a phone would take it, and what can't be told is not guessed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ueapi.apple.enrollment import discovery
from ueapi.migration.sightings import BY_HAND, DomainLookout, Outside
from ueapi.migration.steering import View
from ueapi.runtime.probing import Look, Over, Seen, Trouble, Unseen

NEW = "https://new.example.org/enroll"
OLD = "https://old.example.org/enroll"
ANNA = "anna@organization.org"


def answering(answer: Seen | Unseen, asked: list[str] | None = None) -> Look:
    def look(
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        del method, headers, body, over
        if asked is not None:
            asked.append(url)
        return answer

    return look


def document(address: str, version: discovery.Version = discovery.Version.BYOD) -> Seen:
    return Seen(status=200, headers={}, body=discovery.document(address, version).to_json())


def seen(status: int, body: bytes = b"") -> Seen:
    return Seen(status=status, headers={}, body=body)


@pytest.mark.parametrize(
    ("answer", "view", "word"),
    [
        (document(NEW), View.LED, ""),
        (document(NEW + "/"), View.LED, ""),
        (document("https://NEW.example.org:443/enroll"), View.LED, ""),
        (document(OLD), View.MISLED, "led to old.example.org"),
        (document(NEW, discovery.Version.ADDE), View.MISLED, "Device Enrollment"),
        (seen(200, b"<html>"), View.MISLED, "no discovery document"),
        (seen(404), View.UNSEEN, "iOS 18.2"),
        (Unseen(Trouble.TLS, "expired"), View.MISLED, "isn't trusted"),
        (Unseen(Trouble.NO_ADDRESS, "no name"), View.UNSEEN, "no name"),
        (Unseen(Trouble.NO_ANSWER, "too late"), View.UNSEEN, "too late"),
    ],
)
def test_an_answer_means_what_a_phone_makes_of_it(
    answer: Seen | Unseen, view: View, word: str
) -> None:
    found = DomainLookout(look=answering(answer), new=NEW, old=OLD).sighted(ANNA)

    assert found.view is view
    assert word in found.reason
    assert bool(found.do) is (view is not View.LED)


def test_without_the_targets_address_only_the_old_one_is_known_to_be_wrong() -> None:
    to_old = DomainLookout(look=answering(document(OLD)), old=OLD).sighted(ANNA)
    to_other = DomainLookout(look=answering(document(NEW)), old=OLD).sighted(ANNA)

    assert (to_old.view, to_old.do) == (View.MISLED, BY_HAND)
    assert to_other.view is View.LED


def test_where_a_list_leads_a_refusal_is_wrong() -> None:
    lookout = DomainLookout(look=answering(seen(403)), new=NEW, refusal=View.MISLED)

    assert lookout.sighted(ANNA).view is View.MISLED


def test_it_asks_as_an_iphone_does() -> None:
    asked: list[str] = []

    DomainLookout(look=answering(document(NEW), asked)).sighted("Anna+work@Organization.org")

    who = "user-identifier=Anna%2Bwork%40organization.org&model-family=iPhone"
    assert asked == [f"https://organization.org/.well-known/com.apple.remotemanagement?{who}"]


@pytest.mark.parametrize("domain", ["example.org", "sub.example.com", "work.test"])
def test_domains_of_examples_are_not_asked(domain: str) -> None:
    asked: list[str] = []

    found = DomainLookout(look=Outside(answering(document(NEW), asked))).sighted(f"anna@{domain}")

    assert (found.view, asked) == (View.UNSEEN, [])


def test_a_reason_never_holds_the_address() -> None:
    for answer in (seen(404), seen(200), document(OLD), Unseen(Trouble.NO_ADDRESS, "no name")):
        found = DomainLookout(look=answering(answer), new=NEW).sighted(ANNA)

        assert "anna" not in f"{found.reason}{found.do}{found!r}"
