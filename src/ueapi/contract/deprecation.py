"""How the contract parts from a name: it goes on working until the next major, and says what takes its place."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

REMOVED_IN: Final = "__ueapi_removed_in__"
"""Attribute of a deprecated function: the contract version that will be without it."""

_CALLER: Final = 3


def warn_deprecated(what: str, *, instead: str, removed_in: str, stacklevel: int = _CALLER) -> None:
    """Warn whoever uses an argument, a field or a name of a module that is going away.

    Called directly by the function that was called with it, the default `stacklevel` points to that function's caller.
    """
    warnings.warn(
        f"{what} is deprecated and will be removed in contract {removed_in}; use {instead}.",
        DeprecationWarning,
        stacklevel=stacklevel,
    )


def deprecated(*, instead: str, removed_in: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a function or method as going away; each call of it warns."""

    def mark(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def calling(*args: P.args, **kwargs: P.kwargs) -> T:
            warn_deprecated(function.__qualname__, instead=instead, removed_in=removed_in)
            return function(*args, **kwargs)

        setattr(calling, REMOVED_IN, removed_in)
        return calling

    return mark
