"""Reading Apple's schema as chains: for each item, all that was said on the way down to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import yaml

NOT_THERE: Final = "not-available"
FREEDOM: Final = ("allowed", "required", "ignored", "requires-supervision", "forbidden")
"""From free to hard. A key is never freer than what contains it, so the hardest word on its chain holds."""

Version = tuple[int, ...]


def number(text: str) -> Version:
    """Make a version comparable; 18 equals 18.0."""
    parts = [int(part) for part in text.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


@dataclass(frozen=True)
class Statement:
    """What one line of the schema says of iOS, `""` where it says nothing."""

    line: int
    introduced: str = ""
    deprecated: str = ""
    removed: str = ""
    supervised: bool = False
    mode: str = ""
    enrollments: tuple[str, ...] | None = None

    @property
    def limit(self) -> str:
        """The hardest thing this line says about User Enrollment."""
        said = [self.mode or "allowed"]
        if self.enrollments is not None and "user" not in self.enrollments:
            said.append(
                "requires-supervision" if self.enrollments == ("supervised",) else "forbidden"
            )
        if self.supervised:
            said.append("requires-supervision")
        return max(said, key=FREEDOM.index)


@dataclass(frozen=True)
class Leaf:
    """One item of the schema, with the statements of everything that contains it and its own, outermost first."""

    section: str
    id: str
    file: str
    chain: tuple[Statement, ...]

    def __str__(self) -> str:
        return f"{self.section}/{self.id} ({self.file}:{self.chain[-1].line})"

    @cached_property
    def begin(self) -> Version | None:
        """From when on everything on the chain is there; `None` if something never was on iOS."""
        said = [step.introduced for step in self.chain if step.introduced]
        if not said or "n/a" in said:
            return None
        return max(map(number, said))

    @cached_property
    def end(self) -> Version | None:
        """From when on something on the chain is gone."""
        return min((number(s.removed) for s in self.chain if s.removed), default=None)

    @cached_property
    def discouraged(self) -> Version | None:
        """From when on Apple advises against it: what the key says itself comes before what contains it."""
        return next((number(s.deprecated) for s in reversed(self.chain) if s.deprecated), None)

    @cached_property
    def is_supervised(self) -> bool:
        """Whether it or something that contains it works on supervised devices only."""
        return self.begin is not None and any(step.supervised for step in self.chain)

    def is_there(self, ios: Version) -> bool:
        """Whether the item and all that contains it are part of that iOS."""
        return self.begin is not None and self.begin <= ios and (self.end is None or ios < self.end)

    def mode(self, ios: Version) -> str:
        """What this schema answers for one version."""
        if not self.is_there(ios):
            return NOT_THERE
        return max((step.limit for step in self.chain), key=FREEDOM.index)


def inside(node: yaml.Node | None, *names: str) -> yaml.Node | None:
    """Follow names down through mappings."""
    for name in names:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == name), None)
    return node


def text(node: yaml.Node | None, *names: str) -> str:
    """The text found under names, or none."""
    found = inside(node, *names)
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def statement(node: yaml.Node) -> Statement:
    """What is said of iOS right here."""
    ios = inside(node, "supportedOS", "iOS")
    enrollments = inside(ios, "allowed-enrollments")
    return Statement(
        line=node.start_mark.line + 1,
        introduced=text(ios, "introduced"),
        deprecated=text(ios, "deprecated"),
        removed=text(ios, "removed"),
        supervised=text(ios, "supervised") == "true",
        mode=text(ios, "userenrollment", "mode"),
        enrollments=None if enrollments is None else tuple(n.value for n in enrollments.value),
    )


@dataclass(frozen=True)
class Place:
    """Where a list of keys hangs: the path to it, the type that holds it, and all that was said on the way."""

    path: str
    held_by: str
    chain: tuple[Statement, ...]
    entered: tuple[int, ...] = ()


def below(keys: yaml.Node | None, place: Place) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """Spell every key below a list of keys. A list that contains itself is entered once."""
    if keys is None or id(keys) in place.entered:
        return
    is_element = place.held_by == "<array>" and len(keys.value) == 1
    for entry in keys.value:
        name, held_by = text(entry, "key"), text(entry, "type")
        steps = (*place.chain, statement(entry))
        path = place.path if is_element else f"{place.path}.{name}".removeprefix(".")
        # A dictionary or list as the element of a list only stands for its own content.
        if not (is_element and held_by in ("<dictionary>", "<array>")):
            yield path, steps
        inner = path + ("[]" if held_by == "<array>" else "")
        deeper = Place(inner, held_by, steps, (*place.entered, id(keys)))
        yield from below(inside(entry, "subkeys"), deeper)


SUBJECTS: Final = (
    ("payloadtype", r"mdm/profiles/(TopLevel|CommonPayloadKeys)\.yaml", "", "envelope-key"),
    ("payloadtype", r"mdm/profiles/.*", "payload", "payload-key"),
    ("payloadtype", r"other/machineinfo\.yaml", "", "device-info-key"),
    ("requesttype", r"mdm/commands/.*", "command", "command-key"),
    ("requesttype", r"mdm/checkin/.*", "checkin", "checkin-key"),
    ("declarationtype", r".*/configurations/.*", "configuration", "declaration-key"),
    ("declarationtype", r".*/assets/.*", "asset", "declaration-key"),
    ("declarationtype", r".*/activations/.*", "activation", "declaration-key"),
    ("declarationtype", r".*/management/.*", "management", "declaration-key"),
    ("credentialtype", r".*/assets/credentials/.*", "asset-credential", "declaration-key"),
    ("statusitemtype", r".*", "status-item", ""),
)
"""How the schema names the type of a thing, where such files lie, and the sections for the thing and its keys."""

INNER: Final = (
    ("command-key", r"Settings:Settings\[\]\.(?P<key>[^.]+)", "setting", "Settings"),
    ("command-key", r"Settings:Settings\[\]\.(?P<key>.+)", "setting-key", "Settings"),
    ("command-key", r"DeviceInformation:Queries\[\]\.(?P<key>.+)", "query", "DeviceInformation"),
    ("command-response-key", r"SecurityInfo:SecurityInfo\.(?P<key>.+)", "query", "SecurityInfo"),
)
"""Keys of commands that are things of their own: each setting, and each value that can be asked for."""


def leaves_of(file: str, content: str) -> Iterator[Leaf]:
    """Every item of one file, if it is about something the table answers for."""
    root = yaml.compose(content, Loader=yaml.CSafeLoader)
    head = inside(root, "payload")
    fitting = (s for s in SUBJECTS if text(head, s[0]) and re.fullmatch(s[1], file))
    word, _, section, key_section = next(fitting, ("", "", "", ""))
    if not word:
        return
    owner = text(head, word)
    if variant := re.search(r"\(\w+\)", file):
        owner += variant.group()
    top = Leaf(section, owner, file, (statement(head),))
    if section:
        yield top
    if top.begin is None:
        return
    if key_section:
        yield from keys_of(top, inside(root, "payloadkeys"), section=key_section)
    if section in ("command", "checkin"):
        yield from keys_of(top, inside(root, "responsekeys"), section=f"{section}-response-key")


def keys_of(top: Leaf, keys: yaml.Node | None, *, section: str) -> Iterator[Leaf]:
    """Every key of one thing, under the section and the name it is asked for by."""
    for path, chain in below(keys, Place("", "", top.chain)):
        found = Leaf(section, f"{top.id}:{path}", top.file, chain)
        for inner_of, pattern, inner, owner in INNER:
            match = re.fullmatch(pattern, found.id) if section == inner_of else None
            if match:
                found = Leaf(inner, f"{owner}:{match['key']}", top.file, chain)
                break
        yield found


def read(files: Iterable[tuple[str, str]]) -> dict[str, Leaf]:
    """All items of a schema by section and id."""
    every = (leaf for file, content in files for leaf in leaves_of(file, content))
    return {f"{leaf.section}/{leaf.id}": leaf for leaf in every}
