"""Enrollment SSO on a device: the app that comes before the sign-in, if its owner agrees, and what comes with it.

Source: Apple, Device Management, implementing the Enrollment SSO flow. Guess: the app needs no license, a private copy
stands in its way, and who declines it ends the enrollment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from ueapi.apple.declarations import Declaration
from ueapi.apple.enrollment import ESSO_HEADER
from ueapi.apple.enrollment.enrollment_sso import (
    APP,
    SINCE,
    EnrollmentSso,
    enrollment_sso_from_json,
)
from ueapi.apple.rules import IosVersion
from ueapi.errors import InvalidModel
from ueapi.flow import Reply
from ueapi.rehearsal.apps_and_books import AppsAndBooks
from ueapi.rehearsal.enrolling.steps import EnrollmentFailed, Step
from ueapi.rehearsal.phone_contents import MANAGED, AppState, Contents, DeclaredApp


class Owned(Protocol):
    """A phone whose owner can be asked for an app."""

    apple: AppsAndBooks
    owned: set[str]
    accepts: Callable[[str], float | None]


def asked_for(challenged: Reply, ios: str, sent: Callable[[str], Reply]) -> EnrollmentSso | None:
    """What a challenge wants to come first; `None` where it wants nothing, or the iOS doesn't heed it.

    Raises:
        EnrollmentFailed: the document isn't there, or is none that a device takes.
    """
    url = challenged.headers.get(ESSO_HEADER.lower())
    if url is None or IosVersion.parse(ios) < SINCE:
        return None
    if urlsplit(url).scheme != "https":
        raise EnrollmentFailed(Step.APP, f"{ESSO_HEADER} is no https address")
    reply = sent(url)
    if reply.status != 200:
        reason = f"the service answers {reply.status}"
        raise EnrollmentFailed(Step.APP, reason, status=reply.status)
    try:
        return enrollment_sso_from_json(reply.body, ios=ios)
    except InvalidModel as problem:
        raise EnrollmentFailed(Step.APP, problem.message) from None


def permitted(phone: Owned, wanted: EnrollmentSso) -> None:
    """Ask the owner for the app; the enrollment waits for that.

    Raises:
        EnrollmentFailed: the store has no such app, or it can't come. Nothing of it stays.
    """
    app = phone.apple.app(str(wanted.store_id))
    if app is None:
        raise EnrollmentFailed(Step.APP, "the App Store has no app of that id")
    if app.bundle_id in phone.owned:
        raise EnrollmentFailed(Step.APP, "the owner installed this app")
    if phone.accepts(app.bundle_id) is None:
        raise EnrollmentFailed(Step.APP, "the owner declines the app")


def first_contents(phone: Owned, wanted: EnrollmentSso | None) -> Contents:
    """What is managed on a phone from its first moment: nothing, or the app to sign in with and its set-up."""
    contents = Contents()
    app = None if wanted is None else phone.apple.app(str(wanted.store_id))
    if wanted is None or app is None:
        return contents
    if wanted.profile is None:
        _declare(contents, wanted.declarations, app.bundle_id)
        return contents
    contents.apps[app.bundle_id] = MANAGED
    contents.profiles[wanted.profile.identifier] = wanted.profile
    if wanted.associated_domains:
        contents.attributes[app.bundle_id] = {
            "AssociatedDomains": list(wanted.associated_domains),
            "AssociatedDomainsEnableDirectDownloads": wanted.downloads_directly,
        }
    return contents


def _declare(contents: Contents, declarations: Sequence[Declaration], bundle_id: str) -> None:
    for one in declarations:
        contents.declarations[one.identifier] = one
        if one.type == APP:
            contents.declared_apps[one.identifier] = DeclaredApp(
                revision=one.server_token, bundle_id=bundle_id, state=AppState.MANAGED
            )
