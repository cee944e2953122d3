"""Configuration profiles and apps. Source: Jamf Classic API schema, 11.30.1."""

from __future__ import annotations

from attrs import field, frozen

from ueapi.errors import Unintelligible
from ueapi.flow import Reply
from ueapi_jamf.wire.classic import ClassicWire, Element, entries, root_of, shaped
from ueapi_jamf.wire.scopes import ScopeWire, read_scope


class ProfileWire(ClassicWire):
    """A profile's general part."""

    id: str
    name: str
    payloads: str | None = None


class AppRowWire(ClassicWire):
    """One row of the app listing."""

    id: str
    name: str
    internal_app: bool
    bundle_id: str | None = None
    version: str | None = None


class AppGeneralWire(AppRowWire):
    """An app's general part."""

    itunes_store_url: str | None = None
    deployment_type: str | None = None


class AppLicensingWire(ClassicWire):
    """How licenses of the app are given out."""

    vpp_admin_account_id: int = -1
    assign_vpp_device_based_licenses: bool | None = None


@frozen
class ProfileDetail:
    """A profile with its scope."""

    profile: ProfileWire = field(repr=False)
    scope: ScopeWire | None
    stored_scope: Element | None = field(default=None, repr=False)
    """The scope as the server wrote it, to be sent back with changes."""


@frozen
class AppDetail:
    """An app with licensing, configuration and scope."""

    app: AppGeneralWire
    licensing: AppLicensingWire
    has_configuration: bool
    scope: ScopeWire | None
    stored_scope: Element | None = field(default=None, repr=False)
    """The scope as the server wrote it, to be sent back with changes."""


def read_profiles(reply: Reply) -> tuple[ProfileWire, ...]:
    """Read the listing of profiles."""
    root = root_of(reply, "configuration_profiles")
    return tuple(
        shaped(ProfileWire, row, reply, what="the profile listing") for row in entries(root)
    )


def read_profile(reply: Reply) -> ProfileDetail:
    """Read one profile."""
    root = root_of(reply, "configuration_profile")
    scope = root.find("scope")
    return ProfileDetail(
        profile=shaped(ProfileWire, root.find("general"), reply, what="a profile"),
        scope=None if scope is None else read_scope(scope, reply),
        stored_scope=scope,
    )


def read_apps(reply: Reply) -> tuple[AppRowWire, ...]:
    """Read the listing of apps."""
    root = root_of(reply, "mobile_device_applications")
    return tuple(shaped(AppRowWire, row, reply, what="the app listing") for row in entries(root))


def read_app(reply: Reply) -> AppDetail:
    """Read one app."""
    root = root_of(reply, "mobile_device_application")
    scope = root.find("scope")
    configuration = root.findtext("app_configuration/preferences") or ""
    return AppDetail(
        app=shaped(AppGeneralWire, root.find("general"), reply, what="an app"),
        licensing=shaped(AppLicensingWire, root.find("vpp"), reply, what="an app's licensing"),
        has_configuration=bool(configuration.strip()),
        scope=None if scope is None else read_scope(scope, reply),
        stored_scope=scope,
    )


def require_scope(stored: Element | None, *, what: str) -> Element:
    """The scope, without which none is written: it would replace what the server did not show.

    Raises:
        Unintelligible: the object came without its scope.
    """
    if stored is None:
        raise Unintelligible(
            f"{what} came without its scope.",
            remedy="Change its scope in Jamf Pro's console instead; nothing was changed.",
        )
    return stored
