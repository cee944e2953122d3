"""Promises about the app that an enrollment profile names: it comes without a question, on account-driven ways only."""

from __future__ import annotations

import pytest

from tests.rehearsal.changed import with_profile_key
from tests.rehearsal.scene import ANNE, BYOD, STORE_ID, TASKS, Scene, scene
from ueapi.apple.enrollment import discovery
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.domain import Domain
from ueapi.rehearsal.enrolling.service import ADDE


def naming(store_id: str, os_version: str = "26.1") -> tuple[Scene, list[str]]:
    """A scene whose profile names an app, and the apps its owner is asked about; all are declined."""
    here, asked = scene(os_version), []
    here.phone.accepts = asked.append
    with_profile_key(here, "RequiredAppIDForMDM", f"<integer>{store_id}</integer>")
    return here, asked


@pytest.mark.parametrize(
    ("os_version", "comes"),
    [
        ("15.0", False),
        ("15.1", True),
        ("17.7", True),
        ("18.2", True),
        ("26.1", True),
        ("27.0", True),
    ],
)
def test_the_named_app_comes_without_a_question(os_version: str, comes: bool) -> None:
    here, asked = naming(STORE_ID, os_version)

    here.enroll(ANNE, BYOD)
    here.settle()

    assert asked == ([] if comes else [TASKS])
    assert here.phone.enrollment.contents.apps[TASKS] == ("Managed" if comes else "UserRejected")


def test_every_other_app_is_asked_for() -> None:
    here, asked = naming("6489999999")

    here.enroll(ANNE, BYOD)
    here.settle()

    assert asked == [TASKS]


def test_without_a_license_the_named_app_does_not_come_either() -> None:
    here, _ = naming(STORE_ID)
    here.product.assigns = False

    here.enroll(ANNE, BYOD)
    here.settle()

    assert here.phone.enrollment.contents.apps[TASKS] == "Failed"


@pytest.mark.parametrize("kind", [EnrollmentKind.PROFILE_DRIVEN_USER, EnrollmentKind.DEVICE])
def test_a_downloaded_profile_names_it_in_vain(kind: EnrollmentKind) -> None:
    here, asked = naming(STORE_ID, "17.6")

    here.enroll(ANNE, kind)
    here.settle()

    assert asked == [TASKS]


def test_it_comes_on_a_phone_of_the_organization_that_signed_in() -> None:
    here, asked = naming(STORE_ID)
    domain = Domain(lambda _: f"https://tiny.example.org{ADDE}", version=discovery.Version.ADDE)
    here.phone.network.hosts["example.org"] = domain

    here.enroll(ANNE, BYOD)
    here.settle()

    assert here.record.kind is EnrollmentKind.DEVICE
    assert asked == []
