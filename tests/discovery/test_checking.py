"""Promises of `discovery check`: each fault is found by the probe about it, and a right set-up has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve, field, frozen

from ueapi.apple.enrollment import SimpleChallenge, discovery
from ueapi.discovery.checking import PROBES, Grade, Result, check
from ueapi.errors import InvalidModel
from ueapi.runtime.probing import Over, Seen, Tls, Trouble, Unseen

NOW: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
SERVICE: Final = "https://mdm.example.org/enroll"
GOOD: Final = discovery.document(SERVICE)
TLS: Final = Tls(version="TLSv1.3", ends=NOW + timedelta(days=80))
CHALLENGE: Final = SimpleChallenge("https://mdm.example.org/login").to_header()
Answer = Seen | Unseen


def told(body: bytes, status: int = 200, **headers: str) -> Seen:
    plain = {"content-type": "application/json", "cache-control": "no-store"}
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Seen(status=status, headers=plain | named, body=body, tls=TLS)


@frozen
class Web:
    """What each host answers; a part is replaced to plant a fault."""

    domain: Callable[[Mapping[str, list[str]]], Answer] = lambda _: told(GOOD.to_json())
    service: Answer = field(factory=lambda: told(b"", 401, www_authenticate=CHALLENGE))
    over: Mapping[Over, Answer] = field(factory=dict)
    further: Mapping[str, Answer] = field(factory=dict)

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Answer:
        del headers, body
        if over in self.over:
            return self.over[over]
        parts = urlsplit(url)
        if parts.netloc == "mdm.example.org":
            return self.service if method == "POST" else told(b"", 405)
        if parts.netloc in self.further:
            return self.further[parts.netloc]
        return self.domain(parse_qs(parts.query))


def fixed(answer: Answer) -> Web:
    return Web(domain=lambda _: answer)


def found(web: Web, *, expected: str | None = SERVICE) -> dict[str, Result]:
    results = check("jane@example.org", look=web, at=NOW, expected=expected)
    return {r.probe: r for r in results}


def to(address: str) -> Web:
    return Web(
        domain=lambda query: told(b"", 302, location=address.format(**flat(query))),
        further={"answers.example.org": told(GOOD.to_json())},
    )


def flat(query: Mapping[str, list[str]]) -> dict[str, str]:
    names = {"who": "user-identifier", "family": "model-family"}
    return {short: query.get(name, [""])[0] for short, name in names.items()}


ALL = "https://answers.example.org/d?user-identifier={who}&model-family={family}"
TWO = discovery.Document((*GOOD.servers, *discovery.document("https://b.example.org").servers))
ADDE = discovery.document(SERVICE, discovery.Version.ADDE)

FAULTS: Final[dict[str, Web]] = {
    "name": fixed(Unseen(Trouble.NO_ADDRESS, "Name or service not known")),
    "connection": fixed(Unseen(Trouble.NO_CONNECTION, "Connection refused")),
    "certificate": fixed(Unseen(Trouble.TLS, "certificate verify failed")),
    "tls-version": fixed(evolve(told(GOOD.to_json()), tls=evolve(TLS, version="TLSv1.1"))),
    "certificate-end": fixed(
        evolve(told(GOOD.to_json()), tls=evolve(TLS, ends=NOW + timedelta(days=3)))
    ),
    "ipv6": Web(over={Over.IPV6: Unseen(Trouble.NO_CONNECTION, "Connection refused")}),
    "redirect-query": to("https://answers.example.org/d?model-family={family}"),
    "redirect-https": to(ALL.replace("https", "http")),
    "redirect-count": fixed(told(b"", 302, location="?user-identifier=jane%40example.org")),
    "status": fixed(told(b"not here", 404)),
    "refusal": fixed(told(b"<html>Forbidden", 403, content_type="text/html")),
    "content-type": fixed(told(GOOD.to_json(), content_type="text/plain")),
    "document": fixed(told(b'{"servers": []}')),
    "one-server": fixed(told(TWO.to_json())),
    "version": fixed(told(ADDE.to_json())),
    "cache": fixed(told(GOOD.to_json(), cache_control="public, max-age=86400")),
    "families": Web(
        domain=lambda q: (
            told(b"", 404) if q.get("model-family") == ["iPad"] else told(GOOD.to_json())
        )
    ),
    "early-devices": Web(
        domain=lambda q: told(GOOD.to_json()) if "model-family" in q else told(b"", 400)
    ),
    "service": Web(service=told(b"", 404)),
    "challenge": Web(service=told(b"", 401, www_authenticate='Basic realm="x"')),
    "agreement": fixed(told(discovery.document("https://mdm.example.org/other").to_json())),
}


def test_a_right_set_up_has_no_finding() -> None:
    results = found(Web())

    assert {r.grade for r in results.values()} <= {Grade.GOOD, Grade.SKIPPED}
    assert list(results) == list(PROBES)


def test_a_right_redirection_has_no_finding() -> None:
    assert not [r for r in found(to(ALL)).values() if r.grade is Grade.FINDING]


@pytest.mark.parametrize("probe", FAULTS)
def test_each_fault_is_found_by_its_own_probe(probe: str) -> None:
    results = found(FAULTS[probe])

    assert results[probe].grade is Grade.FINDING
    assert results[probe].fix


@pytest.mark.parametrize(
    "probe",
    sorted(set(FAULTS) - {"redirect-count", "redirect-query"}),
)
def test_a_fault_is_not_blamed_on_anything_else(probe: str) -> None:
    results = found(FAULTS[probe])

    others = {name for name, r in results.items() if r.grade is Grade.FINDING} - {probe}
    assert others == set()


def test_an_error_tells_what_newer_devices_do_next() -> None:
    results = found(FAULTS["status"])

    assert results["fallback"].grade is Grade.NOTE
    assert "18.2" in results["fallback"].text


def test_a_person_who_is_not_invited_is_no_fault() -> None:
    refusal = b'{"code":"com.apple.well-known.failed"}'

    results = found(fixed(told(refusal, 403)))

    assert results["refusal"].grade is Grade.NOTE
    assert results["fallback"].grade is Grade.NOTE
    assert not [r for r in results.values() if r.grade is Grade.FINDING]


def test_a_service_that_insists_on_a_signature_is_no_fault() -> None:
    results = found(Web(service=told(b"", 403)))

    assert results["challenge"].grade is Grade.NOTE


def test_a_domain_alone_can_be_checked() -> None:
    assert len(check("example.org", look=Web(), at=NOW)) == len(PROBES)


def test_what_is_no_domain_is_refused() -> None:
    with pytest.raises(InvalidModel):
        check("example", look=Web(), at=NOW)


@pytest.mark.parametrize(
    ("given", "place", "asked"),
    [
        ("https://localhost:8443", None, "https://localhost:8443/.well-known/"),
        ("https://[::1]:8443", None, "https://[::1]:8443/.well-known/"),
        ("https://127.0.0.1/d.json", None, "https://127.0.0.1/d.json?"),
        ("jane@example.org", "https://mdm.example.org:8443", "https://mdm.example.org:8443/.well-"),
        ("Example.org", None, "https://example.org/.well-known/"),
    ],
)
def test_a_server_that_is_not_public_yet_is_asked_where_it_is(
    given: str, place: str | None, asked: str
) -> None:
    urls: list[str] = []

    def look(url: str, **more: object) -> Seen:
        del more
        urls.append(url)
        return told(GOOD.to_json())

    check(given, look=look, at=NOW, place=place)

    own = [url for url in urls if url != SERVICE]
    assert {url[: len(asked)] for url in own if "?" in url} == {asked}
    assert any("user-identifier=jane%40example.org&" in u for u in own) is (place is not None)


@pytest.mark.parametrize(
    "given",
    [
        "http://example.org",
        "https://",
        "https://example.org?a=1",
        "https://a:b@example.org",
        "https://example.org:x",
        "jane",
    ],
)
def test_what_no_device_would_ask_is_refused_before_anything_is_sent(given: str) -> None:
    with pytest.raises(InvalidModel, match="nothing was sent"):
        check(given, look=fixed(told(b"")), at=NOW)


def test_a_server_that_lets_us_wait_is_asked_once() -> None:
    urls: list[str] = []

    def look(url: str, **more: object) -> Unseen:
        del more
        urls.append(url)
        return Unseen(Trouble.NO_ANSWER, "no answer in time")

    results = check("jane@example.org", look=look, at=NOW)

    assert len(urls) == 1
    assert [r.probe for r in results if r.grade is Grade.FINDING] == ["connection"]


NO_ADDRESS: Final = Unseen(Trouble.NO_ADDRESS, "Name or service not known")
REFUSED: Final = Unseen(Trouble.NO_CONNECTION, "Connection refused")
NO_WAY: Final = Unseen(Trouble.NO_WAY, "Network is unreachable")


def test_of_a_domain_without_any_address_nothing_but_its_name_is_judged() -> None:
    results = found(fixed(NO_ADDRESS))

    judged = {name: r.grade for name, r in results.items() if r.grade is not Grade.SKIPPED}
    assert judged == {"name": Grade.FINDING}


@pytest.mark.parametrize(
    ("over", "grade", "says", "fix"),
    [
        ({Over.IPV6: NO_ADDRESS}, Grade.GOOD, "over IPv4", ""),
        ({Over.IPV6: NO_WAY}, Grade.SKIPPED, "from here", ""),
        ({Over.IPV6: REFUSED}, Grade.FINDING, "IPv6 address that doesn't answer", "AAAA record"),
        ({Over.IPV4: NO_ADDRESS}, Grade.NOTE, "no IPv4 address", "an A record"),
        ({Over.IPV4: NO_WAY}, Grade.SKIPPED, "from here", ""),
        ({Over.IPV4: REFUSED}, Grade.FINDING, "IPv4 address that doesn't answer", "the A record"),
        ({Over.IPV4: REFUSED, Over.IPV6: REFUSED}, Grade.SKIPPED, "nothing to look at", ""),
    ],
)
def test_what_is_said_of_the_two_kinds_of_addresses_is_true(
    over: Mapping[Over, Answer], grade: Grade, says: str, fix: str
) -> None:
    result = found(Web(over=over))["ipv6"]

    assert result.grade is grade
    assert says in result.text
    assert fix in result.fix
    assert bool(fix) == bool(result.fix)


@pytest.mark.parametrize(
    "typed", ["not a domain", "example", "example.org/path", "example.org:8443", ""]
)
def test_what_is_no_domain_is_refused_with_words_about_domains(typed: str) -> None:
    with pytest.raises(InvalidModel) as refused:
        check(typed, look=Web(), at=NOW)

    assert "domain" in refused.value.message
    assert "example.org" in refused.value.remedy
