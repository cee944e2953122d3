"""RSQL, the filter language of the Jamf Pro API.

Source: Jamf developer documentation, filtering with RSQL: `==` `!=` `<` `=lt=` `<=` `=le=` `>` `=gt=` `>=` `=ge=`
`=in=` `=out=`, `;` or `and`, `,` or `or`, parentheses, `*` as wildcard, quotes around values with reserved
characters. Guess: texts are compared without regard to upper and lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final, NoReturn

from attrs import define, frozen

from ueapi_jamf.simulator.answers import refuse

Getter = Callable[[str], object]
"""Value of a selector, for one row."""

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<op>==|!=|<=|>=|=lt=|=le=|=gt=|=ge=|=in=|=out=|<|>)
      | (?P<sign>[();,])
      | (?P<word>[^\s"'();,=!~<>]+)
    )""",
    re.VERBOSE,
)
_SAME: Final = {"=lt=": "<", "=le=": "<=", "=gt=": ">", "=ge=": ">="}
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")
_DEEPEST: Final = 32


class Several(tuple[str, ...]):
    """Values of a selector that has several; one that fits is enough."""

    __slots__ = ()


@frozen
class Comparison:
    """One comparison; `values` has several only for `=in=` and `=out=`."""

    selector: str
    op: str
    values: tuple[str, ...]


@frozen
class Junction:
    """Terms that all hold, or of which one holds."""

    needs_all: bool
    terms: tuple[Comparison | Junction, ...]


Expression = Comparison | Junction


def parse(text: str, allowed: Collection[str]) -> Expression | None:
    """Read a filter; `None` for an empty one.

    Raises:
        Refused: it can't be read, or names a selector that isn't allowed. Guess: the code for either.
    """
    if not text.strip():
        return None
    reader = _Reader(list(_tokens(text)), allowed)
    found = reader.alternatives(0)
    if reader.place != len(reader.tokens):
        _unreadable()
    return found


def compiled(expression: Expression) -> Callable[[Getter], bool]:
    """A test of one row."""
    if isinstance(expression, Junction):
        tests = [compiled(term) for term in expression.terms]
        if expression.needs_all:
            return lambda get: all(test(get) for test in tests)
        return lambda get: any(test(get) for test in tests)
    selector, test = expression.selector, _value_test(expression)
    return lambda get: test(get(selector))


def wanted(expression: Expression, selector: str) -> tuple[str, ...] | None:
    """The only values the selector can have in a match, or `None` when others are possible too."""
    if isinstance(expression, Junction):
        if not expression.needs_all:
            return None
        found = (wanted(term, selector) for term in expression.terms)
        return next((values for values in found if values is not None), None)
    is_exact = expression.op in {"==", "=in="} and not any("*" in v for v in expression.values)
    return expression.values if expression.selector == selector and is_exact else None


def selectors(expression: Expression) -> Iterator[Comparison]:
    """Every comparison in it."""
    if isinstance(expression, Comparison):
        yield expression
        return
    for term in expression.terms:
        yield from selectors(term)


def as_text(value: object) -> str:
    """A value as a filter sees it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _value_test(comparison: Comparison) -> Callable[[object], bool]:
    op, values = comparison.op, comparison.values
    if op in {"==", "=in=", "!=", "=out="}:
        patterns = [_pattern(v) for v in values]
        expected = op in {"==", "=in="}
        return lambda value: _fits(value, patterns) is expected
    return lambda value: value is not None and _ordered(as_text(value), op, values[0])


def _fits(value: object, patterns: list[Callable[[str], bool]]) -> bool:
    if isinstance(value, Several):
        return any(_fits(one, patterns) for one in value)
    text = as_text(value).casefold()
    return any(fits(text) for fits in patterns)


def _pattern(value: str) -> Callable[[str], bool]:
    folded = value.casefold()
    if "*" not in folded:
        return lambda text: text == folded
    matcher = re.compile(".*".join(re.escape(part) for part in folded.split("*")), re.DOTALL)
    return lambda text: matcher.fullmatch(text) is not None


def _ordered(text: str, op: str, value: str) -> bool:
    is_version = _VERSION.fullmatch(text) and _VERSION.fullmatch(value)
    key = _numbers if is_version else _letters
    left, right = key(text), key(value)
    if left == right:
        return op in {"<=", ">="}
    return (left < right) == op.startswith("<")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _letters(text: str) -> tuple[int, ...]:
    # Times differ in how many fractional digits they carry; without the zone letter they compare as text.
    return tuple(map(ord, text.casefold().removesuffix("z")))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, rest = 0, text.rstrip()
    while place < len(rest):
        match = _TOKEN.match(rest, place)
        if match is None or match.lastgroup is None:
            _unreadable()
        kind, value = match.lastgroup, match.group(match.lastgroup)
        place = match.end()
        if kind == "quoted":
            yield "word", re.sub(r"\\(.)", r"\1", value[1:-1])
        elif kind == "word" and value in {"and", "or"}:
            yield "sign", ";" if value == "and" else ","
        else:
            yield kind, _SAME.get(value, value)


@define
class _Reader:
    """Recursive descent: `,` is looser than `;`."""

    tokens: list[tuple[str, str]]
    allowed: Collection[str]
    place: int = 0

    def alternatives(self, depth: int) -> Expression:
        terms = [self._together(depth)]
        while self._takes(("sign", ",")):
            terms.append(self._together(depth))
        return terms[0] if len(terms) == 1 else Junction(False, tuple(terms))

    def _together(self, depth: int) -> Expression:
        terms = [self._one(depth)]
        while self._takes(("sign", ";")):
            terms.append(self._one(depth))
        return terms[0] if len(terms) == 1 else Junction(True, tuple(terms))

    def _one(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            _unreadable()
        if self._takes(("sign", "(")):
            inner = self.alternatives(depth + 1)
            self._needs(("sign", ")"))
            return inner
        selector, op = self._next("word"), self._next("op")
        if selector not in self.allowed:
            refuse(400, "INVALID_FIELD", "The field can't be used in a filter", field=selector)
        if op in {"=in=", "=out="}:
            return Comparison(selector, op, self._several())
        return Comparison(selector, op, (self._next("word"),))

    def _several(self) -> tuple[str, ...]:
        self._needs(("sign", "("))
        values = [self._next("word")]
        while self._takes(("sign", ",")):
            values.append(self._next("word"))
        self._needs(("sign", ")"))
        return tuple(values)

    def _next(self, kind: str) -> str:
        if self.place >= len(self.tokens) or self.tokens[self.place][0] != kind:
            _unreadable()
        self.place += 1
        return self.tokens[self.place - 1][1]

    def _needs(self, token: tuple[str, str]) -> None:
        if not self._takes(token):
            _unreadable()

    def _takes(self, token: tuple[str, str]) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place] == token:
            self.place += 1
            return True
        return False


def _unreadable() -> NoReturn:
    refuse(400, "INVALID_FILTER", "The filter could not be read", field="filter")
