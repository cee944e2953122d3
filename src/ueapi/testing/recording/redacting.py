"""Turns what was overheard into golden cases: every leaf stays because it may, or is replaced throughout."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from attrs import field, frozen
from pydantic import SecretStr

from ueapi.apple import plist
from ueapi.contract import Settings
from ueapi.contract.xml import read_xml
from ueapi.errors import InvalidModel, Unintelligible
from ueapi.flow import Call
from ueapi.testing.recording.cases import Case
from ueapi.testing.recording.documents import (
    Place,
    rewritten,
    rewritten_plist,
    rewritten_xml,
    written_xml,
)
from ueapi.testing.recording.listening import Heard
from ueapi.testing.recording.pseudonyms import HOST, Pseudonyms
from ueapi.testing.recording.rules import Rules, Scalar, may_stay, may_stay_of_apple
from ueapi.testing.recording.shapes import Shape
from ueapi.testing.recording.vocabulary import VERSION_STEP, Vocabulary

NO_SECRET: Final = "not-a-secret"  # noqa: S105 - says so itself
"""What stands for each secret of the settings."""
REFUSED: Final = 400
_FORM: Final = "application/x-www-form-urlencoded"
_MEDIA: Final = re.compile(
    r"[a-z]+/[a-z0-9.+-]{1,60}(; ?charset=[A-Za-z0-9-]{1,20})?", re.IGNORECASE
)
_OPERATION: Final = re.compile(r"[a-z][a-z_-]{0,30}([. ][a-z][a-z_-]{0,40}){0,3}")
_COMPARED: Final = re.compile(
    r"([\w.]+)(==|!=|=[a-z]{2,3}=)(\"[^\"]*\"|'[^']*'|\([^()]*\)|[^\s;,()\"']+)"
)
_COMPARISONS: Final = re.compile(rf"{_COMPARED.pattern}(?:(?:[;,]| and | or ){_COMPARED.pattern})*")
_NUMBERS: Final = re.compile(r"\d+(,\d+)+", re.ASCII)


@frozen(kw_only=True)
class Redacted:
    """The cases, and what the proof needs: what was replaced and what it was replaced by.

    `settings` stand for those of the tenant, so that a backend made with them asks what the cases answer.
    `unknown_fields` is how many field names nobody declared.
    """

    cases: tuple[Case, ...]
    settings: Mapping[str, object] = field(repr=False)
    originals: frozenset[str] = field(repr=False)
    issued: frozenset[str] = field(repr=False)
    unknown_fields: int


def redacted(
    heard: Iterable[Heard],
    settings: Settings,
    *,
    rules: Rules,
    words: Vocabulary,
    hosts: frozenset[str],
    rng: random.Random,
) -> Redacted:
    """Replace everything that may not stay, the same value by the same everywhere.

    Raises:
        Unintelligible: an answer is in a form whose parts can't be told apart; nothing was recorded.
    """
    exchanges = tuple(heard)
    words = words.adding(rules.fields)
    names = Pseudonyms(rng, words, hosts, rules.date_formats)
    judging = Judging(rules, words, names)
    _settings(settings, judging)
    for exchange in exchanges:
        _case(exchange, judging)
    judging.naming = True
    cases = tuple(_case(exchange, judging) for exchange in exchanges)
    return Redacted(
        cases=cases,
        settings=_settings(settings, judging),
        originals=frozenset(names.originals),
        issued=names.issued | {*judging.fields.values(), NO_SECRET},
        unknown_fields=len(judging.fields),
    )


class Judging:
    """Judges each leaf twice: the first time it learns, the second time it answers."""

    def __init__(self, rules: Rules, words: Vocabulary, names: Pseudonyms) -> None:
        """Begin with learning."""
        self._rules = rules
        self._words = words
        self._names = names
        self.naming = False
        self.fields: dict[str, str] = {}

    def field(self, place: Place, name: str) -> str:
        """A known name as it is, another one numbered."""
        if self._words.knows(name):
            return name
        self._names.learn(name)
        return self.fields.setdefault(name, f"field-{len(self.fields) + 1}")

    def leaf(self, place: Place, value: Scalar) -> Scalar:
        """What may stay, or a replacement of the same type."""
        if place.in_plist and may_stay_of_apple(value):
            return value
        if may_stay(place.name, value, self._rules, self._words):
            return value
        if isinstance(value, str):
            return self.text(place.name, value)
        text = self._replaced(place.name, str(value), Shape.NUMBER)
        return float(text) if isinstance(value, float) else int(text)

    def text(self, name: str, value: str) -> str:
        """A text; what lists or compares values is judged value by value."""
        if may_stay(name, value, self._rules, self._words):
            return value
        if name == HOST:
            return self._replaced(name, value, Shape.DOMAIN)
        if _NUMBERS.fullmatch(value):
            return ",".join(self.text(name, part) for part in value.split(","))
        if _COMPARISONS.fullmatch(value):
            return _COMPARED.sub(self._compared, value)
        return self._replaced(name, value)

    def setting(self, value: str) -> str:
        """A setting of the tenant: replaced, unless it is one of the words the plugin's code offers to choose from."""
        return value if not value or self._words.says(value) else self._replaced("", value)

    def _replaced(self, name: str, value: str, shape: Shape | None = None) -> str:
        if self.naming:
            return self._names.name(value, self.text)
        self._names.learn(value, shape)
        self._names.parts(value, self.text)
        return value

    def _compared(self, found: re.Match[str]) -> str:
        name, operator, value = found.groups()
        steps = ".".join(self.field(Place(), step) for step in name.split("."))
        opening, closing = ("", "") if value[0] not in "\"'(" else (value[0], value[-1])
        inner = value[len(opening) : len(value) - len(closing)]
        parts = inner.split(",") if opening == "(" else [inner]
        return f"{steps}{operator}{opening}{','.join(self.text(name, part) for part in parts)}{closing}"


