"""Compliance events, alerts, and what administrators did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import (
    answer,
    answer_native,
    json_body,
    milliseconds,
    number_in,
)
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.paging import Page
from ueapi_maas360.simulator.state import AuditRow, EventRow

EVENTS: Final = "complianceEvents"
CHANGES_ROOT: Final = "adminChanges"
LOGINS: Final = "loginEvents"


async def compliance_events(account: Account, request: Request) -> Response:
    """Source: a published client: newest first, and behind the end comes the last page with its own number."""
    rows = account.store.events[::-1]
    page = _last_at_most(Page.asked(request.query_params), rows)
    shown = page.of(rows)
    fields: dict[str, Value] = {
        "pageNumber": page.number,
        "pageSize": len(shown),
        "complianceEvent": [_event(row) for row in shown],
    }
    return answer(request, EVENTS, fields)


def _last_at_most(page: Page, rows: Sequence[EventRow]) -> Page:
    last = max(-(-len(rows) // page.size), 1)
    return Page(min(page.number, last), page.size)


def _event(row: EventRow) -> Value:
    """Source: a published client for device and time. Guess: the name of the event."""
    fields: dict[str, Value] = {} if row.device is None else {"maas360DeviceID": row.device}
    fields["actionExecutionTime"] = row.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    fields["complianceEventName"] = row.what
    return fields


async def make_alert(account: Account, request: Request) -> Response:
    """Source: a published client for the answer. Guess: that an alert only has to have a name, once."""
    body = await json_body(request)
    name = str(body.get("name", "")).strip()
    if not name or name in account.store.alerts:
        return answer_native({"response": {"name": name, "responseCode": 1}}, 400)
    account.store.alerts.append(name)
    return answer_native({"response": {"name": name, "responseCode": 0}})


# -- audits ----------------------------------------------------------------------------------------


async def admin_changes(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: every call that changed something is in it, newest first."""
    return _audited(account, request, CHANGES_ROOT, is_login=False)


async def admin_logins(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: every sign-in that went well is in it, newest first."""
    return _audited(account, request, LOGINS, is_login=True)


def _audited(account: Account, request: Request, root: str, *, is_login: bool) -> Response:
    asked = request.query_params
    since, until = number_in(asked, "fromDate"), number_in(asked, "toDate")
    rows = [
        row
        for row in reversed(account.store.audit)
        if row.is_login is is_login and _is_between(row, since, until)
    ]
    page = Page.asked(asked)
    shown = page.of(rows)
    name, show = ("loginEvent", _login) if is_login else ("adminChange", _change)
    fields: dict[str, Value] = {
        "pageNumber": page.number,
        "pageSize": len(shown),
        name: [show(account, row) for row in shown],
    }
    return answer(request, root, fields)


def _is_between(row: AuditRow, since: int | None, until: int | None) -> bool:
    at = milliseconds(row.at) or 0
    return (since is None or at >= since) and (until is None or at <= until)


def _change(account: Account, row: AuditRow) -> Value:
    return {
        "updateDate": milliseconds(row.at),
        "performedBy": account.access.username,
        "operationType": row.what,
        "ipAddress": "",
        "administrator": {"userName": account.access.username},
    }


def _login(account: Account, row: AuditRow) -> Value:
    """Guess: what else is in it."""
    return {"loginAttemptTime": milliseconds(row.at), "userName": account.access.username}


_ADMINISTRATOR: Final = "/account-provisioning/administrator/1.0"

TABLE: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/device-apis/devices/1.0/searchComplianceEvents/{billing}",
        compliance_events,
        READS,
        EVENTS,
    ),
    Route(
        "POST",
        "/alert-apis/alerts/2.0/alerts/customer/{billing}",
        make_alert,
        CHANGES,
        "response",
    ),
    Route(
        "GET",
        f"{_ADMINISTRATOR}/getAdminChangesAudit/customer/{{billing}}",
        admin_changes,
        READS,
        CHANGES_ROOT,
    ),
    Route(
        "GET",
        f"{_ADMINISTRATOR}/getAdminLoginReports/customer/{{billing}}",
        admin_logins,
        READS,
        LOGINS,
    ),
)
