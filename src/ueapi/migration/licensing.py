"""Licenses on the target, for products that hand them out by an order of their own and not with the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ueapi.contract import Capability
from ueapi.migration.documents import PlannedApp, PlannedPerson
from ueapi.migration.work import Move, chunks


def give_licenses(
    move: Move, people: Sequence[PlannedPerson], known: Mapping[str, str], *, batch: str
) -> None:
    """Give people a license of each app they shall have: a call for each app and chunk.

    `batch` names these people in the ledger, for example by the number of their wave. `known` maps the key of a Managed
    Apple ID to the user on the target. Under User Enrollment a license belongs to a user, so it can be given before the
    phone arrives. Source: Apple, Device Management, InstallApplication.
    """
    if move.plan.reenrolls or not move.can(move.target, Capability.LICENSES_ASSIGN):
        return
    for app in move.plan.apps:
        users = _users(app, people, known)
        store_id = store_id_of(move, app) if users else None
        if users and store_id is None:
            text = f"no license of {app.name} was given, since neither product shows its store id"
            move.emit("no-license", text, wave=people[0].wave)
            continue
        for number, chunk in chunks(users, move.plan.policy.chunk):
            key = f"license:{app.source_id}:{batch}:{number}"
            give = partial(_given, move, str(store_id), chunk)
            move.once(key, "licenses.assign", give, sent=[store_id, *chunk])


def _users(app: PlannedApp, people: Sequence[PlannedPerson], known: Mapping[str, str]) -> list[str]:
    wanted = frozenset(app.people)
    accounts = (p.managed_apple_id for p in people if p.key in wanted)
    return [user for maid in accounts if maid and (user := known.get(maid.key))]


def store_id_of(move: Move, app: PlannedApp) -> str | None:
    """Apple's number of the app: as the source knows it, else as the target does, which is asked once a run."""
    if app.store_id is not None:
        return app.store_id
    if app.bundle_id not in move.store_ids:
        move.store_ids[app.bundle_id] = _read(move, app)
    return move.store_ids[app.bundle_id]


def _read(move: Move, app: PlannedApp) -> str | None:
    app_id = move.target_apps.get(app.bundle_id)
    if app_id is None or not move.can(move.target, Capability.APPS_GET):
        return None
    return move.target.apps.get(app_id).store_id


def _given(move: Move, store_id: str, users: Sequence[str]) -> str:
    move.target.licenses.assign(store_id, users)
    return "given"
