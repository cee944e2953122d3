"""How a device finds the service for an address: it asks the address's domain and, where that fails, Apple.

Source: Apple, Device Management, the account-driven enrollment flows, step 2 and 3, and the redirection of the
well-known request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NoReturn
from urllib.parse import urljoin, urlsplit

from attrs import frozen

from ueapi.apple import enrollment
from ueapi.apple.enrollment import discovery
from ueapi.apple.rules import IosVersion
from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi.rehearsal.enrolling.steps import EnrollmentFailed, Step

MOST_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
ASKS_APPLE_SINCE: Final = IosVersion((18, 2))
"""From here on Apple is asked after a domain that answers with an HTTP failure, whichever it is."""
EXPLAINS_SINCE: Final = IosVersion((17, 5))
"""From here on a refusal's message is shown to the person. Source: Apple's schema, mdm/errors/well-known.failed."""
_FAILURES: Final = range(400, 600)


@frozen(kw_only=True)
class Finder:
    """Finds the service. `sent` asks an address; `apple` is where Apple's service discovery answers, if anywhere.

    Guess: a domain that doesn't answer at all ends the enrollment, as does a document that is none. Apple is asked
    after an answer with a failure status only.
    """

    sent: Callable[[str], Reply]
    family: discovery.ModelFamily
    ios: str
    apple: str | None = None

    def found(self, typed: str, *, at: str | None = None) -> discovery.Server:
        """The service for what a person typed; with `at`, that https address is asked and not the domain's.

        Raises:
            EnrollmentFailed: the address is none, or nobody who is asked answers with a document a device takes.
        """
        try:
            url = discovery.UserIdentifier.of(typed).url(self.family)
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.DISCOVERY, problem.message) from None
        query = url.partition("?")[2]
        reply = self._followed(url if at is None else f"{at}?{query}")
        if reply.status in _FAILURES and self.asks_apple:
            reply = self._apples(reply, query)
        elif reply.status != 200:
            _fail(self._reason(reply), reply)
        try:
            return discovery.document_from_json(reply.body).first
        except InvalidModel as problem:
            raise EnrollmentFailed(Step.DISCOVERY, problem.message) from None

    @property
    def asks_apple(self) -> bool:
        """Whether Apple is asked after a domain that fails."""
        return self.apple is not None and IosVersion.parse(self.ios) >= ASKS_APPLE_SINCE

    def _apples(self, domains: Reply, query: str) -> Reply:
        """What Apple's service discovery leads to; the domain's reason stays, where that is a failure too."""
        reply = self._followed(f"{self.apple}?{query}")
        if reply.status != 200:
            also = f"Apple's service discovery leads to {reply.status}"
            _fail(f"{self._reason(domains)}; {also}", domains)
        return reply

    def _reason(self, reply: Reply) -> str:
        if reply.status != 403:
            return f"the domain answers {reply.status}"
        refusal = enrollment.refusal_from(reply.headers.get("content-type", ""), reply.body)
        is_shown = IosVersion.parse(self.ios) >= EXPLAINS_SINCE
        return (refusal and is_shown and refusal.message) or "refused"

    def _followed(self, url: str) -> Reply:
        """Ask, and follow redirections without adding anything to their address."""
        here = url
        for _ in range(MOST_REDIRECTS):
            reply = self.sent(here)
            if reply.status not in REDIRECTS or "location" not in reply.headers:
                return reply
            here = _redirected(here, reply.headers)
        raise EnrollmentFailed(Step.DISCOVERY, f"{MOST_REDIRECTS} redirections lead nowhere")


def _redirected(here: str, headers: Mapping[str, str]) -> str:
    there = urljoin(here, headers["location"])
    if urlsplit(there).scheme != "https":
        raise EnrollmentFailed(Step.DISCOVERY, "a redirection leaves https")
    return there


def _fail(reason: str, reply: Reply) -> NoReturn:
    raise EnrollmentFailed(Step.DISCOVERY, reason, status=reply.status)
