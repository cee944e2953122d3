"""Promises about books: they are allowed under User Enrollment, with a license of the account, and go with it."""

from __future__ import annotations

import pytest

from tests.apple.shapes import faults, published
from tests.rehearsal.scene import ANNE, BYOD, Scene, scene
from ueapi.apple import mdm
from ueapi.rehearsal.wire import Message, Receive, Send

HANDBOOK = 6490000001
FILE = "https://files.example.org/handbook.epub"
VERSIONS = ("15.0", "16.7", "17.6", "18.7", "26.1", "27.0")


async def files(scope: Message, receive: Receive, send: Send) -> None:
    del receive
    status = 200 if scope["path"] == "/handbook.epub" else 404
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"PK"})


def enrolled(os_version: str = "26.1") -> tuple[Scene, list[mdm.CommandResult]]:
    here, told = scene(os_version), []
    here.phone.network.hosts["files.example.org"] = files
    here.apple.set_seats("Main", str(HANDBOOK), 1)
    here.apple.take("Main", str(HANDBOOK), ANNE)
    here.enroll(ANNE, BYOD)
    here.settle()
    vars(here.product)["answered"] = lambda record, command, result: told.append(result)
    return here, told


def send(here: Scene, command: str, **content: object) -> None:
    asked = mdm.Command(uuid=command, request_type=command, content=content)
    here.product.device_side.queue(here.record, asked)
    here.settle()


@pytest.mark.parametrize("os_version", VERSIONS)
def test_a_book_with_a_license_is_installed_and_listed(os_version: str) -> None:
    here, told = enrolled(os_version)

    send(here, "InstallMedia", MediaType="Book", iTunesStoreID=HANDBOOK)
    send(here, "ManagedMediaList")

    shapes = published()["commands"]
    assert [r.status for r in told] == [mdm.Status.ACKNOWLEDGED] * 2
    assert told[0].response["State"] == "Installed"
    assert told[1].response == {"Books": [{"iTunesStoreID": HANDBOOK, "State": "Installed"}]}
    assert list(faults(dict(told[0].response), shapes["InstallMedia"]["answer"])) == []
    assert list(faults(dict(told[1].response), shapes["ManagedMediaList"]["answer"])) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"MediaType": "Film", "iTunesStoreID": HANDBOOK}, "WrongMediaType"),
        ({"iTunesStoreID": HANDBOOK}, "WrongMediaType"),
        ({"MediaType": "Book", "iTunesStoreID": 1}, "PurchaseNotFound"),
        ({"MediaType": "Book"}, "CouldNotVerifyITunesStoreID"),
        ({"MediaType": "Book", "MediaURL": "https://files.example.org/no"}, "DownloadInvalid"),
        ({"MediaType": "Book", "MediaURL": "https://nowhere.example.org/"}, "DownloadInvalid"),
    ],
)
def test_what_is_no_book_for_this_account_is_refused_with_apples_reason(
    content: dict, reason: str
) -> None:
    here, told = enrolled()

    send(here, "InstallMedia", **content)

    assert told[-1].status is mdm.Status.ERROR
    assert told[-1].response["RejectionReason"] == reason
    assert not here.phone.enrollment.contents.books


def test_a_file_is_managed_under_its_own_name_and_can_be_removed() -> None:
    here, told = enrolled()
    here.product.device_side.queue(
        here.record, mdm.Command(uuid="I", request_type="ManagedMediaList")
    )

    send(here, "InstallMedia", MediaType="Book", MediaURL=FILE, PersistentID="a", Title="Handbook")
    send(here, "ManagedMediaList")
    send(here, "RemoveMedia", MediaType="Book", PersistentID="a")

    assert told[1].response["State"] == "Managed"
    assert told[2].response == {
        "Books": [{"PersistentID": "a", "State": "Managed", "Title": "Handbook"}]
    }
    assert not here.phone.enrollment.contents.books


def test_books_go_with_the_enrollment() -> None:
    here, _ = enrolled()
    send(here, "InstallMedia", MediaType="Book", iTunesStoreID=HANDBOOK)
    contents = here.phone.enrollment.contents
    had = len(contents.books)

    here.phone.leave()

    assert had == 1
    assert contents.is_empty
