"""Reading rows: what does not fit is named, never guessed."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ueapi.errors import Unintelligible
from ueapi.flow import Reply

R = TypeVar("R", bound="Row")


def _without_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Text = Annotated[str | None, BeforeValidator(_without_blank)]
"""Text that is absent as `null` in some rows and as an empty string in others."""


class Row(BaseModel):
    """One object of the product. Its `repr` shows no content; keys it does not name are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return repr(self)


class Envelope(Row, Generic[R]):
    """A page of a listing."""

    count: int
    next: Text = None
    results: list[R]


def read(kind: type[R], reply: Reply, *, of: str) -> R:
    """Read one row from a reply.

    Raises:
        Unintelligible: the reply is no JSON, or a field is missing or of another type; the message names fields only.
    """
    content = reply.json()
    try:
        return kind.model_validate(content)
    except ValidationError as problem:
        raise misfit(problem, of=of) from None


def misfit(problem: ValidationError, *, of: str) -> Unintelligible:
    """The error for a row that does not fit, naming fields and never values."""
    fields = sorted({".".join(map(str, e["loc"])) or "the whole" for e in problem.errors()})
    return Unintelligible(
        f"the answer about {of} does not fit: {', '.join(fields[:5])}.",
        remedy="The product's API may have changed; report it to the plugin's author. Nothing was changed by reading.",
    )


def unknown_word(word: str, *, of: str, known: object) -> Unintelligible:
    """The error for a status word outside its table. `word` is a fixed word of the product, nothing personal."""
    return Unintelligible(
        f"{of} has the unknown value {word[:40]!r}; known are {known}.",
        remedy="Report it to the plugin's author; nothing was guessed and nothing was changed.",
    )
