"""Before people move: administrators' tasks, then users, groups, profiles and apps on the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from ueapi.apple import profiles as apple_profiles
from ueapi.contract import Capability
from ueapi.errors import Conflict, PlanStale, Rejected
from ueapi.migration import stopping
from ueapi.migration.blocked import Kind, attempt
from ueapi.migration.digests import object_digests, profile_digest
from ueapi.migration.documents import PlannedApp, PlannedPerson, PlannedProfile, Task, Wave
from ueapi.migration.licensing import give_licenses
from ueapi.migration.naming import namesakes
from ueapi.migration.rows import TaskState
from ueapi.migration.snapshots import snapshot, without_secrets
from ueapi.migration.translation import allowed_part, joined
from ueapi.migration.work import Move, chunks
from ueapi.model import AppDraft, GroupDraft, ProfileDraft, Scope, User, UserDraft

REFUSED: Final = "refused"
_PROFILE_TASKS: Final = ("make-profile", "copy-profile")


def check_fresh(move: Move) -> None:
    """Read both tenants again and compare what the plan will touch.

    Raises:
        PlanStale: someone changed an object since planning, or made a profile or group of a planned name on the
            target; the message names it. Nothing was changed.
    """
    plan = move.plan
    source = snapshot(move.source)
    target = source if plan.reenrolls else snapshot(move.target)
    now = {
        **{f"source:{k}": v for k, v in object_digests(source).items()},
        **{f"target:{k}": v for k, v in object_digests(target).items()},
    }
    changed = [key for key, digest in plan.touched.items() if now.get(key) != digest]
    profiles = (p.name for p in plan.profiles if not p.by_hand)
    found = namesakes(target, profiles, (g.name for g in plan.groups))
    changed += [key for k in found if (key := f"target:{k}") not in plan.touched]
    if changed:
        named = ", ".join(f"{plan.names.get(key, key)} ({key})" for key in changed[:5])
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise PlanStale(
            f"changed since the plan was made: {named}{more}.",
            remedy="Take new snapshots and plan again; nothing was changed.",
        )


def give_tasks(move: Move) -> None:
    """Give every open task to the administrators, once."""
    for task in move.plan.tasks:
        if move.ledger.outcome(f"task:{task.id}") is None:
            move.steering.task(task, "")
            move.once(f"task:{task.id}", "task", lambda: "given", system="")
            move.emit("task", task.title)


def check_tasks(move: Move) -> bool:
    """Look whether tasks reported as done are done; say whether all are.

    What can be read is read: a wrong or missing result goes back to the administrator with a remark. What the product
    doesn't show counts as done when it is reported, and shows in the first wave.
    """
    states = move.ledger.task_states()
    reported = move.steering.reported()
    waiting = [task for task in move.plan.tasks if states[task.id] is not TaskState.CONFIRMED]
    fresh = [t for t in waiting if t.id in reported]
    if fresh:
        move.read_target()
    for task in fresh:
        problem = _problem(move, task)
        if problem:
            move.steering.task(task, problem)
            move.ledger.set_task(task.id, TaskState.OPEN, move.now, problem)
            move.emit("task-wrong", f"{task.title}: {problem}", actor="administrator")
        else:
            move.ledger.set_task(task.id, TaskState.CONFIRMED, move.now)
            move.emit("task-done", task.title, actor="administrator")
    states = move.ledger.task_states()
    return all(states[task.id] is TaskState.CONFIRMED for task in move.plan.tasks)


def _problem(move: Move, task: Task) -> str:
    if task.kind == "link-location":
        return _location_problem(move)
    if task.kind not in _PROFILE_TASKS:
        return ""
    if task.subject not in move.target_profiles:
        return "there is no policy of that name"
    return _difference(move, task)


def _location_problem(move: Move) -> str:
    missing = [a.name for a in move.plan.apps if a.bundle_id not in move.target_apps]
    if missing:
        return f"these apps are not in the catalog: {', '.join(missing)}"
    if move.can(move.target, Capability.LICENSES_LIST) and not any(move.target.licenses.list()):
        return "no location is linked"
    return ""


def _difference(move: Move, task: Task) -> str:
    made = move.target.profiles.get(move.target_profiles[task.subject])
    if made.content is None or task.content is None:
        return ""
    wanted = _readable(move, apple_profiles.read(task.content))
    found = _readable(move, apple_profiles.read(made.content))
    wrong = sorted(key for key, value in wanted.items() if found.get(key) != value)
    return f"these settings differ from the plan: {', '.join(wrong)}" if wrong else ""


def _readable(move: Move, profile: apple_profiles.ConfigurationProfile) -> dict[str, object]:
    """Settings the target's API can show, secrets left out."""
    mappable = move.target.profiles.translate(apple_profiles.write(profile)).mappable
    if mappable is None:
        return {}
    shown = apple_profiles.read(mappable)
    return {
        f"{payload.type}:{key}": value
        for payload in shown.payloads
        for key, value in payload.content.items()
        if key not in apple_profiles.secret_keys(payload)
    }


