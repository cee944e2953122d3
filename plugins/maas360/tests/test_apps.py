from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP

import pytest
from lxml import etree
from plugins.maas360.tests.documents import as_json, as_xml
from plugins.maas360.tests.service import Service, backend, name_of, page, told

from ueapi.contract import Change
from ueapi.errors import InvalidModel, ManualStepRequired, NotFound, Rejected, Unintelligible
from ueapi.flow import Effect, Reply
from ueapi.model import Absence, AppDraft, AppKind, Scope

MAIL = {
    "appId": "org.example.mail",
    "appName": "Example Mail",
    "appType": "2",
    "platform": "iOS",
    "appFullVersion": "4.10",
    "status": "Active",
}
NOTHING = page("distributions", "distribution")


def catalog(*rows):
    return page("apps", "app", *rows)


def draft(kind: AppKind = AppKind.STORE):
    return AppDraft(
        name="Example Mail", kind=kind, bundle_id="org.example.mail", store_id="1000153"
    )


def listed(*rows):
    service = Service({"GET search": catalog(*rows)})
    return service.run(backend().apps.page(None)).items


@pytest.mark.parametrize(
    ("number", "kind"), [("1", AppKind.IN_HOUSE), ("2", AppKind.STORE), ("8", AppKind.WEB)]
)
def test_kinds_come_from_the_products_numbers(number, kind):
    (found,) = listed(MAIL | {"appType": number})

    assert found.kind is kind
    assert found.id == f"{number}:org.example.mail"


@pytest.mark.parametrize("other", ["3", "4", "10", "11"])
def test_apps_for_other_platforms_are_left_out(other):
    assert listed(MAIL | {"appType": other}) == ()


def test_deleted_apps_are_left_out():
    assert listed(MAIL | {"status": "Deleted"}) == ()


def test_a_version_keeps_its_text_and_the_store_id_is_not_shown():
    (found,) = listed(MAIL)

    assert (found.bundle_id, found.version) == ("org.example.mail", "4.10")
    assert found.why_absent("store_id") is Absence.NOT_EXPOSED_BY_PRODUCT
    assert found.why_absent("scope") is Absence.NOT_FETCHED
    assert found.origin.inferred == {"kind"}


def test_an_app_without_a_name_says_that_its_name_is_inferred():
    (found,) = listed(MAIL | {"appName": "", "appType": "1"})

    assert found.name == "org.example.mail"
    assert found.origin.inferred == {"name"}


def test_a_web_clip_has_no_bundle_identifier():
    (found,) = listed(MAIL | {"appType": "8"})

    assert found.bundle_id is None


def test_an_app_without_a_type_is_not_guessed():
    with pytest.raises(Unintelligible):
        listed(MAIL | {"appType": ""})


def test_a_catalog_of_many_pages_is_read_to_its_end():
    pages = {
        "1": page("apps", "app", MAIL, count=2),
        "2": page("apps", "app", MAIL | {"appId": "org.example.notes"}, count=2, number=2),
    }
    service = Service({"GET search": lambda call: pages[dict(call.query)["pageNumber"]]})

    first = service.run(backend(page_rows=25).apps.page(None))
    second = service.run(backend(page_rows=25).apps.page(first.next))

    assert [a.bundle_id for a in first.items + second.items] == [
        "org.example.mail",
        "org.example.notes",
    ]
    assert second.next is None


def test_an_empty_page_where_apps_are_announced_is_refused():
    service = Service({"GET search": page("apps", "app", count=3)})

    with pytest.raises(Unintelligible, match="announces"):
        service.run(backend().apps.page(None))


def test_distributions_become_the_scope():
    rows = [
        {"targetDevices": "1", "deviceGroupId": "5501"},
        {"targetDevices": "2", "deviceId": "ApplUE7Q2K9M4X1B"},
        {"targetDevices": "0"},
    ]
    service = Service(
        {
            "GET search": catalog(MAIL),
            "GET searchDistributions": page("distributions", "distribution", *rows),
        }
    )

    found = service.run(backend().apps.get("2:org.example.mail"))

    assert found.scope == Scope(
        everyone=True, device_groups=("5501",), devices=("ApplUE7Q2K9M4X1B",)
    )


@pytest.mark.parametrize("form", [as_xml, as_json])
def test_one_distribution_or_none_reads_the_same_in_both_formats(form):
    one = {"count": "1", "distribution": [{"targetDevices": "1", "deviceGroupId": "5501"}]}
    none = {"count": "0", "distribution": []}
    answers = {"GET search": form("apps", {"count": "1", "app": [MAIL]})}
    scopes = [
        Service(answers | {"GET searchDistributions": form("distributions", rows)})
        .run(backend().apps.get("2:org.example.mail"))
        .scope
        for rows in (one, none)
    ]

    assert scopes == [Scope(device_groups=("5501",)), Scope()]


def test_an_unknown_kind_of_target_is_not_left_out_in_silence():
    odd = page("distributions", "distribution", {"targetDevices": "3"})
    service = Service({"GET search": catalog(MAIL), "GET searchDistributions": odd})

    with pytest.raises(Unintelligible):
        service.run(backend().apps.get("2:org.example.mail"))


def test_an_app_whose_identifier_only_begins_alike_is_another():
    service = Service({"GET search": catalog(MAIL | {"appId": "org.example.mail.lite"})})

    with pytest.raises(NotFound):
        service.run(backend().apps.get("2:org.example.mail"))


@pytest.mark.parametrize("app_id", ["org.example.mail", "3:org.example.mail", "2:", ":x", ""])
def test_an_id_of_another_form_is_refused_without_a_request(app_id):
    service = Service({})

    with pytest.raises(NotFound):
        service.run(backend().apps.get(app_id))

    assert service.calls == []


