"""`quality.yaml`: what a plugin's author states about the backend, for the kit to check or to believe.

```yaml
format: 1
rules:
  changelog: done
  docs-page: {status: done, evidence: docs/acme.md}
  moves-here: {status: exempt, reason: the product can't be written to}
losses:
  - {path: users/*/username, capability: users.list, reason: users have no user name}
verified: {on: 2026-10-30, version: "11.30"}
```
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ueapi.contract import Capability
from ueapi.errors import UnreadableInput, UsageError
from ueapi.plugins import Registry
from ueapi.testing.tiers import STATED
from ueapi.wording import rule_of

NAME: Final = "quality.yaml"
LARGEST: Final = 64 * 1024
"""Bytes of the file."""
DEEPEST: Final = 8
"""Levels of nesting."""
_NEAR: Final = 3
"""Folders above a package where the file is looked for; sources lie two below their project."""
_REMEDY: Final = "Correct the file; the manual's page on the kit shows one. Nothing was run."


class Status(StrEnum):
    """How an author answers a rule."""

    DONE = "done"
    TODO = "todo"
    EXEMPT = "exempt"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Answer(_Strict):
    """An author's answer to one rule. `evidence` is a file of the project, or a sentence."""

    status: Status
    reason: str = ""
    evidence: str = ""

    @model_validator(mode="after")
    def _explained(self) -> Answer:
        if self.status is Status.EXEMPT and not self.reason:
            raise ValueError("an exemption has a reason")
        return self


class Loss(_Strict):
    """A fact of the fleet that the product shows otherwise, or not at all.

    `path` is a pattern over the facts of `ueapi.testing.facts`; `capability` names the row of the sheet that says so.
    """

    path: str
    capability: Capability
    reason: str = Field(min_length=8)


class Verified(_Strict):
    """The last run against a real tenant."""

    on: date
    version: str


def _answer(value: object) -> object:
    return {"status": value} if isinstance(value, str) else value


class Quality(BaseModel):
    """What the file says; empty where a plugin has none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1] = 1
    rules: Mapping[str, Annotated[Answer, BeforeValidator(_answer)]] = Field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    verified: Verified | None = None

    @field_validator("rules")
    @classmethod
    def _known(cls, rules: Mapping[str, Answer]) -> Mapping[str, Answer]:
        unknown = sorted(set(rules) - STATED)
        if unknown:
            raise ValueError(f"no such rule: {', '.join(unknown)}")
        return rules

    def answer(self, rule: str) -> Answer:
        """The author's answer to a rule; to do where there is none."""
        return self.rules.get(rule, Answer(status=Status.TODO))

    @classmethod
    def read(cls, path: Path) -> Quality:
        """Read a file.

        Raises:
            UnreadableInput: it is missing, too large or not of the expected form; the message says where.
        """
        try:
            text = _bounded(path)
        except OSError as problem:
            raise UnreadableInput(
                f"{path.name} can't be read: {problem.strerror}.", remedy=_REMEDY
            ) from None
        try:
            return cls.model_validate(_plain(text))
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise UnreadableInput(
                f"{path.name}, {where}: {rule_of(first['msg'])}.", remedy=_REMEDY
            ) from None

    @classmethod
    def of_backend(cls, registry: Registry, backend: str) -> Quality:
        """What the plugin's own file says; empty if it has none."""
        found = quality_file(registry, backend)
        return cls.read(found) if found else cls()


def quality_file(registry: Registry, backend: str) -> Path | None:
    """The file in the plugin's package, or in the project its sources lie in; `None` if there is none."""
    module = registry.manifest(backend).build.partition(":")[0]
    for package in _packages(module):
        if (package / NAME).is_file():
            return package / NAME
    for home in _folders(module.partition(".")[0]):
        for above in home.parents[:_NEAR]:
            if (above / "pyproject.toml").is_file():
                return above / NAME if (above / NAME).is_file() else None
    return None


def _packages(module: str) -> Iterator[Path]:
    """Folders of the packages a module lies in, the innermost first."""
    while module := module.rpartition(".")[0]:
        yield from _folders(module)


def _folders(package: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(package) if package else None
    yield from map(Path, (spec.submodule_search_locations or ()) if spec else ())


def _bounded(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableInput(f"{path.name} is larger than {LARGEST} bytes.", remedy=_REMEDY)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableInput(f"{path.name} is no UTF-8 text.", remedy=_REMEDY) from None


def _plain(text: str) -> object:
    """The document as plain values: no references, few levels."""
    try:
        import yaml
    except ImportError:
        raise UsageError(
            "reading quality.yaml needs PyYAML.", remedy="pip install 'ueapi[kit]'"
        ) from None
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise UnreadableInput(f"{NAME} has a reference (*name).", remedy=_REMEDY)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise UnreadableInput(f"{NAME} nests deeper than {DEEPEST} levels.", remedy=_REMEDY)
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise UnreadableInput(f"{NAME}{line}: this is no YAML.", remedy=_REMEDY) from None
