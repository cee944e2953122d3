"""Policies, which the product lets a program name and assign, and only a person write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ueapi.contract import Accepted, Profiles, Translation
from ueapi.errors import NotFound, Unintelligible
from ueapi.flow import Effect, Flow, Page, ask
from ueapi.model import Profile, Scope
from ueapi_maas360 import assumed
from ueapi_maas360.facets.calls import Account, taken
from ueapi_maas360.facets.holders import Holders
from ueapi_maas360.facets.outcomes import agreed
from ueapi_maas360.facets.targets import in_turn, refuse_others
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.mapping.policies import translate_content
from ueapi_maas360.mapping.profiles import held_by, is_for_phones, profile_from_row
from ueapi_maas360.wire.reading import read

_LIST: Final = "/device-apis/devices/1.0/policies/{billing}"
_OF_DEVICE: Final = "/device-apis/devices/1.0/changeDevicePolicy/{billing}"
_OF_GROUP: Final = "/group-apis/group/1.0/changeGroupPolicy/customer/{billing}"
_ASSIGN: Final = "profiles.assign"


@frozen(kw_only=True)
class Maas360Profiles(Profiles):
    """The account's policies for iPhone and iPad. A policy's id is its name, which is what it is assigned by."""

    _account: Account
    _source: Source
    _holders: Holders

    def page(self, cursor: str | None) -> Flow[Page[Profile]]:
        """List policies by name: one call, since the list has no pages.

        Raises:
            Unintelligible: two policies have the same name, so the name doesn't tell which is meant.
        """
        del cursor
        found = yield from self._all("profiles.list")
        return Page(found, total=len(found))

    def get(self, profile_id: str) -> Flow[Profile]:
        """Read one policy, and who has it: a call that lists them all, and those that list the devices.

        The devices are listed once for all policies that are read within a few minutes.
        """
        found = yield from self._all("profiles.get")
        for profile in found:
            if profile.id == profile_id:
                holding = yield from self._holders.read()
                return held_by(profile, holding.get(profile.id, ()))
        raise NotFound(
            "the account has no policy of that name for iPhone and iPad.",
            remedy="List them again; a person makes new ones in the portal. Nothing was changed.",
        )

    def translate(self, content: bytes) -> Translation:
        """Say what a person sets in the portal, which is everything."""
        return translate_content(content)

    def assign(self, profile_id: str, to: Scope) -> Flow[Accepted]:
        """Give each device and each group of devices this policy in place of the one it has: one call for each.

        Raises:
            Rejected: the scope has a target the product can't be given, or the product refuses one; the remedy says
                how many were accepted before.
        """
        refuse_others(to, {"devices", "device_groups"})
        self._holders.forget()
        return (yield from in_turn(self._orders(profile_id, to)))

    def _orders(self, name: str, to: Scope) -> Iterator[Flow[Accepted]]:
        yield from (self._to_device(name, device) for device in to.devices)
        yield from (self._to_group(name, group) for group in to.device_groups)

    def _to_device(self, name: str, device: str) -> Flow[Accepted]:
        fields = {"maas360DeviceId": device, "policyName": name}
        call = self._account.form(_ASSIGN, _OF_DEVICE, fields, effect=Effect.IDEMPOTENT)
        return taken((yield from ask(call)))

    def _to_group(self, name: str, group: str) -> Flow[Accepted]:
        """No source shows the answer about a group, and it names no action."""
        policy = {"policyType": assumed.POLICY_TYPE, "policyName": [name]}
        body = {"changePolicyRequest": {"groupId": group, "policyRequest": policy}}
        call = self._account.json(_ASSIGN, _OF_GROUP, body, effect=Effect.IDEMPOTENT)
        agreed((yield from ask(call)), None, of="a policy for a group")
        return Accepted()

    def _all(self, operation: str) -> Flow[tuple[Profile, ...]]:
        reply = yield from ask(self._account.reading(operation, _LIST))
        root, name = assumed.POLICIES
        rows = read(reply, root, of="policies").records(name)
        found = tuple(profile_from_row(self._source, row) for row in rows if is_for_phones(row))
        if len({profile.id for profile in found}) < len(found):
            raise Unintelligible(
                "two policies for iOS have the same name, by which policies are assigned.",
                remedy="Rename one of them in the portal; nothing was changed.",
            )
        return found