def stage_objects(move: Move) -> None:
    """Make groups, profiles and apps on the target, once for the whole move.

    What the target refuses is noted and tried again with the next look; the rest is made all the same.
    """
    move.read_target()
    groups: dict[str, str] = {}
    for group in move.plan.groups:
        attempt(
            move,
            Kind.GROUP,
            group.name,
            group.name,
            partial(_stage_group, move, group.name, groups),
        )
    for profile in move.plan.profiles:
        stage = partial(_stage_profile, move, profile, groups)
        attempt(move, Kind.PROFILE, profile.source_id, profile.name, stage)
    for app in move.plan.apps:
        attempt(move, Kind.APP, app.source_id, app.name, partial(_stage_app, move, app))
    move.read_target()


def _stage_group(move: Move, name: str, groups: dict[str, str]) -> None:
    groups[name] = _ensure_group(move, name, ())


def _ensure_group(move: Move, name: str, members: tuple[str, ...], suffix: str = "") -> str:
    draft = GroupDraft(name=name, of="users", members=members)
    key = f"group:{name}{suffix}"
    return move.once(
        key,
        "groups.ensure",
        lambda: move.target.groups.ensure(draft).value.id,
        sent=[name, sorted(members)],
    )


def _stage_profile(move: Move, profile: PlannedProfile, groups: Mapping[str, str]) -> None:
    key = f"profile:{profile.source_id}"
    if profile.by_hand:
        profile_id = _made_by_hand(move, profile.by_hand)
    else:
        profile_id = move.once(
            key,
            "profiles.ensure",
            lambda: _make_profile(move, profile),
            sent=move.plan.touched.get(f"source:profile:{profile.source_id}", ""),
        )
    ids = [groups[name] for name in profile.groups if name in groups]
    to = Scope(user_groups=tuple(ids))
    # A group that was refused holds its people back by itself; with the group comes the assignment.
    if ids and len(ids) == len(profile.groups):
        move.once(
            f"{key}:assign", "profiles.assign", lambda: _assigned(move, profile_id, to), sent=ids
        )


def _assigned(move: Move, profile_id: str, to: Scope) -> str:
    move.target.profiles.assign(profile_id, to)
    return "assigned"


def _made_by_hand(move: Move, name: str) -> str:
    if name not in move.target_profiles:
        raise PlanStale(
            f"the policy {name!r} was on the target and is gone.",
            remedy="Make it again in the console under the same name, then go on.",
        )
    return move.target_profiles[name]


def _make_profile(move: Move, planned: PlannedProfile) -> str:
    """Read the source's profile again, so that its secrets never rest in a file, and make it on the target."""
    parts = [_current_part(move, source_id) for source_id in planned.source_ids]
    content = joined([part for part in parts if part], planned.name) if planned.parts else parts[0]
    mappable = move.target.profiles.translate(content).mappable if content else None
    if mappable is None:
        raise PlanStale(
            f"profile {planned.name!r} has nothing the target can hold any more.",
            remedy="Plan again with new snapshots; this profile was not made on the target.",
        )
    made = move.target.profiles.ensure(ProfileDraft(name=planned.name, content=mappable))
    move.emit("staged", f"profile {planned.name} ({made.change.value})")
    return made.value.id


