"""Users: search, members of a group, and making them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_maas360.simulator import assumed
from ueapi_maas360.simulator.account import Account, Route
from ueapi_maas360.simulator.answers import (
    Refused,
    answer,
    bounded_body,
    milliseconds,
    number_in,
    parameters,
    stamp,
    xml_fields,
)
from ueapi_maas360.simulator.elements import Value
from ueapi_maas360.simulator.known import refuse
from ueapi_maas360.simulator.paging import Page, Wanted, listing
from ueapi_maas360.simulator.state import UserRow

ROOT: Final = "users"
CHANGED: Final = "response"
WITH_DEVICES: Final = "0"
ALL: Final = "1"
WITHOUT_DEVICES: Final = "2"


async def search(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: rows in order of their ids."""
    return _found(account, request, list(account.store.users.values()))


async def search_at_alias(account: Account, request: Request) -> Response:
    """Source: one commercial tool calls it. Guess: it isn't there, unless the account is told so."""
    if not account.serves_user_alias:
        raise Refused(404)
    return await search(account, request)


async def search_by_group(account: Account, request: Request) -> Response:
    """Source: a published client. Guess: 404 for no such group."""
    group = account.store.groups.get(number_in(request.path_params, "group") or 0)
    if group is None or not group.is_of_users:
        raise Refused(assumed.NO_SUCH_STATUS)
    rows = [account.store.users[i] for i in sorted(group.members) if i in account.store.users]
    return _found(account, request, rows)


def _found(account: Account, request: Request, users: list[UserRow]) -> Response:
    asked = request.query_params
    rows = [u for u in users if _fits(account, asked, u)]
    with_custom = asked.get("includeCustomAttributes") == "1"
    fields = listing(
        Page.asked(asked), rows, "user", lambda u: _shown(account, u, with_custom=with_custom)
    )
    return answer(request, ROOT, fields)


def _fits(account: Account, asked: Mapping[str, str], user: UserRow) -> bool:
    wanted = Wanted(asked)
    since = number_in(asked, "usersUpdatedAfterInEpochms")
    return (
        _is_included(account, asked.get("includeAllUsers", WITH_DEVICES), user)
        and wanted.begins("partialEmailAddress", user.email)
        and wanted.begins("partialFullUserName", user.name)
        and wanted.begins("partialUserName", user.username)
        and wanted.equals("domain", user.domain)
        and wanted.equals("authType", "0")
        and (since is None or (milliseconds(user.updated) or 0) > since)
    )


def _is_included(account: Account, which: str, user: UserRow) -> bool:
    """Guess: a device counts as long as it isn't hidden."""
    if which == ALL:
        return True
    has_device = any(not d.is_hidden for d in account.store.devices_of(user.id))
    return has_device is not (which == WITHOUT_DEVICES)


def _shown(account: Account, user: UserRow, *, with_custom: bool) -> Value:
    """Source: fields read by a published client. Guess: what stands in a group, and the container of attributes."""
    groups = account.store.groups_of_user(user.id)
    shown: dict[str, Value] = {
        "userIdentifier": user.id,
        "id": user.id,
        "userName": user.username,
        "usernameAlias": "",
        "fullName": user.name,
        "emailAddress": user.email,
        "domain": user.domain,
        "authType": 0,
        "source": 1,
        "status": "Active",
        "upn": "",
        "userDN": "",
        "phoneNumber": "",
        "department": "",
        "employeeID": "",
        "jobTitle": "",
        "location": "",
        "logonHours": "",
        "usrGrpBits": "",
        "createDate": stamp(user.created),
        "updateDate": stamp(user.updated),
        "passwordexpirydate": "",
        "groups": {"group": [g.name for g in groups]},
    }
    if with_custom:
        rows: list[Value] = [
            {"customAttributeName": k, "customAttributeValue": v} for k, v in user.custom.items()
        ]
        shown["customAttributes"] = {"customAttribute": rows}
    return shown


# -- changing --------------------------------------------------------------------------------------


async def add_user(account: Account, request: Request) -> Response:
    """Source: a published client for path and form, another for the XML. Guess: the answer, and what is refused."""
    given = await _given(request)
    name, domain = given.get("userName", "").strip(), given.get("domain", "").strip()
    if not name or not domain:
        return _failed(request, "userName and domain are required.")
    if account.store.user_named(name, domain) is not None:
        return _failed(request, "A user with this name already exists in the domain.")
    email = given.get("email", given.get("emailAddress", "")).strip()
    parts = (given.get("firstName", ""), given.get("lastName", ""))
    full = given.get("fullName", "") or " ".join(p for p in parts if p)
    user = account.make_user(
        name, domain, name=full, email=email, account=_account_of(account, email)
    )
    return _done(request, user, "User added.")


async def edit_user(account: Account, request: Request) -> Response:
    """Guess: all of it; only the operation's name is known. What isn't given stays."""
    given = await parameters(request)
    user = _named(account, given)
    if user is None:
        return _failed(request, "No user has this identifier.")
    user.name = given.get("fullName", user.name)
    if "email" in given and given["email"] != user.email:
        account.store.forget_addresses(user)
        user.email = given["email"].strip()
        user.account = _account_of(account, user.email)
        account.store.index_user(user)
    user.updated = account.now()
    return _done(request, user, "User changed.")


async def delete_user(account: Account, request: Request) -> Response:
    """Guess: all of it; only the operation's name is known. A user with devices under control stays."""
    given = await parameters(request)
    user = _named(account, given)
    if user is None:
        return _failed(request, "No user has this identifier.")
    if any(d.is_managed for d in account.store.devices_of(user.id)):
        return _failed(request, "The user has devices.")
    account.store.drop_user(user)
    return _done(request, user, "User deleted.")


async def _given(request: Request) -> dict[str, str]:
    body = await bounded_body(request)
    if body.lstrip().startswith(b"<"):
        return xml_fields(body, "user")
    return await parameters(request)


def _account_of(account: Account, email: str) -> str | None:
    """Source: IBM, User Enrollment: the address is the Managed Apple ID if the account says so; none is used twice."""
    taken = bool(email) and account.store.user_with_account(email) is not None
    return email if email and account.email_is_account and not taken else None


def _named(account: Account, given: Mapping[str, str]) -> UserRow | None:
    number = number_in(given, "userIdentifier")
    if number is not None:
        return account.store.users.get(number)
    return account.store.user_named(given.get("userName", ""), given.get("domain", ""))


def _done(request: Request, user: UserRow, text: str) -> Response:
    fields: Mapping[str, Value] = {
        "status": "Success",
        "description": text,
        "userIdentifier": user.id,
    }
    return answer(request, CHANGED, fields)


def _failed(request: Request, text: str) -> Response:
    refuse(request)
    return answer(request, CHANGED, {"status": "Failure", "description": text})


_USER: Final = "/user-apis/user/1.0"

TABLE: Final[tuple[Route, ...]] = (
    Route("GET", f"{_USER}/search/{{billing}}", search, READS, ROOT),
    Route("GET", "/device-apis/user/1.0/search/{billing}", search_at_alias, READS, ROOT),
    Route(
        "GET",
        f"{_USER}/searchByGroup/customer/{{billing}}/groupIdentifier/{{group}}",
        search_by_group,
        READS,
        ROOT,
    ),
    Route("POST", f"{_USER}/addUser/customer/{{billing}}", add_user, CHANGES, CHANGED),
    Route("POST", f"{_USER}/editUser/customer/{{billing}}", edit_user, CHANGES, CHANGED),
    Route("POST", f"{_USER}/deleteUser/customer/{{billing}}", delete_user, CHANGES, CHANGED),
)
