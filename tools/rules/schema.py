"""Reads a checkout of Apple's device management schema into items: what it is, since when, and for whom.

Facts flow downwards: a key begins with the facts of what holds it and changes some. What holds a key limits it, so a
key is never freer than its payload. The `iOS` column covers iPadOS. No `userenrollment` mode anywhere means allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

MISSING = "n/a"
FROM_MILD_TO_HARD = (
    "allowed",
    "required",
    "ignored",
    "requires-supervision",
    "forbidden",
    "not-available",
)
LIMITING = frozenset(FROM_MILD_TO_HARD[2:])
"""Modes that hold for everything inside; `required` is about presence and stays outside."""
ENVELOPES = frozenset({"TopLevel", "CommonPayloadKeys"})


@dataclass(frozen=True)
class Facts:
    """What the schema says about one item on iOS."""

    introduced: str = MISSING
    deprecated: str = ""
    removed: str = ""
    supervised: bool = False
    mode: str = "allowed"
    enrollments: tuple[str, ...] | None = None
    limit: str = "allowed"
    default: bool | int | str | None = None
    """What iOS does when the key is absent, if the schema says so."""

    @property
    def is_there(self) -> bool:
        return self.introduced != MISSING

    @property
    def effective(self) -> str:
        """One word for a user-enrolled device."""
        if not self.is_there:
            return "not-available"
        own = self.mode if self.enrollments is None else self._by_enrollment()
        if self.supervised and own in ("allowed", "required", "ignored"):
            own = "requires-supervision"
        return max(own, self.limit, key=FROM_MILD_TO_HARD.index)

    def _by_enrollment(self) -> str:
        if "user" in (self.enrollments or ()):
            return "allowed"
        return "requires-supervision" if self.enrollments == ("supervised",) else "forbidden"

    def inside(self, block: dict[str, Any] | None) -> Facts:
        """The facts of something inside, with the block of its own."""
        if not self.is_there:
            return self
        limit = self.effective if self.effective in LIMITING else "allowed"
        return replace(self, limit=limit).told(block or {}, at_least=self.introduced)

    def told(self, block: dict[str, Any], *, at_least: str = "") -> Facts:
        """These facts, changed by what one `supportedOS` block says."""
        introduced = str(block.get("introduced", self.introduced))
        if at_least and introduced != MISSING and version(introduced) < version(at_least):
            introduced = at_least
        allowed = block.get("allowed-enrollments")
        return replace(
            self,
            introduced=introduced,
            deprecated=_stated(block, "deprecated", self.deprecated),
            removed=_stated(block, "removed", self.removed),
            supervised=bool(block.get("supervised", self.supervised)),
            mode=(block.get("userenrollment") or {}).get("mode", self.mode),
            enrollments=self.enrollments if allowed is None else tuple(allowed),
        )


@dataclass(frozen=True)
class Item:
    """One thing a question can be about."""

    section: str
    id: str
    facts: Facts
    file: str


def version(text: str) -> tuple[int, ...]:
    """A version as it is compared."""
    return tuple(int(part) for part in text.split("."))


def read_schema(root: Path) -> Iterator[Item]:
    """Every item of a checkout, each once: of alternative shapes of a key the first counts."""
    seen = set[tuple[str, str]]()
    for place, reader in READERS.items():
        for file in _files(root / place):
            document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            if not document.get("payload"):
                continue
            for section, name, facts in reader(document, file.stem):
                if (section, name) not in seen:
                    seen.add((section, name))
                    yield Item(section, name, facts, file.relative_to(root).as_posix())


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.yaml"))


def _scalar(value: object) -> bool | int | str | None:
    return value if isinstance(value, bool | int | str) else None


def _stated(block: dict[str, Any], name: str, otherwise: str) -> str:
    value = block.get(name)
    return otherwise if value is None else "" if value == MISSING else str(value)


Found = Iterator[tuple[str, str, Facts]]


def _top(document: dict[str, Any]) -> Facts:
    return Facts().told((document["payload"].get("supportedOS") or {}).get("iOS") or {})


def _keys(rows: list[dict[str, Any]] | None, above: Facts, path: str = "") -> Found:
    """Every key below: `A`, `A.B`, below an array `A[].B`. The section is left open."""
    yield from _walk(rows or [], above, path, (), in_array=False)


def _walk(
    rows: list[dict[str, Any]],
    above: Facts,
    path: str,
    holders: tuple[int, ...],
    *,
    in_array: bool,
) -> Found:
    is_element = in_array and len(rows) == 1
    for row in rows:
        # Some specifications hold themselves.
        if id(row) in holders:
            continue
        facts = above.inside((row.get("supportedOS") or {}).get("iOS"))
        facts = replace(facts, default=_scalar(row.get("default")))
        name = path + "[]" if in_array else path
        if not is_element:
            name = f"{name}.{row['key']}" if name else str(row["key"])
        if not is_element or row.get("type") not in ("<dictionary>", "<array>"):
            yield "", name, facts
        below = row.get("subkeys") or []
        is_array = row.get("type") == "<array>"
        yield from _walk(below, facts, name, (*holders, id(row)), in_array=is_array)


def _profile(document: dict[str, Any], stem: str) -> Found:
    variant = re.search(r"\([^)]+\)", stem)
    owner = document["payload"]["payloadtype"] + (variant[0] if variant else "")
    kind = "envelope" if owner in ENVELOPES else "payload"
    yield kind, owner, _top(document)
    yield from _owned(f"{kind}-key", owner, document, "payloadkeys")


def _owned(section: str, owner: str, document: dict[str, Any], part: str) -> Found:
    facts = _top(document)
    if facts.is_there:
        for _, path, found in _keys(document.get(part), facts):
            yield section, f"{owner}:{path}", found


def _command(document: dict[str, Any], _: str) -> Found:
    name = document["payload"]["requesttype"]
    yield "command", name, _top(document)
    for part, section in (("payloadkeys", "command-key"), ("responsekeys", "command-response-key")):
        for kept, full, facts in _owned(section, name, document, part):
            yield _asked_apart(kept, name, full.removeprefix(f"{name}:"), facts)


def _asked_apart(section: str, name: str, path: str, facts: Facts) -> tuple[str, str, Facts]:
    """Queries and settings are kinds of their own, named after their command."""
    for command, part, prefix, kind in (
        ("DeviceInformation", "command-key", "Queries[].", "query"),
        ("SecurityInfo", "command-response-key", "SecurityInfo.", "query"),
        ("Settings", "command-key", "Settings[].", "setting"),
    ):
        if (name, section) == (command, part) and path.startswith(prefix):
            inner = path.removeprefix(prefix)
            below = kind == "setting" and "." in inner
            return f"{kind}-key" if below else kind, f"{name}:{inner}", facts
    return section, f"{name}:{path}", facts


def _checkin(document: dict[str, Any], _: str) -> Found:
    name = document["payload"]["requesttype"]
    yield "checkin", name, _top(document)
    yield from _owned("checkin-key", name, document, "payloadkeys")
    yield from _owned("checkin-response-key", name, document, "responsekeys")


def _declaration(document: dict[str, Any], _: str) -> Found:
    payload = document["payload"]
    if "credentialtype" in payload:
        section, name = "asset-credential", payload["credentialtype"]
    elif (name := payload["declarationtype"]) == "any":
        return
    else:
        section = name.split(".")[2]
    yield section, name, _top(document)
    yield from _owned("declaration-key", name, document, "payloadkeys")


def _status(document: dict[str, Any], _: str) -> Found:
    if name := document["payload"].get("statusitemtype"):
        yield "status-item", name, _top(document)


def _device(document: dict[str, Any], _: str) -> Found:
    yield from _owned("device-info-key", "MachineInfo", document, "payloadkeys")


READERS: dict[str, Callable[[dict[str, Any], str], Found]] = {
    "mdm/profiles": _profile,
    "mdm/commands": _command,
    "mdm/checkin": _checkin,
    "declarative/declarations": _declaration,
    "declarative/status": _status,
    "other/machineinfo.yaml": _device,
}
"""Which part of the checkout is read how."""
