"""Puts the backend together."""

from __future__ import annotations

from typing import Final

from ueapi.contract import Backend, Context, Limits
from ueapi_maas360.auth import LIFETIME, TokenAccess
from ueapi_maas360.facets.apps import Maas360Apps
from ueapi_maas360.facets.calls import Account
from ueapi_maas360.facets.commands import Maas360Commands
from ueapi_maas360.facets.devices import Maas360Devices
from ueapi_maas360.facets.enrollments import Maas360Enrollments
from ueapi_maas360.facets.groups import Maas360Groups
from ueapi_maas360.facets.holders import Holders
from ueapi_maas360.facets.profiles import Maas360Profiles
from ueapi_maas360.facets.users import Maas360Users
from ueapi_maas360.faults import disguised, fault
from ueapi_maas360.mapping.origin import Source
from ueapi_maas360.mapping.people import AccountRule
from ueapi_maas360.native import Maas360Api
from ueapi_maas360.settings import Maas360Settings

LIMITS: Final = Limits(concurrency=3, profiles_per_device=1, signed_in_for=LIFETIME)
"""No figure of the product's is known; each answer tells what is left, and the runtime heeds that. A device holds one
policy. How many calls may run at once is our own modesty."""


def build(settings: Maas360Settings, context: Context) -> Backend:
    """Make the backend for one account; asks nothing."""
    account = Account(settings.billing_id)
    source = Source(context.tenant, context.now)
    rule = AccountRule(
        is_email=settings.managed_apple_id == "email",
        attribute=settings.managed_apple_id_attribute,
    )
    rows = settings.page_rows
    users = Maas360Users(
        account=account, source=source, rule=rule, page_rows=rows, domain=settings.user_domain
    )
    return Backend(
        url=settings.url,
        auth=TokenAccess(settings),
        fault=fault,
        disguised=disguised,
        limits=LIMITS,
        users=users,
        groups=Maas360Groups(account=account, source=source, page_rows=rows),
        devices=Maas360Devices(
            account=account,
            source=source,
            page_rows=rows,
            user_enrollment_mode=settings.user_enrollment_mode,
        ),
        enrollments=Maas360Enrollments(account=account, users=users),
        profiles=Maas360Profiles(
            account=account,
            source=source,
            holders=Holders(account=account, context=context, page_rows=rows),
        ),
        apps=Maas360Apps(account=account, source=source, page_rows=rows),
        commands=Maas360Commands(account=account),
        native=Maas360Api(account=account, user_enrollment_mode=settings.user_enrollment_mode),
    )
