"""How translated profiles reach people on the target: through groups, or phone by phone after arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from ueapi.contract import Capability, CapabilitySheet
from ueapi.errors import PlanRefused
from ueapi.migration.digests import digest_of
from ueapi.migration.documents import PlannedGroup, PlannedProfile, Task
from ueapi.migration.naming import everyone_group, group_names
from ueapi.migration.scoping import Members
from ueapi.migration.translation import TranslatedProfile, joined
from ueapi.model import Group, Scope


class Way(Enum):
    """How the target is told who gets a profile."""

    GROUPS = "groups"
    """Through user groups, before anyone moves."""
    DEVICES = "devices"
    """Phone by phone, once it has arrived."""


@frozen(kw_only=True)
class Assignments:
    """What is made on the target for the profiles, by whom, and who gets it."""

    profiles: tuple[PlannedProfile, ...]
    groups: tuple[PlannedGroup, ...]
    tasks: tuple[Task, ...]


def way_to(sheet: CapabilitySheet) -> Way:
    """The way a product takes assignments of profiles; groups where it has both.

    Raises:
        PlanRefused: it takes them in neither way. Nothing was changed.
    """
    support = sheet[Capability.PROFILES_ASSIGN]
    takes_groups = support.to is None or "user_groups" in support.to
    if support.is_callable and takes_groups and sheet[Capability.GROUPS_ENSURE].is_callable:
        return Way.GROUPS
    if support.is_callable and (support.to is None or "devices" in support.to):
        return Way.DEVICES
    why = support.why or support.loss or "it takes neither groups of users nor devices"
    raise PlanRefused(
        f"the target can't be told who gets a profile: {why}.",
        remedy="Choose another target, or move the phones without profiles; nothing was changed.",
    )


def assignments(
    translated: Sequence[TranslatedProfile],
    members: Members,
    *,
    sheet: CapabilitySheet,
    most: int | None,
) -> Assignments:
    """Plan the profiles that arrive on the target; `most` is how many of them a phone can hold there.

    Raises:
        PlanRefused: there are some, and the target can't be told who gets them. Nothing was changed.
    """
    arriving = [t for t in translated if t.by_api or t.by_hand]
    if not arriving:
        return Assignments(profiles=(), groups=(), tasks=())
    if way_to(sheet) is Way.GROUPS:
        return Assignments(
            profiles=tuple(_through_groups(t, members) for t in arriving),
            groups=tuple(_groups(arriving, members)),
            tasks=tuple(t.by_hand for t in arriving if t.by_hand),
        )
    planned = [_for_people(*found) for found in _combined(arriving, members, most)]
    tasks = {task.id: task for _, task in planned if task is not None}
    return Assignments(
        profiles=tuple(profile for profile, _ in planned), groups=(), tasks=tuple(tasks.values())
    )


_HIDDEN: Final = Scope(everyone=True)
"""A scope the source doesn't show reaches everyone who moves, where the policy says so, and else nothing arrives."""

# -- through groups --------------------------------------------------------------------------------


def _groups(arriving: Sequence[TranslatedProfile], members: Members) -> Iterator[PlannedGroup]:
    known = {g.id: g for g in members.groups}
    names = group_names(members.groups)
    used: dict[str, Group] = {}
    for item in arriving:
        scope = item.profile.scope or _HIDDEN
        if _needs_own_group(scope):
            yield PlannedGroup(
                source_id=f"profile:{item.profile.id}",
                name=everyone_group(item.profile.name),
                members=tuple(sorted(members.in_scope(item.profile.scope))),
                note="stands for direct assignments and exceptions",
            )
            continue
        for group_id in (*scope.user_groups, *scope.device_groups):
            if group_id in known:
                used[group_id] = known[group_id]
    for group_id, group in used.items():
        yield PlannedGroup(
            source_id=group_id,
            name=names[group_id],
            members=tuple(sorted(members.by_group.get(group_id, frozenset()))),
            note=_group_note(group),
        )


def _needs_own_group(scope: Scope) -> bool:
    return scope.everyone or bool(scope.users or scope.devices)


def _group_note(group: Group) -> str:
    if group.of == "devices":
        return "holds the owners of the devices, since the new enrollments don't exist yet"
    return "static copy of a dynamic group" if group.is_dynamic else ""


def _through_groups(item: TranslatedProfile, members: Members) -> PlannedProfile:
    scope = item.profile.scope or _HIDDEN
    names = group_names(members.groups)
    groups = (
        (everyone_group(item.profile.name),)
        if _needs_own_group(scope)
        else tuple(names[g] for g in (*scope.user_groups, *scope.device_groups) if g in names)
    )
    return PlannedProfile(
        source_id=item.profile.id,
        name=item.profile.name,
        groups=groups,
        by_api=item.by_api is not None and item.by_hand is None,
        by_hand=item.by_hand.subject if item.by_hand else None,
    )


# -- phone by phone --------------------------------------------------------------------------------

_Combination = tuple[TranslatedProfile, ...]
_BETWEEN: Final = " + "


def _combined(
    arriving: Sequence[TranslatedProfile], members: Members, most: int | None
) -> Iterator[tuple[_Combination, tuple[str, ...]]]:
    """What becomes one profile on the target, and the keys of the people who get it."""
    found: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for person, numbers in sorted(_numbers(arriving, members).items()):
        if most is not None and len(numbers) > most:
            found[tuple(numbers)].append(person)
        else:
            for number in numbers:
                found[number,].append(person)
    for places, people in sorted(found.items()):
        yield tuple(arriving[n] for n in places), tuple(people)


def _numbers(arriving: Sequence[TranslatedProfile], members: Members) -> Mapping[str, list[int]]:
    """Person → places of the profiles that reach them."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(arriving):
        for person in members.in_scope(item.profile.scope):
            found[person].append(number)
    return found


def _for_people(items: _Combination, people: Collection[str]) -> tuple[PlannedProfile, Task | None]:
    task = items[0].by_hand if len(items) == 1 else _joined_task(items)
    name = _BETWEEN.join(t.profile.name for t in items)
    profile = PlannedProfile(
        source_id="+".join(t.profile.id for t in items),
        parts=tuple(t.profile.id for t in items) if len(items) > 1 else (),
        name=name,
        people=tuple(people),
        by_api=task is None,
        by_hand=task.subject if task else None,
    )
    return profile, task


def _joined_task(items: _Combination) -> Task | None:
    """One policy by hand for several profiles, when one of them has to be made so."""
    if not any(t.by_hand for t in items):
        return None
    name = f"{_BETWEEN.join(t.profile.name for t in items)} (console)"
    steps = [step for t in items if t.by_hand for step in t.by_hand.steps]
    hidden = [t.profile.name for t in items if t.by_hand and t.by_hand.content is None]
    steps += [f"Add the settings of {n!r} as the source's console shows them" for n in hidden]
    content = [c for t in items if (c := t.by_hand.content if t.by_hand else t.by_api)]
    return Task(
        id=f"T-{digest_of(['profile', [t.profile.id for t in items], name])[:8]}",
        kind="make-profile",
        title=f"Make the policy {name!r} in the console",
        steps=tuple(dict.fromkeys(steps)),
        subject=name,
        content=joined(content, name),
    )
