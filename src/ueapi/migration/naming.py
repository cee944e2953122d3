"""Names of what a move makes on the target, and who has such a name already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ueapi.migration.inventory import Inventory
from ueapi.model import Group


def group_name(source_name: str) -> str:
    """The name of the target group that stands for a source group."""
    return f"{source_name} (moved)"


def group_names(groups: Iterable[Group]) -> Mapping[str, str]:
    """Source group id → name of its target group; a group of users and one of devices may share a name."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for group in groups:
        name, count = group_name(group.name), 1
        while name.casefold() in taken:
            count += 1
            name = group_name(f"{group.name} {count}")
        taken.add(name.casefold())
        names[group.id] = name
    return names


def everyone_group(profile_name: str) -> str:
    """The name of the target group for a profile that isn't assigned through groups at the source."""
    return f"In scope of {profile_name} (moved)"


def namesakes(target: Inventory, profiles: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
    """Target profiles and groups, as `kind:id`, that making one of these names would change."""
    profile_names = {name.casefold() for name in profiles}
    group_names = {name.casefold() for name in groups}
    return (
        *(f"profile:{p.id}" for p in target.profiles if p.name.casefold() in profile_names),
        *(f"group:{g.id}" for g in target.groups if g.name.casefold() in group_names),
    )
