"""Promises about Enrollment SSO: the app comes before the sign-in, with its set-up, or nothing comes at all."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence

import pytest

from tests.rehearsal.changed import HOST, Headers, changing
from tests.rehearsal.scene import ANNE, BYOD, STORE_ID, TASKS, Scene, scene
from tests.rehearsal.tiny import DEVICE_VPN, profile
from ueapi.apple.declarations import Declaration, to_json
from ueapi.apple.plist import PlistValue
from ueapi.rehearsal.enrollments import EnrollmentRecord
from ueapi.rehearsal.phone import CannotEnroll
from ueapi.rehearsal.wire import Message, Receive, Send

DOCUMENT = "https://sso.example.org/document"
APP = "com.apple.configuration.app.managed"
EXTENSION = {
    "PayloadType": "com.apple.extensiblesso",
    "ExtensionIdentifier": "org.example.tasks.extension",
    "Type": "Redirect",
    "URLs": ["https://id.example.org/"],
}
FOR_USER: dict[str, PlistValue] = {"Install": "Required", "License": {"Assignment": "User"}}
DECLARED = (
    Declaration.of(APP, "app", {"AppStoreID": STORE_ID, "InstallBehavior": FOR_USER}),
    Declaration.of(
        "com.apple.configuration.legacy", "sso", {"ProfileURL": "https://sso.example.org/profile"}
    ),
    Declaration.of("com.apple.activation.simple", "on", {"StandardConfigurations": ["app", "sso"]}),
)


def encoded(content: bytes) -> str:
    return b64encode(content).decode()


def document(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "iTunesStoreID": int(STORE_ID),
        "AssociatedDomains": ["id.example.org"],
        "ConfigurationProfile": encoded(profile("sso", EXTENSION)),
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def declared(declarations: Sequence[Declaration] = DECLARED) -> list[str]:
    return [encoded(to_json(one)) for one in declarations]


def wanting(
    row: object,
    os_version: str = "26.1",
    *,
    at: str = DOCUMENT,
    status: int = 200,
    **more: frozenset[str],
) -> tuple[Scene, list[str]]:
    """A scene whose product wants an app first, and every address that is asked, in order."""
    here, asked = scene(os_version, **more), []
    here.product.profiles = []
    hosts = here.phone.network.hosts
    answers = {"/document": json.dumps(row).encode(), "/profile": profile("sso", EXTENSION)}

    async def sso(scope: Message, receive: Receive, send: Send) -> None:
        del receive
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": answers[scope["path"]]})

    def challenging(path: str, code: int, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        asked.append(path)
        is_first = path.startswith("/enrollment/byod") and code == 401
        return [*headers, *([(b"x-apple-mdm-esso", at.encode())] if is_first else [])], body

    hosts["sso.example.org"] = sso
    hosts[HOST] = changing(hosts[HOST], challenging)
    return here, asked


@pytest.mark.parametrize("os_version", ["16.0", "17.6", "18.3", "26.1", "27.0"])
def test_the_app_comes_before_the_sign_in_and_is_managed(os_version: str) -> None:
    here, asked = wanting(document(), os_version)
    consented: list[str] = []

    def accepts(bundle_id: str) -> float:
        consented.append(bundle_id)
        return 30.0

    here.phone.accepts = accepts

    here.enroll(ANNE, BYOD)

    contents = here.phone.enrollment.contents
    assert asked[:3] == ["/enrollment/byod", "/document", "/enrollment/login"]
    assert consented == [TASKS]
    assert contents.apps[TASKS] == "Managed"
    assert set(contents.profiles) == {"org.example.sso"}
    assert contents.attributes[TASKS]["AssociatedDomains"] == ["id.example.org"]


def test_an_ios_before_16_does_not_heed_it() -> None:
    here, asked = wanting(document(), "15.7")

    here.enroll(ANNE, BYOD)

    assert "/document" not in asked
    assert here.phone.is_enrolled


def declined(here: Scene) -> None:
    here.phone.accepts = lambda _: None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (document(iTunesStoreID=1), "no app of that id"),
        (document(iTunesStoreID=None), "iTunesStoreID"),
        (document(iTunesStoreID=str(STORE_ID)), "iTunesStoreID"),
        (document(ConfigurationProfile=None), "neither"),
        (document(ConfigurationProfile="%"), "no Base64"),
        (document(ConfigurationProfile=1), "no text"),
        (document(ConfigurationProfile=encoded(profile("vpn", EXTENSION, DEVICE_VPN))), "vpn"),
        (document(ConfigurationProfile=encoded(profile("none"))), "extensiblesso"),
        (document(AssociatedDomains="id.example.org"), "AssociatedDomains"),
        (document(AssociatedDomainsEnableDirectDownloads=1), "DirectDownloads"),
        (document(Declarations=declared(DECLARED[:2])), "0 activations"),
        (document(Declarations=declared((*DECLARED, DECLARED[2]))), "2 activations"),
        (document(Declarations=declared(DECLARED[1:])), "manages the app"),
        (document(Declarations=declared((DECLARED[0], DECLARED[2]))), "profile of the extension"),
        (document(Declarations=["%"]), "no Base64"),
        ([], "no object"),
    ],
)
def test_a_document_no_device_takes_ends_the_enrollment(row: object, reason: str) -> None:
    here, _ = wanting(row)

    with pytest.raises(CannotEnroll, match=f"^app: .*{reason}"):
        here.enroll(ANNE, BYOD)

    assert not here.phone.is_enrolled
    assert here.product.device_side.records() == ()


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("http://sso.example.org/document", 200),
        ("https://nowhere.example.org/", 200),
        (DOCUMENT, 404),
        ("", 200),
    ],
)
def test_a_document_nobody_can_fetch_ends_it_too(at: str, status: int) -> None:
    here, _ = wanting(document(), at=at, status=status)

    with pytest.raises(CannotEnroll, match=r"^app: "):
        here.enroll(ANNE, BYOD)


def test_who_declines_the_app_is_not_enrolled() -> None:
    here, asked = wanting(document())
    declined(here)

    with pytest.raises(CannotEnroll, match="declines"):
        here.enroll(ANNE, BYOD)

    assert asked == ["/enrollment/byod", "/document"]


def test_a_private_copy_stands_in_its_way() -> None:
    here, _ = wanting(document(), owned=frozenset({TASKS}))

    with pytest.raises(CannotEnroll, match="installed this app"):
        here.enroll(ANNE, BYOD)


def test_a_sign_in_that_fails_afterwards_leaves_nothing() -> None:
    here, _ = wanting(document())
    here.product.refused = "not any more"

    with pytest.raises(CannotEnroll, match="not any more"):
        here.enroll(ANNE, BYOD)

    assert not here.phone.is_enrolled


@pytest.mark.parametrize(("os_version", "uses"), [("18.3", False), ("18.4", True), ("27.0", True)])
def test_declarations_take_the_place_of_the_profile_from_ios_18_4_on(
    os_version: str, uses: bool
) -> None:
    here, _ = wanting(document(Declarations=declared()), os_version)

    def enrolled(record: EnrollmentRecord) -> None:
        here.product.enrollments.append(record)
        here.product.device_side.declare(record, DECLARED)

    vars(here.product)["enrolled"] = enrolled

    here.enroll(ANNE, BYOD)

    contents = here.phone.enrollment.contents
    assert set(contents.declarations) == ({"app", "sso", "on"} if uses else set())
    assert contents.manages(TASKS)
    assert set(contents.profiles) == {"org.example.sso"}
    assert contents.declares(TASKS) is uses


def test_declarations_the_service_does_not_repeat_go_at_once() -> None:
    here, _ = wanting(document(Declarations=declared()))
    here.product.assigns = False

    here.enroll(ANNE, BYOD)

    contents = here.phone.enrollment.contents
    assert here.phone.is_enrolled
    assert contents.is_empty


def test_all_of_it_goes_with_the_enrollment() -> None:
    here, _ = wanting(document())
    here.enroll(ANNE, BYOD)
    contents = here.phone.enrollment.contents

    here.phone.leave()

    assert contents.is_empty
