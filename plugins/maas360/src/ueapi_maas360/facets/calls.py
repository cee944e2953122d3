"""The few forms of call the product knows: read, order with a form, order with JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from attrs import frozen

from ueapi.contract import Accepted
from ueapi.flow import JSON, Call, Effect, Reply, json_body
from ueapi_maas360.wire.reading import XML, read

FORM: Final = "application/x-www-form-urlencoded"


@frozen
class Account:
    """Makes calls about one account.

    A path is a template with the place `{billing}`, such as `/device-apis/devices/1.0/core/{billing}`; other places
    are filled from `at`. All values are encoded, so none of them can lead to another path.
    """

    billing_id: str

    def reading(
        self,
        operation: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        at: Mapping[str, str] | None = None,
    ) -> Call:
        """A call that reads. It asks for XML, in which text that looks like a number stays as it is."""
        return Call(
            operation=operation,
            method="GET",
            path=path,
            effect=Effect.READS,
            at={"billing": self.billing_id, **(at or {})},
            query=tuple((query or {}).items()),
            accept=XML,
        )

    def form(self, operation: str, path: str, fields: Mapping[str, str], *, effect: Effect) -> Call:
        """An order to a service of version 1.0, with its parameters as a form; answered in XML."""
        return self.order(operation, path, urlencode(fields).encode(), FORM, effect=effect)

    def json(self, operation: str, path: str, value: object, *, effect: Effect) -> Call:
        """An order to a service of version 2.0 that takes JSON; answered in JSON."""
        return self.order(operation, path, json_body(value), JSON, effect=effect, accept=JSON)

    def order(
        self,
        operation: str,
        path: str,
        body: bytes,
        content_type: str,
        *,
        effect: Effect,
        accept: str = XML,
    ) -> Call:
        """An order with any body, such as one of several parts."""
        return Call(
            operation=operation,
            method="POST",
            path=path,
            effect=effect,
            at={"billing": self.billing_id},
            body=body,
            content_type=content_type,
            accept=accept,
        )


def taken(reply: Reply) -> Accepted:
    """What an `actionResponse` says once it is known to be no failure.

    Failures never get here: `faults.disguised` turns `actionStatus` 1 and status `Failure` into `Rejected` before.
    Not every action hands out an id.

    Raises:
        Unintelligible: the answer is no `actionResponse`, as when a sign-in page came in place of the product's answer.
    """
    found = read(reply, "actionResponse", of="an action")
    native = found.text("actionID")
    return Accepted((native,) if native else ())
