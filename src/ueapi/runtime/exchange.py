"""How a flow's calls are answered: signing in, pace, repeating, mapping errors; written once, as deeds."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from typing import Final, TypeVar

from attrs import define, evolve, field, frozen

from ueapi.contract import Backend, Credential
from ueapi.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RateLimited,
    UeapiError,
    Unavailable,
    Unintelligible,
    Unreachable,
)
from ueapi.flow import Call, Effect, Flow, Reply
from ueapi.runtime import faults
from ueapi.runtime.address import address_of
from ueapi.runtime.bounds import require_shallow
from ueapi.runtime.clock import Clock
from ueapi.runtime.decide import Failure, Handling, decide
from ueapi.runtime.deeds import Deeds, Gate, NoAnswer, Pause, Request, Send, Take, Together
from ueapi.runtime.events import Announcer, CallDone, Retrying, SignedIn, Slowed
from ueapi.runtime.hints import allowance, request_id, wait_asked
from ueapi.runtime.meter import Meter
from ueapi.runtime.pace import Pace
from ueapi.runtime.redact import Redactor
from ueapi.runtime.tokens import Tokens
from ueapi.runtime.transport import CONNECT_TIMEOUT, READ_TIMEOUT

T = TypeVar("T")

LONGEST_PACE_WAIT: Final = 600.0
"""Seconds a call waits for its turn; beyond that (a day's calls are used up) the caller is told instead."""

FIRST_CONTACT: Final = 10.0
"""Seconds in which a product that never answered is tried again: a wrong address is likelier than a long outage."""

_log: Final = logging.getLogger("ueapi")


@define
class Due:
    """The deadline of one operation: how long it may go without an answer that carries it on.

    Waiting for our own turn doesn't count, since that is no fault of the product.
    """

    seconds: float
    until: float

    @property
    def since(self) -> float:
        """When the operation, or what was last answered of it, began."""
        return self.until - self.seconds

    def renew(self, now: float) -> None:
        """An answer arrived."""
        self.until = max(self.until, now + self.seconds)

    def forgive(self, seconds: float) -> None:
        """Time passed that was not the product's."""
        self.until += seconds


@frozen
class Attempt:
    """One try: a reply, or an error with what it says about the request."""

    reply: Reply | None = None
    error: UeapiError | None = None
    handling: Handling = Handling.FINAL
    hint: float | None = None
    refused: Credential | None = None
    cause: Exception | None = None


@define(kw_only=True)
class Exchange:
    """Everything one open tenant needs to answer flows, apart from the network itself."""

    name: str
    tenant: str
    base: str
    backend: Backend
    clock: Clock
    rng: random.Random
    pace: Pace
    announcer: Announcer
    redactor: Redactor
    signing: Gate
    slots: Gate
    deadline: float
    meter: Meter = field(factory=Meter)
    tokens: Tokens = field(factory=Tokens)
    was_reached: bool = False
    """Whether the product has ever answered, with whatever it was."""

    def run(self, flow: Flow[T], operation: str) -> Deeds[T]:
        """Answer what the flow asks until it returns.

        Raises:
            UeapiError: whatever the flow let through, with backend and operation filled in.
        """
        due = Due(self.deadline, self.clock.monotonic() + self.deadline)
        try:
            return (yield from self._drive(flow, due))
        except UeapiError as error:
            self.redactor.cleaned(error).at(backend=self.name, operation=operation)
            raise
        except (ValueError, RecursionError) as problem:
            # A wire model's own error quotes the reply, so neither it nor its chain may go on.
            raise faults.misfit(problem).at(backend=self.name, operation=operation) from None
        finally:
            flow.close()

    def sign_in(self) -> Deeds[None]:
        """Obtain a credential now, unless there is a good one."""
        due = Due(self.deadline, self.clock.monotonic() + self.deadline)
        yield from self._credential(None, due)

    # -- flows -------------------------------------------------------------------------------------

    def _drive(self, flow: Flow[T], due: Due, *, anonymous: bool = False) -> Deeds[T]:
        try:
            asked = next(flow)
            while True:
                calls = (
                    [evolve(c, anonymous=True) for c in asked.calls] if anonymous else asked.calls
                )
                try:
                    replies = yield from self._answer(calls, due)
                except UeapiError as error:
                    asked = flow.throw(error)
                else:
                    asked = flow.send(replies)
        except StopIteration as stop:
            value: T = stop.value
            return value

    def _answer(self, calls: Sequence[Call], due: Due) -> Deeds[Sequence[Reply]]:
        if len(calls) == 1:
            return ((yield from self._one(calls[0], due)),)
        parts = [self._one(call, due) for call in calls]
        return (yield Together(parts, self.backend.limits.concurrency))

    # -- one call ----------------------------------------------------------------------------------

    def _one(self, call: Call, due: Due) -> Deeds[Reply]:
        number, refused = 0, None
        while True:
            number += 1
            credential = None
            if not call.anonymous:
                credential = yield from self._credential(refused, due)
                if refused is not None and credential.headers == refused.headers:
                    raise self._rejected(call)
            attempt = yield from self._attempt(call, credential, number, due)
            if attempt.error is None and attempt.reply is not None:
                due.renew(self.clock.monotonic())
                return attempt.reply
            if attempt.refused is not None and refused is None:
                refused = attempt.refused
                continue
            yield from self._wait_or_raise(call, attempt, number, due)

    def _wait_or_raise(self, call: Call, attempt: Attempt, number: int, due: Due) -> Deeds[None]:
        error = attempt.error or Unavailable("the call failed.")
        wait = decide(
            Failure(
                handling=attempt.handling,
                may_repeat=call.may_repeat,
                attempt=number,
                left=self._left(attempt, due),
                draw=self.rng.random(),
                hint=attempt.hint,
                throttled=isinstance(error, RateLimited),
            )
        )
        if wait is None:
            raise self._final(call, attempt, error) from attempt.cause
        reason = type(error).__name__
        _log.info("%s %s: %s, repeating in %.1f s", call.method, call.path, reason, wait)
        self.announcer.tell(Retrying(**self._where(call), attempt=number, wait=wait, reason=reason))
        yield Pause(wait)

    def _left(self, attempt: Attempt, due: Due) -> float:
        """Seconds for further attempts."""
        now = self.clock.monotonic()
        if self.was_reached or attempt.handling is not Handling.NOT_SENT:
            return due.until - now
        return min(due.until, due.since + FIRST_CONTACT) - now

    def _final(self, call: Call, attempt: Attempt, error: UeapiError) -> UeapiError:
        """The error to raise once nothing is repeated; a change that may have happened says so above all."""
        if attempt.handling is Handling.UNKNOWN and not call.may_repeat:
            error = OutcomeUnknown(
                "the product gave no usable answer to a change, which may have happened.",
                can_read_back=call.effect is Effect.READABLE,
                remedy="Read the object before repeating."
                if call.effect is Effect.READABLE
                else "The product doesn't show the effect: repeat it once at most, and ask the person.",
            )
        return self.redactor.cleaned(error).at(backend=self.name, operation=call.operation)

    def _rejected(self, call: Call) -> UeapiError:
        return CredentialsRejected(
            "the credentials were refused, also after one renewal.",
            remedy="Check the account or key in the product's console; nothing was changed.",
            backend=self.name,
            operation=call.operation,
        )

    # -- one attempt -------------------------------------------------------------------------------

    def _attempt(
        self, call: Call, credential: Credential | None, number: int, due: Due
    ) -> Deeds[Attempt]:
        before = self.clock.monotonic()
        yield Take(self.slots)
        try:
            yield from self._turn(call)
            started = self.clock.monotonic()
            due.forgive(started - before)
            self.meter.count(call)
            try:
                (reply,) = yield Send(self._request(call, credential, due))
                require_shallow(reply)
            except NoAnswer as lost:
                self._note(call, None, started, number)
                return self._lost(lost)
            except Unintelligible as error:
                self._note(call, None, started, number)
                handling = Handling.FINAL if call.may_repeat else Handling.UNKNOWN
                return Attempt(error=error, handling=handling)
        finally:
            self.slots.release()
        self._note(call, reply, started, number)
        return self._judged(call, reply, credential)

    def _turn(self, call: Call) -> Deeds[None]:
        wait = self.pace.book(self.clock.monotonic(), patience=LONGEST_PACE_WAIT)
        if wait > LONGEST_PACE_WAIT:
            raise RateLimited(
                f"the product's allowance is used up for another {wait / 60:.0f} minutes.",
                retry_after=wait,
                remedy="Go on then; this call was not sent.",
                backend=self.name,
                operation=call.operation,
            )
        if wait > 0:
            self.announcer.tell(Slowed(**self._where(call), wait=wait))
            yield Pause(wait)

    def _request(self, call: Call, credential: Credential | None, due: Due) -> Request:
        headers = {"accept": call.accept, **call.headers}
        if call.content_type is not None:
            headers["content-type"] = call.content_type
        if credential is not None:
            headers.update(credential.headers)
        left = max(due.until - self.clock.monotonic(), 0.001)
        return Request(
            method=call.method,
            url=address_of(self.base, call),
            headers=headers,
            body=call.body,
            connect_timeout=min(CONNECT_TIMEOUT, left),
            read_timeout=min(READ_TIMEOUT, left),
            until=due.until,
            response_bytes=self.backend.limits.response_bytes,
        )

    def _lost(self, lost: NoAnswer) -> Attempt:
        error = Unreachable(
            f"no answer from the product: {self.redactor.clean(lost.reason)}.",
            remedy="Check the URL and the network; nothing was changed.",
        )
        return Attempt(
            error=error,
            handling=Handling.UNKNOWN if lost.was_sent else Handling.NOT_SENT,
            cause=lost,
        )

    def _judged(self, call: Call, reply: Reply, credential: Credential | None) -> Attempt:
        self.was_reached = True
        now = self.clock.monotonic()
        if (left := allowance(reply, self.clock.now())) is not None:
            self.pace.heed(now, left)
        if 300 <= reply.status < 400:
            return Attempt(error=faults.redirected(reply, self.base))
        error = faults.found(self.backend, call, reply)
        if error is None:
            return Attempt(reply)
        hint = error.retry_after if isinstance(error, RateLimited) else None
        hint = hint if hint is not None else wait_asked(reply, self.clock.now())
        if isinstance(error, RateLimited):
            error.retry_after = hint
            if hint is not None:
                self.pace.hold(now, hint)
        is_refused = reply.status == 401 or isinstance(error, CredentialsRejected)
        return Attempt(
            error=self.redactor.cleaned(error),
            handling=faults.handling(error, hint),
            hint=hint,
            refused=credential if is_refused else None,
        )

    # -- signing in --------------------------------------------------------------------------------

    def _credential(self, refused: Credential | None, due: Due) -> Deeds[Credential]:
        if (good := self.tokens.usable(self.clock.monotonic(), refused=refused)) is not None:
            return good
        yield Take(self.signing)
        try:
            # Someone else may have renewed it, or have been turned away, while we stood at the gate.
            if (good := self.tokens.usable(self.clock.monotonic(), refused=refused)) is not None:
                return good
            self.tokens.require_hope(self.clock.monotonic())
            return (yield from self._renewed(due))
        finally:
            self.signing.release()

    def _renewed(self, due: Due) -> Deeds[Credential]:
        try:
            credential = yield from self._drive(self.backend.auth.sign_in(), due, anonymous=True)
        except CredentialsRejected as rejection:
            self.tokens.drop(rejection, self.clock.monotonic())
            raise
        self.redactor.learn(credential.headers.values())
        self.tokens.keep(credential, self.clock.monotonic())
        lifetime = credential.lifetime.total_seconds() if credential.lifetime is not None else None
        _log.debug("%s: signed in", self.name)
        self.announcer.tell(
            SignedIn(backend=self.name, tenant=self.tenant, operation="sign-in", lifetime=lifetime)
        )
        return credential

    # -- telling -----------------------------------------------------------------------------------

    def _where(self, call: Call) -> dict[str, str]:
        return {"backend": self.name, "tenant": self.tenant, "operation": call.operation}

    def _note(self, call: Call, reply: Reply | None, started: float, number: int) -> None:
        seconds = self.clock.monotonic() - started
        status = reply.status if reply is not None else None
        number_there = request_id(reply) if reply is not None else None
        _log.debug(
            "%s %s -> %s in %.3f s (request %s)",
            call.method,
            call.path,
            status,
            seconds,
            number_there,
        )
        self.announcer.tell(
            CallDone(
                **self._where(call),
                method=call.method,
                path=call.path,
                status=status,
                seconds=seconds,
                request_id=number_there,
                changes=call.effect is not Effect.READS,
                attempt=number,
            )
        )
