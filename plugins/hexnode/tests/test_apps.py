from __future__ import annotations

import pytest
from plugins.hexnode.tests.portal import Portal, answer, backend, listing
from plugins.hexnode.tests.rows import app

from ueapi.contract import Change
from ueapi.errors import ManualStepRequired, Rejected, Unintelligible
from ueapi.flow import Effect
from ueapi.model import Absence, AppDraft, AppKind, Scope

FOUND = {
    "name": "Example Mail",
    "identifier": "org.example.mail",
    "appstore_id": 1000153,
    "version": "4.2.0",
    "category": "Business",
    "icon": "https://cdn.example.org/mail60.png",
    "price": "Free",
    "screenshots": ["x"],
}


def draft(kind: AppKind = AppKind.STORE):
    return AppDraft(
        name="Example Mail", kind=kind, bundle_id="org.example.mail", store_id="1000153"
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [("store", AppKind.STORE), ("web", AppKind.WEB), ("enterprise", AppKind.IN_HOUSE)],
)
def test_app_kinds_come_from_a_table(word, kind):
    portal = Portal({"GET /applications/153/": app(app_type=word)})

    assert portal.run(backend().apps.get("153")).kind is kind


def test_an_unknown_app_kind_is_named_not_guessed():
    portal = Portal({"GET /applications/153/": app(app_type="vpp")})

    with pytest.raises(Unintelligible, match="'vpp'"):
        portal.run(backend().apps.get("153"))


def test_the_store_id_is_not_shown_by_the_product():
    portal = Portal({"GET /applications/": listing(app())})

    (found,) = portal.run(backend().apps.page(None)).items

    assert found.bundle_id == "org.example.mail"
    assert found.why_absent("store_id") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert ("platform", "ios") in portal.calls[0].query


def test_an_app_without_a_name_says_that_its_name_is_inferred():
    portal = Portal({"GET /applications/": listing(app(name=""))})

    (found,) = portal.run(backend().apps.page(None)).items

    assert found.name == "org.example.mail"
    assert found.origin.inferred == {"name"}


def test_an_app_in_the_catalog_stays_as_it_is():
    portal = Portal({"GET /applications/": listing(app())})

    ensured = portal.run(backend().apps.ensure(draft()))

    assert ensured.change is Change.UNCHANGED
    assert portal.writes() == []


@pytest.mark.parametrize("answered", [listing(FOUND), {"results": [FOUND]}, [FOUND]])
def test_a_store_app_is_searched_and_added_with_what_the_search_says(answered):
    portal = Portal(
        {
            "GET /applications/": listing(),
            "GET /applications/searchapp/": answered,
            "POST /applications/": answer(app(), 201),
        }
    )

    ensured = portal.run(backend().apps.ensure(draft()))

    assert ensured.change is Change.CREATED
    assert portal.body() == {key: value for key, value in FOUND.items() if key != "screenshots"} | {
        "app_type": "store",
        "platform": "ios",
    }


def test_an_app_of_the_same_name_is_not_taken_for_it():
    other = FOUND | {"identifier": "org.example.impostor"}
    portal = Portal(
        {"GET /applications/": listing(), "GET /applications/searchapp/": listing(other)}
    )

    with pytest.raises(Rejected, match=r"org\.example\.mail"):
        portal.run(backend().apps.ensure(draft()))

    assert portal.writes() == []


@pytest.mark.parametrize("kind", [AppKind.IN_HOUSE, AppKind.CUSTOM, AppKind.WEB])
def test_other_apps_are_added_by_a_person(kind):
    portal = Portal({"GET /applications/": listing()})

    with pytest.raises(ManualStepRequired) as caught:
        portal.run(backend().apps.ensure(draft(kind)))

    assert caught.value.steps


@pytest.mark.parametrize(
    ("verb", "name"),
    [("assign", "install_applications"), ("unassign", "uninstall_applications")],
)
def test_an_assignment_is_one_call_for_all_apps_and_targets(verb, name):
    portal = Portal({f"POST /actions/{name}/": answer({})})

    portal.run(getattr(backend().apps, verb)(["153", "154"], Scope(devices=("41", "42"))))

    assert portal.body() == {
        "apps": [153, 154],
        "users": [],
        "usergroups": [],
        "devices": [41, 42],
        "devicegroups": [],
    }
    assert portal.calls[0].effect is Effect.READABLE
