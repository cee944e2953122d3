"""The file in which the lead of a move writes down the policy: TOML with exactly the policy's fields."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ueapi.errors import InvalidSettings, UnreadableInput, UsageError
from ueapi.wording import rule_of

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from ueapi.migration import Policy

LARGEST: Final = 16 * 1024 * 1024
"""Bytes; a hundred thousand addresses need less."""
TEXTS_NEED: Final = ("jinja2", "segno")
"""Libraries without which no messages are made."""


def read_policy(path: Path | None) -> Policy:
    """Read a policy file; without one, the policy as it is by default.

    Raises:
        UnreadableInput: the file is missing or too large.
        InvalidSettings: it is no TOML, or names something a policy doesn't have, or a value is wrong. The message names
            the field and, for a misspelled one, what may have been meant.
    """
    from pydantic import ValidationError

    from ueapi.migration import Policy

    if path is None:
        return Policy()
    try:
        policy = Policy.model_validate(tomllib.loads(_text(path)))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise InvalidSettings(f"{path} is not valid TOML: {problem}.") from None
    except ValidationError as problem:
        found = problem.errors(include_url=False, include_input=False)
        # A misspelled name comes first: it explains the one that is then missing.
        raise _wrong(path, min(found, key=lambda e: e["type"] != "extra_forbidden")) from None
    _require_texts(path, policy)
    return policy


def _require_texts(path: Path, policy: Policy) -> None:
    """Refuse what no message could be made with, before a plan holds it; unless no messages are made here anyway."""
    if any(find_spec(name) is None for name in TEXTS_NEED):
        return
    for place, check in _texts(policy):
        try:
            check()
        except UsageError as problem:
            raise InvalidSettings(
                f"{path}: {place}: {problem.message}",
                remedy=f"{problem.remedy.rstrip('.')}; nothing was changed.",
            ) from None


def _texts(policy: Policy) -> Iterator[tuple[str, Callable[[], object]]]:
    """What messages are made with: the field, and what refuses a value that no message can have."""
    from ueapi.guidance import Office
    from ueapi.guidance.language import load_language

    yield "language", partial(load_language, policy.language)
    for language in sorted(set(policy.languages.values())):
        yield "languages", partial(load_language, language)
    yield "organization", partial(Office, organization=policy.organization)
    yield "help_desk", partial(Office, help_desk=policy.help_desk)
    yield "help_page", partial(Office, page=policy.help_page)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableInput(
                f"{path} is larger than {LARGEST:,} bytes.",
                remedy="Check that it is the right file.",
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidSettings(f"{path} is not valid TOML: it is no UTF-8 text.") from None
    except OSError as problem:
        raise UnreadableInput(f"{path} can't be read: {problem.strerror}.") from None


def _wrong(path: Path, first: ErrorDetails) -> InvalidSettings:
    place = [str(part) for part in first["loc"]]
    where = ".".join(place) or "the policy"
    if first["type"] != "extra_forbidden":
        said = rule_of(first["msg"])
        return InvalidSettings(
            f"{path}: {where}: {said}.", remedy="Correct it; nothing was changed."
        )
    names = sorted(_fields(place).model_fields)
    near = get_close_matches(place[-1], names, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return InvalidSettings(
        f"{path}: a policy has no {where}.",
        remedy=f"{meant}Allowed: {', '.join(names)}; nothing was changed.",
    )


def _fields(place: list[str]) -> type[BaseModel]:
    from ueapi.migration import DateRange, Policy, StopRule

    nested: dict[str, type[BaseModel]] = {"stop": StopRule, "freeze": DateRange}
    return nested.get(place[0], Policy) if len(place) > 1 else Policy
