"""Which domains are asked: each once, ours only, and never too many."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve

from tests.discovery.test_checking import SERVICE, Web
from tests.readiness.cases import facts, person, probed, target
from ueapi.discovery.checking import Grade
from ueapi.readiness import Check, Standing, domains, ready, with_discovery
from ueapi.readiness.facts import MOST_DOMAINS

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
UNKNOWN_PEOPLE = facts(target=target(), source=None, federated=None, discovery={})


def test_the_most_frequent_domain_is_asked_first_and_once() -> None:
    people = [person(f"p{n}@{'b' if n % 3 else 'a'}.example.org") for n in range(9)]

    assert domains(people, UNKNOWN_PEOPLE) == ("b.example.org", "a.example.org")


def test_only_federated_domains_are_asked_where_they_are_named() -> None:
    ours = evolve(UNKNOWN_PEOPLE, federated=frozenset({"example.org"}))

    assert domains([person(), person("me@private.example.com")], ours) == ("example.org",)


def test_no_more_domains_are_asked_than_an_organization_has() -> None:
    people = [person(f"me@d{n}.example.org") for n in range(3 * MOST_DOMAINS)]

    assert len(domains(people, UNKNOWN_PEOPLE)) == MOST_DOMAINS


def test_a_domain_that_leads_to_the_tenant_makes_people_ready() -> None:
    known = with_discovery(facts(), [person()], look=Web(), at=NOW, expected=SERVICE)

    (found,) = ready([person()], known)

    assert found[Check.DISCOVERY].level is Standing.READY


def test_a_domain_that_leads_elsewhere_is_found() -> None:
    other = "https://other.example.org/enroll"
    known = with_discovery(facts(), [person()], look=Web(), at=NOW, expected=other)

    (found,) = ready([person()], known)

    assert found[Check.DISCOVERY].level is Standing.NOT_READY
    assert "elsewhere" in found[Check.DISCOVERY].reason


def test_what_is_no_full_domain_is_a_finding_and_no_error() -> None:
    who = person("me@-bad-.example.org")
    known = with_discovery(UNKNOWN_PEOPLE, [who], look=Web(), at=NOW)

    (found,) = ready([who], known)

    assert found[Check.DISCOVERY].level is not Standing.READY


def test_a_note_about_a_domain_keeps_nobody_from_enrolling() -> None:
    known = facts(discovery={"example.org": probed(ipv6=Grade.NOTE, cache=Grade.NOTE)})

    (found,) = ready([person()], known)

    assert found[Check.DISCOVERY].level is Standing.READY
