"""What people keep by hand beside the schema, read from `tools/rules/overrides.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.fidelity.chains import NOT_THERE, Leaf, Version, number


@dataclass(frozen=True)
class Handmade:
    """What people added to the schema.

    `earlier` and `published` give the version until which another mode held, or was published, by payload and by item;
    `changed` the versions of deprecation and removal that came later.
    """

    earlier: dict[str, tuple[Version, str]]
    published: dict[str, tuple[Version, str]]
    changed: dict[str, tuple[str, str]]
    later: frozenset[tuple[str, str]]

    @classmethod
    def load(cls, path: Path) -> Handmade:
        """Read the file of overrides."""
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            earlier={e["payload"]: (number(e["until"]), e["mode"]) for e in told["earlier"]},
            published={
                f"{e['section']}/{e['id']}": (number(e["until"]), e["mode"])
                for e in told["published"]
            },
            changed={
                e["id"]: (e.get("deprecated", ""), e.get("removed", "")) for e in told["changed"]
            },
            later=frozenset((e["section"], e["id"]) for e in told["later"]),
        )

    def mode(self, leaf: Leaf, ios: Version) -> str:
        """The schema's answer, or what is known of that time."""
        said = leaf.mode(ios)
        until, before = self.earlier.get(leaf.id.partition(":")[0], ((), ""))
        is_payload = leaf.section in ("payload", "payload-key")
        return before if said != NOT_THERE and is_payload and ios < until else said

    def explains(self, leaf: Leaf, ios: Version, said: str) -> bool:
        """Whether it is told that Apple's data of that time said this."""
        until, before = self.published.get(f"{leaf.section}/{leaf.id}", ((), ""))
        return ios < until and before == said

    def dates(self, leaf: Leaf) -> tuple[Version | None, Version | None, Version | None]:
        """From when on it is there, deprecated and gone."""
        if leaf.begin is None:
            return None, None, None
        deprecated, removed = self.changed.get(leaf.id, ("", ""))
        return (
            leaf.begin,
            number(deprecated) if deprecated else leaf.discouraged,
            number(removed) if removed else leaf.end,
        )
