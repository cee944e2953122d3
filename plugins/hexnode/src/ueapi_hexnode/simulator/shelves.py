"""What is derived from app groups, catalogs and a policy's app lists."""

from __future__ import annotations

from collections.abc import Mapping

from ueapi_hexnode.simulator.state import PolicyRow, Store


def apps_required_by(store: Store, policy: PolicyRow) -> list[int]:
    """Ids of the apps a policy requires, those of its app groups included.

    Source: Hexnode developer pages, Create Policy: `mandatory_apps` with `app` and `group`.
    """
    given = policy.app_management.get("mandatory_apps")
    if not isinstance(given, Mapping):
        return []
    found = _ids(given.get("app"))
    for group in _ids(given.get("group")):
        if group in store.appgroups:
            found += store.appgroups[group].apps
    return list(dict.fromkeys(found))


def _ids(value: object) -> list[int]:
    return [int(str(v)) for v in value] if isinstance(value, list) else []