def _settings(settings: Settings, judging: Judging) -> dict[str, object]:
    """Settings in the place of the real ones: switches and small numbers stay, and each secret is the same word."""
    found: dict[str, object] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found[name] = NO_SECRET
        elif isinstance(value, str):
            found[name] = judging.setting(value)
        elif value is None or isinstance(value, bool | int | float):
            found[name] = judging.leaf(Place(name=name), value)
    return found


def _case(exchange: Heard, judging: Judging) -> Case:
    call, reply = exchange.call, exchange.reply
    asked = Place(path=("request",))
    media = reply.headers.get("content-type", "")
    return Case(
        operation=call.operation if _OPERATION.fullmatch(call.operation) else "call",
        method=call.method,
        path="/".join(_step(step, judging) for step in call.path.split("/")),
        at={judging.field(asked, name): judging.text(name, text) for name, text in call.at.items()},
        query=tuple(
            (judging.field(asked, name), judging.text(name, text)) for name, text in call.query
        ),
        sent=_content(call.body or b"", call.content_type or "", judging, call),
        status=reply.status,
        headers={"content-type": media} if _MEDIA.fullmatch(media) else {},
        content=_answer(exchange, judging),
    )


def _answer(exchange: Heard, judging: Judging) -> object:
    """The answer's body; a refusal in no known form, such as a page for people, is kept without one."""
    call, reply = exchange.call, exchange.reply
    try:
        return _content(reply.body, reply.content_type, judging, call)
    except Unintelligible:
        if reply.status >= REFUSED:
            return None
        raise


def _step(step: str, judging: Judging) -> str:
    """A step of a path's template; a value that was put in by hand is replaced like any other."""
    if not step or re.fullmatch(r"\{\w+\}", step) or VERSION_STEP.fullmatch(step):
        return step
    return judging.field(Place(), step)


def _content(body: bytes, media: str, judging: Judging, call: Call) -> object:
    """A body in a form that can be reviewed, judged leaf by leaf."""
    if not body.strip():
        return None
    if media == _FORM:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return [[judging.field(Place(), name), judging.text(name, text)] for name, text in pairs]
    for read in (_json, _plist, _xml):
        try:
            return read(body, judging)
        except (ValueError, InvalidModel, Unintelligible):
            continue
    raise Unintelligible(
        "an answer is neither JSON nor XML, so it can't be proven clean.",
        remedy="Nothing was written.",
        operation=call.operation,
    )


Reading = Callable[[bytes, Judging], object]


def _json(body: bytes, judging: Judging) -> object:
    return rewritten(json.loads(body), judging, Place())


def _plist(body: bytes, judging: Judging) -> object:
    return plist.write_canonical(rewritten_plist(plist.read(body), judging, Place())).decode()


def _xml(body: bytes, judging: Judging) -> object:
    return written_xml(rewritten_xml(read_xml(body), judging, Place()))
