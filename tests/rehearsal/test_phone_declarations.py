"""Promises about declarative management: the phone fetches, follows what it knows, and tells how it went."""

from __future__ import annotations

import pytest

from tests.rehearsal.scene import ANNE, BYOD, HARDWARE, Scene, scene
from tests.rehearsal.tiny import DEVICE_VPN, WEB_CLIP, profile
from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.declaring import tokens_of
from ueapi.rehearsal.phone_contents import Contents, PasscodeRule, accounts, passcode_rule

PASSCODE = Declaration.of(
    "com.apple.configuration.passcode.settings", "passcode", {"RequirePasscode": True}
)
UPDATES = Declaration.of("com.apple.configuration.softwareupdate.settings", "updates", {})
SUBSCRIBED = Declaration.of(
    "com.apple.configuration.management.status-subscriptions",
    "told",
    {
        "StatusItems": [
            {"Name": "device.operating-system.version"},
            {"Name": "device.identifier.serial-number"},
            {"Name": "mdm.enrollment-type"},
        ]
    },
)
MAIL = Declaration.of("com.apple.configuration.account.mail", "mail", {"VisibleName": "Work"})
VERSIONS = ("15.0", "16.7", "17.6", "18.7", "26.1", "27.0")


def activation(*names: str) -> Declaration:
    return Declaration.of(
        "com.apple.activation.simple", "on", {"StandardConfigurations": list(names)}
    )


def legacy(url: str = "https://files.example.org/profile") -> Declaration:
    return Declaration.of("com.apple.configuration.legacy", "legacy", {"ProfileURL": url})


def declared(*declarations: Declaration, os_version: str = "26.1") -> Scene:
    here = scene(os_version)
    here.product.profiles = []
    here.enroll(ANNE, BYOD)
    here.settle()
    here.product.device_side.declare(here.record, declarations)
    here.settle()
    return here


def contents(here: Scene) -> Contents:
    return here.phone.enrollment.contents


def rows(here: Scene, kind: str = "configurations") -> dict[str, dict]:
    found = here.record.status.item("management.declarations")[kind]
    return {row["identifier"]: row for row in found}


def codes(here: Scene) -> list[str]:
    return [reason["code"] for reason in rows(here)["passcode"]["reasons"]]


@pytest.mark.parametrize("os_version", VERSIONS)
def test_what_is_declared_and_activated_has_its_effect_and_is_reported(os_version: str) -> None:
    here = declared(PASSCODE, activation("passcode"), os_version=os_version)

    assert passcode_rule(contents(here), os_version) == PasscodeRule()
    assert rows(here)["passcode"] == {
        "identifier": "passcode",
        "server-token": PASSCODE.server_token,
        "active": True,
        "valid": "valid",
    }
    assert rows(here, "activations")["on"]["active"] is True
    assert here.product.results[-1] == ("DeclarativeManagement", mdm.Status.ACKNOWLEDGED)


def test_without_an_activation_a_configuration_is_held_and_does_nothing() -> None:
    here = declared(PASSCODE)

    assert set(contents(here).declarations) == {"passcode"}
    assert passcode_rule(contents(here), "26.1") is None
    assert rows(here)["passcode"]["active"] is False
    assert codes(here) == ["Info.NotReferencedByActivation"]


@pytest.mark.parametrize("os_version", VERSIONS)
def test_what_user_enrollment_forbids_is_reported_as_invalid(os_version: str) -> None:
    here = declared(UPDATES, PASSCODE, activation("updates", "passcode"), os_version=os_version)

    assert rows(here)["updates"]["valid"] == "invalid"
    assert rows(here)["updates"]["active"] is False
    assert rows(here)["passcode"]["active"] is True


def test_an_activation_of_what_is_not_there_is_invalid() -> None:
    here = declared(PASSCODE, activation("passcode", "nowhere"))

    assert rows(here, "activations")["on"]["valid"] == "invalid"
    assert rows(here)["passcode"]["active"] is False
    assert codes(here) == ["Error.ActivationFailed"]