def test_an_app_in_the_catalog_stays_as_it_is():
    service = Service({"GET search": catalog(MAIL)})

    ensured = service.run(backend().apps.ensure(draft()))

    assert ensured.change is Change.UNCHANGED
    assert service.writes() == []


def test_a_store_app_is_added_as_a_document_in_a_part():
    shelves = iter([catalog(), catalog(MAIL)])
    service = Service({"GET search": lambda _: next(shelves), "POST addITunesApp": told()})

    ensured = service.run(backend().apps.ensure(draft()))

    (call,) = service.writes()
    whole = message_from_bytes(
        f"Content-Type: {call.content_type}\r\n\r\n".encode() + (call.body or b""), policy=HTTP
    )
    (part,) = whole.iter_parts()
    document = etree.fromstring(part.get_content())
    assert ensured.change is Change.CREATED
    assert part.get_param("name", header="content-disposition") == "app_details"
    assert document.tag == "appDetails"
    assert document.findtext("appId") == "org.example.mail"
    assert document.findtext("removeApp") == "Yes"
    assert call.effect is Effect.READABLE


def test_a_refused_app_is_an_error():
    service = Service({"GET search": catalog(), "POST addITunesApp": told("Failure")})

    with pytest.raises(Rejected):
        service.run(backend().apps.ensure(draft()))


@pytest.mark.parametrize("kind", [AppKind.IN_HOUSE, AppKind.CUSTOM, AppKind.WEB])
def test_other_apps_are_added_by_a_person(kind):
    service = Service({"GET search": catalog()})

    with pytest.raises(ManualStepRequired) as caught:
        service.run(backend().apps.ensure(draft(kind)))

    assert caught.value.steps
    assert service.writes() == []


@pytest.mark.parametrize(
    ("verb", "name", "extra"),
    [
        ("assign", "distributeApp", {"instantInstall": "Yes", "sendEmail": "No"}),
        ("unassign", "stopAppDistribution", {}),
    ],
)
def test_each_app_goes_to_each_target_in_a_call_of_its_own(verb, name, extra):
    service = Service({f"POST {name}": told()})
    to = Scope(device_groups=("5501",), devices=("ApplUE7Q2K9M4X1B",), everyone=True)

    service.run(getattr(backend().apps, verb)(["2:org.example.mail"], to))

    app = {"appType": "2", "appId": "org.example.mail", **extra}
    assert service.forms() == [
        app | {"targetDevices": "0"},
        app | {"targetDevices": "1", "deviceGroupId": "5501"},
        app | {"targetDevices": "2", "deviceId": "ApplUE7Q2K9M4X1B"},
    ]


@pytest.mark.parametrize(
    "to", [Scope(), Scope(users=("7",)), Scope(user_groups=("8",), devices=("x",))]
)
def test_targets_the_product_can_not_be_given_are_refused_before_anything_is_sent(to):
    service = Service({})

    with pytest.raises(Rejected):
        service.run(backend().apps.assign(["2:org.example.mail"], to))

    assert service.calls == []


def test_a_failure_inside_a_200_says_what_was_accepted_before_it():
    outcomes = iter([told(), told("Failure"), told()])
    service = Service({"POST distributeApp": lambda _: next(outcomes)})

    with pytest.raises(Rejected) as caught:
        service.run(backend().apps.assign(["2:a", "2:b", "2:c"], Scope(devices=("x",))))

    assert "1 were accepted" in caught.value.remedy
    assert "1 were not sent" in caught.value.remedy
    assert len(service.calls) == 2


@pytest.mark.parametrize("refused", [told("Failure"), Reply(400)])
def test_stopping_what_is_not_distributed_is_no_failure(refused):
    service = Service({"POST stopAppDistribution": refused, "GET searchDistributions": NOTHING})

    service.run(backend().apps.unassign(["2:org.example.mail"], Scope(devices=("x",))))

    assert [name_of(call) for call in service.calls] == [
        "stopAppDistribution",
        "searchDistributions",
    ]


@pytest.mark.parametrize(
    ("to", "row"),
    [
        (Scope(devices=("x",)), {"targetDevices": "2", "deviceId": "x"}),
        (Scope(device_groups=("7",)), {"targetDevices": "1", "deviceGroupId": "7"}),
        (Scope(everyone=True), {"targetDevices": "0"}),
    ],
)
def test_a_distribution_that_stays_is_a_failure(to, row):
    rows = page("distributions", "distribution", row)
    service = Service(
        {"POST stopAppDistribution": told("Failure"), "GET searchDistributions": rows}
    )

    with pytest.raises(Rejected):
        service.run(backend().apps.unassign(["2:org.example.mail"], to))


def test_an_app_just_added_is_not_added_again_while_the_catalog_lags():
    service = Service({"GET search": catalog(), "POST addITunesApp": told()})
    apps = backend().apps

    first = service.run(apps.ensure(draft()))
    second = service.run(apps.ensure(draft()))

    assert (first.change, second.change) == (Change.CREATED, Change.UNCHANGED)
    assert first.value.origin.inferred == {"name", "kind"}
    assert first.value.id == second.value.id == "2:org.example.mail"
    assert len(service.writes()) == 1


def test_an_identifier_that_no_document_can_hold_is_refused_before_it_is_sent():
    service = Service({"GET search": catalog()})
    odd = AppDraft(name="Odd", kind=AppKind.STORE, bundle_id="org.example\x00")

    with pytest.raises(InvalidModel):
        service.run(backend().apps.ensure(odd))

    assert service.writes() == []