def _current_part(move: Move, source_id: str) -> bytes | None:
    current = move.source.profiles.get(source_id)
    if profile_digest(without_secrets(current)) != move.plan.touched[f"source:profile:{source_id}"]:
        raise PlanStale(
            f"profile {current.name!r} changed since the plan was made.",
            remedy="Plan again with new snapshots; this profile was not made on the target.",
        )
    return allowed_part(current.content or b"", _ios_versions(move))


def _ios_versions(move: Move) -> set[str]:
    return {d.os_version for p in move.plan.people for d in p.devices if d.os_version}


def _stage_app(move: Move, app: PlannedApp) -> None:
    if app.bundle_id in move.target_apps:
        return
    draft = AppDraft(
        name=app.name,
        kind=app.kind,
        bundle_id=app.bundle_id,
        store_id=app.store_id,
        version=app.version,
        url=app.url,
    )
    move.once(
        f"app:{app.source_id}",
        "apps.ensure",
        lambda: move.target.apps.ensure(draft).value.id,
        sent=draft.model_dump(mode="json"),
    )


def stage_wave(
    move: Move, wave: Wave, keys: Sequence[str], users: Iterable[User], *, batch: str = ""
) -> bool:
    """Make these people of the wave on the target and put them into their groups, in chunks.

    `users` are those the target has. `batch` names a part of the wave that is made later than the others.

    False when it stopped half-way: the operator asked for a pause, or too many users, or a group, were refused.
    """
    known = {u.managed_apple_id.key: u.id for u in users if u.managed_apple_id}
    people = [move.people[key] for key in keys]
    batch = batch or str(wave.number)
    for _, chunk in chunks(people, move.plan.policy.chunk):
        for person in chunk:
            _stage_user(move, person, known)
            if _too_many_refused(move, wave):
                return False
        stopping.heed(move)
        if stopping.is_paused(move):
            return False
    for group in move.plan.groups:
        members = tuple(_target_ids(group.members, people, known))
        fill = partial(_fill_group, move, group.name, members, batch)
        if members and not attempt(move, Kind.GROUP, group.name, group.name, fill):
            return False
    give_licenses(move, people, known, batch=batch)
    return True


def _fill_group(move: Move, name: str, members: tuple[str, ...], batch: str) -> None:
    _ensure_group(move, name, members, f":{batch}")


def _too_many_refused(move: Move, wave: Wave) -> bool:
    if stopping.seen_at(move, wave.number) is not None:
        return False
    told = [move.ledger.outcome(f"user:{key}") for key in wave.people]
    bad = sum(1 for outcome in told if outcome == REFUSED)
    good = sum(1 for outcome in told if outcome is not None) - bad
    reason = stopping.error_text(move, wave.number, good, bad)
    if reason:
        stopping.pause(move, reason, by="rule")
    return bool(reason)


def _target_ids(
    wanted: Iterable[str], people: Iterable[PlannedPerson], known: dict[str, str]
) -> Iterator[str]:
    keys = set(wanted)
    for person in people:
        maid = person.managed_apple_id
        if person.key in keys and maid and maid.key in known:
            yield known[maid.key]


def _stage_user(move: Move, person: PlannedPerson, known: dict[str, str]) -> None:
    maid = person.managed_apple_id
    if maid is None or maid.key in known or move.ledger.outcome(f"user:{person.key}") == REFUSED:
        return
    draft = UserDraft(managed_apple_id=maid, name=person.name, email=person.email or maid.root)
    try:
        known[maid.key] = move.once(
            f"user:{person.key}",
            "users.ensure",
            lambda: move.target.users.ensure(draft).value.id,
            sent=draft.model_dump(mode="json"),
        )
    except (Rejected, Conflict) as problem:
        move.ledger.close_intent(f"user:{person.key}", REFUSED, move.now)
        move.fail(person.key, "the target refuses the user record")
        move.emit("refused", str(problem), person=person.key, wave=person.wave)
