from __future__ import annotations

import pytest
from plugins.maas360.tests.portal import FORMS, Portal, backend, fields, listing
from plugins.maas360.tests.rows import ADD_USER, USERS, user

from ueapi.contract import Change
from ueapi.errors import (
    CapabilityUnsupported,
    Conflict,
    ManualStepRequired,
    NotFound,
    Rejected,
    Unintelligible,
)
from ueapi.flow import Effect
from ueapi.model import Absence, ManagedAppleID, UserDraft

ZOE = ManagedAppleID("Zoe@example.org")
ADDED = ("response", {"status": "Success", "userIdentifier": "4711"})
REFUSED = ("response", {"status": "Failure", "description": "zoe already exists."})


def rows(*found):
    return listing("users", "user", *found)


def draft(**changes):
    return UserDraft(
        **{"managed_apple_id": ZOE, "name": "Zoë Öhlund & Söhne", "email": "zoe@example.org"}
        | changes
    )


def by_address(*people):
    """Answers a search as the product does: all, or those with exactly that address."""

    def search(call):
        wanted = dict(call.query).get("partialEmailAddress")
        return rows(*[p for p in people if wanted in (None, p["emailAddress"])])

    return search


@pytest.mark.parametrize("form", FORMS)
def test_a_listing_shows_people_without_devices_too(form):
    portal = Portal({USERS: rows(user(), user("0042", userName="0017"))}, form)

    page = portal.run(backend().users.page(None))

    assert [(u.id, u.username, u.name, u.email) for u in page.items] == [
        ("4711", "zoe", "Zoë Öhlund & Söhne", "zoe@example.org"),
        ("0042", "0017", "Zoë Öhlund & Söhne", "zoe@example.org"),
    ]
    assert page.total == 2
    assert dict(portal.calls[0].query) == {
        "includeAllUsers": "1",
        "pageSize": "250",
        "pageNumber": "1",
    }


def test_the_address_stands_for_the_managed_apple_id_and_says_so():
    (found,) = Portal({USERS: rows(user())}).run(backend().users.page(None)).items

    assert found.managed_apple_id == ManagedAppleID("zoe@example.org")
    assert found.origin.inferred == {"managed_apple_id"}


@pytest.mark.parametrize("address", ["", "zoe", "CORP\\zoe"])
def test_what_is_no_address_is_no_managed_apple_id(address):
    (found,) = (
        Portal({USERS: rows(user(emailAddress=address))}).run(backend().users.page(None)).items
    )

    assert found.why_absent("managed_apple_id") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert found.origin.inferred == frozenset()


def test_nothing_is_concluded_where_the_settings_say_so():
    made, portal = backend(managed_apple_id="unknown"), Portal({USERS: rows(user())})

    (found,) = portal.run(made.users.page(None)).items

    assert found.managed_apple_id is None
    with pytest.raises(CapabilityUnsupported, match="managed_apple_id"):
        portal.run(made.users.find(ZOE))
    assert len(portal.calls) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_custom_attribute_can_hold_the_managed_apple_id(form):
    attribute = {"customAttributeName": "MAID", "customAttributeValue": "zoe@appleid.example.org"}
    row = {**user(), "customAttributes": {"customAttribute": [attribute]}}
    portal = Portal({USERS: rows(row, user("4712"))}, form)
    made = backend(managed_apple_id_attribute="MAID")

    found = portal.run(made.users.find(ManagedAppleID("zoe@appleid.example.org")))

    assert found is not None
    assert (found.id, found.origin.inferred) == ("4711", frozenset({"managed_apple_id"}))
    assert dict(portal.calls[0].query)["includeCustomAttributes"] == "1"


def test_a_person_with_an_attribute_is_added_by_a_person():
    portal = Portal({USERS: rows()})

    with pytest.raises(ManualStepRequired):
        portal.run(backend(managed_apple_id_attribute="MAID").users.ensure(draft()))

    assert portal.writes() == []


def test_a_phone_number_is_kept_nowhere():
    (found,) = Portal({USERS: rows(user())}).run(backend().users.page(None)).items

    assert "15550100" not in str(found.raw)


def test_a_user_without_an_id_is_refused():
    row = user() | {"userIdentifier": "", "id": ""}

    with pytest.raises(Unintelligible, match="userIdentifier"):
        Portal({USERS: rows(row)}).run(backend().users.page(None))


# -- one user ----------------------------------------------------------------------------------------


def test_a_user_seen_before_is_read_by_name():
    portal, users = Portal({USERS: rows(user(), user("4712", userName="ada"))}), backend().users
    portal.run(users.page(None))

    found = portal.run(users.get("4712"))

    assert found.id == "4712"
    query = dict(portal.calls[-1].query)
    assert (len(portal.calls), query["partialUserName"], query["match"]) == (2, "ada", "1")


