"""Promises about apps of declarations: the owner is asked, licenses are the account's, and commands are refused."""

from __future__ import annotations

import pytest

from tests.apple.shapes import faults, published
from tests.rehearsal.scene import ANNE, BYOD, STORE_ID, TASKS, Scene, scene
from tests.rehearsal.tiny import profile
from ueapi.apple import mdm
from ueapi.apple.declarations import Declaration
from ueapi.apple.plist import PlistValue
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.digest import _phone
from ueapi.rehearsal.phone_contents import vpn_of

APP = "com.apple.configuration.app.managed"
FOR_USER: PlistValue = {"Assignment": "User"}
SUBSCRIBED = Declaration.of(
    "com.apple.configuration.management.status-subscriptions",
    "told",
    {"StatusItems": [{"Name": "app.managed.list"}, {"Name": "mdm.app"}]},
)


def app(name: str = "tasks", **more: PlistValue) -> Declaration:
    behavior: dict[str, PlistValue] = {"Install": "Required", "License": FOR_USER}
    return Declaration.of(APP, name, {"AppStoreID": STORE_ID, "InstallBehavior": behavior, **more})


def declare(here: Scene, *declarations: Declaration) -> None:
    names = [d.identifier for d in declarations]
    on = Declaration.of(
        "com.apple.activation.simple", "on", {"StandardConfigurations": [*names, "told"]}
    )
    here.product.device_side.declare(here.record, [*declarations, SUBSCRIBED, on])
    here.settle()


def enrolled(
    os_version: str = "26.1",
    *,
    owned: frozenset[str] = frozenset(),
    kind: EnrollmentKind = BYOD,
    seats: int = 1,
) -> Scene:
    """A phone without any app, whose account has a license where there are seats."""
    here = scene(os_version, owned=owned, seats=seats)
    here.product.profiles, here.product.assigns = [], False
    here.enroll(ANNE, kind)
    here.settle()
    here.phone.enrollment.contents.apps.clear()
    here.apple.take("Main", STORE_ID, ANNE)
    return here


def listed(here: Scene) -> list[dict]:
    return here.record.status.item("app.managed.list")


def row(here: Scene, name: str = "tasks") -> dict:
    rows = here.record.status.item("management.declarations")["configurations"]
    return next(r for r in rows if r["identifier"] == name)


def send(here: Scene, command: str, **content: object) -> mdm.CommandResult:
    told: list[mdm.CommandResult] = []
    vars(here.product)["answered"] = lambda record, command, result: told.append(result)
    asked = mdm.Command(uuid=command, request_type=command, content=content)
    here.product.device_side.queue(here.record, asked)
    here.settle()
    return told[-1]


@pytest.mark.parametrize("os_version", ["17.2", "17.6", "18.0", "18.7", "26.1", "27.0"])
def test_a_required_app_comes_once_its_owner_agrees_and_that_is_told(os_version: str) -> None:
    here = enrolled(os_version)
    asked: list[str] = []

    def accepts(bundle_id: str) -> float:
        asked.append(bundle_id)
        return 60.0

    here.phone.accepts = accepts

    declare(here, app())

    told = {"identifier": TASKS, "declaration-identifier": "tasks", "state": "managed"}
    assert asked == [TASKS]
    assert listed(here) == [told]
    assert row(here)["active"] is True
    assert here.phone.enrollment.contents.manages(TASKS)


@pytest.mark.parametrize("os_version", ["15.0", "16.7", "17.1"])
def test_an_older_ios_does_not_know_it(os_version: str) -> None:
    here = enrolled(os_version)

    declare(here, app())

    assert row(here)["reasons"] == [{"code": "Error.ConfigurationNotSupported"}]
    assert not here.phone.enrollment.contents.declared_apps


def test_what_is_told_first_is_that_the_owner_is_asked() -> None:
    here = enrolled()
    here.phone.accepts = lambda _: 30 * 86_400.0

    declare(here, app())

    assert listed(here)[0]["state"] == "prompting-for-consent"