def test_what_is_declared_no_more_is_let_go() -> None:
    here = declared(PASSCODE, MAIL, activation("passcode", "mail"))
    had = accounts(contents(here), "26.1")

    here.product.device_side.declare(here.record, [PASSCODE])
    here.settle()

    assert had == ("com.apple.configuration.account.mail",)
    assert set(contents(here).declarations) == {"passcode"}
    assert accounts(contents(here), "26.1") == ()


def test_only_what_changed_is_fetched_again() -> None:
    here = declared(PASSCODE, MAIL, activation("passcode", "mail"))
    changed = Declaration.of(MAIL.type, "mail", {"VisibleName": "Other"})
    before = here.phone.messages

    here.product.device_side.declare(
        here.record, [PASSCODE, changed, activation("passcode", "mail")]
    )
    here.settle()

    # The poll, the items, one declaration, the status, and the answer to the command.
    assert here.phone.messages - before == 5
    assert contents(here).declarations["mail"] == changed


@pytest.mark.parametrize(("carries_tokens", "messages"), [(True, 2), (False, 3)])
def test_nothing_is_fetched_while_the_token_is_the_same(
    carries_tokens: bool, messages: int
) -> None:
    here = declared(PASSCODE, activation("passcode"))
    tokens = tokens_of(here.record) if carries_tokens else None
    before = here.phone.messages

    here.product.device_side.queue(here.record, mdm.declarative_management("again", tokens))
    here.settle()

    # The poll and the answer; without tokens in the command they are asked for.
    assert here.phone.messages - before == messages
    assert passcode_rule(contents(here), "26.1") == PasscodeRule()


@pytest.mark.parametrize(("os_version", "kind"), [("26.1", None), ("27.0", "user")])
def test_subscribed_items_are_told_as_far_as_user_enrollment_shows_them(
    os_version: str, kind: str | None
) -> None:
    here = declared(SUBSCRIBED, activation("told"), os_version=os_version)

    status = here.record.status
    untold = {error.item for error in status.errors}
    assert status.item("device.operating-system.version") == os_version
    assert status.item("mdm.enrollment-type") == kind
    assert "device.identifier.serial-number" in untold
    assert HARDWARE.serial not in status.to_json().decode()


@pytest.mark.parametrize(("payload", "is_taken"), [(WEB_CLIP, True), (DEVICE_VPN, False)])
def test_the_rules_of_profiles_hold_inside_a_declaration(payload: dict, is_taken: bool) -> None:
    here = declared()
    content = profile("carried", WEB_CLIP, payload)

    async def files(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": content})

    here.phone.network.hosts["files.example.org"] = files
    here.product.device_side.declare(here.record, [legacy(), activation("legacy")])
    here.settle()
    taken = "org.example.carried" in contents(here).profiles
    valid = rows(here)["legacy"]["valid"]
    here.product.device_side.declare(here.record, [])
    here.settle()

    assert taken is is_taken
    assert valid == ("valid" if is_taken else "invalid")
    assert not contents(here).profiles


def test_all_of_it_goes_with_the_enrollment() -> None:
    here = declared(PASSCODE, activation("passcode"))
    held = contents(here)

    here.phone.leave()

    assert held.is_empty


def test_declarations_are_answered_to_their_own_enrollment_only() -> None:
    here = declared(PASSCODE, activation("passcode"))
    call = mdm.DeclarativeManagement(
        enrollment_id="someone-else", endpoint=mdm.Endpoint.DECLARATION_ITEMS
    )

    reply = here.phone.network.send(
        "PUT",
        "https://tiny.example.org/mdm/checkin",
        {"authorization": f"Bearer {here.phone.enrollment.token}"},
        call.to_plist(),
    )

    assert reply.status == 400


def test_a_phone_of_the_organization_is_asked_by_its_hardware() -> None:
    here = scene()
    here.product.profiles = []
    here.enroll(ANNE, EnrollmentKind.DEVICE)
    here.settle()

    here.product.device_side.declare(here.record, [PASSCODE, activation("passcode")])
    here.settle()

    assert rows(here)["passcode"]["active"] is True