def test_a_user_never_seen_is_looked_for_among_all():
    portal = Portal({USERS: rows(user(), user("4712"))})

    assert portal.run(backend().users.get("4712")).id == "4712"
    assert len(portal.calls) == 1


def test_a_user_who_was_renamed_is_found_all_the_same():
    answers = iter([rows(user()), rows(), rows(user(userName="zoe2"))])
    portal, users = Portal({USERS: lambda _: next(answers)}), backend().users
    portal.run(users.page(None))

    assert portal.run(users.get("4711")).username == "zoe2"


def test_nobody_is_not_found():
    with pytest.raises(NotFound):
        Portal({USERS: rows(user())}).run(backend().users.get("1"))


@pytest.mark.parametrize("form", FORMS)
def test_a_person_is_found_by_address_in_one_call(form):
    portal = Portal({USERS: rows(user())}, form)

    found = portal.run(backend().users.find(ZOE))

    assert found is not None
    assert found.id == "4711"
    query = dict(portal.calls[0].query)
    assert (query["partialEmailAddress"], query["match"]) == ("Zoe@example.org", "1")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("found", [(), (user(emailAddress="zoe@example.org.uk"),)])
def test_who_is_not_there_is_none(form, found):
    assert Portal({USERS: rows(*found)}, form).run(backend().users.find(ZOE)) is None


def test_two_people_with_one_address_are_a_conflict():
    with pytest.raises(Conflict, match="4711, 4712"):
        Portal({USERS: rows(user(), user("4712"))}).run(backend().users.find(ZOE))


# -- adding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_newcomer_is_added_and_read_back(form):
    answers = iter([rows(), rows(user())])
    portal = Portal({USERS: lambda _: next(answers), ADD_USER: ADDED}, form)

    done = portal.run(backend().users.ensure(draft(username="zoe & co")))

    assert (done.change, done.value.id) == (Change.CREATED, "4711")
    (call,) = portal.writes()
    assert call.effect is Effect.READABLE
    assert fields(call) == {
        "userName": "zoe & co",
        "domain": "example.org",
        "fullName": "Zoë Öhlund & Söhne",
        "email": "Zoe@example.org",
    }


def test_a_newcomer_gets_the_configured_domain():
    answers = iter([rows(), rows(user())])
    portal = Portal({USERS: lambda _: next(answers), ADD_USER: ADDED})

    portal.run(backend(user_domain="corp").users.ensure(draft()))

    sent = fields(portal.writes()[0])
    assert (sent["domain"], sent["userName"]) == ("corp", "Zoe@example.org")


@pytest.mark.parametrize("name", ["Zoë Öhlund & Söhne", "zoe\u0308 O\u0308hlund & So\u0308hne"])
def test_who_is_there_as_drafted_costs_no_change(name):
    portal = Portal({USERS: rows(user(fullName=name))})

    done = portal.run(backend().users.ensure(draft()))

    assert (done.change, done.value.id) == (Change.UNCHANGED, "4711")
    assert portal.writes() == []


def test_who_is_there_under_another_name_is_for_a_person_to_rename():
    portal = Portal({USERS: rows(user(fullName="Zoë"))})

    with pytest.raises(Conflict, match="4711") as caught:
        portal.run(backend().users.ensure(draft()))

    assert "Zoë" not in str(caught.value)
    assert portal.writes() == []


def test_another_address_must_not_be_somebodys():
    portal = Portal({USERS: by_address(user(emailAddress="z@example.org"))})

    with pytest.raises(Conflict, match="4711"):
        portal.run(backend().users.ensure(draft(email="z@example.org")))

    assert portal.writes() == []


def test_who_was_added_meanwhile_is_found_among_all():
    # The search below tells upper from lower case, as this product's may.
    portal = Portal({USERS: by_address(user()), ADD_USER: REFUSED})

    done = portal.run(backend().users.ensure(draft()))

    assert (done.change, done.value.id) == (Change.UNCHANGED, "4711")


def test_a_refusal_that_is_not_about_somebody_else_stays_one():
    portal = Portal({USERS: by_address(), ADD_USER: REFUSED})

    with pytest.raises(Rejected, match="already exists"):
        portal.run(backend().users.ensure(draft()))


def test_a_newcomer_the_product_does_not_show_is_no_success():
    portal = Portal({USERS: rows(), ADD_USER: ADDED})

    with pytest.raises(Unintelligible, match="doesn't show"):
        portal.run(backend().users.ensure(draft()))
