"""Users: the Managed Apple ID is taken, missed or refused, and never breaks a listing."""

from __future__ import annotations

import json

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply, query

from ueapi.contract import Change
from ueapi.errors import Conflict, NotFound
from ueapi.flow import Reply
from ueapi.model import Absence, ManagedAppleID, UserDraft
from ueapi_jamf.facets.users import JamfUsers

USERS = JamfUsers(CONTEXT)
NOOR = UserDraft(
    managed_apple_id=ManagedAppleID("Noor.Haddad@example.org"),
    name="Noor Haddad",
    email="noor@example.org",
)


def row(number=17, maid="noor.haddad@example.org"):
    return {
        "id": str(number),
        "username": "noor.haddad",
        "realname": "Noor Haddad",
        "email": "",
        "phone": "not-kept",
        "managedAppleId": maid,
    }


def page(*rows):
    return json_reply({"totalCount": len(rows), "results": list(rows)})


def test_a_user_is_translated_without_a_telephone_number():
    found, _ = drive(USERS.page(None), page(row()))

    user = found.items[0]
    assert user.managed_apple_id == ManagedAppleID("noor.haddad@example.org")
    assert (user.username, user.name, user.email) == ("noor.haddad", "Noor Haddad", None)
    assert "not-kept" not in repr(vars(user.origin))


def test_blank_and_malformed_managed_apple_ids_keep_the_user_and_are_told_apart():
    found, _ = drive(USERS.page(None), page(row(1, ""), row(2, "tbd"), row(3, None)))

    blank, malformed, null = found.items
    assert [u.managed_apple_id for u in found.items] == [None, None, None]
    assert blank.why_absent("managed_apple_id") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert malformed.origin.inferred == {"managed_apple_id"}
    assert not blank.origin.inferred
    assert not null.origin.inferred


def test_finding_compares_again_since_an_asterisk_is_a_wildcard():
    wanted = ManagedAppleID("a*@example.org")

    found, calls = drive(USERS.find(wanted), page(row(1, "anna@example.org")))

    assert found is None
    assert query(calls[0], "filter") == ['managedAppleId=="a*@example.org"']


def test_finding_ignores_case_and_escapes_quotes():
    wanted = ManagedAppleID('o"brien\\x@example.org')

    found, calls = drive(USERS.find(wanted), page(row(1, 'O"Brien\\X@Example.org')))

    assert found is not None
    assert found.id == "1"
    assert query(calls[0], "filter") == ['managedAppleId=="o\\"brien\\\\x@example.org"']


def test_two_users_with_one_managed_apple_id_are_a_conflict_and_nobody_is_picked():
    with pytest.raises(Conflict, match="1, 2"):
        drive(
            USERS.find(ManagedAppleID("noor.haddad@example.org")),
            page(row(1), row(2)),
        )


# -- making sure -------------------------------------------------------------------------------------


def body(call):
    return json.loads(call.body)


def test_a_new_person_costs_one_call_to_find_and_one_to_write():
    ensured, calls = drive(JamfUsers(CONTEXT).ensure(NOOR), page(), json_reply({"id": "18"}))

    assert [call.method for call in calls] == ["GET", "POST"]
    assert ensured.change is Change.CREATED
    assert (ensured.value.id, ensured.value.username) == ("18", "Noor.Haddad@example.org")
    assert body(calls[1]) == {
        "username": "Noor.Haddad@example.org",
        "realname": "Noor Haddad",
        "email": "noor@example.org",
        "managedAppleId": "Noor.Haddad@example.org",
    }


def test_an_update_sends_back_what_the_draft_does_not_name():
    stored = row() | {"position": "Designer", "customPhotoUrl": "", "enableCustomPhotoUrl": False}

    ensured, calls = drive(USERS.ensure(NOOR), page(stored), Reply(204))

    assert ensured.change is Change.UPDATED
    assert (calls[1].method, calls[1].target) == ("PUT", "/api/v1/users/17")
    assert body(calls[1]) == {
        "username": "noor.haddad",
        "realname": "Noor Haddad",
        "email": "noor@example.org",
        "phone": "not-kept",
        "managedAppleId": "noor.haddad@example.org",
        "position": "Designer",
        "customPhotoUrl": "",
        "enableCustomPhotoUrl": False,
    }
    assert "not-kept" not in repr(vars(ensured.value.origin))


def test_a_person_who_is_as_drafted_costs_one_call():
    ensured, calls = drive(USERS.ensure(NOOR), page(row() | {"email": "noor@example.org"}))

    assert ensured.change is Change.UNCHANGED
    assert len(calls) == 1


def refused(flow, *replies, error):
    """Drive to the last answer, which is an error."""
    answers = [None, *([reply] for reply in replies)]
    for answer in answers:
        flow.send(answer)
    flow.throw(error)


def test_a_username_of_somebody_else_is_no_reason_to_take_them_for_the_person():
    taken = Conflict("taken", remedy="-")

    with pytest.raises(Conflict, match="without this Managed Apple ID"):
        refused(JamfUsers(CONTEXT).ensure(NOOR), page(), error=taken)


def test_a_person_made_moments_ago_is_not_made_twice_while_nodes_disagree():
    users = JamfUsers(CONTEXT)
    drive(users.ensure(NOOR), page(), json_reply({"id": "18"}))

    stored = row(18) | {"email": "noor@example.org"}
    again, calls = drive(users.ensure(NOOR), page(), json_reply(stored))

    assert again.change is Change.UNCHANGED
    assert [call.target for call in calls][1:] == ["/api/v1/users/18"]
    with pytest.raises(Conflict, match="not shown yet"):
        refused(users.ensure(NOOR), page(), error=NotFound("gone", remedy="-"))