def test_a_declined_app_is_told_and_not_asked_for_again() -> None:
    here = enrolled()
    asked: list[str] = []
    here.phone.accepts = asked.append

    for _ in range(3):
        declare(here, app())

    assert asked == [TASKS]
    assert listed(here)[0]["state"] == "failed"
    assert listed(here)[0]["reasons"] == [{"code": "Error.UserRejected"}]


def test_a_private_copy_is_not_taken_over() -> None:
    here = enrolled(owned=frozenset({TASKS}))

    declare(here, app())

    assert listed(here)[0]["reasons"] == [{"code": "Error.UnmanagedAppAlreadyInstalled"}]


@pytest.mark.parametrize(
    ("os_version", "kind_of_license", "reason"),
    [
        ("26.1", {"Assignment": "Device"}, "Error.LicenseNotFound"),
        ("17.6", {"VPPType": "Device"}, "Error.LicenseNotFound"),
        ("17.6", {"VPPType": "User"}, None),
    ],
)
def test_only_a_license_of_the_user_counts(
    os_version: str, kind_of_license: dict, reason: str | None
) -> None:
    here = enrolled(os_version)

    declare(here, app(InstallBehavior={"Install": "Required", "License": kind_of_license}))

    assert [r["code"] for r in listed(here)[0].get("reasons", [])] == ([reason] if reason else [])


def test_without_a_license_it_fails() -> None:
    here = enrolled(seats=0)

    declare(here, app())

    assert listed(here)[0]["reasons"] == [{"code": "Error.LicenseNotFound"}]


def test_on_a_phone_of_the_organization_a_license_of_the_device_is_none_of_its_business() -> None:
    here = enrolled(kind=EnrollmentKind.DEVICE)

    declare(here, app(InstallBehavior={"Install": "Required", "License": {"Assignment": "Device"}}))

    assert listed(here)[0]["state"] == "managed"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"AppStoreID": STORE_ID, "BundleID": TASKS, "InstallBehavior": {"License": FOR_USER}},
        {"AppStoreID": STORE_ID},
        {"AppStoreID": STORE_ID, "InstallBehavior": {"License": {"VPPType": "User"}}},
        {"AppStoreID": STORE_ID, "InstallBehavior": "Required"},
        {"AppStoreID": STORE_ID, "InstallBehavior": {"License": "User"}},
    ],
)
def test_what_names_no_app_or_no_license_is_invalid(payload: dict) -> None:
    here = enrolled()

    declare(here, Declaration.of(APP, "tasks", payload))

    assert row(here)["reasons"] == [{"code": "Error.ConfigurationIsInvalid"}]
    assert listed(here) == []


def test_an_app_nobody_knows_is_in_no_list() -> None:
    here = enrolled()

    declare(here, app(AppStoreID="1"))

    assert listed(here) == []
    assert here.phone.enrollment.contents.declared_apps["tasks"].reason == "Error.InvalidAppID"


def test_an_optional_app_waits_for_its_owner() -> None:
    here = enrolled()

    declare(here, app(InstallBehavior={"License": FOR_USER}))

    assert listed(here)[0]["state"] == "optional"


def test_two_declarations_for_one_app_are_one_too_many() -> None:
    here = enrolled()

    declare(here, app("a"), app("b"))

    assert [r["state"] for r in listed(here)] == ["managed", "failed"]
    assert listed(here)[1]["reasons"] == [{"code": "Error.DuplicateConfiguredApp"}]


def test_an_app_of_a_command_changes_over_without_a_question() -> None:
    here = enrolled()
    send(here, "InstallApplication", iTunesStoreID=int(STORE_ID))
    asked: list[str] = []
    here.phone.accepts = asked.append

    declare(here, app())

    assert asked == []
    assert listed(here)[0]["state"] == "managed"
    assert here.record.status.item("mdm.app") == []


