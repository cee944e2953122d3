"""Promises about tokens that end: who signs in again keeps the enrollment, and who is disowned leaves."""

from __future__ import annotations

import pytest

from tests.rehearsal.scene import ANNE, BYOD, TASKS, Scene, scene
from ueapi.flow import Reply
from ueapi.model import EnrollmentKind
from ueapi.rehearsal.enrolling.service import Method
from ueapi.rehearsal.phone import CannotEnroll, VirtualPhone
from ueapi.rehearsal.phone_authorizing import GONE, meaning_of

CHALLENGE = {"www-authenticate": 'Bearer method="apple-as-web", url="https://tiny.example.org/in"'}
UNRECOGNIZED = b'{"code":"com.apple.unrecognized.device"}'
JSON = {"content-type": "application/json"}


def enrolled(os_version: str = "26.1", kind: EnrollmentKind = BYOD) -> Scene:
    here = scene(os_version)
    here.enroll(ANNE, kind)
    here.settle()
    return here


def with_refresh_tokens(seconds: float | None = None) -> Scene:
    here = scene()
    here.product.way_in.method = Method.OAUTH2
    here.product.way_in.hands_out_refresh_tokens = True
    here.product.way_in.limit_tokens(seconds)
    here.enroll(ANNE, BYOD)
    return here


def asks(here: Scene) -> list[VirtualPhone]:
    """The phones that ask from now on."""
    found: list[VirtualPhone] = []
    here.phone.asked = found.append
    return found


def test_every_message_of_an_account_driven_enrollment_carries_the_token() -> None:
    here = scene()
    seen: list[str] = []
    hosts = here.phone.network.hosts
    product = hosts["tiny.example.org"]

    async def noted(scope, receive, send):
        if scope["method"] == "PUT":
            seen.append(dict(scope["headers"]).get(b"authorization", b"").decode())
        await product(scope, receive, send)

    hosts["tiny.example.org"] = noted

    here.enroll(ANNE, BYOD)
    here.settle()
    here.phone.leave()

    assert len(seen) > 4
    assert set(seen) == {f"Bearer {here.record.token}"}


def test_a_phone_whose_token_ended_asks_its_owner_once_and_keeps_everything() -> None:
    here = enrolled()
    asked = asks(here)

    here.product.way_in.expire(here.record)
    for _ in range(3):
        here.ask()

    assert asked == [here.phone]
    assert here.phone.enrollment.contents.apps == {TASKS: "Managed"}
    assert here.record.is_active
    assert len(here.record.queue) > 0


@pytest.mark.parametrize("method", Method)
def test_after_signing_in_again_it_is_the_same_enrollment(method: Method) -> None:
    here = enrolled()
    here.product.way_in.method = method
    before, first = here.record.identifier, here.record.token
    here.product.way_in.expire(here.record)
    here.ask()

    here.phone.sign_in_again()
    here.settle()
    here.ask()

    assert here.product.device_side.records() == (here.record,)
    assert (here.record.identifier, here.record.token) == (before, first)
    assert here.record.bearer == here.phone.enrollment.token != first
    assert not here.record.queue


def test_the_token_of_before_is_worth_nothing_after_another_sign_in() -> None:
    here = enrolled()
    first = here.phone.enrollment.token
    here.product.way_in.expire(here.record)
    here.ask()
    here.phone.sign_in_again()

    here.phone.enrollment.token = first
    asked = asks(here)
    here.ask()

    assert asked == [here.phone]


def test_a_sign_in_of_somebody_else_gets_nobody_into_the_enrollment() -> None:
    here = enrolled()
    here.product.way_in.expire(here.record)
    here.ask()

    here.phone.enrollment.typed = "bob@example.org"
    here.phone.sign_in_again()

    assert here.record.bearer == here.record.token
    assert here.record.managed_apple_id == ANNE


def test_a_refused_sign_in_leaves_the_phone_waiting() -> None:
    here = enrolled()
    here.product.way_in.expire(here.record)
    here.ask()
    here.product.refused = "not any more"

    with pytest.raises(CannotEnroll, match="not any more"):
        here.phone.sign_in_again()

    assert here.phone.is_enrolled
    assert here.phone.enrollment.challenge is not None


def test_a_lifetime_ends_tokens_by_the_clock() -> None:
    here = scene()
    here.product.way_in.limit_tokens(3600)
    here.enroll(ANNE, BYOD)
    here.clock.sleep(3000)
    asked = asks(here)

    here.product.device_side.inquire(here.record)
    here.clock.sleep(500)
    in_time = list(asked)
    here.clock.sleep(200)
    here.ask()

    assert in_time == []
    assert asked == [here.phone]


def test_with_a_refresh_token_nobody_is_asked() -> None:
    here = with_refresh_tokens(3600)
    here.settle()
    asked = asks(here)

    for _ in range(3):
        here.ask()

    assert asked == []
    assert here.record.bearer != here.record.token
    assert not here.record.queue
    assert len(here.product.device_side.records()) == 1


def test_a_revoked_refresh_token_leads_to_the_owner() -> None:
    here = with_refresh_tokens()
    here.settle()
    asked = asks(here)

    here.product.way_in.revoke(here.record)
    here.ask()

    assert asked == [here.phone]


def test_tokens_that_never_last_do_not_keep_a_phone_busy() -> None:
    here = with_refresh_tokens()
    here.settle()
    asked = asks(here)
    here.product.way_in.limit_tokens(0)

    here.product.way_in.expire(here.record)
    here.ask()

    assert asked == [here.phone]


@pytest.mark.parametrize("os_version", ["15.6", "16.6", "17.0", "18.7", "26.1", "27.0"])
def test_a_forgotten_phone_leaves_whatever_its_ios_understands(os_version: str) -> None:
    here = enrolled(os_version)

    here.product.device_side.forget(here.record)
    here.phone.push()
    here.settle()

    assert not here.phone.is_enrolled


def test_a_token_of_a_downloaded_profile_never_ends() -> None:
    here = scene("17.6")
    here.product.way_in.limit_tokens(60)

    here.enroll(ANNE, EnrollmentKind.PROFILE_DRIVEN_USER)
    here.settle()
    here.ask()

    assert here.phone.is_enrolled
    assert not here.record.queue


@pytest.mark.parametrize(
    ("reply", "ios", "is_gone"),
    [
        (Reply(401, {}, b""), "15.0", True),
        (Reply(401, {"www-authenticate": "Basic realm=x"}, b""), "26.1", True),
        (Reply(401, CHALLENGE, b""), "26.1", False),
        (Reply(403, JSON, UNRECOGNIZED), "16.7", False),
        (Reply(403, JSON, UNRECOGNIZED), "17.0", True),
        (Reply(403, JSON, b'{"code":"com.apple.softwareupdate.required"}'), "26.1", False),
        (Reply(403, JSON, b"no json"), "26.1", False),
    ],
)
def test_what_a_refusal_means_depends_on_its_words_and_on_the_ios(
    reply: Reply, ios: str, is_gone: bool
) -> None:
    assert (meaning_of(reply, ios=ios, is_account_driven=True) is GONE) is is_gone


def test_without_a_sign_in_of_its_own_a_phone_has_nobody_to_ask() -> None:
    assert meaning_of(Reply(401, CHALLENGE, b""), ios="17.6", is_account_driven=False) is GONE
