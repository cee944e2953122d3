from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, answer, backend, listing
from plugins.hexnode.tests.rows import user

from ueapi.contract import Change
from ueapi.errors import Conflict, NotFound, Unavailable, Unintelligible
from ueapi.flow import Effect
from ueapi.model import Absence, ManagedAppleID, UserDraft

DEFAULT = user(1, "Default User", None)


def draft(
    name: str = "Zoë Öhlund & Söhne", account: str = "zoe@example.org", email: str | None = None
):
    return UserDraft(managed_apple_id=ManagedAppleID(account), name=name, email=email or account)


def test_the_managed_apple_id_is_marked_as_inferred_from_the_address():
    portal = Portal({"GET /users/12/": user()})

    found = portal.run(backend().users.get("12"))

    assert found.name == "Zoë Öhlund & Söhne"
    assert str(found.managed_apple_id) == "zoe@example.org"
    assert found.origin.inferred == {"managed_apple_id"}


@pytest.mark.parametrize("address", [None, "", "not an address", "EXAMPLE\\zoe"])
def test_an_address_nobody_can_sign_in_with_is_no_managed_apple_id(address):
    portal = Portal({"GET /users/12/": user(email=address)})

    found = portal.run(backend().users.get("12"))

    assert found.managed_apple_id is None
    assert found.why_absent("managed_apple_id") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert found.origin.inferred == frozenset()


def test_the_default_user_is_built_in_and_no_person():
    portal = Portal({"GET /users/": listing(DEFAULT, user())})

    page = portal.run(backend().users.page(None))

    assert [u.built_in for u in page.items] == [True, False]
    assert page.total == 2


def test_phone_numbers_are_not_kept():
    portal = Portal({"GET /users/12/": user()})

    found = portal.run(backend().users.get("12"))

    assert "5550100" not in str(found.raw)


def test_pages_are_followed_by_number_and_never_to_another_host():
    portal = Portal(
        {
            "GET /users/": lambda call: listing(
                user(), more="https://elsewhere.example.org/steal/?page=2&per_page=1", count=2
            )
        }
    )

    page = portal.run(backend(per_page=1).users.page(None))
    portal.run(backend(per_page=1).users.page(page.next))

    assert page.next == "2:2"
    assert [c.query for c in portal.calls] == [
        (("page", "1"), ("per_page", "1")),
        (("page", "2"), ("per_page", "1")),
    ]
    assert {c.path for c in portal.calls} == {"/api/v1/users/"}


def test_a_page_that_vanished_means_that_a_row_may_be_missing():
    portal = Portal({"GET /users/": answer({"detail": "Invalid page."}, 404)})

    with pytest.raises(Unintelligible, match="list again"):
        portal.run(backend().users.page("7:601"))


def test_fewer_rows_than_announced_mean_that_a_row_may_be_missing():
    portal = Portal({"GET /users/": listing(user(), count=100)})

    with pytest.raises(Unintelligible, match="list again"):
        portal.run(backend().users.page("2:101"))


def test_a_missing_first_page_is_an_error():
    portal = Portal({"GET /users/": answer({"detail": "Not found."}, 404)})

    with pytest.raises(NotFound):
        portal.run(backend().users.page(None))


def test_a_person_is_found_whatever_the_case_of_the_address():
    portal = Portal({"GET /users/": listing(DEFAULT, user(email="Zoe@Example.org"))})

    found = portal.run(backend().users.find(ManagedAppleID("zoe@example.ORG")))

    assert found is not None
    assert found.id == "12"


def test_an_unknown_person_is_not_found():
    portal = Portal({"GET /users/": listing(DEFAULT)})

    assert portal.run(backend().users.find(ManagedAppleID("zoe@example.org"))) is None


def test_ensuring_a_new_person_creates_them_with_a_bare_object():
    portal = Portal({"GET /users/": listing(DEFAULT), "POST /users/": answer(user(), 201)})

    ensured = portal.run(backend().users.ensure(draft()))

    assert ensured.change is Change.CREATED
    assert portal.body() == {"name": "Zoë Öhlund & Söhne", "email": "zoe@example.org"}
    assert portal.writes()[0].effect is Effect.READABLE


