"""Users: the Managed Apple ID is taken, missed or refused, and never breaks a listing."""

from __future__ import annotations

import pytest
from plugins.jamf.tests.drive import CONTEXT, drive, json_reply, query

from ueapi.errors import Conflict
from ueapi.model import Absence, ManagedAppleID
from ueapi_jamf.facets.users import JamfUsers

USERS = JamfUsers(CONTEXT)


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
