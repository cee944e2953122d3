"""The probes: each looks at one thing, says what is wrong with it, and how to put it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from ueapi.apple.enrollment import challenge_from_header, discovery, refusal_from
from ueapi.discovery.checking.gathering import MOST_REDIRECTS, Evidence, Walk
from ueapi.discovery.checking.grading import SKIPPED, Grade, Result, Said, bad, good
from ueapi.discovery.checking.kinds_of_address import of_both_kinds
from ueapi.errors import InvalidModel
from ueapi.runtime.probing import Seen, Trouble, Unseen
from ueapi.wording import counted

SOON: Final = timedelta(days=14)
"""A certificate that ends earlier wants to be renewed now."""
LONGEST_KEPT: Final = 300
"""Seconds for which an answer may be kept; longer ones keep steering people after a change."""
_NOT_REACHED: Final = (Trouble.NO_CONNECTION, Trouble.NO_WAY, Trouble.NO_ANSWER)
_OLD_TLS: Final = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})


_Probe = Callable[[Evidence, datetime], Said]


def probed(found: Evidence, *, at: datetime) -> Iterator[Result]:
    """Put what was seen before each probe, in the order in which a device meets the things."""
    for name, (probe, fix) in PROBES.items():
        said = probe(found, at)
        wants = said.grade in (Grade.FINDING, Grade.NOTE)
        yield Result(
            probe=name, grade=said.grade, text=said.text, fix=(said.fix or fix) if wants else ""
        )


# -- reaching the domain ---------------------------------------------------------------------------


def _name(found: Evidence, at: datetime) -> Said:
    del at
    end = found.iphone.end
    if not found.iphone.hops and isinstance(end, Unseen) and end.trouble is Trouble.NO_ADDRESS:
        return bad("the domain has no network address")
    return good("the domain has a network address")


def _connection(found: Evidence, at: datetime) -> Said:
    del at
    end = found.iphone.end
    if isinstance(end, Unseen) and end.trouble in _NOT_REACHED:
        return bad(f"the server gives no answer: {end.reason}")
    if isinstance(end, Unseen) and end.trouble is Trouble.NO_ADDRESS:
        return SKIPPED
    return good("the server answers")


def _certificate(found: Evidence, at: datetime) -> Said:
    del at
    end = found.iphone.end
    if isinstance(end, Unseen):
        trusted = end.trouble is not Trouble.TLS
        return SKIPPED if trusted else bad(f"the connection isn't trusted: {end.reason}")
    return good("the certificate is trusted")


def _tls_version(found: Evidence, at: datetime) -> Said:
    del at
    tls = found.iphone.seen.tls if found.iphone.seen else None
    if tls is None:
        return SKIPPED
    if tls.version in _OLD_TLS:
        return bad(f"the connection uses {tls.version}, which devices refuse")
    return good(f"the connection uses {tls.version}")


def _certificate_end(found: Evidence, at: datetime) -> Said:
    tls = found.iphone.seen.tls if found.iphone.seen else None
    if tls is None or tls.ends is None:
        return SKIPPED
    if tls.ends - at < SOON:
        return bad(f"the certificate ends on {tls.ends:%Y-%m-%d}")
    return good(f"the certificate is good until {tls.ends:%Y-%m-%d}")


def _ipv6(found: Evidence, at: datetime) -> Said:
    del at
    return of_both_kinds(found.over_ipv4, found.over_ipv6)


# -- redirections ----------------------------------------------------------------------------------


def _redirect_query(found: Evidence, at: datetime) -> Said:
    del at
    if _was_never_answered(found):
        return SKIPPED
    for hop in found.iphone.hops:
        if hop.lost:
            host = urlsplit(hop.location).netloc
            return bad(f"the redirection to {host} loses {', '.join(hop.lost)}")
    return good("no redirection loses a parameter")


def _redirect_https(found: Evidence, at: datetime) -> Said:
    del at
    if _was_never_answered(found):
        return SKIPPED
    for hop in found.iphone.hops:
        if urlsplit(hop.location).scheme != "https":
            return bad(f"a redirection leads to {urlsplit(hop.location).scheme or 'nowhere'}")
    return good("every redirection stays with https")


def _redirect_count(found: Evidence, at: datetime) -> Said:
    del at
    if _was_never_answered(found):
        return SKIPPED
    number = len(found.iphone.hops)
    if number >= MOST_REDIRECTS:
        return bad(f"{number} redirections in a row lead nowhere")
    return good(counted(number, "redirection") if number else "no redirection")


def _was_never_answered(found: Evidence) -> bool:
    return found.iphone.seen is None and not found.iphone.hops


# -- the answer ------------------------------------------------------------------------------------


def _status(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None:
        return SKIPPED
    if seen.status in (200, 403):
        return good(f"status {seen.status}")
    return bad(f"the answer has status {seen.status}")


def _refusal(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None or seen.status != 403:
        return SKIPPED
    refusal = refusal_from(seen.headers.get("content-type", ""), seen.body)
    if refusal is None or refusal.code != "com.apple.well-known.failed":
        return bad("this person is refused without the code that a device understands")
    return Said(Grade.NOTE, "this person is refused, in the form a device understands")


def _fallback(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None:
        return SKIPPED
    if seen.status < 400:
        return good("the domain answers itself; Apple is not asked instead")
    return Said(
        Grade.NOTE,
        "from iOS 18.2 on, devices ask Apple Business Manager next, which answers for its own accounts only; "
        "earlier ones end here",
    )


def _content_type(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None or seen.status != 200:
        return SKIPPED
    kind = seen.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != discovery.CONTENT_TYPE:
        return bad(f"the content type is {kind or 'missing'}, not {discovery.CONTENT_TYPE}")
    return good("the content type is right")


def _shape(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None or seen.status != 200:
        return SKIPPED
    try:
        discovery.document_from_json(seen.body)
    except InvalidModel as problem:
        return bad(problem.message.partition(": ")[2].rstrip(".") or problem.message)
    return good("the document is one that devices take")


def _one_server(found: Evidence, at: datetime) -> Said:
    del at
    document = found.iphone.document
    if document is None:
        return SKIPPED
    if len(document.servers) > 1:
        return bad(f"the document names {len(document.servers)} servers; devices use the first")
    return good("the document names one server")


def _version(found: Evidence, at: datetime) -> Said:
    del at
    document = found.iphone.document
    if document is None:
        return SKIPPED
    if document.first.version is not discovery.Version.BYOD:
        return bad("an iPhone is sent to Device Enrollment (mdm-adde), which manages all of it")
    return good("an iPhone is sent to User Enrollment")


def _cache(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.iphone.seen
    if seen is None or seen.status != 200:
        return SKIPPED
    words = seen.headers.get("cache-control", "").replace(" ", "").lower().split(",")
    if "no-store" in words or "no-cache" in words:
        return good("the answer is never kept")
    ages = [w.partition("=")[2] for w in words if w.startswith(("max-age=", "s-maxage="))]
    longest = max((int(a) for a in ages if a.isdecimal()), default=None)
    if longest is None:
        return Said(Grade.NOTE, "nothing says how long the answer may be kept")
    if longest > LONGEST_KEPT:
        return bad(f"the answer may be kept for {longest} seconds")
    return good(f"the answer may be kept for {counted(longest, 'second')}")


def _families(found: Evidence, at: datetime) -> Said:
    del at
    phone, tablet = found.iphone.document, found.ipad.document
    if phone is None:
        return SKIPPED
    if tablet is None:
        return bad("an iPhone gets a document, and an iPad none")
    if phone != tablet:
        return Said(Grade.NOTE, "an iPhone and an iPad enroll at different addresses")
    return good("an iPhone and an iPad get the same document")


def _early_devices(found: Evidence, at: datetime) -> Said:
    del at
    if found.iphone.document is None:
        return SKIPPED
    if _answers_nothing(found.without_family) or _answers_nothing(found.without_query):
        return bad("a device that sends fewer parameters, as iOS 15 may, gets no document")
    return good("a device that sends fewer parameters gets a document too")


def _answers_nothing(walk: Walk) -> bool:
    return walk.document is None and (walk.seen is None or walk.seen.status != 403)


# -- the service -----------------------------------------------------------------------------------


def _service(found: Evidence, at: datetime) -> Said:
    del at
    if found.enrollment is None:
        return SKIPPED
    if isinstance(found.enrollment, Unseen):
        return bad(f"the enrollment address gives no answer: {found.enrollment.reason}")
    if found.enrollment.status in (404, 405, 410) or found.enrollment.status >= 500:
        return bad(f"the enrollment address answers with status {found.enrollment.status}")
    return good("the enrollment address answers")


def _challenge(found: Evidence, at: datetime) -> Said:
    del at
    seen = found.enrollment
    if not isinstance(seen, Seen) or seen.status in (404, 405, 410) or seen.status >= 500:
        return SKIPPED
    if seen.status in (400, 403):
        return Said(
            Grade.NOTE,
            f"the service answers status {seen.status} to a message no device signed; its challenge wasn't seen",
        )
    if seen.status != 401:
        return bad(f"the service answers status {seen.status} instead of asking who the person is")
    try:
        challenge_from_header(seen.headers.get("www-authenticate", ""))
    except InvalidModel as problem:
        return bad(problem.message.rstrip("."))
    return good("the service asks who the person is, in a form devices understand")


def _agreement(found: Evidence, at: datetime) -> Said:
    del at
    document = found.iphone.document
    if document is None or found.expected is None:
        return SKIPPED
    if document.first.base_url.rstrip("/") != found.expected.rstrip("/"):
        return bad("the document leads elsewhere than the tenant's own enrollment address")
    return good("the document leads to the tenant")


PROBES: Final[dict[str, tuple[_Probe, str]]] = {
    "name": (_name, "Give the domain an A or AAAA record, or check the spelling."),
    "connection": (
        _connection,
        "Open port 443, start the web server, and let it send whole answers in the encoding it names.",
    ),
    "certificate": (
        _certificate,
        "Serve https, with a certificate for the domain from an authority that iPhones trust, and with its chain.",
    ),
    "tls-version": (_tls_version, "Allow TLS 1.2 and 1.3, and nothing older."),
    "certificate-end": (_certificate_end, "Renew the certificate."),
    "ipv6": (
        _ipv6,
        "Let both kinds of address lead to the same server, or remove the AAAA record.",
    ),
    "redirect-query": (
        _redirect_query,
        "Put every parameter into the redirection's address; devices don't carry them over.",
    ),
    "redirect-https": (_redirect_https, "Redirect to https addresses only."),
    "redirect-count": (_redirect_count, "Redirect once, straight to the service."),
    "status": (_status, f"Serve the document at {discovery.WELL_KNOWN} with status 200."),
    "refusal": (
        _refusal,
        'Answer 403 with the JSON {"code": "com.apple.well-known.failed", "message": "..."}.',
    ),
    "fallback": (
        _fallback,
        "Serve the document at the domain; don't rely on Apple for accounts outside of Apple Business Manager.",
    ),
    "content-type": (_content_type, "Set the content type of that path to application/json."),
    "document": (_shape, "Write it anew with `ueapi discovery write`."),
    "one-server": (_one_server, "Name one server; steer people by answering each differently."),
    "version": (_version, 'Set "Version" to "mdm-byod" for people\'s own phones.'),
    "cache": (_cache, "Send Cache-Control: no-store, so that a change works at once."),
    "families": (_families, "Answer each kind of device, also those you expect none of."),
    "early-devices": (_early_devices, "Give a default answer when a parameter is missing."),
    "service": (_service, "Compare BaseURL with the address the product's console shows."),
    "challenge": (
        _challenge,
        "Switch account-driven User Enrollment on in the product's console, or repair its WWW-Authenticate header.",
    ),
    "agreement": (_agreement, "Put the tenant's own enrollment address into the document."),
}
"""Name of each probe → the probe and how to put right what it finds."""