def test_ensuring_twice_changes_nothing_the_second_time():
    portal = Portal({"GET /users/": listing(user(name="Zoe\u0308 O\u0308hlund & So\u0308hne"))})

    ensured = portal.run(backend().users.ensure(draft()))

    assert ensured.change is Change.UNCHANGED
    assert portal.writes() == []


def test_a_changed_name_is_put_with_the_address():
    portal = Portal(
        {"GET /users/": listing(user(name="Zoë Alt")), "PUT /users/12/": lambda call: user()}
    )

    ensured = portal.run(backend().users.ensure(draft()))

    assert ensured.change is Change.UPDATED
    assert portal.body() == {"name": "Zoë Öhlund & Söhne", "email": "zoe@example.org"}


def test_a_person_known_by_another_address_is_a_question_not_a_second_user():
    portal = Portal({"GET /users/": listing(user(email="zoe@mail.example.org"))})

    with pytest.raises(Conflict, match="user 12") as caught:
        portal.run(backend().users.ensure(draft(email="Zoe@mail.example.org")))

    assert "zoe@" not in str(caught.value).lower()
    assert portal.writes() == []


def test_two_users_with_one_address_are_a_question():
    portal = Portal({"GET /users/": listing(user(12), user(13, email="ZOE@example.org"))})

    with pytest.raises(Conflict, match="12, 13"):
        portal.run(backend().users.find(ManagedAppleID("zoe@example.org")))


def test_many_new_people_cost_one_listing_and_a_call_each():
    made = iter([user(12), user(13, "Nils", "nils@example.org")])
    portal = Portal(
        {"GET /users/": listing(DEFAULT), "POST /users/": lambda call: answer(next(made), 201)}
    )
    users = backend().users

    portal.run(users.ensure(draft()))
    portal.run(users.ensure(draft("Nils", "nils@example.org")))

    assert [c.method for c in portal.calls] == ["GET", "POST", "POST"]


def test_a_remembered_person_is_read_again_before_being_trusted():
    portal = Portal(
        {"GET /users/": listing(user()), "GET /users/12/": user(email="other@example.org")}
    )
    users = backend().users
    portal.run(users.find(ManagedAppleID("zoe@example.org")))

    found = portal.run(users.find(ManagedAppleID("zoe@example.org")))

    assert [c.target for c in portal.calls] == [
        "/api/v1/users/",
        "/api/v1/users/12/",
        "/api/v1/users/",
    ]
    assert found is not None


def test_a_remembered_person_who_was_removed_is_looked_up_again():
    rows = [user()]
    portal = Portal(
        {
            "GET /users/": lambda call: listing(*rows),
            "GET /users/12/": answer({"detail": "Not found."}, 404),
        }
    )
    users = backend().users
    portal.run(users.find(ManagedAppleID("zoe@example.org")))
    rows.clear()

    assert portal.run(users.find(ManagedAppleID("zoe@example.org"))) is None


def test_a_person_made_by_somebody_else_meanwhile_is_found_not_doubled():
    rows = [DEFAULT]

    def refuse(call):
        rows.append(user())
        return answer({"email": ["user with this email already exists."]}, 400)

    portal = Portal({"GET /users/": lambda call: listing(*rows), "POST /users/": refuse})

    ensured = portal.run(backend().users.ensure(draft()))

    assert ensured.change is Change.UNCHANGED
    assert ensured.value.id == "12"


def test_after_a_lost_answer_the_portal_is_listed_again():
    portal = Portal({"GET /users/": listing(DEFAULT), "POST /users/": answer({}, 503)})
    users = backend().users

    for _ in range(2):
        with pytest.raises(Unavailable):
            portal.run(users.ensure(draft()))

    assert [c.method for c in portal.calls] == ["GET", "POST", "GET", "POST"]
