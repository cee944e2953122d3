"""What a plugin hands to the core, and what the core hands to a backend."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import pluggy
from attrs import field, frozen
from pydantic import BaseModel, ConfigDict

from ueapi.contract.capability import CapabilitySheet
from ueapi.contract.facets import (
    Apps,
    Commands,
    Devices,
    Enrollments,
    Groups,
    Licenses,
    Profiles,
    Users,
)
from ueapi.errors import IncompatiblePlugin, UeapiError
from ueapi.flow import Call, Flow, Reply

GROUP: Final = "ueapi"
"""Entry-point group and hook namespace."""

hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a plugin's implementation of a hook."""

CONTRACT: Final = (1, 1)
"""The contract this core speaks: the major must match, a plugin's minor must not exceed ours."""


class Settings(BaseModel):
    """The base of a backend's connection settings; secrets are `SecretStr`. `url` has no path."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@frozen
class Credential:
    """What signs a call: headers, and for how long they are good (`None`: until refused)."""

    headers: Mapping[str, str] = field(repr=False)
    lifetime: timedelta | None = None


class Auth(Protocol):
    """How a backend gets its credential."""

    def sign_in(self) -> Flow[Credential]:
        """Obtain a credential; its calls are `anonymous`."""
        ...


@frozen(kw_only=True)
class Limits:
    """What the product allows or advises a client, per tenant; `None` means no known limit.

    `response_bytes` bounds one answer. `rows_lag` is how long a read may miss a write that was answered.
    `profiles_per_device` is how many profiles, or policies, a device can hold at once, and `signed_in_for` how long
    what signing in gave is good for, where the product fixes that (contract 1.1).
    """

    concurrency: int = 4
    per_minute: int | None = None
    per_day: int | None = None
    response_bytes: int = 64 * 1024 * 1024
    rows_lag: timedelta = timedelta(0)
    profiles_per_device: int | None = None
    signed_in_for: timedelta | None = None


Fault = Callable[[Call, Reply], UeapiError]

Disguised = Callable[[Call, Reply], UeapiError | None]
"""Finds the failure in an answer whose status says success, or `None` (contract 1.1)."""


def never_disguised(call: Call, reply: Reply) -> UeapiError | None:
    """For products whose status tells the truth."""
    del call, reply
    return None


@frozen(kw_only=True)
class Context:
    """What the core tells a backend at its start: the tenant's name and the clock (UTC)."""

    tenant: str
    now: Callable[[], datetime]


@frozen(kw_only=True)
class Backend:
    """A backend at work for one tenant: its facets, and what the runtime needs to drive them.

    `fault` turns an answer with an error status into an error; it is called for each status of 400 and above.
    `disguised` is asked about each answer below 300, for products that report failures there; the error it finds is
    treated like one of `fault`: an expired token is renewed, a limit is waited for.
    `native` is the product's own API as the plugin offers it.
    """

    url: str
    auth: Auth
    fault: Fault
    limits: Limits
    disguised: Disguised = never_disguised
    users: Users = field(factory=Users)
    groups: Groups = field(factory=Groups)
    devices: Devices = field(factory=Devices)
    enrollments: Enrollments = field(factory=Enrollments)
    profiles: Profiles = field(factory=Profiles)
    apps: Apps = field(factory=Apps)
    licenses: Licenses = field(factory=Licenses)
    commands: Commands = field(factory=Commands)
    native: object = None


@frozen(kw_only=True)
class BackendManifest:
    """A plugin's announcement. Names in the form "package.module:name" are loaded only when used.

    `settings` names the `Settings` subclass, `build` a function `(settings, context) -> Backend`, `sheet` the
    `CapabilitySheet`, `translate` the pure function `(content) -> Translation` that planning asks without a tenant
    (none when the product takes profiles as they are), and `simulator` a function `(surroundings) -> Simulator`.

    New in contract 1.1: `cli` names a typer app with commands of the plugin's own, offered as `ueapi NAME ...`, and
    `discovery` a function `(url) -> str`, the address at which people's own devices enroll, for products where it
    follows from the tenant's.
    """

    name: str
    product: str
    contract: str
    settings: str
    build: str
    sheet: str
    translate: str | None = None
    simulator: str | None = None
    cli: str | None = None
    discovery: str | None = None

    @property
    def made_for(self) -> tuple[int, int]:
        """The contract the plugin was made for, as major and minor (contract 1.1).

        Raises:
            IncompatiblePlugin: the manifest doesn't say it in the form 1.0.
        """
        match = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", self.contract)
        if match is None:
            raise IncompatiblePlugin(
                f"the contract version {self.contract!r} is not of the form 1.0.",
                remedy="Report it to the plugin's author.",
                backend=self.name,
            )
        return int(match[1]), int(match[2])

    def require_compatible(self) -> None:
        """Check the contract version.

        Raises:
            IncompatiblePlugin: the versions do not meet; the message says which side to update.
        """
        made_for = self.made_for
        if made_for[0] == CONTRACT[0] and made_for[1] <= CONTRACT[1]:
            return
        ours = f"{CONTRACT[0]}.{CONTRACT[1]}"
        raise IncompatiblePlugin(
            f"it is made for contract {self.contract}, and this ueapi speaks {ours}.",
            remedy=f"Update ueapi, or install a version of the plugin made for contract {ours}."
            if made_for > CONTRACT
            else f"Update the plugin to a version made for contract {CONTRACT[0]}.x.",
            backend=self.name,
        )


__all__ = [
    "CONTRACT",
    "GROUP",
    "Auth",
    "Backend",
    "BackendManifest",
    "CapabilitySheet",
    "Context",
    "Credential",
    "Disguised",
    "Fault",
    "Limits",
    "Settings",
    "hookimpl",
]
