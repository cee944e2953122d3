"""What people read, by language: a file for each, with sentences and with the words an iPhone shows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Self

from attrs import field, frozen
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ueapi.apple.rules import IosVersion
from ueapi.errors import UsageError

FOLDER: Final = "languages"
PIECE: Final = re.compile(r"\{(@?)([a-z][a-z-]*)\}")
"""A placeholder: `{name}` is filled in, `{@name}` stands for what the iPhone shows."""

ORGANIZATION: Final = "organization"


@frozen
class Span:
    """A piece of a sentence; `is_shown` marks words that stand on the iPhone's screen, as far as is known."""

    text: str = field(repr=False)
    is_shown: bool = False
    is_assumed: bool = False


@frozen
class Sentence:
    """A sentence whose pieces a page may set apart; as text, what the iPhone shows stands in quotation marks.

    It can name a person, so its `repr` doesn't show the words.
    """

    spans: tuple[Span, ...]
    quotes: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        opening, closing = self.quotes
        return "".join(f"{opening}{s.text}{closing}" if s.is_shown else s.text for s in self.spans)


class Wording(BaseModel):
    """How the iPhone words something from a version of iOS on, and how that is known.

    `assumed` says that no source of the words in this language was seen. A name that people use in a sentence is not
    `quoted`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    since: str = Field(alias="from")
    text: str = Field(min_length=1)
    source: str = ""
    assumed: bool = False
    quoted: bool = True

    @field_validator("since")
    @classmethod
    def _is_version(cls, text: str) -> str:
        IosVersion.parse(text)
        return text

    @model_validator(mode="after")
    def _is_known_somehow(self) -> Self:
        if not self.source and not self.assumed:
            raise ValueError("a wording has a source or is assumed")
        return self


class LanguageFile(BaseModel):
    """A language as it is stored; the texts are found by dotted keys, such as `join.menu`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str = Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    name: str
    quotes: tuple[str, str]
    interface: dict[str, tuple[Wording, ...]]
    text: dict[str, str]

    @field_validator("text", mode="before")
    @classmethod
    def _flatten(cls, tree: object) -> dict[str, str]:
        return dict(_leaves("", tree))


def _leaves(prefix: str, tree: object) -> list[tuple[str, str]]:
    if isinstance(tree, str):
        return [(prefix, tree)]
    if not isinstance(tree, Mapping):
        raise ValueError(f"{prefix} is neither a text nor a table")
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        found += _leaves(f"{prefix}.{key}" if prefix else str(key), value)
    return found


@frozen
class Voice:
    """A language at work: for one version of iOS, with what is filled in everywhere.

    `values` can hold an organization's name; without one the language's own words for it are used.
    """

    language: LanguageFile = field(repr=False)
    ios: IosVersion
    values: Mapping[str, str] = field(repr=False, factory=dict)

    def say(self, key: str, **more: str) -> Sentence:
        """The sentence with this key, filled in.

        Raises:
            LookupError: the file has no such sentence, or it wants a value that wasn't given; a test of the language
                files finds this.
        """
        pattern = self.language.text[key]
        spans = tuple(self._span(plain, mark, name, more) for plain, mark, name in _pieces(pattern))
        if self._begins_small(pattern, spans):
            spans = (Span(spans[0].text[:1].upper() + spans[0].text[1:]), *spans[1:])
        return Sentence(spans, self.language.quotes)

    def wording(self, name: str) -> Wording:
        """How the iPhone words something in this version of iOS."""
        wordings = self.language.interface[name]
        return [w for w in wordings if IosVersion.parse(w.since) <= self.ios][-1]

    def _begins_small(self, pattern: str, spans: tuple[Span, ...]) -> bool:
        """Whether the first words are a language's own, which take a capital where a sentence begins with them."""
        if pattern.startswith("{@"):
            return not spans[0].is_shown
        return pattern.startswith("{" + ORGANIZATION + "}") and ORGANIZATION not in self.values

    def _span(self, plain: str, mark: str, name: str, more: Mapping[str, str]) -> Span:
        if not name:
            return Span(plain)
        if not mark:
            return Span(self._value(name, more))
        wording = self.wording(name)
        blank = self.language.text["organization.blank"]
        filled = wording.text.replace(
            "{" + ORGANIZATION + "}", self.values.get(ORGANIZATION, blank)
        )
        return Span(filled, is_shown=wording.quoted, is_assumed=wording.assumed)

    def _value(self, name: str, more: Mapping[str, str]) -> str:
        values = {**self.values, **more}
        if name.partition("-")[0] != ORGANIZATION:
            return values[name]
        case = name.partition("-")[2] or "plain"
        if ORGANIZATION not in values:
            return self.language.text[f"organization.{case}"]
        gap = "{" + ORGANIZATION + "}"
        named = self.language.text.get(f"organization.{case}-named", gap)
        return named.replace(gap, values[ORGANIZATION])


def _pieces(pattern: str) -> list[tuple[str, str, str]]:
    """Plain text, mark and name in turn, without empty pieces."""
    found: list[tuple[str, str, str]] = []
    end = 0
    for match in PIECE.finditer(pattern):
        if match.start() > end:
            found.append((pattern[end : match.start()], "", ""))
        found.append(("", match[1], match[2]))
        end = match.end()
    if end < len(pattern):
        found.append((pattern[end:], "", ""))
    return found


def languages() -> tuple[str, ...]:
    """Tags of the languages there are, sorted."""
    names = (entry.name for entry in resources.files("ueapi.guidance").joinpath(FOLDER).iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


@cache
def load_language(tag: str) -> LanguageFile:
    """The language with this tag, such as `de`.

    Raises:
        UsageError: there is no file for it.
    """
    if tag not in languages():
        raise UsageError(
            f"there are no texts in the language {tag!r}.",
            remedy=f"Choose one of {', '.join(languages())}; a further language is one more file.",
        )
    text = resources.files("ueapi.guidance").joinpath(FOLDER, f"{tag}.toml").read_text("utf-8")
    return LanguageFile.model_validate(tomllib.loads(text))