def test_another_revision_keeps_the_app() -> None:
    here = enrolled()
    declare(here, app())
    here.phone.accepts = lambda _: None

    declare(here, app(Attributes={"VPNUUID": "vpn"}))

    assert listed(here)[0]["state"] == "managed"
    assert here.phone.enrollment.contents.attributes[TASKS] == {"VPNUUID": "vpn"}


def test_what_is_declared_no_more_goes_with_its_attributes() -> None:
    here = enrolled()
    declare(here, app(Attributes={"VPNUUID": "vpn", "Unknown": 1}))
    had = dict(here.phone.enrollment.contents.attributes)

    declare(here)

    assert had == {TASKS: {"VPNUUID": "vpn"}}
    assert listed(here) == []
    assert not here.phone.enrollment.contents.attributes
    assert not here.phone.enrollment.contents.manages(TASKS)


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("InstallApplication", {"iTunesStoreID": int(STORE_ID)}),
        ("InstallApplication", {"Identifier": TASKS}),
        ("RemoveApplication", {"Identifier": TASKS}),
    ],
)
def test_commands_have_no_hold_on_it(command: str, content: dict) -> None:
    here = enrolled()
    declare(here, app())

    result = send(here, command, **content)

    assert result.status is mdm.Status.ERROR
    assert here.phone.enrollment.contents.manages(TASKS)


def test_settings_have_no_hold_on_it() -> None:
    here = enrolled()
    declare(here, app(Attributes={"VPNUUID": "vpn"}))
    item = {"Item": "ApplicationAttributes", "Identifier": TASKS, "Attributes": {"VPNUUID": "x"}}

    result = send(here, "Settings", Settings=[item])

    refused = {"ErrorCode": 12021, "LocalizedDescription": "a declaration manages this app"}
    assert result.response["Settings"] == [{"Status": "Error", "ErrorChain": [refused]}]
    assert here.phone.enrollment.contents.attributes[TASKS] == {"VPNUUID": "vpn"}


def test_lists_of_commands_leave_it_out_and_the_list_of_apps_says_where_it_is_from() -> None:
    here = enrolled()
    declare(here, app())

    managed = send(here, "ManagedApplicationList")
    attributes = send(here, "ManagedApplicationAttributes", Identifiers=[TASKS])
    installed = send(here, "InstalledApplicationList")
    of_commands = send(here, "InstalledApplicationList", ManagedOnly=True)

    source = "Declarative Device Management"
    assert managed.response == {"ManagedApplicationList": {}}
    assert attributes.response == {"ApplicationAttributes": []}
    assert installed.response["InstalledApplicationList"] == [
        {"Identifier": TASKS, "Source": source}
    ]
    assert of_commands.response["InstalledApplicationList"] == []
    shape = published()["commands"]["InstalledApplicationList"]["answer"]
    assert list(faults(dict(installed.response), shape)) == []


def test_a_per_app_vpn_binds_it() -> None:
    here = enrolled()
    vpn = {"PayloadType": "com.apple.vpn.managed.applayer", "VPNType": "IKEv2", "VPNUUID": "vpn"}
    declare(here, app(Attributes={"VPNUUID": "vpn"}))
    contents = here.phone.enrollment.contents
    before = vpn_of(contents, "26.1", TASKS)

    send(here, "InstallProfile", Payload=profile("vpn", vpn))

    assert (before, vpn_of(contents, "26.1", TASKS)) == (None, "vpn")


def test_leaving_while_the_owner_is_asked_installs_and_tells_nothing() -> None:
    here = enrolled()
    here.phone.accepts = lambda _: 30 * 86_400.0
    declare(here, app())
    contents, messages = here.phone.enrollment.contents, here.phone.messages

    here.phone.leave()
    here.clock.sleep(40 * 86_400.0)

    assert contents.is_empty
    assert here.phone.messages == messages + 1


def test_the_digest_knows_of_it() -> None:
    here = enrolled()
    before = _phone(here.phone)

    declare(here, app())

    assert "managed" in str(_phone(here.phone))
    assert _phone(here.phone) != before
